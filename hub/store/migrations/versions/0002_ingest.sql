-- What came with the way in, one statement a paragraph; frozen, as a migration is.

ALTER TABLE source ADD CONSTRAINT fk_source_owner_id FOREIGN KEY(owner_id) REFERENCES agency (id)

ALTER TABLE source_record ALTER COLUMN payload DROP NOT NULL

ALTER TABLE source_record ADD CONSTRAINT fk_source_record_project_id FOREIGN KEY(project_id) REFERENCES project (id)

ALTER TABLE project ADD CONSTRAINT fk_project_source_id FOREIGN KEY(source_id) REFERENCES source (id)

ALTER TABLE project ADD CONSTRAINT uq_project_source_id UNIQUE (source_id, source_key)

ALTER TABLE budget_line ADD CONSTRAINT fk_budget_line_record_id FOREIGN KEY(record_id) REFERENCES source_record (id)

CREATE INDEX ix_source_record_project_id ON source_record (project_id)

CREATE INDEX ix_source_record_source_id_value ON source_record (source_id, value)

CREATE INDEX ix_budget_line_record_id ON budget_line (record_id)

CREATE TABLE raw_record (
    hash TEXT NOT NULL,
    form TEXT NOT NULL,
    payload BYTEA NOT NULL,
    CONSTRAINT pk_raw_record PRIMARY KEY (hash)
)

CREATE TABLE source_run (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    source_id TEXT NOT NULL,
    status TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    origin TEXT NOT NULL,
    snapshot TEXT,
    spec_digest TEXT NOT NULL,
    cursor TEXT,
    state JSONB NOT NULL,
    ledger JSONB NOT NULL,
    error TEXT,
    CONSTRAINT pk_source_run PRIMARY KEY (id),
    CONSTRAINT ck_source_run_status CHECK ("status" in ('RUNNING', 'SUCCEEDED', 'REFUSED', 'FAILED')),
    CONSTRAINT fk_source_run_source_id FOREIGN KEY(source_id) REFERENCES source (id)
)

CREATE INDEX ix_source_run_source_id_id ON source_run (source_id, id)

CREATE TABLE run_record (
    run_id BIGINT NOT NULL,
    source_key TEXT NOT NULL,
    hash TEXT NOT NULL,
    outcome TEXT NOT NULL,
    prior_hash TEXT,
    block TEXT,
    CONSTRAINT pk_run_record PRIMARY KEY (run_id, source_key, hash),
    CONSTRAINT ck_run_record_outcome CHECK ("outcome" in ('NEW', 'CHANGED', 'UNCHANGED', 'DUPLICATE', 'QUARANTINED')),
    CONSTRAINT fk_run_record_run_id FOREIGN KEY(run_id) REFERENCES source_run (id)
)

CREATE TABLE name_decision (
    id TEXT NOT NULL,
    source_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    block TEXT,
    first_year SMALLINT NOT NULL,
    last_year SMALLINT NOT NULL,
    target TEXT,
    decided_by TEXT NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_name_decision PRIMARY KEY (id),
    CONSTRAINT ck_name_decision_kind CHECK ("kind" in ('AREA', 'AGENCY')),
    CONSTRAINT ck_name_decision_years CHECK (first_year <= last_year),
    CONSTRAINT fk_name_decision_source_id FOREIGN KEY(source_id) REFERENCES source (id)
)

CREATE INDEX ix_name_decision_source_id ON name_decision (source_id)

CREATE TABLE quarantine (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    run_id BIGINT NOT NULL,
    source_id TEXT NOT NULL,
    source_key TEXT NOT NULL,
    scope TEXT NOT NULL,
    block TEXT,
    hash TEXT NOT NULL,
    url TEXT,
    retrieved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    reason TEXT NOT NULL,
    field TEXT NOT NULL,
    written TEXT NOT NULL,
    doubts JSONB NOT NULL,
    amounts JSONB NOT NULL,
    status TEXT NOT NULL,
    settled_by TEXT,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_quarantine PRIMARY KEY (id),
    CONSTRAINT ck_quarantine_reason CHECK ("reason" in ('UNKNOWN_NAME', 'AMBIGUOUS_NAME', 'NOT_A_NUMBER', 'MISPLACED_SEPARATOR', 'NEGATIVE_AMOUNT', 'AMOUNT_TOO_FINE', 'AMOUNT_TOO_LARGE', 'TOTALS_DISAGREE', 'IMPOSSIBLE_YEAR', 'AMBIGUOUS_YEAR', 'UNDECODABLE', 'UNSAFE_TEXT', 'TOO_LARGE', 'MISSING_VALUE', 'WRONG_TYPE', 'MISSING_KEY', 'CONFLICTING_VALUES')),
    CONSTRAINT ck_quarantine_status CHECK ("status" in ('WAITING', 'RESOLVED', 'REFUSED')),
    CONSTRAINT uq_quarantine_source_id UNIQUE (source_id, source_key, hash),
    CONSTRAINT fk_quarantine_run_id FOREIGN KEY(run_id) REFERENCES source_run (id),
    CONSTRAINT fk_quarantine_source_id FOREIGN KEY(source_id) REFERENCES source (id),
    CONSTRAINT fk_quarantine_hash FOREIGN KEY(hash) REFERENCES raw_record (hash)
)

CREATE INDEX ix_quarantine_run_id ON quarantine (run_id)

CREATE INDEX ix_quarantine_source_id_status ON quarantine (source_id, status)

CREATE TABLE alias (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    name TEXT NOT NULL,
    valid_from DATE,
    valid_to DATE,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_alias PRIMARY KEY (id),
    CONSTRAINT ck_alias_kind CHECK ("kind" in ('AREA', 'AGENCY'))
)

CREATE INDEX ix_alias_target ON alias (target)
