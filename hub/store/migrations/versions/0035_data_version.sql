CREATE TABLE data_change (
    mark BIGINT NOT NULL
)

CREATE TABLE data_version (
    id SMALLINT NOT NULL,
    count BIGINT NOT NULL,
    mark BIGINT NOT NULL,
    CONSTRAINT pk_data_version PRIMARY KEY (id),
    CONSTRAINT ck_data_version_single CHECK (id = 1)
)

INSERT INTO data_version (id, count, mark) VALUES (1, 0, hashtextextended(gen_random_uuid()::text, 0))

CREATE FUNCTION note_data_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A statement that changed no row has no transaction id, unless an earlier one of its transaction has.
    IF pg_current_xact_id_if_assigned() IS NOT NULL
        AND coalesce(current_setting('hub.data_change', true), '') <> pg_current_xact_id()::text
    THEN
        -- Both are undone with a savepoint, so a later statement notes the transaction again.
        PERFORM set_config('hub.data_change', pg_current_xact_id()::text, true);
        INSERT INTO data_change (mark) VALUES (hashtextextended(gen_random_uuid()::text, 0));
    END IF;
    RETURN NULL;
END
$$

CREATE FUNCTION fold_data_changes() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    folded integer;
    marks bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM data_change) THEN
        RETURN 0;
    END IF;
    PERFORM FROM data_version FOR UPDATE;
    WITH gone AS (
        DELETE FROM data_change RETURNING mark
    )
    SELECT count(*), coalesce(bit_xor(mark), 0) INTO folded, marks FROM gone;
    UPDATE data_version SET count = count + folded, mark = mark # marks WHERE folded > 0;
    RETURN folded;
END
$$
