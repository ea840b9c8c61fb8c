DROP TABLE raw_record_before

ALTER TABLE raw_record ADD CONSTRAINT pk_raw_record PRIMARY KEY (hash)

ALTER TABLE quarantine ALTER COLUMN hash TYPE bytea USING decode(hash, 'hex')

ALTER TABLE quarantine ADD CONSTRAINT fk_quarantine_hash FOREIGN KEY(hash) REFERENCES raw_record (hash)

UPDATE stand_in SET telling = jsonb_set(telling, '{provenance,record_id}', to_jsonb(record_id))
WHERE telling -> 'provenance' ? 'record_id'

ALTER TABLE stand_in ADD CONSTRAINT fk_stand_in_record_id FOREIGN KEY(record_id) REFERENCES source_record (id)

ALTER TABLE record_join ADD CONSTRAINT fk_record_join_record_id FOREIGN KEY(record_id) REFERENCES source_record (id)

CREATE INDEX ix_source_record_source_id ON source_record (source_id)

CREATE INDEX ix_source_record_payload_hash ON source_record USING hash (payload_hash)
