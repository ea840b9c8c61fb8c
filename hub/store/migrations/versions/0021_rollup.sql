-- The tables of the rollup anew, one statement a paragraph; frozen, as a migration is.

DROP FUNCTION rollup_compact(integer)

DROP FUNCTION rollup_counts(rollup_entry[])

DROP FUNCTION rollup_amounts(rollup_entry[])

DROP FUNCTION rollup_contributions(text[])

DROP TABLE rollup_change, rollup_entry, rollup_count, rollup_money, rollup_place, rollup_place_set

CREATE TABLE rollup_change (
    project_key BIGINT NOT NULL,
    transaction BIGINT NOT NULL,
    CONSTRAINT pk_rollup_change PRIMARY KEY (project_key, transaction)
)

CREATE TABLE rollup_attributes (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    visibility TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    lead_id TEXT NOT NULL,
    actor_level TEXT NOT NULL,
    CONSTRAINT pk_rollup_attributes PRIMARY KEY (id),
    CONSTRAINT uq_rollup_attributes_visibility UNIQUE (visibility, owner_id, lead_id, actor_level)
)

CREATE TABLE rollup_place (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    is_line BOOLEAN NOT NULL,
    fiscal_year SMALLINT NOT NULL,
    area_id TEXT NOT NULL,
    funding TEXT NOT NULL,
    phase TEXT NOT NULL,
    CONSTRAINT pk_rollup_place PRIMARY KEY (id),
    CONSTRAINT uq_rollup_place_fiscal_year UNIQUE (fiscal_year, area_id, is_line, funding, phase)
)

CREATE TABLE rollup_place_set (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    fiscal_year SMALLINT NOT NULL,
    places INTEGER[] NOT NULL,
    CONSTRAINT pk_rollup_place_set PRIMARY KEY (id)
)

CREATE INDEX ix_rollup_place_set_places ON rollup_place_set USING hash (places)

CREATE TABLE rollup_entry (
    project_key BIGINT NOT NULL,
    attributes INTEGER NOT NULL,
    live BOOLEAN NOT NULL,
    linkages INTEGER[],
    years SMALLINT[] NOT NULL,
    place_sets INTEGER[] NOT NULL,
    places INTEGER[],
    amounts BIGINT[],
    lines INTEGER[],
    CONSTRAINT pk_rollup_entry PRIMARY KEY (project_key)
)

CREATE INDEX ix_rollup_entry_live ON rollup_entry (attributes, project_key) WHERE live

CREATE TABLE rollup_count (
    attributes INTEGER NOT NULL,
    place_set INTEGER NOT NULL,
    fiscal_year SMALLINT NOT NULL,
    whole BOOLEAN NOT NULL,
    projects INTEGER NOT NULL,
    proposed INTEGER NOT NULL,
    agreed INTEGER NOT NULL,
    disputed INTEGER NOT NULL,
    CONSTRAINT pk_rollup_count PRIMARY KEY (fiscal_year, attributes, place_set, whole)
)

CREATE TABLE rollup_money (
    attributes INTEGER NOT NULL,
    place INTEGER NOT NULL,
    amount BIGINT NOT NULL,
    lines INTEGER NOT NULL,
    CONSTRAINT pk_rollup_money PRIMARY KEY (place, attributes)
)

INSERT INTO rollup_change (project_key, transaction) SELECT key, 0 FROM project
