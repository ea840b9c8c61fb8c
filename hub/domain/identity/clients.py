"""Who may ask for what in an agency's name: registrations, clients, trusted issuers (ทะเบียน).

The agency of a viewer is that of the registration, whatever a token says of itself.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, Final, Protocol

from hub.domain.identity.viewer import Permission, Role
from hub.domain.record import record, value
from hub.errors import Invalid

Jwk = Mapping[str, Any]
"""A JSON Web Key (RFC 7517)."""
GRANTABLE_SCOPES: Final = frozenset(permission.value for permission in Permission)
"""What can be granted."""
MAX_ACTIVE_SECRETS: Final = 2
"""Secrets of a client that count at once: the new one, and the one it is to replace."""
SECRET_PREFIX: Final = "bhs_"  # noqa: S105 - a prefix, no secret
"""Begins every secret, so that one that leaked into a text is found there."""


class ClientKind(Enum):
    """Whether a client can keep a secret, RFC 6749 section 2.1 (ประเภทไคลเอนต์)."""

    CONFIDENTIAL = "CONFIDENTIAL"
    PUBLIC = "PUBLIC"


@record
class Registration:
    """That an agency takes part (การลงทะเบียนหน่วยงาน); disabled, none of its tokens counts."""

    agency_id: str
    name_th: str
    enabled: bool
    clients: int
    issuers: int


@record
class Client:
    """A system that asks for tokens at the hub itself (ไคลเอนต์).

    `secrets` are hashes, the newest first. `keys` are public ones, for `private_key_jwt`. A public
    client has neither, but `origins` a page may ask from, and `redirects`: the addresses a person
    is sent back to. `enabled` is false where its agency is disabled, too.
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
    """What it asks for data for (วัตถุประสงค์); stands in the log of access."""

    def has_secret(self, secret: str) -> bool:
        """Whether it is one of the client's secrets, in the same time for each that is not."""
        digest = hash_secret(secret)
        return any([hmac.compare_digest(digest, stored) for stored in self.secrets])  # noqa: C419 - all


@record
class Issuer:
    """An agency's own authorization server, whose tokens the hub trusts (ผู้ออกโทเค็น).

    `claim` names the claim that tells what its bearer may do, `mapping` what each value of it
    grants here. `sign_in` is null where it signs no people in. `enabled` is false where its agency
    is disabled, too.
    """

    url: str
    agency_id: str
    audience: str
    jwks_uri: str
    claim: str
    mapping: Mapping[str, frozenset[str]]
    enabled: bool
    sign_in: "SignInSettings | None" = None

    def resolve_scopes(self, claims: Mapping[str, Any]) -> frozenset[str]:
        """The scopes a token of this issuer carries; a value that is not mapped grants none."""
        granted = [self.mapping[v] for v in claim_values(claims, self.claim) if v in self.mapping]
        return frozenset[str]().union(*granted)


@record
class SignInSettings:
    """How an issuer signs the people of its agency in (การลงชื่อเข้าใช้), by OpenID Connect.

    The hub is its client `client_id`; `secret` names the secret that proves it (null: it has none).
    `claim` of the ID token tells the role, `roles` what each value of it is here.
    """

    client_id: str
    secret: str | None
    claim: str
    roles: Mapping[str, Role]

    def resolve_role(self, claims: Mapping[str, Any]) -> Role:
        """The highest role that is told; a value that is not mapped counts for nothing."""
        mapped = {self.roles[v] for v in claim_values(claims, self.claim) if v in self.roles}
        return max(mapped, key=list(Role).index, default=Role.VIEWER)


def claim_values(claims: Mapping[str, Any], claim: str) -> Sequence[str]:
    """The values of a claim: a list of texts, or a text of words as `scope` is; none otherwise."""
    content = claims.get(claim)
    values = content.split() if isinstance(content, str) else content
    return [v for v in values if isinstance(v, str)] if isinstance(values, list) else []


@value
class UsedAssertion:
    """A client assertion that was used: it may not be used again while it lives (RFC 7523)."""

    client_id: str
    jti: str
    until: datetime


class ClientRegistry(Protocol):
    """What the doors ask of the register; `NotReady` where it cannot answer now."""

    async def list_issuers(self) -> Sequence[Issuer]:
        """Every issuer that is registered, enabled or not."""
        ...

    async def find_client(self, client_id: str) -> Client | None:
        """The client of an id, enabled or not; null where there is none."""
        ...

    async def list_origins(self) -> frozenset[str]:
        """Where pages of public clients come from, of those that count."""
        ...

    async def mark_assertion_used(self, assertion: UsedAssertion) -> bool:
        """Note the use of an assertion, for all nodes; false where it was used before."""
        ...

    async def list_public_keys(self) -> Sequence[Jwk]:
        """The hub's own keys, of every node, that a living token may be signed with."""
        ...


def generate_secret() -> str:
    """A secret of 256 bits of chance."""
    return SECRET_PREFIX + secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """What is kept of a secret.

    One round of SHA-256 will do: a slow hash protects what people think up, and these 256 bits come
    from the machine, so that guessing is hopeless at any speed.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def validate_scopes(scopes: Iterable[str], field: str) -> frozenset[str]:
    """Scopes there are; `Invalid` names the one there is not."""
    requested = frozenset(scopes)
    if unknown := requested - GRANTABLE_SCOPES:
        available = " ".join(sorted(GRANTABLE_SCOPES))
        raise Invalid(
            field,
            f"ไม่มีสิทธิ์ {min(unknown)} ที่มีคือ {available}",
            f"there is no scope {min(unknown)}; there are {available}",
        )
    return requested
