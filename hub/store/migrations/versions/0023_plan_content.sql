CREATE TABLE plan_section (
    version_id TEXT NOT NULL,
    ordinal SMALLINT NOT NULL,
    kind TEXT NOT NULL,
    text_th TEXT NOT NULL,
    text_en TEXT,
    text_th_origin TEXT,
    text_en_origin TEXT,
    CONSTRAINT pk_plan_section PRIMARY KEY (version_id, ordinal),
    CONSTRAINT ck_plan_section_kind CHECK ("kind" in ('GENERAL', 'ECONOMY', 'SOCIETY', 'ENVIRONMENT', 'SECURITY', 'SWOT', 'PAST_RESULTS')),
    CONSTRAINT fk_plan_section_version_id FOREIGN KEY(version_id) REFERENCES plan_version (id)
)

CREATE TABLE plan_element (
    id TEXT NOT NULL,
    version_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL,
    issue_id TEXT,
    goal_id TEXT,
    code TEXT,
    name_th TEXT NOT NULL,
    name_en TEXT,
    name_th_origin TEXT,
    name_en_origin TEXT,
    unit TEXT,
    owner_ids TEXT[],
    CONSTRAINT pk_plan_element PRIMARY KEY (id, version_id),
    CONSTRAINT ck_plan_element_kind CHECK ("kind" in ('GOAL', 'INDICATOR', 'STRATEGY')),
    CONSTRAINT fk_plan_element_goal_id FOREIGN KEY(goal_id, version_id) REFERENCES plan_element (id, version_id),
    CONSTRAINT ck_plan_element_goal CHECK ((kind = 'INDICATOR') = (goal_id is not null)),
    CONSTRAINT ck_plan_element_issue CHECK (kind <> 'STRATEGY' or issue_id is not null),
    CONSTRAINT fk_plan_element_version_id FOREIGN KEY(version_id) REFERENCES plan_version (id),
    CONSTRAINT fk_plan_element_issue_id FOREIGN KEY(issue_id) REFERENCES issue (id)
)

CREATE INDEX ix_plan_element_issue_id ON plan_element (issue_id)

CREATE INDEX ix_plan_element_version_id ON plan_element (version_id)

CREATE TABLE plan_target (
    indicator_id TEXT NOT NULL,
    version_id TEXT NOT NULL,
    fiscal_year SMALLINT NOT NULL,
    value NUMERIC,
    text_th TEXT,
    text_en TEXT,
    text_th_origin TEXT,
    text_en_origin TEXT,
    CONSTRAINT pk_plan_target PRIMARY KEY (indicator_id, version_id, fiscal_year),
    CONSTRAINT fk_plan_target_indicator_id FOREIGN KEY(indicator_id, version_id) REFERENCES plan_element (id, version_id),
    CONSTRAINT ck_plan_target_stated CHECK (value is not null or text_th is not null)
)

CREATE TABLE plan_alignment (
    version_id TEXT NOT NULL,
    issue_id TEXT NOT NULL,
    ordinal SMALLINT NOT NULL,
    kind TEXT NOT NULL,
    text_th TEXT NOT NULL,
    text_en TEXT,
    text_th_origin TEXT,
    text_en_origin TEXT,
    element TEXT,
    citation TEXT,
    CONSTRAINT pk_plan_alignment PRIMARY KEY (version_id, issue_id, ordinal),
    CONSTRAINT ck_plan_alignment_kind CHECK ("kind" in ('NATIONAL', 'POLICY', 'REGION', 'SECTOR', 'CLUSTER', 'NEED', 'COMMUNITY')),
    CONSTRAINT fk_plan_alignment_version_id FOREIGN KEY(version_id) REFERENCES plan_version (id),
    CONSTRAINT fk_plan_alignment_issue_id FOREIGN KEY(issue_id) REFERENCES issue (id)
)

CREATE INDEX ix_plan_alignment_issue_id ON plan_alignment (issue_id)

CREATE TABLE plan_item (
    id TEXT NOT NULL,
    version_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT,
    name_th_origin TEXT,
    name_en_origin TEXT,
    detail_th TEXT,
    detail_en TEXT,
    detail_th_origin TEXT,
    detail_en_origin TEXT,
    project_id TEXT,
    issue_id TEXT,
    stage_id TEXT,
    executor TEXT,
    responsible_id TEXT,
    province_id TEXT,
    responsibilities JSONB,
    route TEXT,
    planned_satang BIGINT,
    CONSTRAINT pk_plan_item PRIMARY KEY (id, version_id),
    CONSTRAINT ck_plan_item_executor CHECK ("executor" in ('MINISTRY', 'CLUSTER', 'PROVINCE', 'LOCAL', 'PRIVATE', 'CIVIL_SOCIETY')),
    CONSTRAINT ck_plan_item_route CHECK ("route" in ('AREA_DIRECT', 'MINISTRY', 'LOCAL', 'PRIVATE', 'OTHER_STATE')),
    CONSTRAINT ck_plan_item_planned CHECK (planned_satang >= 0),
    CONSTRAINT fk_plan_item_version_id FOREIGN KEY(version_id) REFERENCES plan_version (id),
    CONSTRAINT fk_plan_item_issue_id FOREIGN KEY(issue_id) REFERENCES issue (id),
    CONSTRAINT fk_plan_item_stage_id FOREIGN KEY(stage_id) REFERENCES stage (id),
    CONSTRAINT fk_plan_item_responsible_id FOREIGN KEY(responsible_id) REFERENCES agency (id),
    CONSTRAINT fk_plan_item_province_id FOREIGN KEY(province_id) REFERENCES area (id)
)

CREATE INDEX ix_plan_item_issue_id ON plan_item (issue_id)

CREATE INDEX ix_plan_item_project_id ON plan_item (project_id)

CREATE INDEX ix_plan_item_province_id ON plan_item (province_id)

CREATE INDEX ix_plan_item_responsible_id ON plan_item (responsible_id)

CREATE INDEX ix_plan_item_stage_id ON plan_item (stage_id)

CREATE INDEX ix_plan_item_version_id ON plan_item (version_id)

CREATE TABLE plan_grade (
    version_id TEXT NOT NULL,
    ordinal SMALLINT NOT NULL,
    grade TEXT NOT NULL,
    graded_by TEXT NOT NULL,
    graded_on DATE,
    CONSTRAINT pk_plan_grade PRIMARY KEY (version_id, ordinal),
    CONSTRAINT ck_plan_grade_grade CHECK ("grade" in ('VERY_GOOD', 'GOOD', 'FAIR', 'POOR')),
    CONSTRAINT fk_plan_grade_version_id FOREIGN KEY(version_id) REFERENCES plan_version (id)
)

CREATE FUNCTION forbid_update() RETURNS trigger LANGUAGE plpgsql AS $$
begin
    raise exception 'rows of % are never updated; submit a new version of the plan', tg_table_name;
end
$$
