-- The log of access, one statement a paragraph; frozen, as a migration is.

CREATE SCHEMA audit

CREATE TABLE access_log (
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    number BIGINT NOT NULL,
    entry TEXT NOT NULL,
    previous BYTEA NOT NULL,
    digest BYTEA NOT NULL,
    owner_id TEXT GENERATED ALWAYS AS (((entry)::jsonb ->> 'owner'::text)) STORED,
    agency_id TEXT GENERATED ALWAYS AS (((entry)::jsonb ->> 'agency'::text)) STORED,
    source_id TEXT GENERATED ALWAYS AS (((entry)::jsonb ->> 'source'::text)) STORED,
    CONSTRAINT pk_access_log PRIMARY KEY (at, number)
) PARTITION BY RANGE (at)

CREATE INDEX ix_access_log_number ON access_log (number)

CREATE INDEX ix_access_log_owner_id ON access_log (owner_id)

CREATE INDEX ix_access_log_agency_id ON access_log (agency_id)

CREATE INDEX ix_access_log_source_id ON access_log (source_id)

CREATE TABLE access_head (
    "only" BOOLEAN NOT NULL,
    number BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    digest BYTEA NOT NULL,
    CONSTRAINT pk_access_head PRIMARY KEY ("only")
)

INSERT INTO access_head VALUES (true, 0, 'epoch', decode(repeat('00', 32), 'hex'))

ALTER TABLE client ADD COLUMN purpose TEXT

ALTER TABLE history.client ADD COLUMN purpose TEXT
