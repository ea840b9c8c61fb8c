CREATE TABLE change_queue (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    transaction BIGINT NOT NULL,
    topic TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    subject_id TEXT NOT NULL,
    version INTEGER,
    area_ids TEXT[] NOT NULL,
    agency_ids TEXT[] NOT NULL,
    public BOOLEAN NOT NULL,
    CONSTRAINT pk_change_queue PRIMARY KEY (id)
)

CREATE UNIQUE INDEX ix_change_queue_project ON change_queue (subject_id, transaction) WHERE topic = 'PROJECT'

CREATE TABLE change (
    position BIGINT NOT NULL,
    topic TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    subject_id TEXT NOT NULL,
    version INTEGER,
    area_ids TEXT[] NOT NULL,
    agency_ids TEXT[] NOT NULL,
    public BOOLEAN NOT NULL,
    CONSTRAINT pk_change PRIMARY KEY (position)
)

CREATE INDEX ix_change_at ON change (at)

CREATE INDEX ix_change_topic ON change (topic, position)

CREATE TABLE change_head (
    id SMALLINT NOT NULL,
    position BIGINT NOT NULL,
    pruned BIGINT NOT NULL,
    cursor_key BYTEA NOT NULL,
    CONSTRAINT pk_change_head PRIMARY KEY (id),
    CONSTRAINT ck_change_head_single CHECK (id = 1)
)

INSERT INTO change_head (id, position, pruned, cursor_key)
VALUES (1, 0, 0, decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'))

CREATE FUNCTION change_sequence(max_changes INTEGER) RETURNS INTEGER LANGUAGE plpgsql AS $$
DECLARE
    last BIGINT;
    moved INTEGER;
BEGIN
    IF NOT EXISTS (SELECT FROM change_queue) THEN
        RETURN 0;
    END IF;
    SELECT position INTO last FROM change_head FOR UPDATE;
    WITH batch AS (
        SELECT id FROM change_queue ORDER BY id LIMIT max_changes
    ), taken AS (
        DELETE FROM change_queue USING batch WHERE change_queue.id = batch.id RETURNING change_queue.*
    )
    INSERT INTO change (position, topic, at, subject_id, version, area_ids, agency_ids, public)
    SELECT last + row_number() OVER (ORDER BY id),
        topic, at, subject_id, version, area_ids, agency_ids, public
    FROM taken;
    GET DIAGNOSTICS moved = ROW_COUNT;
    UPDATE change_head SET position = last + moved WHERE moved > 0;
    RETURN moved;
END
$$
