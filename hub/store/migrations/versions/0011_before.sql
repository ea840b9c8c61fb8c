CREATE FUNCTION record_id_of(id text) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ('x' || encode(substring(sha256(convert_to(id, 'UTF8')) from 1 for 8), 'hex'))::bit(64)::bigint
$$

CREATE FUNCTION pg_temp.bytes_of(hash text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN hash ~ '^([0-9a-f]{2})*$' THEN decode(hash, 'hex') ELSE convert_to(hash, 'UTF8') END
$$

ALTER TABLE budget_line DROP CONSTRAINT fk_budget_line_record_id

ALTER TABLE provenance DROP CONSTRAINT fk_provenance_record_id

ALTER TABLE stand_in DROP CONSTRAINT fk_stand_in_record_id

ALTER TABLE record_join DROP CONSTRAINT fk_record_join_record_id

DROP INDEX ix_source_record_source_id_value

ALTER TABLE quarantine DROP CONSTRAINT fk_quarantine_hash

ALTER TABLE raw_record RENAME TO raw_record_before

ALTER TABLE raw_record_before RENAME CONSTRAINT pk_raw_record TO pk_raw_record_before

CREATE TABLE raw_dictionary (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    source_id TEXT,
    dictionary BYTEA NOT NULL,
    CONSTRAINT pk_raw_dictionary PRIMARY KEY (id),
    CONSTRAINT fk_raw_dictionary_source_id FOREIGN KEY(source_id) REFERENCES source (id)
)

CREATE INDEX ix_raw_dictionary_source_id ON raw_dictionary (source_id)

CREATE TABLE raw_record (
    hash BYTEA NOT NULL,
    form TEXT NOT NULL,
    dictionary_id INTEGER,
    payload BYTEA NOT NULL
)

ALTER TABLE run_record RENAME TO run_record_before

CREATE TABLE run_record (
    run_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    outcome CHAR(1) NOT NULL,
    hash BYTEA NOT NULL,
    prior_hash BYTEA,
    block TEXT
)

INSERT INTO run_record (run_id, record_id, outcome, hash, prior_hash, block)
SELECT seen.run_id,
    record_id_of(run.source_id || ':' || left(encode(sha256(convert_to(seen.source_key, 'UTF8')), 'hex'), 24)),
    left(seen.outcome, 1), decode(seen.hash, 'hex'),
    CASE WHEN seen.outcome <> 'UNCHANGED' THEN decode(seen.prior_hash, 'hex') END, seen.block
FROM run_record_before seen JOIN source_run run ON run.id = seen.run_id

DROP TABLE run_record_before

CREATE INDEX ix_run_record_run_id_record_id ON run_record (run_id, record_id)
