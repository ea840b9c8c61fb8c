ALTER TABLE public.value_chain
    ADD COLUMN area_id TEXT,
    ADD COLUMN version INTEGER DEFAULT '1' NOT NULL

ALTER TABLE history.value_chain
    ADD COLUMN area_id TEXT,
    ADD COLUMN version INTEGER DEFAULT '1' NOT NULL

ALTER TABLE value_chain
    ADD CONSTRAINT fk_value_chain_area_id FOREIGN KEY(area_id) REFERENCES area (id)

CREATE TABLE value_chain_mapping (
    id TEXT NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    chain_id TEXT NOT NULL,
    template_id TEXT NOT NULL,
    agency_id TEXT,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_value_chain_mapping PRIMARY KEY (id),
    CONSTRAINT ck_value_chain_mapping_other_chain CHECK (chain_id <> template_id),
    CONSTRAINT uq_value_chain_mapping_chain_id UNIQUE (chain_id, template_id),
    CONSTRAINT fk_value_chain_mapping_chain_id FOREIGN KEY(chain_id) REFERENCES value_chain (id),
    CONSTRAINT fk_value_chain_mapping_template_id FOREIGN KEY(template_id) REFERENCES value_chain (id),
    CONSTRAINT fk_value_chain_mapping_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id)
)

CREATE TABLE stage_mapping (
    id TEXT NOT NULL,
    mapping_id TEXT NOT NULL,
    stage_id TEXT NOT NULL,
    template_stage_id TEXT NOT NULL,
    note_th TEXT,
    note_en TEXT,
    note_th_origin TEXT,
    note_en_origin TEXT,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_stage_mapping PRIMARY KEY (id),
    CONSTRAINT uq_stage_mapping_mapping_id UNIQUE (mapping_id, stage_id, template_stage_id),
    CONSTRAINT fk_stage_mapping_mapping_id FOREIGN KEY(mapping_id) REFERENCES value_chain_mapping (id),
    CONSTRAINT fk_stage_mapping_stage_id FOREIGN KEY(stage_id) REFERENCES stage (id),
    CONSTRAINT fk_stage_mapping_template_stage_id FOREIGN KEY(template_stage_id) REFERENCES stage (id)
)

CREATE INDEX ix_stage_mapping_stage_id ON stage_mapping (stage_id)

CREATE INDEX ix_stage_mapping_template_stage_id ON stage_mapping (template_stage_id)
