CREATE TABLE joint_session (
    id TEXT NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    area_ids TEXT[] NOT NULL,
    fiscal_year SMALLINT NOT NULL,
    host_id TEXT NOT NULL,
    matrix_key TEXT NOT NULL,
    previous_id TEXT,
    starts_at TIMESTAMP WITH TIME ZONE,
    opened_at TIMESTAMP WITH TIME ZONE,
    closed_at TIMESTAMP WITH TIME ZONE,
    notes TEXT[] DEFAULT '{}' NOT NULL,
    ratified_by TEXT,
    ratified_on DATE,
    ratified_citation TEXT,
    minutes_th TEXT,
    minutes_en TEXT,
    minutes_digest TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_joint_session PRIMARY KEY (id),
    CONSTRAINT ck_joint_session_kind CHECK ("kind" in ('STRATEGY', 'LOCAL_PROJECTS', 'POST_BUDGET')),
    CONSTRAINT ck_joint_session_status CHECK ("status" in ('SCHEDULED', 'OPEN', 'SUSPENDED', 'CLOSED', 'RATIFIED', 'CANCELLED')),
    CONSTRAINT ck_joint_session_ratified CHECK (num_nulls(ratified_by, ratified_on, ratified_citation) in (0, 3)),
    CONSTRAINT ck_joint_session_closed CHECK (closed_at is null or opened_at is not null),
    CONSTRAINT fk_joint_session_host_id FOREIGN KEY(host_id) REFERENCES agency (id),
    CONSTRAINT fk_joint_session_previous_id FOREIGN KEY(previous_id) REFERENCES joint_session (id)
)

CREATE INDEX ix_joint_session_area_ids ON joint_session USING gin (area_ids)

CREATE TABLE delegation (
    id TEXT NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    session_id TEXT NOT NULL,
    agency_id TEXT NOT NULL,
    role TEXT NOT NULL,
    operations TEXT[] DEFAULT '{}' NOT NULL,
    max_satang BIGINT,
    issue_ids TEXT[] DEFAULT '{}' NOT NULL,
    mandate_text TEXT,
    present BOOLEAN DEFAULT 'false' NOT NULL,
    invited_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_delegation PRIMARY KEY (id),
    CONSTRAINT ck_delegation_role CHECK ("role" in ('HOST', 'AREA', 'FUNCTION', 'LOCAL', 'ADVISORY', 'OBSERVER')),
    CONSTRAINT uq_delegation_session_id UNIQUE (session_id, agency_id),
    CONSTRAINT ck_delegation_max_satang CHECK (max_satang >= 0),
    CONSTRAINT fk_delegation_session_id FOREIGN KEY(session_id) REFERENCES joint_session (id),
    CONSTRAINT fk_delegation_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id)
)

CREATE INDEX ix_delegation_agency_id ON delegation (agency_id)

CREATE TABLE agenda_item (
    id TEXT NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    session_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    title TEXT NOT NULL,
    subject TEXT,
    cell TEXT,
    status TEXT NOT NULL,
    note TEXT,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_agenda_item PRIMARY KEY (id),
    CONSTRAINT ck_agenda_item_status CHECK ("status" in ('OPEN', 'CURRENT', 'AGREED', 'NOT_AGREED', 'POSTPONED')),
    CONSTRAINT fk_agenda_item_session_id FOREIGN KEY(session_id) REFERENCES joint_session (id)
)

CREATE INDEX ix_agenda_item_session_id ON agenda_item (session_id)

CREATE TABLE proposal (
    id TEXT NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    session_id TEXT NOT NULL,
    item_id TEXT NOT NULL,
    agency_id TEXT NOT NULL,
    summary TEXT NOT NULL,
    status TEXT NOT NULL,
    operations JSONB NOT NULL,
    parties JSONB NOT NULL,
    supersedes_id TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_proposal PRIMARY KEY (id),
    CONSTRAINT ck_proposal_status CHECK ("status" in ('OPEN', 'WITHDRAWN', 'SUPERSEDED', 'CONCLUDED', 'LAPSED')),
    CONSTRAINT fk_proposal_session_id FOREIGN KEY(session_id) REFERENCES joint_session (id),
    CONSTRAINT fk_proposal_item_id FOREIGN KEY(item_id) REFERENCES agenda_item (id),
    CONSTRAINT fk_proposal_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id),
    CONSTRAINT uq_proposal_supersedes_id UNIQUE (supersedes_id),
    CONSTRAINT fk_proposal_supersedes_id FOREIGN KEY(supersedes_id) REFERENCES proposal (id)
)

