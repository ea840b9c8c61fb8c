-- The first tables, one statement a paragraph; frozen, as a migration is.

CREATE TABLE area (
    id TEXT NOT NULL,
    level TEXT NOT NULL,
    kind TEXT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT,
    name_th_origin TEXT,
    name_en_origin TEXT,
    short_th TEXT,
    sort_key TEXT COLLATE "C" NOT NULL,
    tile_column SMALLINT,
    tile_row SMALLINT,
    valid_from DATE,
    valid_to DATE,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_area PRIMARY KEY (id),
    CONSTRAINT ck_area_level CHECK ("level" in ('COUNTRY', 'REGION', 'CLUSTER', 'PROVINCE', 'DISTRICT', 'LOCAL')),
    CONSTRAINT ck_area_kind CHECK ("kind" in ('COUNTRY', 'REGION', 'CLUSTER', 'PROVINCE', 'SPECIAL_ADMINISTRATION', 'DISTRICT', 'LOCAL_AUTHORITY'))
)

CREATE INDEX ix_area_level_sort_key ON area (level, sort_key, id)

CREATE TABLE external_id (
    scheme TEXT NOT NULL,
    value TEXT NOT NULL,
    subject TEXT NOT NULL,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_external_id PRIMARY KEY (scheme, value, subject)
)

CREATE INDEX ix_external_id_subject ON external_id (subject)

CREATE TABLE planning_event (
    id TEXT NOT NULL,
    track TEXT NOT NULL,
    ordinal SMALLINT NOT NULL,
    text_th TEXT NOT NULL,
    text_en TEXT,
    text_th_origin TEXT,
    text_en_origin TEXT,
    fiscal_year SMALLINT,
    starts_on DATE,
    ends_on DATE,
    precision TEXT NOT NULL,
    movable BOOLEAN NOT NULL,
    actors_th TEXT[] NOT NULL,
    actors_en TEXT[] NOT NULL,
    depends_on TEXT[] NOT NULL,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_planning_event PRIMARY KEY (id)
)

CREATE TABLE rule (
    code TEXT NOT NULL,
    slug TEXT NOT NULL,
    "group" TEXT NOT NULL,
    ordinal SMALLINT NOT NULL,
    text_th TEXT NOT NULL,
    text_en TEXT,
    text_th_origin TEXT,
    text_en_origin TEXT,
    enforcement TEXT NOT NULL,
    enforcement_note_th TEXT NOT NULL,
    enforcement_note_en TEXT,
    enforcement_note_th_origin TEXT,
    enforcement_note_en_origin TEXT,
    severity TEXT NOT NULL,
    citation TEXT NOT NULL,
    valid_from DATE,
    valid_to DATE,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_rule PRIMARY KEY (code),
    CONSTRAINT ck_rule_group CHECK ("group" in ('TEST', 'ALLOWED_KIND', 'EXCLUSION', 'CONDITION', 'PLAN', 'MONEY', 'BODY', 'PROCESS', 'MATRIX'))
)

CREATE TABLE seeded (
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    keys JSONB NOT NULL,
    CONSTRAINT pk_seeded PRIMARY KEY (name)
)

CREATE TABLE source (
    id TEXT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT,
    name_th_origin TEXT,
    name_en_origin TEXT,
    kind TEXT NOT NULL,
    note TEXT,
    health TEXT NOT NULL,
    last_success_at TIMESTAMP WITH TIME ZONE,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_source PRIMARY KEY (id),
    CONSTRAINT ck_source_health CHECK ("health" in ('OK', 'DEGRADED', 'DOWN', 'PAUSED'))
)

CREATE TABLE value_chain (
    id TEXT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT,
    name_th_origin TEXT,
    name_en_origin TEXT,
    sort_key TEXT COLLATE "C" NOT NULL,
    theme TEXT,
    template_id TEXT,
    actor_levels TEXT[] NOT NULL,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_value_chain PRIMARY KEY (id),
    CONSTRAINT fk_value_chain_template_id FOREIGN KEY(template_id) REFERENCES value_chain (id)
)

