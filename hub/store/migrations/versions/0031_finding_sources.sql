ALTER TABLE finding ADD COLUMN version_id TEXT

ALTER TABLE history.finding ADD COLUMN version_id TEXT

ALTER TABLE finding ADD CONSTRAINT fk_finding_version_id FOREIGN KEY(version_id) REFERENCES plan_version (id)

CREATE INDEX ix_finding_version_id ON finding (version_id)

CREATE TABLE finding_plan_change (
    plan_id TEXT NOT NULL,
    transaction BIGINT NOT NULL,
    CONSTRAINT pk_finding_plan_change PRIMARY KEY (plan_id, transaction)
)

INSERT INTO finding_plan_change (plan_id, transaction) SELECT id, 0 FROM plan
