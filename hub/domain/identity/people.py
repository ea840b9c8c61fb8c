"""People who are signed in, and what they let pages of other origins do (บุคคลและการเข้าใช้).

Cookies and codes are bearer secrets of 256 bits; what is kept and named here are their hashes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from hub.domain.identity.viewer import ROLE_PERMISSIONS, Role, Viewer
from hub.domain.record import record, value
from hub.domain.text import LocalizedText

SESSION_LIFETIME: Final = timedelta(hours=8)
"""How long a session lasts at most: a working day."""
SESSION_IDLE_TIMEOUT: Final = timedelta(minutes=30)
"""How long it lasts while nobody asks anything."""
SESSION_TOUCH_INTERVAL: Final = timedelta(minutes=1)
"""How often it is noted that somebody did."""
LOGIN_ATTEMPT_LIFETIME: Final = timedelta(minutes=10)
"""How long a person may take at the provider."""
CODE_LIFETIME: Final = timedelta(seconds=60)
"""How long a code can be changed for a token."""


@value
class Person:
    """Who signs in (บุคคล): `subject` is unique within the issuer that tells it."""

    subject: str
    name: str
    role: Role


@record
class PersonSession:
    """A person who is signed in (การเข้าใช้ของบุคคล).

    `id` is the hash of the cookie; `issuer` who told who it is, null for the demo sign-in. `seen`
    is when the person last asked, to `SESSION_TOUCH_INTERVAL`. `enabled` is false where the agency
    or the issuer is not.
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

    def is_active(self, now: datetime) -> bool:
        """Whether the person is still signed in."""
        return self.enabled and now < self.until and now < self.last_seen_at + SESSION_IDLE_TIMEOUT

    @property
    def scopes(self) -> frozenset[str]:
        """What the role lets the person do, as scopes."""
        return frozenset(permission.value for permission in ROLE_PERMISSIONS[self.role])

    @property
    def viewer(self) -> Viewer:
        """The person, as whoever asks at a door."""
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
    """That a person lets a client ask in their name: changed for a token, once (RFC 6749, 7636).

    `challenge` is the S256 one of the client's secret; `scopes` what was let.
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
    """An agency whose people can sign in (หน่วยงานที่ลงชื่อเข้าใช้ได้)."""

    agency_id: str
    name: LocalizedText


class SessionStore(Protocol):
    """What the doors keep of people; `NotReady` where it cannot be asked now."""

    async def find_session(self, session_id: str) -> PersonSession | None:
        """The session of an id, whether or not it counts."""
        ...

    async def insert_session(self, session: PersonSession) -> None:
        """Keep a new session; those that ended are forgotten."""
        ...

    async def touch_session(self, session_id: str, now: datetime) -> None:
        """Note that a person asked."""
        ...

    async def delete_session(self, session_id: str) -> None:
        """Forget a session and its codes."""
        ...

    async def insert_login_attempt(self, attempt_id: str, state: Any, until: datetime) -> None:
        """Keep what the answer of a provider will be compared with."""
        ...

    async def consume_login_attempt(self, attempt_id: str, now: datetime) -> Any:
        """What was kept, once; null where nothing was, or too long ago."""
        ...

    async def insert_code(self, code: AuthorizationCode) -> None:
        """Keep a code."""
        ...

    async def consume_code(self, code_id: str) -> AuthorizationCode | None:
        """A code, once, whether or not its time is over."""
        ...

    async def list_login_agencies(self) -> Sequence[LoginAgency]:
        """Agencies whose people can sign in through their issuer, in Thai order."""
        ...

    async def list_ministries(self) -> Sequence[LoginAgency]:
        """Every ministry, in Thai order: whom the demo lets a newcomer be."""
        ...