CREATE TABLE agency (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    level TEXT,
    name_th TEXT NOT NULL,
    name_en TEXT,
    name_th_origin TEXT,
    name_en_origin TEXT,
    short_th TEXT,
    short_en TEXT,
    sort_key TEXT COLLATE "C" NOT NULL,
    area_id TEXT,
    juristic_person BOOLEAN NOT NULL,
    valid_from DATE,
    valid_to DATE,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_agency PRIMARY KEY (id),
    CONSTRAINT ck_agency_kind CHECK ("kind" in ('MINISTRY', 'DEPARTMENT', 'PROVINCE', 'CLUSTER', 'LOCAL_AUTHORITY', 'STATE_ENTERPRISE', 'INDEPENDENT_BODY', 'FUND', 'GROUP', 'OTHER', 'PRIVATE', 'CIVIL_SOCIETY')),
    CONSTRAINT ck_agency_level CHECK ("level" in ('MINISTRY', 'CLUSTER', 'PROVINCE', 'LOCAL', 'PRIVATE', 'CIVIL_SOCIETY')),
    CONSTRAINT fk_agency_area_id FOREIGN KEY(area_id) REFERENCES area (id)
)

CREATE INDEX ix_agency_area_id ON agency (area_id)

CREATE TABLE area_membership (
    id TEXT NOT NULL,
    child_id TEXT NOT NULL,
    parent_id TEXT NOT NULL,
    authority TEXT,
    valid_from DATE,
    valid_to DATE,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_area_membership PRIMARY KEY (id),
    CONSTRAINT fk_area_membership_child_id FOREIGN KEY(child_id) REFERENCES area (id),
    CONSTRAINT fk_area_membership_parent_id FOREIGN KEY(parent_id) REFERENCES area (id)
)

CREATE INDEX ix_area_membership_child_id ON area_membership (child_id)

CREATE INDEX ix_area_membership_parent_id ON area_membership (parent_id)

CREATE TABLE finding (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    severity SMALLINT NOT NULL,
    summary_th TEXT NOT NULL,
    summary_en TEXT,
    summary_th_origin TEXT,
    summary_en_origin TEXT,
    rule_code TEXT,
    dismissed BOOLEAN DEFAULT false NOT NULL,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_finding PRIMARY KEY (id),
    CONSTRAINT ck_finding_kind CHECK ("kind" in ('GAP', 'OVERLAP', 'ROLE_MISMATCH', 'RULE_VIOLATION', 'DOUBLE_COUNT', 'UNLINKED', 'STALE', 'CONFLICTING_SOURCES')),
    CONSTRAINT fk_finding_rule_code FOREIGN KEY(rule_code) REFERENCES rule (code)
)

CREATE TABLE operations_centre (
    id TEXT NOT NULL,
    cluster_id TEXT NOT NULL,
    province_id TEXT NOT NULL,
    head_rule TEXT NOT NULL,
    head_th TEXT NOT NULL,
    head_en TEXT,
    head_th_origin TEXT,
    head_en_origin TEXT,
    rule_code TEXT NOT NULL,
    authority TEXT,
    valid_from DATE,
    valid_to DATE,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_operations_centre PRIMARY KEY (id),
    CONSTRAINT fk_operations_centre_cluster_id FOREIGN KEY(cluster_id) REFERENCES area (id),
    CONSTRAINT fk_operations_centre_province_id FOREIGN KEY(province_id) REFERENCES area (id),
    CONSTRAINT fk_operations_centre_rule_code FOREIGN KEY(rule_code) REFERENCES rule (code)
)

CREATE INDEX ix_operations_centre_cluster_id ON operations_centre (cluster_id)

CREATE TABLE source_record (
    id TEXT NOT NULL,
    source_id TEXT NOT NULL,
    scheme TEXT NOT NULL,
    value TEXT NOT NULL,
    url TEXT,
    payload_hash TEXT NOT NULL,
    payload JSONB NOT NULL,
    retrieved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_source_record PRIMARY KEY (id),
    CONSTRAINT fk_source_record_source_id FOREIGN KEY(source_id) REFERENCES source (id)
)

CREATE INDEX ix_source_record_source_id ON source_record (source_id)

