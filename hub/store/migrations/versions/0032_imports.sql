CREATE TABLE upload (
    id TEXT NOT NULL,
    sender TEXT NOT NULL,
    agency_id TEXT,
    file_name TEXT NOT NULL,
    max_bytes INTEGER NOT NULL,
    hash TEXT,
    content BYTEA,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_upload PRIMARY KEY (id),
    CONSTRAINT ck_upload_content CHECK ((hash is null) = (content is null))
)

CREATE INDEX ix_upload_expires_at ON upload (expires_at)

CREATE INDEX ix_upload_sender ON upload (sender)

CREATE TABLE import_job (
    id TEXT NOT NULL,
    sender TEXT NOT NULL,
    subject TEXT NOT NULL,
    issuer TEXT,
    client_id TEXT,
    session TEXT,
    agency_id TEXT,
    scopes TEXT[] NOT NULL,
    upload_id TEXT NOT NULL,
    file_name TEXT NOT NULL,
    hash TEXT NOT NULL,
    kind TEXT NOT NULL,
    mode TEXT NOT NULL,
    status TEXT NOT NULL,
    row_count INTEGER,
    rows_stored INTEGER DEFAULT '0' NOT NULL,
    rows_wrong INTEGER DEFAULT '0' NOT NULL,
    version_id TEXT,
    error_th TEXT,
    error_en TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    lease_until TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_import_job PRIMARY KEY (id),
    CONSTRAINT ck_import_job_kind CHECK ("kind" in ('DEVELOPMENT_PLAN', 'ANNUAL_PLAN')),
    CONSTRAINT ck_import_job_mode CHECK ("mode" in ('CHECK_ONLY', 'VALID_ROWS', 'ALL_OR_NOTHING')),
    CONSTRAINT ck_import_job_status CHECK ("status" in ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED'))
)

CREATE INDEX ix_import_job_sender ON import_job (sender, created_at, id)

CREATE INDEX ix_import_job_waiting ON import_job (created_at, id) WHERE status in ('QUEUED', 'RUNNING')

CREATE TABLE import_issue (
    job_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    sheet TEXT,
    row INTEGER,
    "column" TEXT,
    code TEXT NOT NULL,
    written TEXT,
    message_th TEXT NOT NULL,
    message_en TEXT,
    CONSTRAINT pk_import_issue PRIMARY KEY (job_id, position),
    CONSTRAINT ck_import_issue_code CHECK ("code" in ('REQUIRED', 'NOT_A_CHOICE', 'FORMULA', 'UNKNOWN_REFERENCE', 'INVALID_VALUE')),
    CONSTRAINT fk_import_issue_job_id FOREIGN KEY(job_id) REFERENCES import_job (id) ON DELETE CASCADE
)
