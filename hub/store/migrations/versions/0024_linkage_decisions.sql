CREATE TABLE work_request (
    id TEXT NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    area_id TEXT NOT NULL,
    agency_id TEXT NOT NULL,
    issue_id TEXT NOT NULL,
    stage_id TEXT,
    actor_level TEXT,
    text TEXT NOT NULL,
    first_year SMALLINT NOT NULL,
    last_year SMALLINT NOT NULL,
    answer_by DATE,
    finding_id TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_work_request PRIMARY KEY (id),
    CONSTRAINT ck_work_request_actor_level CHECK ("actor_level" in ('MINISTRY', 'CLUSTER', 'PROVINCE', 'LOCAL', 'PRIVATE', 'CIVIL_SOCIETY')),
    CONSTRAINT ck_work_request_years CHECK (first_year <= last_year),
    CONSTRAINT fk_work_request_area_id FOREIGN KEY(area_id) REFERENCES area (id),
    CONSTRAINT fk_work_request_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id),
    CONSTRAINT fk_work_request_issue_id FOREIGN KEY(issue_id) REFERENCES issue (id),
    CONSTRAINT fk_work_request_stage_id FOREIGN KEY(stage_id) REFERENCES stage (id),
    CONSTRAINT fk_work_request_finding_id FOREIGN KEY(finding_id) REFERENCES finding (id)
)

CREATE INDEX ix_work_request_area_id ON work_request (area_id)

CREATE INDEX ix_work_request_issue_id ON work_request (issue_id)

ALTER TABLE public.linkage
    ADD COLUMN created_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN proposed_side TEXT,
    ADD COLUMN function_decision TEXT,
    ADD COLUMN function_agency_id TEXT,
    ADD COLUMN function_actor TEXT,
    ADD COLUMN function_by TEXT,
    ADD COLUMN function_reason TEXT,
    ADD COLUMN function_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN area_decision TEXT,
    ADD COLUMN area_agency_id TEXT,
    ADD COLUMN area_actor TEXT,
    ADD COLUMN area_by TEXT,
    ADD COLUMN area_reason TEXT,
    ADD COLUMN area_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN pending_share NUMERIC(9, 8),
    ADD COLUMN pending_side TEXT,
    ADD COLUMN pending_agency_id TEXT,
    ADD COLUMN pending_by TEXT,
    ADD COLUMN pending_reason TEXT,
    ADD COLUMN pending_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN work_request_id TEXT,
    ADD COLUMN declared_record_id BIGINT,
    ADD COLUMN declared_current BOOLEAN,
    ADD COLUMN declared_share NUMERIC(9, 8),
    ADD COLUMN declared_stage_code TEXT

ALTER TABLE history.linkage
    ADD COLUMN created_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN proposed_side TEXT,
    ADD COLUMN function_decision TEXT,
    ADD COLUMN function_agency_id TEXT,
    ADD COLUMN function_actor TEXT,
    ADD COLUMN function_by TEXT,
    ADD COLUMN function_reason TEXT,
    ADD COLUMN function_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN area_decision TEXT,
    ADD COLUMN area_agency_id TEXT,
    ADD COLUMN area_actor TEXT,
    ADD COLUMN area_by TEXT,
    ADD COLUMN area_reason TEXT,
    ADD COLUMN area_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN pending_share NUMERIC(9, 8),
    ADD COLUMN pending_side TEXT,
    ADD COLUMN pending_agency_id TEXT,
    ADD COLUMN pending_by TEXT,
    ADD COLUMN pending_reason TEXT,
    ADD COLUMN pending_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN work_request_id TEXT,
    ADD COLUMN declared_record_id BIGINT,
    ADD COLUMN declared_current BOOLEAN,
    ADD COLUMN declared_share NUMERIC(9, 8),
    ADD COLUMN declared_stage_code TEXT

ALTER TABLE linkage DISABLE TRIGGER keep_history

ALTER TABLE linkage DISABLE TRIGGER rollup_note_update

UPDATE public.linkage SET created_at = least(known_from, (
    SELECT min(known_from) FROM history.linkage earlier WHERE earlier.id = public.linkage.id
))

UPDATE history.linkage SET created_at = least(known_from, (
    SELECT min(known_from) FROM history.linkage earlier WHERE earlier.id = history.linkage.id
))

ALTER TABLE linkage ENABLE TRIGGER keep_history

ALTER TABLE linkage ENABLE TRIGGER rollup_note_update

ALTER TABLE linkage ALTER COLUMN created_at SET DEFAULT transaction_timestamp(),
    ALTER COLUMN created_at SET NOT NULL

ALTER TABLE history.linkage ALTER COLUMN created_at SET NOT NULL

