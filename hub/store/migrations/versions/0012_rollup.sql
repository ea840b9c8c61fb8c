-- The rollup of projects and money, one statement a paragraph; frozen, as a migration is.

CREATE TABLE rollup_change (
    project_id TEXT NOT NULL,
    transaction BIGINT NOT NULL,
    CONSTRAINT pk_rollup_change PRIMARY KEY (project_id, transaction)
)

CREATE TABLE rollup_place_set (
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    digest TEXT NOT NULL,
    CONSTRAINT pk_rollup_place_set PRIMARY KEY (id),
    CONSTRAINT uq_rollup_place_set_digest UNIQUE (digest)
)

CREATE TABLE rollup_place (
    place_set INTEGER NOT NULL,
    is_line BOOLEAN NOT NULL,
    fiscal_year SMALLINT NOT NULL,
    area_id TEXT NOT NULL,
    funding TEXT NOT NULL,
    CONSTRAINT pk_rollup_place PRIMARY KEY (place_set, is_line, fiscal_year, area_id, funding),
    CONSTRAINT fk_rollup_place_place_set FOREIGN KEY(place_set) REFERENCES rollup_place_set (id)
)

CREATE TABLE rollup_entry (
    project_id TEXT NOT NULL,
    visibility TEXT NOT NULL,
    live BOOLEAN NOT NULL,
    owner_id TEXT NOT NULL,
    lead_id TEXT NOT NULL,
    actor_level TEXT NOT NULL,
    linkages INTEGER[] NOT NULL,
    years SMALLINT[] NOT NULL,
    place_sets INTEGER[] NOT NULL,
    money JSONB NOT NULL,
    CONSTRAINT pk_rollup_entry PRIMARY KEY (project_id)
)

CREATE INDEX ix_rollup_entry_live ON rollup_entry (visibility, project_id) WHERE live

CREATE TABLE rollup_count (
    fiscal_year SMALLINT NOT NULL,
    visibility TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    lead_id TEXT NOT NULL,
    actor_level TEXT NOT NULL,
    place_set INTEGER NOT NULL,
    projects INTEGER NOT NULL,
    proposed INTEGER NOT NULL,
    agreed INTEGER NOT NULL,
    disputed INTEGER NOT NULL,
    CONSTRAINT pk_rollup_count PRIMARY KEY (
        fiscal_year, visibility, owner_id, lead_id, actor_level, place_set
    )
)

CREATE TABLE rollup_money (
    fiscal_year SMALLINT NOT NULL,
    owner_id TEXT NOT NULL,
    lead_id TEXT NOT NULL,
    actor_level TEXT NOT NULL,
    area_id TEXT NOT NULL,
    phase TEXT NOT NULL,
    funding TEXT NOT NULL,
    amount BIGINT NOT NULL,
    lines INTEGER NOT NULL,
    CONSTRAINT pk_rollup_money PRIMARY KEY (
        fiscal_year, owner_id, lead_id, actor_level, area_id, phase, funding
    )
)

CREATE INDEX ix_project_duplicate_of ON project (duplicate_of) WHERE duplicate_of IS NOT NULL

CREATE INDEX ix_project_unpublished ON project (visibility) WHERE visibility <> 'PUBLISHED'

INSERT INTO rollup_change (project_id, transaction) SELECT id, 0 FROM project
