ALTER TABLE finding DROP CONSTRAINT ck_finding_kind

ALTER TABLE finding ADD CONSTRAINT ck_finding_kind CHECK ("kind" in ('GAP', 'OVERLAP', 'ROLE_MISMATCH', 'RULE_VIOLATION', 'DOUBLE_COUNT', 'UNLINKED', 'STALE', 'CONFLICTING_SOURCES', 'AMOUNT_UNUSUAL'))

ALTER TABLE finding ADD CONSTRAINT ck_finding_status CHECK ("status" in ('OPEN', 'DISMISSED', 'SETTLED', 'CLOSED'))

ALTER TABLE finding ADD CONSTRAINT ck_finding_severity CHECK (severity between 1 and 5)

ALTER TABLE finding ADD CONSTRAINT ck_finding_dismissal CHECK (num_nulls(dismissed_by, dismissed_at, dismissal_reason) in (0, 3))

ALTER TABLE finding ADD CONSTRAINT fk_finding_issue_id FOREIGN KEY(issue_id) REFERENCES issue (id)

ALTER TABLE finding ADD CONSTRAINT fk_finding_dismissed_by FOREIGN KEY(dismissed_by) REFERENCES agency (id)

CREATE INDEX ix_finding_list ON finding (status, severity DESC, id)

CREATE INDEX ix_finding_kind_status ON finding (kind, status, severity DESC, id)

CREATE INDEX ix_finding_areas ON finding USING gin (areas)

CREATE INDEX ix_finding_issue_id ON finding (issue_id)

CREATE TABLE finding_change (
    project_key BIGINT NOT NULL,
    transaction BIGINT NOT NULL,
    CONSTRAINT pk_finding_change PRIMARY KEY (project_key, transaction)
)

INSERT INTO finding_change (project_key, transaction) SELECT key, 0 FROM project

CREATE FUNCTION finding_note_change() RETURNS trigger
LANGUAGE plpgsql AS $$
begin
    insert into finding_change (project_key, transaction)
    select distinct project_key, pg_current_xact_id()::text::bigint from old_rows
    on conflict do nothing;
    return null;
end
$$

CREATE TRIGGER finding_note_change AFTER DELETE ON rollup_change
REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION finding_note_change()