ALTER TABLE linkage
    ADD CONSTRAINT ck_linkage_proposed_side CHECK ("proposed_side" in ('FUNCTION', 'AREA')),
    ADD CONSTRAINT ck_linkage_function_decision CHECK ("function_decision" in ('PROPOSED', 'AGREED', 'DISPUTED', 'REJECTED', 'WITHDRAWN')),
    ADD CONSTRAINT ck_linkage_function_actor CHECK ("function_actor" in ('PERSON', 'CLIENT', 'SOURCE', 'HUB')),
    ADD CONSTRAINT ck_linkage_function_consent CHECK (num_nulls(function_decision, function_agency_id, function_actor, function_by, function_at) in (0, 5)),
    ADD CONSTRAINT ck_linkage_area_decision CHECK ("area_decision" in ('PROPOSED', 'AGREED', 'DISPUTED', 'REJECTED', 'WITHDRAWN')),
    ADD CONSTRAINT ck_linkage_area_actor CHECK ("area_actor" in ('PERSON', 'CLIENT', 'SOURCE', 'HUB')),
    ADD CONSTRAINT ck_linkage_area_consent CHECK (num_nulls(area_decision, area_agency_id, area_actor, area_by, area_at) in (0, 5)),
    ADD CONSTRAINT ck_linkage_pending_side CHECK ("pending_side" in ('FUNCTION', 'AREA')),
    ADD CONSTRAINT ck_linkage_pending_share CHECK (pending_share > 0 and pending_share <= 1),
    ADD CONSTRAINT ck_linkage_pending CHECK (num_nulls(pending_side, pending_agency_id, pending_by, pending_reason, pending_at) in (0, 5) and (pending_share is null or pending_side is not null)),
    ADD CONSTRAINT ck_linkage_declaration CHECK ((declared_record_id is null) = (declared_current is null)),
    ADD CONSTRAINT fk_linkage_function_agency_id FOREIGN KEY(function_agency_id) REFERENCES agency (id),
    ADD CONSTRAINT fk_linkage_area_agency_id FOREIGN KEY(area_agency_id) REFERENCES agency (id),
    ADD CONSTRAINT fk_linkage_pending_agency_id FOREIGN KEY(pending_agency_id) REFERENCES agency (id),
    ADD CONSTRAINT fk_linkage_work_request_id FOREIGN KEY(work_request_id) REFERENCES work_request (id),
    ADD CONSTRAINT fk_linkage_declared_record_id FOREIGN KEY(declared_record_id) REFERENCES source_record (id)

CREATE INDEX ix_linkage_declared_record_id ON linkage (declared_record_id)

CREATE INDEX ix_linkage_work_request_id ON linkage (work_request_id)

CREATE TABLE linkage_key (
    sender TEXT NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    linkage_id TEXT NOT NULL,
    CONSTRAINT pk_linkage_key PRIMARY KEY (sender, key),
    CONSTRAINT fk_linkage_key_linkage_id FOREIGN KEY(linkage_id) REFERENCES linkage (id)
)

CREATE INDEX ix_linkage_key_linkage_id ON linkage_key (linkage_id)

CREATE TABLE work_request_answer (
    id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    agency_id TEXT NOT NULL,
    ordinal SMALLINT NOT NULL,
    decision TEXT,
    linkage_id TEXT,
    reason TEXT,
    by TEXT,
    at TIMESTAMP WITH TIME ZONE,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_work_request_answer PRIMARY KEY (id),
    CONSTRAINT ck_work_request_answer_decision CHECK ("decision" in ('OFFER', 'DECLINE', 'REFER')),
    CONSTRAINT uq_work_request_answer_request_id UNIQUE (request_id, agency_id),
    CONSTRAINT fk_work_request_answer_request_id FOREIGN KEY(request_id) REFERENCES work_request (id),
    CONSTRAINT fk_work_request_answer_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id),
    CONSTRAINT fk_work_request_answer_linkage_id FOREIGN KEY(linkage_id) REFERENCES linkage (id)
)

CREATE INDEX ix_work_request_answer_agency_id ON work_request_answer (agency_id)

CREATE TABLE history_entry (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    subject TEXT NOT NULL,
    version INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    agency_id TEXT,
    by TEXT NOT NULL,
    side TEXT,
    kind TEXT NOT NULL,
    field TEXT,
    before TEXT,
    after TEXT,
    reason TEXT,
    because_of TEXT,
    earlier_state JSONB,
    undone_by BIGINT,
    CONSTRAINT pk_history_entry PRIMARY KEY (id),
    CONSTRAINT ck_history_entry_actor CHECK ("actor" in ('PERSON', 'CLIENT', 'SOURCE', 'HUB')),
    CONSTRAINT ck_history_entry_side CHECK ("side" in ('FUNCTION', 'AREA')),
    CONSTRAINT ck_history_entry_kind CHECK ("kind" in ('ADDED', 'REMOVED', 'CHANGED', 'MOVED', 'RERANKED')),
    CONSTRAINT fk_history_entry_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id)
)

CREATE INDEX ix_history_entry_subject_id ON history_entry (subject, id)