CREATE TABLE stage (
    id TEXT NOT NULL,
    chain_id TEXT NOT NULL,
    code TEXT NOT NULL,
    ordinal SMALLINT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT,
    name_th_origin TEXT,
    name_en_origin TEXT,
    group_th TEXT,
    group_en TEXT,
    group_th_origin TEXT,
    group_en_origin TEXT,
    kind TEXT NOT NULL,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_stage PRIMARY KEY (id),
    CONSTRAINT ck_stage_kind CHECK ("kind" in ('MAIN', 'SUPPORT')),
    CONSTRAINT uq_stage_chain_id UNIQUE (chain_id, code),
    CONSTRAINT fk_stage_chain_id FOREIGN KEY(chain_id) REFERENCES value_chain (id)
)

CREATE TABLE agency_placement (
    id TEXT NOT NULL,
    agency_id TEXT NOT NULL,
    parent_id TEXT,
    code TEXT,
    valid_from DATE,
    valid_to DATE,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_agency_placement PRIMARY KEY (id),
    CONSTRAINT fk_agency_placement_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id),
    CONSTRAINT fk_agency_placement_parent_id FOREIGN KEY(parent_id) REFERENCES agency (id)
)

CREATE INDEX ix_agency_placement_agency_id ON agency_placement (agency_id)

CREATE INDEX ix_agency_placement_code ON agency_placement (code)

CREATE INDEX ix_agency_placement_parent_id ON agency_placement (parent_id)

CREATE TABLE expected_role (
    id TEXT NOT NULL,
    stage_id TEXT NOT NULL,
    level TEXT NOT NULL,
    statement_th TEXT NOT NULL,
    statement_en TEXT,
    statement_th_origin TEXT,
    statement_en_origin TEXT,
    citation TEXT NOT NULL,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_expected_role PRIMARY KEY (id),
    CONSTRAINT ck_expected_role_level CHECK ("level" in ('MINISTRY', 'CLUSTER', 'PROVINCE', 'LOCAL', 'PRIVATE', 'CIVIL_SOCIETY')),
    CONSTRAINT fk_expected_role_stage_id FOREIGN KEY(stage_id) REFERENCES stage (id)
)

CREATE INDEX ix_expected_role_stage_id ON expected_role (stage_id)

CREATE TABLE plan (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    title_th TEXT NOT NULL,
    title_en TEXT,
    title_th_origin TEXT,
    title_en_origin TEXT,
    sort_key TEXT COLLATE "C" NOT NULL,
    area_id TEXT,
    agency_id TEXT,
    first_year SMALLINT NOT NULL,
    last_year SMALLINT NOT NULL,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_plan PRIMARY KEY (id),
    CONSTRAINT ck_plan_kind CHECK ("kind" in ('NATIONAL_STRATEGY', 'MASTER_PLAN', 'REGION', 'CLUSTER_DEVELOPMENT', 'PROVINCE_DEVELOPMENT', 'MINISTRY_STRATEGY', 'ANNUAL_ACTION', 'LOCAL_DEVELOPMENT')),
    CONSTRAINT ck_plan_period CHECK (first_year <= last_year),
    CONSTRAINT fk_plan_area_id FOREIGN KEY(area_id) REFERENCES area (id),
    CONSTRAINT fk_plan_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id)
)

CREATE INDEX ix_plan_agency_id ON plan (agency_id)

CREATE INDEX ix_plan_area_id ON plan (area_id)

CREATE TABLE project (
    id TEXT NOT NULL,
    code TEXT,
    name_th TEXT NOT NULL,
    name_en TEXT,
    name_th_origin TEXT,
    name_en_origin TEXT,
    sort_key TEXT COLLATE "C" NOT NULL,
    actor_level TEXT,
    owner_id TEXT,
    fiscal_years SMALLINT[] NOT NULL,
    visibility TEXT NOT NULL,
    duplicate_of TEXT,
    parent_id TEXT,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_project PRIMARY KEY (id),
    CONSTRAINT ck_project_actor_level CHECK ("actor_level" in ('MINISTRY', 'CLUSTER', 'PROVINCE', 'LOCAL', 'PRIVATE', 'CIVIL_SOCIETY')),
    CONSTRAINT ck_project_visibility CHECK ("visibility" in ('PUBLISHED', 'LISTED', 'PRIVATE')),
    CONSTRAINT fk_project_owner_id FOREIGN KEY(owner_id) REFERENCES agency (id),
    CONSTRAINT fk_project_duplicate_of FOREIGN KEY(duplicate_of) REFERENCES project (id),
    CONSTRAINT fk_project_parent_id FOREIGN KEY(parent_id) REFERENCES project (id)
)

