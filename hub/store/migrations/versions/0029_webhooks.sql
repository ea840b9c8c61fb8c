CREATE TABLE webhook (
    id TEXT NOT NULL,
    version INTEGER DEFAULT '1' NOT NULL,
    client_id TEXT NOT NULL,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    topics TEXT[] NOT NULL,
    area_ids TEXT[] NOT NULL,
    status TEXT NOT NULL,
    position BIGINT NOT NULL,
    secret TEXT NOT NULL,
    secret_hint TEXT NOT NULL,
    previous_secret TEXT,
    previous_until TIMESTAMP WITH TIME ZONE,
    failures INTEGER DEFAULT '0' NOT NULL,
    failing_since TIMESTAMP WITH TIME ZONE,
    retry_at TIMESTAMP WITH TIME ZONE,
    lease_until TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_webhook PRIMARY KEY (id),
    CONSTRAINT ck_webhook_status CHECK ("status" in ('ACTIVE', 'PAUSED', 'DISABLED')),
    CONSTRAINT fk_webhook_client_id FOREIGN KEY(client_id) REFERENCES client (id)
)

CREATE INDEX ix_webhook_client_id ON webhook (client_id)

CREATE TABLE webhook_delivery (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    webhook_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    topic TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    body TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts JSONB DEFAULT '[]' NOT NULL,
    failures INTEGER DEFAULT '0' NOT NULL,
    first_attempt_at TIMESTAMP WITH TIME ZONE,
    next_attempt_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_webhook_delivery PRIMARY KEY (id),
    CONSTRAINT uq_webhook_delivery_webhook_id UNIQUE (webhook_id, position),
    CONSTRAINT ck_webhook_delivery_status CHECK ("status" in ('PENDING', 'RETRYING', 'DELIVERED', 'DEAD')),
    CONSTRAINT fk_webhook_delivery_webhook_id FOREIGN KEY(webhook_id) REFERENCES webhook (id) ON DELETE CASCADE
)

CREATE INDEX ix_webhook_delivery_waiting ON webhook_delivery (webhook_id, topic, subject_id, position) WHERE status in ('PENDING', 'RETRYING')

CREATE INDEX ix_webhook_delivery_created_at ON webhook_delivery (created_at)
