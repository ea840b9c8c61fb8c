"""People, their sessions, and authorization codes (บุคคลและการเข้าใช้).

Cookies and codes are bearer secrets of 256 bits; only their hashes are stored and used as ids.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from hub.domain.identity.viewer import ROLE_PERMISSIONS, Role, Viewer
from hub.domain.record import record, value
from hub.domain.text import LocalizedText

SESSION_LIFETIME: Final = timedelta(hours=8)
"""Maximum lifetime of a session: a working day."""
SESSION_IDLE_TIMEOUT: Final = timedelta(minutes=30)
"""A session ends after this time without a request."""
SESSION_TOUCH_INTERVAL: Final = timedelta(minutes=1)
"""How precisely the last request of a session is recorded."""
LOGIN_ATTEMPT_LIFETIME: Final = timedelta(minutes=10)
"""Maximum time for a person to log in at the provider."""
CODE_LIFETIME: Final = timedelta(seconds=60)
"""Lifetime of an authorization code."""


@value
class Person:
    """A person (บุคคล): `subject` is unique within the issuer."""

    subject: str
    name: str
    role: Role


@record
class PersonSession:
    """A login session of a person (การเข้าใช้ของบุคคล).

    `id` is the hash of the cookie; `issuer` authenticated the person, null for the demo login.
    `revoked_tokens` are the `jti` of its tokens whose code was presented again.
    `last_seen_at` is the time of the last request, accurate to `SESSION_TOUCH_INTERVAL`. `enabled`
    is false when the agency or the issuer is disabled.
    """

    id: str
    agency_id: str
    agency_name: LocalizedText
    issuer: str | None
    subject: str
    name: str
    role: Role
    last_seen_at: datetime
    until: datetime
    enabled: bool
    revoked_tokens: frozenset[str] = frozenset()

    def is_active(self, now: datetime) -> bool:
        """Return whether the session is valid at an instant."""
        return self.enabled and now < self.until and now < self.last_seen_at + SESSION_IDLE_TIMEOUT

    @property
    def scopes(self) -> frozenset[str]:
        """Return the scopes that the role grants."""
        return frozenset(permission.value for permission in ROLE_PERMISSIONS[self.role])

    @property
    def viewer(self) -> Viewer:
        """Return the person as the viewer of a request."""
        return Viewer(
            self.subject,
            self.agency_id,
            self.scopes,
            self.issuer,
            until=self.until,
            session=self.id,
        )


@record
class AuthorizationCode:
    """A person's consent for a client, exchanged once for a token (RFC 6749, 7636).

    `challenge` is the S256 code challenge; `scopes` are the consented ones.
    """

    id: str
    client_id: str
    session_id: str
    redirect_uri: str
    challenge: str
    scopes: frozenset[str]
    until: datetime


@record
class LoginAgency:
    """An agency whose people can log in (หน่วยงานที่ลงชื่อเข้าใช้ได้)."""

    agency_id: str
    name: LocalizedText


class SessionStore(Protocol):
    """Port to stored sessions and codes; methods raise `NotReady` when it is unavailable."""

    async def find_session(self, session_id: str) -> PersonSession | None:
        """Return the session with an id, active or not; null if there is none."""
        ...

    async def insert_session(self, session: PersonSession) -> None:
        """Insert a session; delete expired ones."""
        ...

    async def touch_session(self, session_id: str, now: datetime) -> None:
        """Update the time of the session's last request."""
        ...

    async def delete_session(self, session_id: str) -> None:
        """Delete a session and its codes."""
        ...

    async def insert_login_attempt(self, attempt_id: str, state: Any, until: datetime) -> None:
        """Insert the state that the provider's response is checked against."""
        ...

    async def consume_login_attempt(self, attempt_id: str, now: datetime) -> Any:
        """Delete and return the state of a login attempt; null if missing or expired."""
        ...

    async def insert_code(self, code: AuthorizationCode) -> None:
        """Insert an authorization code."""
        ...

    async def consume_code(self, code_id: str, token_id: str) -> AuthorizationCode | None:
        """Return a code, expired or not, and record the token that it is exchanged for.

        Null if there is none or it was consumed; then the token of the first exchange is revoked.
        """
        ...

    async def list_login_agencies(self) -> Sequence[LoginAgency]:
        """Return agencies whose people can log in through their issuer, in Thai order."""
        ...

    async def list_demo_agencies(self) -> Sequence[LoginAgency]:
        """Return ministries, clusters and provinces in Thai order, for the demo login."""
        ...
