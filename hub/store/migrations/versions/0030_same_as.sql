ALTER TABLE public.project ADD COLUMN counted_as TEXT

ALTER TABLE history.project ADD COLUMN counted_as TEXT

ALTER TABLE project ADD CONSTRAINT fk_project_counted_as FOREIGN KEY(counted_as) REFERENCES project (id)

CREATE INDEX ix_project_counted_as ON project (counted_as) WHERE counted_as is not null

CREATE TABLE same_as (
    id TEXT NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    keep_id TEXT NOT NULL,
    reasons JSONB NOT NULL,
    agency_id TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    undone_at TIMESTAMP WITH TIME ZONE,
    undone_by_id TEXT,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_same_as PRIMARY KEY (id),
    CONSTRAINT ck_same_as_undone CHECK (num_nulls(undone_at, undone_by_id) in (0, 2)),
    CONSTRAINT fk_same_as_keep_id FOREIGN KEY(keep_id) REFERENCES project (id),
    CONSTRAINT fk_same_as_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id),
    CONSTRAINT fk_same_as_undone_by_id FOREIGN KEY(undone_by_id) REFERENCES agency (id)
)

CREATE INDEX ix_same_as_keep_id ON same_as (keep_id)

CREATE TABLE same_as_member (
    same_as_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    ordinal SMALLINT NOT NULL,
    CONSTRAINT pk_same_as_member PRIMARY KEY (same_as_id, project_id),
    CONSTRAINT fk_same_as_member_same_as_id FOREIGN KEY(same_as_id) REFERENCES same_as (id),
    CONSTRAINT fk_same_as_member_project_id FOREIGN KEY(project_id) REFERENCES project (id)
)

CREATE INDEX ix_same_as_member_project_id ON same_as_member (project_id)