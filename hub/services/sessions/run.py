"""Run one command of a joint session in a transaction: its receipt, rights, events, audit entry."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from hub.domain.identity.viewer import Permission
from hub.domain.sessions.commands import SessionPayload
from hub.domain.sessions.kinds import DelegationRole, SessionStatus
from hub.domain.sessions.session import Delegation, JointSession
from hub.domain.text import localized_text
from hub.domain.user_errors import UserError, UserErrorCode, to_user_error
from hub.errors import Forbidden, NotFound, StaleVersion
from hub.services.commands.acting import Acting
from hub.services.commands.execute import AnswerFormat, CommandOutcome, Refused, execute_once
from hub.store.database import Database, StoreConnection
from hub.store.read_transaction import ReadTransaction
from hub.store.sessions.changes import list_delegations, lock_session, lock_session_of
from hub.store.sessions.reading import JointSessions

Part = TypeVar("Part")
AUDITED: Final = (
    ("JointSession", "session_id"),
    ("AgendaItem", "item_id"),
    ("Proposal", "proposal_id"),
    ("Condition", "condition_id"),
    ("Agreement", "agreement_id"),
    ("Commitment", "commitment_id"),
)


def dump_payload(payload: SessionPayload) -> dict[str, Any]:
    """Return the ids of a result as JSON; a stored result has no errors."""
    return {name: key for name, key in asdict(payload).items() if name != "user_errors"}


ANSWERS: Final[AnswerFormat[SessionPayload]] = AnswerFormat(
    dump_payload, lambda stored: SessionPayload(**stored)
)
SessionWork = Callable[[StoreConnection, datetime], Awaitable[SessionPayload]]
"""The work of a command in its transaction, given the transaction's instant; it may raise."""


class HasKey(Protocol):
    """A command with the key under which it is executed once."""

    @property
    def idempotency_key(self) -> str:
        """Return the key."""
        ...


class Versioned(Protocol):
    """A thing that a command names with the version that the client has read."""

    @property
    def version(self) -> int:
        """Return the version."""
        ...

    @property
    def gid(self) -> str:
        """Return the global id."""
        ...


async def run_command(
    database: Database, acting: Acting, verb: str, command: HasKey, work: SessionWork
) -> SessionPayload:
    """Execute a command once; with `user_errors` nothing was changed."""

    async def _work(connection: StoreConnection, at: datetime) -> CommandOutcome[SessionPayload]:
        payload = await work(connection, at)
        changed = acting.audited(*((kind, getattr(payload, name)) for kind, name in AUDITED))
        return CommandOutcome(payload, changed)

    receipt = acting.command(verb, command.idempotency_key, command)
    try:
        return await execute_once(database, acting, receipt, _work, ANSWERS)
    except Refused as refused:
        return SessionPayload(user_errors=refused.errors)


def refuse(code: UserErrorCode, field: str, th: str, en: str, gid: str | None = None) -> Refused:
    """Return the refusal of a command with one error."""
    return Refused([UserError(code, field.split("."), localized_text(th, en), gid)])


def check_version(thing: Versioned, expected: int) -> None:
    """Raise `Refused` with STALE_VERSION and the thing unless the client has read this version."""
    if thing.version != expected:
        error = StaleVersion(
            f"เป็นรุ่น {thing.version} แล้ว ไม่ใช่ {expected} อ่านใหม่ก่อนส่งคำสั่ง "
            f"· it has version {thing.version}, not {expected}; read it again first"
        )
        raise Refused([to_user_error(error, thing.gid)])


async def lock_visible(
    connection: StoreConnection, acting: Acting, session_id: str
) -> JointSession:
    """Lock a session that the viewer may see; `NotFound` otherwise."""
    session = await lock_session(connection, session_id)
    return await require_visible(connection, acting, session)


async def lock_visible_of(
    connection: StoreConnection, acting: Acting, statement: str, key: str
) -> JointSession:
    """Lock the session of a thing that the viewer may see; `NotFound` otherwise."""
    session = await lock_session_of(connection, statement, key)
    return await require_visible(connection, acting, session)


async def require_visible(
    connection: StoreConnection, acting: Acting, session: JointSession | None
) -> JointSession:
    """Return a session that the viewer may see; `NotFound` for another one, and for none."""
    if session is not None:
        reader = ReadTransaction.from_connection(connection)
        seen = await JointSessions(reader, acting.viewer.without_session()).by_id([session.id])
        if seen:
            return session
    raise NotFound(
        "ไม่พบรายการนี้ในการประชุมที่ท่านดูได้ · there is no such thing in a session that you may see"
    )


def is_host(acting: Acting, session: JointSession) -> bool:
    """Return whether the viewer chairs a session; the steward may act as its host."""
    viewer = acting.viewer
    return viewer.agency_id == session.host_id or viewer.has_permission(Permission.STEWARD)


def require_host(acting: Acting, session: JointSession) -> str:
    """Return the agency in whose name the viewer chairs a session; `Forbidden` for others."""
    if not is_host(acting, session):
        raise Forbidden("เฉพาะเจ้าภาพการประชุมทำรายการนี้ได้ · only the host of the session may do this")
    return session.host_id


async def require_delegation(
    connection: StoreConnection, acting: Acting, session: JointSession
) -> Delegation:
    """Return the viewer's delegation in a session; `Forbidden` for observers and the uninvited."""
    for one in await list_delegations(connection, session.id):
        if one.agency_id == acting.viewer.agency_id and one.role is not DelegationRole.OBSERVER:
            return one
    raise Forbidden(
        "หน่วยงานของท่านไม่มีคณะผู้แทนที่แสดงท่าทีในการประชุมนี้ได้ "
        "· your agency has no delegation in this session that may take part"
    )


def require_under_way(session: JointSession) -> None:
    """Raise `Refused` unless proposals and positions are possible: prepared or open sessions."""
    if session.status not in {SessionStatus.SCHEDULED, SessionStatus.OPEN}:
        raise refuse(
            UserErrorCode.SESSION_NOT_OPEN,
            "input",
            f"การประชุมอยู่ในสถานะ {session.status.value}",
            f"the session is {session.status.value}",
            session.gid,
        )


def require_text(text: str | None, field: str, limit: int = 4_000) -> str:
    """Return a text without surrounding blanks; `Refused` when it is empty or too long."""
    stripped = (text or "").strip()
    if not stripped or len(stripped) > limit:
        raise refuse(
            UserErrorCode.INVALID_VALUE,
            field,
            f"ต้องมีข้อความ 1–{limit:,} อักขระ",
            f"a text of 1 to {limit:,} characters is required",
        )
    return stripped


def require_part(part: Part | None) -> Part:
    """Return a part of a draft that its kind always has; the input type sets it."""
    if part is None:
        raise LookupError
    return part
