-- The register, one statement a paragraph; frozen, as a migration is.

CREATE TABLE registration (
    agency_id TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_registration PRIMARY KEY (agency_id),
    CONSTRAINT fk_registration_agency_id FOREIGN KEY(agency_id) REFERENCES agency (id)
)

CREATE TABLE client (
    id TEXT NOT NULL,
    agency_id TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    scopes TEXT[] NOT NULL,
    secrets TEXT[] NOT NULL,
    keys JSONB NOT NULL,
    origins TEXT[] NOT NULL,
    enabled BOOLEAN NOT NULL,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_client PRIMARY KEY (id),
    CONSTRAINT ck_client_kind CHECK ("kind" in ('CONFIDENTIAL', 'PUBLIC')),
    CONSTRAINT fk_client_agency_id FOREIGN KEY(agency_id) REFERENCES registration (agency_id)
)

CREATE INDEX ix_client_agency_id ON client (agency_id)

CREATE TABLE issuer (
    url TEXT NOT NULL,
    agency_id TEXT NOT NULL,
    audience TEXT NOT NULL,
    jwks_uri TEXT NOT NULL,
    claim TEXT NOT NULL,
    mapping JSONB NOT NULL,
    enabled BOOLEAN NOT NULL,
    known_from TIMESTAMP WITH TIME ZONE DEFAULT transaction_timestamp() NOT NULL,
    CONSTRAINT pk_issuer PRIMARY KEY (url),
    CONSTRAINT fk_issuer_agency_id FOREIGN KEY(agency_id) REFERENCES registration (agency_id)
)

CREATE INDEX ix_issuer_agency_id ON issuer (agency_id)

CREATE TABLE client_assertion (
    client_id TEXT NOT NULL,
    jti TEXT NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_client_assertion PRIMARY KEY (client_id, jti),
    CONSTRAINT fk_client_assertion_client_id FOREIGN KEY(client_id) REFERENCES client (id)
)

CREATE INDEX ix_client_assertion_until ON client_assertion (until)

CREATE TABLE signing_key (
    kid TEXT NOT NULL,
    jwk JSONB NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_signing_key PRIMARY KEY (kid)
)
