CREATE TABLE area_edition (
    id TEXT NOT NULL,
    level TEXT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT,
    name_th_origin TEXT,
    name_en_origin TEXT,
    area_count SMALLINT NOT NULL,
    authority TEXT,
    valid_from DATE,
    valid_to DATE,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_area_edition PRIMARY KEY (id),
    CONSTRAINT ck_area_edition_level CHECK ("level" in ('COUNTRY', 'REGION', 'CLUSTER', 'PROVINCE', 'DISTRICT', 'LOCAL'))
)

CREATE TABLE area_succession (
    id TEXT NOT NULL,
    predecessor_id TEXT NOT NULL,
    successor_id TEXT NOT NULL,
    effective_on DATE NOT NULL,
    kind TEXT NOT NULL,
    authority TEXT,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_area_succession PRIMARY KEY (id),
    CONSTRAINT ck_area_succession_kind CHECK ("kind" in ('RENAMED', 'REDRAWN', 'SPLIT', 'MERGED', 'TRANSFERRED')),
    CONSTRAINT fk_area_succession_predecessor_id FOREIGN KEY(predecessor_id) REFERENCES area (id),
    CONSTRAINT fk_area_succession_successor_id FOREIGN KEY(successor_id) REFERENCES area (id)
)

CREATE INDEX ix_area_succession_predecessor_id ON area_succession (predecessor_id)

CREATE INDEX ix_area_succession_successor_id ON area_succession (successor_id)
