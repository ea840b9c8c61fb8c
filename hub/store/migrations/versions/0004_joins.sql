-- What came with joins, one statement a paragraph; frozen, as a migration is.

ALTER TABLE source ADD CONSTRAINT ck_source_asserted CHECK ("asserted" in ('REPORTED', 'DERIVED', 'RECONSTRUCTED', 'ASSUMED', 'SUGGESTED', 'AGREED'))

CREATE TABLE stand_in (
    record_id TEXT NOT NULL,
    telling JSONB NOT NULL,
    state TEXT NOT NULL,
    target TEXT,
    fits INTEGER NOT NULL,
    CONSTRAINT pk_stand_in PRIMARY KEY (record_id),
    CONSTRAINT ck_stand_in_state CHECK ("state" in ('JOINED', 'ALONE', 'SEVERAL', 'KEPT')),
    CONSTRAINT fk_stand_in_record_id FOREIGN KEY(record_id) REFERENCES source_record (id)
)

CREATE INDEX ix_stand_in_target ON stand_in (target)

CREATE TABLE record_join (
    record_id TEXT NOT NULL,
    ordinal SMALLINT NOT NULL,
    source_id TEXT NOT NULL,
    key TEXT,
    code TEXT,
    fiscal_year SMALLINT,
    CONSTRAINT pk_record_join PRIMARY KEY (record_id, ordinal),
    CONSTRAINT fk_record_join_record_id FOREIGN KEY(record_id) REFERENCES source_record (id)
)

CREATE INDEX ix_record_join_source_id_record_id ON record_join (source_id, record_id)

CREATE TABLE source_scope (
    source_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    reading TEXT NOT NULL,
    CONSTRAINT pk_source_scope PRIMARY KEY (source_id, scope),
    CONSTRAINT fk_source_scope_source_id FOREIGN KEY(source_id) REFERENCES source (id)
)

DROP INDEX ix_source_record_source_id
