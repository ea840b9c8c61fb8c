CREATE TABLE ruling (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    source_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name_kind TEXT,
    name TEXT,
    block TEXT,
    first_year SMALLINT,
    last_year SMALLINT,
    target TEXT,
    question TEXT,
    row_count INTEGER NOT NULL,
    amounts JSONB NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_by TEXT,
    end_reason TEXT,
    replaced_by BIGINT,
    version INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_ruling PRIMARY KEY (id),
    CONSTRAINT ck_ruling_kind CHECK ("kind" in ('NAME', 'NEW_AGENCY', 'ACCEPT', 'ROUND', 'REFUSE')),
    CONSTRAINT ck_ruling_name_kind CHECK ("name_kind" in ('AREA', 'AGENCY')),
    CONSTRAINT ck_ruling_years CHECK (first_year <= last_year),
    CONSTRAINT fk_ruling_source_id FOREIGN KEY(source_id) REFERENCES source (id),
    CONSTRAINT fk_ruling_replaced_by FOREIGN KEY(replaced_by) REFERENCES ruling (id)
)

CREATE INDEX ix_ruling_source_id_id ON ruling (source_id, id)

CREATE UNIQUE INDEX uq_ruling_name_in_force ON ruling
    (source_id, name_kind, name, coalesce(block, ''), first_year, last_year)
    WHERE ended_at IS NULL AND name IS NOT NULL

CREATE TABLE record_ruling (
    ruling_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    block TEXT,
    CONSTRAINT pk_record_ruling PRIMARY KEY (ruling_id, record_id),
    CONSTRAINT fk_record_ruling_ruling_id FOREIGN KEY(ruling_id) REFERENCES ruling (id),
    CONSTRAINT fk_record_ruling_record_id FOREIGN KEY(record_id) REFERENCES source_record (id)
)

CREATE INDEX ix_record_ruling_record_id ON record_ruling (record_id)

ALTER TABLE quarantine ADD COLUMN ruling_id BIGINT

ALTER TABLE quarantine ADD CONSTRAINT fk_quarantine_ruling_id
    FOREIGN KEY (ruling_id) REFERENCES ruling (id)

CREATE INDEX ix_quarantine_ruling_id ON quarantine (ruling_id)

CREATE INDEX ix_quarantine_doubts ON quarantine
    USING gin (doubts jsonb_path_ops) WHERE status = 'WAITING'

INSERT INTO ruling (source_id, kind, name_kind, name, block, first_year, last_year, target,
    row_count, amounts, decided_by, decided_at, ended_at)
SELECT source_id, 'NAME', kind, name, block, first_year, last_year, target, 0, '{}', decided_by,
    decided_at, known_to
FROM (
    SELECT source_id, kind, name, block, first_year, last_year, target, decided_by, decided_at,
        known_to
    FROM history.name_decision
    UNION ALL
    SELECT source_id, kind, name, block, first_year, last_year, target, decided_by, decided_at,
        NULL
    FROM name_decision
) decision
ORDER BY decided_at

INSERT INTO ruling (source_id, kind, row_count, amounts, decided_by, decided_at)
SELECT source_id, CASE status WHEN 'REFUSED' THEN 'REFUSE' ELSE 'ACCEPT' END, count(*), '{}',
    settled_by, settled_at
FROM quarantine
WHERE settled_by IS NOT NULL AND (
    status = 'REFUSED'
    OR status = 'RESOLVED' AND reason NOT IN ('UNKNOWN_NAME', 'AMBIGUOUS_NAME')
)
GROUP BY 1, 2, settled_by, settled_at

UPDATE quarantine SET ruling_id = ruling.id
FROM ruling
WHERE ruling.source_id = quarantine.source_id AND ruling.decided_by = quarantine.settled_by
    AND ruling.decided_at = quarantine.settled_at AND (
        ruling.kind = 'REFUSE' AND quarantine.status = 'REFUSED'
        OR ruling.kind = 'ACCEPT' AND quarantine.status = 'RESOLVED'
            AND quarantine.reason NOT IN ('UNKNOWN_NAME', 'AMBIGUOUS_NAME')
    )

INSERT INTO record_ruling (ruling_id, record_id, block)
SELECT DISTINCT ON (ruling.id, record.id) ruling.id, record.id, quarantine.block
FROM quarantine
CROSS JOIN LATERAL jsonb_array_elements(quarantine.doubts) doubt
JOIN ruling ON ruling.source_id = quarantine.source_id AND ruling.ended_at IS NULL
    AND ruling.name_kind = doubt ->> 'kind' AND ruling.name = doubt ->> 'written'
    AND (ruling.block IS NULL OR ruling.block = quarantine.block)
JOIN source_record record ON record.id = record_id_of(
    quarantine.source_id || ':' || left(encode(sha256(convert_to(quarantine.source_key, 'UTF8')),
        'hex'), 24)
)
WHERE quarantine.status = 'RESOLVED' AND quarantine.settled_by IS NOT NULL
    AND record.payload_hash = quarantine.hash

DROP TABLE name_decision

DROP TABLE history.name_decision