CREATE INDEX ix_proposal_item_id ON proposal (item_id)

CREATE INDEX ix_proposal_session_id ON proposal (session_id)

CREATE TABLE proposal_condition (
    id TEXT NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    proposal_id TEXT NOT NULL,
    agency_id TEXT NOT NULL,
    text TEXT NOT NULL,
    status TEXT NOT NULL,
    resolution TEXT,
    carried_by_id TEXT,
    due_on DATE,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_proposal_condition PRIMARY KEY (id),
    CONSTRAINT ck_proposal_condition_status CHECK ("status" in ('OPEN', 'RESOLVED', 'CARRIED', 'WITHDRAWN')),
    CONSTRAINT ck_proposal_condition_carried CHECK ((status = 'CARRIED') = (carried_by_id is not null)),
    CONSTRAINT fk_proposal_condition_proposal_id FOREIGN KEY(proposal_id) REFERENCES proposal (id),
    CONSTRAINT fk_proposal_condition_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id),
    CONSTRAINT fk_proposal_condition_carried_by_id FOREIGN KEY(carried_by_id) REFERENCES agency (id)
)

CREATE INDEX ix_proposal_condition_proposal_id ON proposal_condition (proposal_id)

CREATE TABLE proposal_position (
    id TEXT NOT NULL,
    proposal_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    agency_id TEXT NOT NULL,
    stance TEXT NOT NULL,
    condition_id TEXT,
    reason TEXT,
    by TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_proposal_position PRIMARY KEY (id),
    CONSTRAINT ck_proposal_position_stance CHECK ("stance" in ('ACCEPT', 'ACCEPT_WITH_CONDITION', 'OBJECT', 'ABSTAIN')),
    CONSTRAINT uq_proposal_position_proposal_id UNIQUE (proposal_id, number),
    CONSTRAINT ck_proposal_position_condition CHECK ((stance = 'ACCEPT_WITH_CONDITION') = (condition_id is not null)),
    CONSTRAINT fk_proposal_position_proposal_id FOREIGN KEY(proposal_id) REFERENCES proposal (id),
    CONSTRAINT fk_proposal_position_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id),
    CONSTRAINT fk_proposal_position_condition_id FOREIGN KEY(condition_id) REFERENCES proposal_condition (id)
)

CREATE UNIQUE INDEX uq_proposal_position_in_force ON proposal_position (proposal_id, agency_id) WHERE ended_at is null

CREATE TABLE session_event (
    session_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    kind TEXT NOT NULL,
    agency_id TEXT,
    subject TEXT,
    changed_cells TEXT[] DEFAULT '{}' NOT NULL,
    details JSONB,
    CONSTRAINT pk_session_event PRIMARY KEY (session_id, number),
    CONSTRAINT ck_session_event_kind CHECK ("kind" in ('SESSION_CHANGED', 'PRESENCE', 'AGENDA_CHANGED', 'PROPOSAL_CHANGED', 'POSITION_CHANGED', 'AGREEMENT_CONCLUDED', 'DATA_CHANGED')),
    CONSTRAINT fk_session_event_session_id FOREIGN KEY(session_id) REFERENCES joint_session (id),
    CONSTRAINT fk_session_event_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id)
)

CREATE TABLE session_presence (
    session_id TEXT NOT NULL,
    agency_id TEXT NOT NULL,
    connection TEXT NOT NULL,
    viewing TEXT,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_session_presence PRIMARY KEY (session_id, agency_id, connection),
    CONSTRAINT fk_session_presence_session_id FOREIGN KEY(session_id) REFERENCES joint_session (id),
    CONSTRAINT fk_session_presence_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id)
)

