"""Registrations, OAuth clients and trusted issuers (ทะเบียน).

A viewer's agency is that of the registration, regardless of the token's claims.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, Final, Protocol

from hub.domain.identity.claims import claim_values
from hub.domain.identity.viewer import Permission, Role
from hub.domain.record import record, value
from hub.errors import Invalid

Jwk = Mapping[str, Any]
"""A JSON Web Key (RFC 7517)."""
GRANTABLE_SCOPES: Final = frozenset(permission.value for permission in Permission)
"""Scopes that can be granted."""
MAX_ACTIVE_SECRETS: Final = 2
"""Secrets of a client that are valid at the same time: the new one and the previous one."""
SECRET_PREFIX: Final = "bhs_"  # noqa: S105 - a prefix, no secret
"""Prefix of every secret, so that secret scanners find a leaked one."""


class ClientKind(Enum):
    """Whether a client can keep a secret, RFC 6749 section 2.1 (ประเภทไคลเอนต์)."""

    CONFIDENTIAL = "CONFIDENTIAL"
    PUBLIC = "PUBLIC"


class TokenType(Enum):
    """The `typ` of an issuer's access tokens (ชนิดของโทเค็น).

    AT_JWT: `at+jwt` (RFC 9068), which no other token has. JWT: also `JWT`, which ID tokens have
    too, so more is checked.
    """

    AT_JWT = "at+jwt"
    JWT = "JWT"


@record
class Registration:
    """The registration of an agency (การลงทะเบียนหน่วยงาน); if disabled, its tokens are rejected."""

    agency_id: str
    name_th: str
    enabled: bool
    clients: int
    issuers: int


@record
class Client:
    """An OAuth client of the hub's own authorization server (ไคลเอนต์).

    `secrets` are hashes, newest first. `keys` are public keys for `private_key_jwt`. A public
    client has neither, but `origins` that its pages are served from, and `redirects`, its redirect
    URIs. `enabled` is false also when its agency is disabled.
    """

    id: str
    agency_id: str
    name: str
    kind: ClientKind
    scopes: frozenset[str]
    secrets: Sequence[str]
    keys: Sequence[Jwk]
    origins: Sequence[str]
    enabled: bool
    redirects: Sequence[str] = ()
    purpose: str | None = None
    """The purpose of its data access (วัตถุประสงค์); written to the audit log."""

    def has_secret(self, secret: str) -> bool:
        """Return whether a secret is one of the client's; compared in constant time."""
        digest = hash_secret(secret)
        return any([hmac.compare_digest(digest, stored) for stored in self.secrets])  # noqa: C419 - all


DEFAULT_TOKEN_HOURS: Final = 24
MAX_TOKEN_HOURS: Final = 24 * 366
"""Hours that tokens of an issuer may be valid; a leaked one is accepted until it expires."""


@record
class Issuer:
    """An agency's own authorization server that the hub trusts (ผู้ออกโทเค็น).

    `claim` is the name or path of the claim that carries permissions, `mapping` the scopes that
    each of its values grants. `sign_in` is null when people cannot log in through it. `enabled` is
    false also when its agency is disabled. A token that is valid for longer than `token_hours` is
    rejected.
    """

    url: str
    agency_id: str
    audience: str
    jwks_uri: str
    claim: str
    mapping: Mapping[str, frozenset[str]]
    enabled: bool
    sign_in: "SignInSettings | None" = None
    token_type: TokenType = TokenType.AT_JWT
    token_hours: int = DEFAULT_TOKEN_HOURS

    def resolve_scopes(self, claims: Mapping[str, Any]) -> frozenset[str]:
        """Return the scopes that a token of this issuer grants; unmapped values grant none."""
        granted = [self.mapping[v] for v in claim_values(claims, self.claim) if v in self.mapping]
        return frozenset[str]().union(*granted)


@record
class SignInSettings:
    """How people of an agency log in at its issuer (การลงชื่อเข้าใช้), by OpenID Connect.

    The hub is the client `client_id`; `secret` is the name of its client secret (null: none).
    `claim` (a name or path) of the ID token carries the role; `roles` maps its values.
    """

    client_id: str
    secret: str | None
    claim: str
    roles: Mapping[str, Role]

    def resolve_role(self, claims: Mapping[str, Any]) -> Role | None:
        """Return the highest role that the claims grant; null when no value is mapped."""
        mapped = {self.roles[v] for v in claim_values(claims, self.claim) if v in self.roles}
        return max(mapped, key=list(Role).index, default=None)


@value
class UsedAssertion:
    """A client assertion that was used; it is rejected until it expires (RFC 7523)."""

    client_id: str
    jti: str
    until: datetime


class ClientRegistry(Protocol):
    """Port to the client registry; methods raise `NotReady` when it is unavailable."""

    async def list_issuers(self) -> Sequence[Issuer]:
        """Return every registered issuer, enabled or not."""
        ...

    async def find_client(self, client_id: str) -> Client | None:
        """Return the client with an id, enabled or not; null if there is none."""
        ...

    async def list_origins(self) -> frozenset[str]:
        """Return the origins of enabled public clients."""
        ...

    async def mark_assertion_used(self, assertion: UsedAssertion) -> bool:
        """Record an assertion as used on all nodes; return false if it was used before."""
        ...

    async def list_public_keys(self) -> Sequence[Jwk]:
        """Return the hub's own public keys, of every node, that may have signed a valid token."""
        ...


def generate_secret() -> str:
    """Return a new random secret of 256 bits."""
    return SECRET_PREFIX + secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """Return the stored hash of a secret.

    One round of SHA-256 is enough: slow hashes protect passwords that people choose; 256 random
    bits cannot be guessed.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def validate_token_hours(hours: int, field: str) -> int:
    """Return the longest lifetime of tokens in hours; `Invalid` outside an hour and a year."""
    if not 1 <= hours <= MAX_TOKEN_HOURS:
        raise Invalid(
            field,
            f"ค่า {hours} ใช้ไม่ได้ ต้องเป็น 1 ถึง {MAX_TOKEN_HOURS} ชั่วโมง",
            f"{hours} is invalid; use 1 to {MAX_TOKEN_HOURS} hours",
        )
    return hours


def validate_scopes(scopes: Iterable[str], field: str) -> frozenset[str]:
    """Return the scopes as a set; `Invalid` names an unknown one."""
    requested = frozenset(scopes)
    if unknown := requested - GRANTABLE_SCOPES:
        available = " ".join(sorted(GRANTABLE_SCOPES))
        raise Invalid(
            field,
            f"ไม่มีสิทธิ์ {min(unknown)} ใช้ได้เฉพาะ {available}",
            f"there is no scope {min(unknown)}; use {available}",
        )
    return requested