CREATE INDEX ix_project_code ON project (code)

CREATE INDEX ix_project_owner_id ON project (owner_id)

CREATE INDEX ix_project_sort_key ON project (sort_key, id)

CREATE TABLE provenance (
    subject TEXT NOT NULL,
    ordinal SMALLINT NOT NULL,
    source_id TEXT NOT NULL,
    record_id TEXT,
    asserted TEXT NOT NULL,
    confidence TEXT,
    citation TEXT,
    note TEXT,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_provenance PRIMARY KEY (subject, ordinal),
    CONSTRAINT ck_provenance_asserted CHECK ("asserted" in ('REPORTED', 'DERIVED', 'RECONSTRUCTED', 'ASSUMED', 'SUGGESTED', 'AGREED')),
    CONSTRAINT ck_provenance_confidence CHECK ("confidence" in ('HIGH', 'MEDIUM', 'LOW')),
    CONSTRAINT fk_provenance_source_id FOREIGN KEY(source_id) REFERENCES source (id),
    CONSTRAINT fk_provenance_record_id FOREIGN KEY(record_id) REFERENCES source_record (id)
)

CREATE TABLE budget_line (
    id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    area_id TEXT,
    fiscal_year SMALLINT NOT NULL,
    phase TEXT NOT NULL,
    funding TEXT NOT NULL,
    amount BIGINT NOT NULL,
    holder_id TEXT,
    disburser_id TEXT,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_budget_line PRIMARY KEY (id),
    CONSTRAINT ck_budget_line_phase CHECK ("phase" in ('PLANNED', 'REQUESTED', 'APPROPRIATED', 'ALLOCATED', 'CONTRACTED', 'DISBURSED')),
    CONSTRAINT ck_budget_line_funding CHECK ("funding" in ('MINISTRY', 'CLUSTER', 'PROVINCE', 'LOCAL', 'LOAN', 'SUBSIDY', 'PRIVATE', 'CENTRAL_FUND')),
    CONSTRAINT fk_budget_line_project_id FOREIGN KEY(project_id) REFERENCES project (id),
    CONSTRAINT fk_budget_line_area_id FOREIGN KEY(area_id) REFERENCES area (id),
    CONSTRAINT fk_budget_line_holder_id FOREIGN KEY(holder_id) REFERENCES agency (id),
    CONSTRAINT fk_budget_line_disburser_id FOREIGN KEY(disburser_id) REFERENCES agency (id)
)

CREATE INDEX ix_budget_line_area_id ON budget_line (area_id)

CREATE INDEX ix_budget_line_project_id_fiscal_year ON budget_line (project_id, fiscal_year)

CREATE TABLE finding_subject (
    finding_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_finding_subject PRIMARY KEY (finding_id, project_id),
    CONSTRAINT fk_finding_subject_finding_id FOREIGN KEY(finding_id) REFERENCES finding (id),
    CONSTRAINT fk_finding_subject_project_id FOREIGN KEY(project_id) REFERENCES project (id)
)

CREATE INDEX ix_finding_subject_project_id ON finding_subject (project_id)

CREATE TABLE issue (
    id TEXT NOT NULL,
    plan_id TEXT NOT NULL,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_issue PRIMARY KEY (id),
    CONSTRAINT fk_issue_plan_id FOREIGN KEY(plan_id) REFERENCES plan (id)
)

CREATE INDEX ix_issue_plan_id ON issue (plan_id)

CREATE TABLE plan_version (
    id TEXT NOT NULL,
    plan_id TEXT NOT NULL,
    number SMALLINT NOT NULL,
    status TEXT NOT NULL,
    visibility TEXT NOT NULL,
    owner_id TEXT,
    decided_on DATE,
    decided_by TEXT,
    vision_th TEXT,
    vision_en TEXT,
    vision_th_origin TEXT,
    vision_en_origin TEXT,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_plan_version PRIMARY KEY (id),
    CONSTRAINT ck_plan_version_status CHECK ("status" in ('DRAFT', 'IN_CONSULTATION', 'SUBMITTED', 'SCREENED', 'APPROVED', 'SUPERSEDED')),
    CONSTRAINT ck_plan_version_visibility CHECK ("visibility" in ('PUBLISHED', 'LISTED', 'PRIVATE')),
    CONSTRAINT uq_plan_version_plan_id UNIQUE (plan_id, number),
    CONSTRAINT fk_plan_version_plan_id FOREIGN KEY(plan_id) REFERENCES plan (id),
    CONSTRAINT fk_plan_version_owner_id FOREIGN KEY(owner_id) REFERENCES agency (id)
)