CREATE TABLE agreement (
    id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    proposal_id TEXT NOT NULL,
    status TEXT NOT NULL,
    party_ids TEXT[] NOT NULL,
    operations JSONB NOT NULL,
    changed_cells TEXT[] DEFAULT '{}' NOT NULL,
    version_ids TEXT[] DEFAULT '{}' NOT NULL,
    memorandum_th TEXT NOT NULL,
    memorandum_en TEXT NOT NULL,
    digest TEXT NOT NULL,
    superseded_by_id TEXT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    ratified_at TIMESTAMP WITH TIME ZONE,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_agreement PRIMARY KEY (id),
    CONSTRAINT ck_agreement_status CHECK ("status" in ('CONCLUDED', 'RATIFIED', 'NOT_RATIFIED', 'SUPERSEDED')),
    CONSTRAINT fk_agreement_session_id FOREIGN KEY(session_id) REFERENCES joint_session (id),
    CONSTRAINT uq_agreement_proposal_id UNIQUE (proposal_id),
    CONSTRAINT fk_agreement_proposal_id FOREIGN KEY(proposal_id) REFERENCES proposal (id),
    CONSTRAINT fk_agreement_superseded_by_id FOREIGN KEY(superseded_by_id) REFERENCES agreement (id)
)

CREATE INDEX ix_agreement_at ON agreement (at, id)

CREATE INDEX ix_agreement_session_id ON agreement (session_id)

CREATE TABLE agreed_fact (
    id TEXT NOT NULL,
    agreement_id TEXT NOT NULL,
    field TEXT NOT NULL,
    project_id TEXT,
    linkage_id TEXT,
    same_as_id TEXT,
    indicator_id TEXT,
    agency_ids TEXT[] DEFAULT '{}' NOT NULL,
    status TEXT,
    status_before TEXT,
    share NUMERIC(9, 8),
    share_before NUMERIC(9, 8),
    fiscal_year SMALLINT,
    phase TEXT,
    funding TEXT,
    area_id TEXT,
    amount_satang BIGINT,
    finding_id TEXT,
    asserted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_agreed_fact PRIMARY KEY (id),
    CONSTRAINT ck_agreed_fact_field CHECK ("field" in ('LINKAGE', 'SHARE', 'LEAD', 'AMOUNT', 'IDENTITY', 'INDICATOR_OWNERS')),
    CONSTRAINT ck_agreed_fact_phase CHECK ("phase" in ('PLANNED', 'REQUESTED', 'APPROPRIATED', 'ALLOCATED', 'CONTRACTED', 'DISBURSED')),
    CONSTRAINT ck_agreed_fact_funding CHECK ("funding" in ('MINISTRY', 'CLUSTER', 'PROVINCE', 'LOCAL', 'LOAN', 'SUBSIDY', 'PRIVATE', 'CENTRAL_FUND')),
    CONSTRAINT ck_agreed_fact_subject CHECK ((field in ('LINKAGE', 'SHARE')) = (linkage_id is not null) and (field = 'IDENTITY') = (same_as_id is not null) and (field = 'INDICATOR_OWNERS') = (indicator_id is not null) and (field = 'INDICATOR_OWNERS') = (project_id is null)),
    CONSTRAINT ck_agreed_fact_amount CHECK (case when field = 'AMOUNT' then num_nulls(fiscal_year, phase, funding, amount_satang) = 0 else num_nonnulls(fiscal_year, phase, funding, area_id, amount_satang) = 0 end),
    CONSTRAINT ck_agreed_fact_amount_satang CHECK (amount_satang >= 0),
    CONSTRAINT ck_agreed_fact_status CHECK (status in ('SUGGESTED', 'PROPOSED', 'AGREED', 'DISPUTED', 'REJECTED', 'WITHDRAWN')),
    CONSTRAINT ck_agreed_fact_status_before CHECK (status_before in ('SUGGESTED', 'PROPOSED', 'AGREED', 'DISPUTED', 'REJECTED', 'WITHDRAWN')),
    CONSTRAINT fk_agreed_fact_agreement_id FOREIGN KEY(agreement_id) REFERENCES agreement (id),
    CONSTRAINT fk_agreed_fact_project_id FOREIGN KEY(project_id) REFERENCES project (id),
    CONSTRAINT fk_agreed_fact_linkage_id FOREIGN KEY(linkage_id) REFERENCES linkage (id),
    CONSTRAINT fk_agreed_fact_same_as_id FOREIGN KEY(same_as_id) REFERENCES same_as (id),
    CONSTRAINT fk_agreed_fact_area_id FOREIGN KEY(area_id) REFERENCES area (id),
    CONSTRAINT fk_agreed_fact_finding_id FOREIGN KEY(finding_id) REFERENCES finding (id)
)

