-- People who sign in, one statement a paragraph; frozen, as a migration is.

ALTER TABLE issuer ADD COLUMN sign_in JSONB

ALTER TABLE history.issuer ADD COLUMN sign_in JSONB

ALTER TABLE client ADD COLUMN redirects TEXT[] NOT NULL DEFAULT '{}'

ALTER TABLE history.client ADD COLUMN redirects TEXT[] NOT NULL DEFAULT '{}'

ALTER TABLE client ALTER COLUMN redirects DROP DEFAULT

ALTER TABLE history.client ALTER COLUMN redirects DROP DEFAULT

CREATE TABLE sign_in_attempt (
    id TEXT NOT NULL,
    kept JSONB NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sign_in_attempt PRIMARY KEY (id)
)

CREATE INDEX ix_sign_in_attempt_until ON sign_in_attempt (until)

CREATE TABLE person_session (
    id TEXT NOT NULL,
    agency_id TEXT NOT NULL,
    issuer TEXT,
    subject TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    seen TIMESTAMP WITH TIME ZONE NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_person_session PRIMARY KEY (id),
    CONSTRAINT fk_person_session_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id),
    CONSTRAINT fk_person_session_issuer FOREIGN KEY(issuer) REFERENCES issuer (url),
    CONSTRAINT ck_person_session_role CHECK ("role" in ('VIEWER', 'OFFICER', 'DELEGATE', 'STEWARD'))
)

CREATE INDEX ix_person_session_agency_id ON person_session (agency_id)

CREATE INDEX ix_person_session_issuer ON person_session (issuer)

CREATE INDEX ix_person_session_until ON person_session (until)

CREATE TABLE authorization_code (
    id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    scopes TEXT[] NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_authorization_code PRIMARY KEY (id),
    CONSTRAINT fk_authorization_code_client_id FOREIGN KEY(client_id) REFERENCES client (id),
    CONSTRAINT fk_authorization_code_session_id FOREIGN KEY(session_id) REFERENCES person_session (id) ON DELETE CASCADE
)

CREATE INDEX ix_authorization_code_client_id ON authorization_code (client_id)

CREATE INDEX ix_authorization_code_session_id ON authorization_code (session_id)

CREATE INDEX ix_authorization_code_until ON authorization_code (until)
