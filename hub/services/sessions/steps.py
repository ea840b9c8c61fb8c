"""Open, suspend, resume, close and cancel a session, and record that it was ratified."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from hub.domain.sessions.commands import (
    SessionPayload,
    SessionRatifyCommand,
    SessionStep,
    SessionStepCommand,
)
from hub.domain.sessions.kinds import AgreementStatus, SessionEventKind, SessionStatus
from hub.domain.sessions.session import JointSession
from hub.errors import Invalid, WrongStatus
from hub.services.commands.acting import Acting
from hub.services.sessions.minutes import write_minutes
from hub.services.sessions.run import (
    check_version,
    lock_visible,
    require_host,
    require_text,
    run_command,
)
from hub.store.database import Database, StoreConnection
from hub.store.sessions.changes import append_event, fetch_clock, lapse_proposals, update_row
from hub.store.sessions.fact_effects import note_facts
from hub.store.sessions.facts import end_facts_of
from hub.store.tables import joint_session

TRANSITIONS: Final[Mapping[SessionStep, tuple[frozenset[SessionStatus], SessionStatus]]] = {
    SessionStep.OPEN: (frozenset({SessionStatus.SCHEDULED}), SessionStatus.OPEN),
    SessionStep.SUSPEND: (frozenset({SessionStatus.OPEN}), SessionStatus.SUSPENDED),
    SessionStep.RESUME: (frozenset({SessionStatus.SUSPENDED}), SessionStatus.OPEN),
    SessionStep.CLOSE: (
        frozenset({SessionStatus.OPEN, SessionStatus.SUSPENDED}),
        SessionStatus.CLOSED,
    ),
    SessionStep.CANCEL: (frozenset({SessionStatus.SCHEDULED}), SessionStatus.CANCELLED),
}
"""From which statuses each step leads, and to which."""
AGREEMENTS: Final = "select id from agreement where session_id = $1 and status = 'CONCLUDED'"
SET_STATUS: Final = """
update agreement set status = $2, updated_at = transaction_timestamp(),
    ratified_at = case when $2 = 'RATIFIED' then transaction_timestamp() end
where id = any($1::text[])
"""


async def step_session(
    database: Database, acting: Acting, command: SessionStepCommand, step: SessionStep
) -> SessionPayload:
    """Change the status of a session by its host; its baseline is taken at the first opening."""

    async def _work(connection: StoreConnection, _at: datetime) -> SessionPayload:
        session = await lock_visible(connection, acting, command.session_id)
        at = await fetch_clock(connection)
        host_id = require_host(acting, session)
        check_version(session, command.expected_version)
        allowed, status = TRANSITIONS[step]
        if session.status not in allowed:
            raise WrongStatus(
                f"ทำไม่ได้เมื่อการประชุมอยู่ในสถานะ {session.status.value} "
                f"· not possible while the session is {session.status.value}"
            )
        changes: dict[str, Any] = {"status": status.value}
        if step is SessionStep.OPEN:
            changes["opened_at"] = at
        if command.note and command.note.strip():
            note = require_text(command.note, "input.note")
            changes["notes"] = [*session.notes, note]
        if step is SessionStep.CLOSE:
            changes |= await close(connection, acting, session, changes, at)
        await update_row(connection, joint_session, session.id, changes)
        await append_event(
            connection,
            session.id,
            SessionEventKind.SESSION_CHANGED,
            agency_id=host_id,
            subject=session.gid,
            details={"status": status.value},
        )
        return SessionPayload(session.id)

    return await run_command(database, acting, f"session{step.value}", command, _work)


async def close(
    connection: StoreConnection,
    acting: Acting,
    session: JointSession,
    changes: Mapping[str, Any],
    at: datetime,
) -> dict[str, Any]:
    """Let open proposals lapse and fix the minutes; return the columns of the session."""
    await lapse_proposals(connection, session.id)
    notes = changes.get("notes", session.notes)
    th, en = await write_minutes(connection, acting, session, notes, at)
    digest = hashlib.sha256(th.encode()).hexdigest()
    return {"closed_at": at, "minutes_th": th, "minutes_en": en, "minutes_digest": digest}


async def ratify_session(
    database: Database, acting: Acting, command: SessionRatifyCommand
) -> SessionPayload:
    """Record that the agreements of a closed session were approved, except some."""

    async def _work(connection: StoreConnection, _at: datetime) -> SessionPayload:
        session = await lock_visible(connection, acting, command.session_id)
        check_version(session, command.expected_version)
        if session.status is not SessionStatus.CLOSED:
            raise WrongStatus(
                "ให้ความเห็นชอบได้เมื่อปิดประชุมแล้วเท่านั้น · only a closed session is ratified"
            )
        rows = await connection.fetch(AGREEMENTS, session.id)
        ids = {row["id"] for row in rows}
        if unknown := set(command.except_ids) - ids:
            raise Invalid(
                "input.except",
                f"ไม่มีข้อตกลง {min(unknown)} ในการประชุมนี้",
                f"there is no agreement {min(unknown)} in this session",
            )
        approved = sorted(ids - set(command.except_ids))
        rejected = sorted(command.except_ids)
        await connection.execute(SET_STATUS, approved, AgreementStatus.RATIFIED.value)
        await connection.execute(SET_STATUS, rejected, AgreementStatus.NOT_RATIFIED.value)
        await note_facts(connection, await end_facts_of(connection, rejected))
        changes = {
            "status": SessionStatus.RATIFIED.value,
            "ratified_by": require_text(command.by, "input.by", 200),
            "ratified_on": command.decided_on,
            "ratified_citation": require_text(command.citation, "input.citation", 500),
        }
        await update_row(connection, joint_session, session.id, changes)
        await append_event(
            connection,
            session.id,
            SessionEventKind.SESSION_CHANGED,
            agency_id=acting.viewer.agency_id,
            subject=session.gid,
            details={"ratified": approved, "rejected": rejected},
        )
        return SessionPayload(session.id)

    return await run_command(database, acting, "sessionRatify", command, _work)