CREATE INDEX ix_agreed_fact_agreement_id ON agreed_fact (agreement_id)

CREATE INDEX ix_agreed_fact_amount ON agreed_fact (project_id, fiscal_year) WHERE field = 'AMOUNT' and ended_at is null

CREATE INDEX ix_agreed_fact_indicator_id ON agreed_fact (indicator_id)

CREATE INDEX ix_agreed_fact_linkage_id ON agreed_fact (linkage_id)

CREATE INDEX ix_agreed_fact_project_id ON agreed_fact (project_id)

CREATE INDEX ix_agreed_fact_same_as_id ON agreed_fact (same_as_id)

CREATE TABLE commitment (
    id TEXT NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    agency_id TEXT NOT NULL,
    text TEXT NOT NULL,
    due_on DATE,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    session_id TEXT,
    agreement_id TEXT,
    condition_id TEXT,
    area_id TEXT,
    issue_id TEXT,
    stage_id TEXT,
    actor_level TEXT,
    place_agency_id TEXT,
    first_year SMALLINT,
    last_year SMALLINT,
    project_id TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_commitment PRIMARY KEY (id),
    CONSTRAINT ck_commitment_kind CHECK ("kind" in ('PLEDGE', 'CONDITION', 'TASK')),
    CONSTRAINT ck_commitment_status CHECK ("status" in ('OPEN', 'IN_PROGRESS', 'DONE', 'LATE', 'WITHDRAWN')),
    CONSTRAINT ck_commitment_actor_level CHECK ("actor_level" in ('MINISTRY', 'CLUSTER', 'PROVINCE', 'LOCAL', 'PRIVATE', 'CIVIL_SOCIETY')),
    CONSTRAINT ck_commitment_stored_status CHECK (status <> 'LATE'),
    CONSTRAINT ck_commitment_years CHECK (first_year <= last_year),
    CONSTRAINT fk_commitment_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id),
    CONSTRAINT fk_commitment_session_id FOREIGN KEY(session_id) REFERENCES joint_session (id),
    CONSTRAINT fk_commitment_agreement_id FOREIGN KEY(agreement_id) REFERENCES agreement (id),
    CONSTRAINT fk_commitment_condition_id FOREIGN KEY(condition_id) REFERENCES proposal_condition (id),
    CONSTRAINT fk_commitment_area_id FOREIGN KEY(area_id) REFERENCES area (id),
    CONSTRAINT fk_commitment_issue_id FOREIGN KEY(issue_id) REFERENCES issue (id),
    CONSTRAINT fk_commitment_stage_id FOREIGN KEY(stage_id) REFERENCES stage (id),
    CONSTRAINT fk_commitment_place_agency_id FOREIGN KEY(place_agency_id) REFERENCES agency (id),
    CONSTRAINT fk_commitment_project_id FOREIGN KEY(project_id) REFERENCES project (id)
)

CREATE INDEX ix_commitment_agency_id ON commitment (agency_id)

CREATE INDEX ix_commitment_agreement_id ON commitment (agreement_id)

CREATE INDEX ix_commitment_area_id ON commitment (area_id)

CREATE INDEX ix_commitment_session_id ON commitment (session_id)

CREATE INDEX ix_commitment_stage_id ON commitment (stage_id)

CREATE TABLE commitment_report (
    commitment_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    agency_id TEXT NOT NULL,
    status TEXT NOT NULL,
    text TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_commitment_report PRIMARY KEY (commitment_id, version),
    CONSTRAINT ck_commitment_report_status CHECK ("status" in ('OPEN', 'IN_PROGRESS', 'DONE', 'LATE', 'WITHDRAWN')),
    CONSTRAINT fk_commitment_report_commitment_id FOREIGN KEY(commitment_id) REFERENCES commitment (id),
    CONSTRAINT fk_commitment_report_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id)
)
