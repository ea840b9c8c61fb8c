ALTER TABLE public.linkage
    ADD COLUMN declared_source_id TEXT,
    ADD COLUMN declared_stage_id TEXT

ALTER TABLE history.linkage
    ADD COLUMN declared_source_id TEXT,
    ADD COLUMN declared_stage_id TEXT

ALTER TABLE linkage
    DROP CONSTRAINT ck_linkage_declaration,
    ADD CONSTRAINT ck_linkage_declaration CHECK ((declared_source_id is null) = (declared_current is null) and (declared_record_id is null or declared_source_id is not null)),
    ADD CONSTRAINT fk_linkage_declared_source_id FOREIGN KEY(declared_source_id) REFERENCES source (id),
    ADD CONSTRAINT fk_linkage_declared_stage_id FOREIGN KEY(declared_stage_id) REFERENCES stage (id)

ALTER TABLE public.source_record
    ADD COLUMN strategy_fields TEXT[],
    ADD COLUMN strategy_texts TEXT[]

ALTER TABLE history.source_record
    ADD COLUMN strategy_fields TEXT[],
    ADD COLUMN strategy_texts TEXT[]

ALTER TABLE quarantine
    ADD COLUMN part TEXT DEFAULT 'RECORD' NOT NULL,
    DROP CONSTRAINT uq_quarantine_source_id,
    DROP CONSTRAINT ck_quarantine_reason,
    ADD CONSTRAINT uq_quarantine_source_id UNIQUE (source_id, source_key, hash, part),
    ADD CONSTRAINT ck_quarantine_part CHECK ("part" in ('RECORD', 'LINKAGES')),
    ADD CONSTRAINT ck_quarantine_reason CHECK ("reason" in ('UNKNOWN_NAME', 'AMBIGUOUS_NAME', 'NOT_A_NUMBER', 'MISPLACED_SEPARATOR', 'NEGATIVE_AMOUNT', 'AMOUNT_TOO_FINE', 'AMOUNT_TOO_LARGE', 'TOTALS_DISAGREE', 'IMPOSSIBLE_YEAR', 'AMBIGUOUS_YEAR', 'UNDECODABLE', 'UNSAFE_TEXT', 'TOO_LARGE', 'MISSING_VALUE', 'WRONG_TYPE', 'MISSING_KEY', 'CONFLICTING_VALUES', 'UNKNOWN_CODE', 'AMBIGUOUS_CODE', 'IMPOSSIBLE_SHARE', 'OTHER_OWNER', 'REPEATED_LINKAGE'))
