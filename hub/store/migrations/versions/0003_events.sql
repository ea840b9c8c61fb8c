-- What came with events and commands, one statement a paragraph; frozen, as a migration is.

CREATE TABLE source_event (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    source_id TEXT NOT NULL,
    run_id BIGINT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    affected_cells INTEGER NOT NULL,
    CONSTRAINT pk_source_event PRIMARY KEY (id),
    CONSTRAINT fk_source_event_source_id FOREIGN KEY(source_id) REFERENCES source (id),
    CONSTRAINT fk_source_event_run_id FOREIGN KEY(run_id) REFERENCES source_run (id)
)

CREATE TABLE receipt (
    sender TEXT NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    answer JSONB,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_receipt PRIMARY KEY (sender, key)
)

CREATE INDEX ix_receipt_at ON receipt (at)