CREATE TABLE project_area (
    project_id TEXT NOT NULL,
    area_id TEXT NOT NULL,
    share NUMERIC(9, 8),
    basis TEXT NOT NULL,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_project_area PRIMARY KEY (project_id, area_id),
    CONSTRAINT ck_project_area_basis CHECK ("basis" in ('REPORTED', 'AGREED', 'UNKNOWN')),
    CONSTRAINT fk_project_area_project_id FOREIGN KEY(project_id) REFERENCES project (id),
    CONSTRAINT fk_project_area_area_id FOREIGN KEY(area_id) REFERENCES area (id)
)

CREATE INDEX ix_project_area_area_id ON project_area (area_id)

CREATE TABLE project_implementer (
    project_id TEXT NOT NULL,
    ordinal SMALLINT NOT NULL,
    agency_id TEXT NOT NULL,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_project_implementer PRIMARY KEY (project_id, ordinal),
    CONSTRAINT fk_project_implementer_project_id FOREIGN KEY(project_id) REFERENCES project (id),
    CONSTRAINT fk_project_implementer_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id)
)

CREATE INDEX ix_project_implementer_agency_id ON project_implementer (agency_id)

CREATE TABLE issue_revision (
    issue_id TEXT NOT NULL,
    version_id TEXT NOT NULL,
    code TEXT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT,
    name_th_origin TEXT,
    name_en_origin TEXT,
    sort_key TEXT COLLATE "C" NOT NULL,
    rank SMALLINT,
    rank_basis TEXT,
    theme TEXT,
    chain_id TEXT,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_issue_revision PRIMARY KEY (issue_id, version_id),
    CONSTRAINT fk_issue_revision_issue_id FOREIGN KEY(issue_id) REFERENCES issue (id),
    CONSTRAINT fk_issue_revision_version_id FOREIGN KEY(version_id) REFERENCES plan_version (id),
    CONSTRAINT fk_issue_revision_chain_id FOREIGN KEY(chain_id) REFERENCES value_chain (id)
)

CREATE INDEX ix_issue_revision_chain_id ON issue_revision (chain_id)

CREATE INDEX ix_issue_revision_version_id ON issue_revision (version_id)

CREATE TABLE linkage (
    id TEXT NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    project_id TEXT NOT NULL,
    issue_id TEXT,
    stage_id TEXT,
    status TEXT NOT NULL,
    visibility TEXT NOT NULL,
    share NUMERIC(9, 8),
    reasons JSONB DEFAULT '[]' NOT NULL,
    proposed_by_id TEXT,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_linkage PRIMARY KEY (id),
    CONSTRAINT ck_linkage_status CHECK ("status" in ('SUGGESTED', 'PROPOSED', 'AGREED', 'DISPUTED', 'REJECTED', 'WITHDRAWN')),
    CONSTRAINT ck_linkage_visibility CHECK ("visibility" in ('PUBLISHED', 'LISTED', 'PRIVATE')),
    CONSTRAINT ck_linkage_share CHECK (share > 0 and share <= 1),
    CONSTRAINT ck_linkage_target CHECK (issue_id is not null or stage_id is not null),
    CONSTRAINT fk_linkage_project_id FOREIGN KEY(project_id) REFERENCES project (id),
    CONSTRAINT fk_linkage_issue_id FOREIGN KEY(issue_id) REFERENCES issue (id),
    CONSTRAINT fk_linkage_stage_id FOREIGN KEY(stage_id) REFERENCES stage (id),
    CONSTRAINT fk_linkage_proposed_by_id FOREIGN KEY(proposed_by_id) REFERENCES agency (id)
)

CREATE INDEX ix_linkage_issue_id ON linkage (issue_id)

CREATE INDEX ix_linkage_project_id ON linkage (project_id)

CREATE INDEX ix_linkage_stage_id ON linkage (stage_id)
