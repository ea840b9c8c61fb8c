-- Agreements to share drafts, one statement a paragraph; frozen, as a migration is.

CREATE TABLE data_sharing (
    id TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    consumer_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    what TEXT NOT NULL,
    key TEXT,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_data_sharing PRIMARY KEY (id),
    CONSTRAINT fk_data_sharing_provider_id FOREIGN KEY(provider_id) REFERENCES agency (id),
    CONSTRAINT fk_data_sharing_consumer_id FOREIGN KEY(consumer_id) REFERENCES agency (id),
    CONSTRAINT ck_data_sharing_what CHECK ("what" in ('ALL', 'PROJECTS', 'PLANS', 'SOURCE', 'PLAN')),
    CONSTRAINT ck_data_sharing_two CHECK (provider_id <> consumer_id),
    CONSTRAINT ck_data_sharing_key CHECK ((key is not null) = (what in ('SOURCE', 'PLAN')))
)

CREATE INDEX ix_data_sharing_consumer_id_provider_id ON data_sharing (consumer_id, provider_id)
