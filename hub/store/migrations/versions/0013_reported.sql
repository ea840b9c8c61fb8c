-- Phases of value chains and reported counts, one statement a paragraph; frozen, as a migration is.

CREATE TABLE chain_phase (
    id TEXT NOT NULL,
    chain_id TEXT NOT NULL,
    ordinal SMALLINT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT,
    name_th_origin TEXT,
    name_en_origin TEXT,
    goal_th TEXT,
    goal_en TEXT,
    goal_th_origin TEXT,
    goal_en_origin TEXT,
    first_year SMALLINT NOT NULL,
    last_year SMALLINT NOT NULL,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_chain_phase PRIMARY KEY (id),
    CONSTRAINT uq_chain_phase_chain_id UNIQUE (chain_id, ordinal),
    CONSTRAINT ck_chain_phase_years CHECK (first_year <= last_year),
    CONSTRAINT fk_chain_phase_chain_id FOREIGN KEY(chain_id) REFERENCES value_chain (id)
)

CREATE TABLE plan_grade_count (
    id TEXT NOT NULL,
    ordinal SMALLINT NOT NULL,
    level TEXT NOT NULL,
    fiscal_year SMALLINT,
    grade TEXT NOT NULL,
    count INTEGER NOT NULL,
    "of" INTEGER NOT NULL,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_plan_grade_count PRIMARY KEY (id),
    CONSTRAINT ck_plan_grade_count_level CHECK ("level" in ('COUNTRY', 'REGION', 'CLUSTER', 'PROVINCE', 'DISTRICT', 'LOCAL')),
    CONSTRAINT ck_plan_grade_count_grade CHECK ("grade" in ('VERY_GOOD', 'GOOD', 'FAIR', 'POOR')),
    CONSTRAINT ck_plan_grade_count_part CHECK ("count" between 0 and "of" and "of" > 0)
)

CREATE TABLE issue_count (
    id TEXT NOT NULL,
    ordinal SMALLINT NOT NULL,
    level TEXT,
    fiscal_year SMALLINT,
    theme TEXT NOT NULL,
    rank SMALLINT,
    count INTEGER NOT NULL,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_issue_count PRIMARY KEY (id),
    CONSTRAINT ck_issue_count_level CHECK ("level" in ('COUNTRY', 'REGION', 'CLUSTER', 'PROVINCE', 'DISTRICT', 'LOCAL')),
    CONSTRAINT ck_issue_count_count CHECK ("count" >= 0)
)
