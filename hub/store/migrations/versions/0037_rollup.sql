-- The rollup with sources, linkage and the year of money, one statement a paragraph; frozen.

DROP FUNCTION rollup_compact(integer)

DROP FUNCTION rollup_counts(rollup_entry[])

DROP FUNCTION rollup_amounts(rollup_entry[])

DROP FUNCTION rollup_contributions(bigint[])

DROP TABLE rollup_entry, rollup_count, rollup_money, rollup_attributes, rollup_place_set

CREATE TABLE rollup_attributes (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    visibility TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    lead_id TEXT NOT NULL,
    actor_level TEXT NOT NULL,
    linked BOOLEAN NOT NULL,
    sources TEXT[] NOT NULL,
    CONSTRAINT pk_rollup_attributes PRIMARY KEY (id),
    CONSTRAINT uq_rollup_attributes_visibility UNIQUE (
        visibility, owner_id, lead_id, actor_level, linked, sources
    )
)

CREATE TABLE rollup_place_set (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    fiscal_year SMALLINT NOT NULL,
    places INTEGER[] NOT NULL,
    own BOOLEAN NOT NULL,
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
    fiscal_year SMALLINT NOT NULL,
    phase SMALLINT NOT NULL,
    CONSTRAINT pk_rollup_money PRIMARY KEY (fiscal_year, place, attributes)
)

INSERT INTO rollup_change (project_key, transaction) SELECT key, 0 FROM project ON CONFLICT DO NOTHING
