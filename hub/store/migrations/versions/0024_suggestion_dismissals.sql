CREATE TABLE suggestion_dismissal (
    project_id TEXT NOT NULL,
    issue_id TEXT NOT NULL,
    stage_id TEXT NOT NULL,
    side TEXT NOT NULL,
    agency_id TEXT NOT NULL,
    by TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_suggestion_dismissal PRIMARY KEY (project_id, issue_id, stage_id, side),
    CONSTRAINT ck_suggestion_dismissal_side CHECK (side in ('FUNCTION', 'AREA')),
    CONSTRAINT fk_suggestion_dismissal_issue_id FOREIGN KEY(issue_id) REFERENCES issue (id),
    CONSTRAINT fk_suggestion_dismissal_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id)
)

CREATE INDEX ix_suggestion_dismissal_issue_id ON suggestion_dismissal (issue_id)
