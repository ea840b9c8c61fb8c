"""Take a gap outside a session, and report on commitments."""

from datetime import datetime
from typing import Any, Final

from hub.domain.sessions.commands import (
    CommitmentReportCommand,
    PledgeMakeCommand,
    SessionPayload,
)
from hub.domain.sessions.kinds import CommitmentStatus, OperationKind
from hub.domain.sessions.operations import ProposedOperation
from hub.domain.time import BANGKOK
from hub.errors import Forbidden, Invalid, NotFound, WrongStatus
from hub.services.commands.acting import Acting
from hub.services.sessions.apply_operations import insert_pledge
from hub.services.sessions.resolve_gap import resolve_gap
from hub.services.sessions.run import check_version, require_text, run_command
from hub.store.database import Database, StoreConnection
from hub.store.projects import Projects
from hub.store.read_transaction import ReadTransaction
from hub.store.sessions.changes import insert_row, update_row
from hub.store.sessions.rows import commitment_of
from hub.store.tables import commitment, commitment_report

LOCK: Final = "select * from commitment where id = $1 for no key update"
REPORTABLE: Final = (
    CommitmentStatus.IN_PROGRESS,
    CommitmentStatus.DONE,
    CommitmentStatus.WITHDRAWN,
)


async def make_pledge(
    database: Database, acting: Acting, command: PledgeMakeCommand
) -> SessionPayload:
    """Take a gap in the name of the viewer's agency; the cell stays GAP."""

    async def _work(connection: StoreConnection, at: datetime) -> SessionPayload:
        agency_id = acting.viewer.agency_id
        if agency_id is None:
            raise Forbidden("ต้องลงชื่อเข้าใช้ในนามหน่วยงาน · sign in for an agency to take a gap")
        today = at.astimezone(BANGKOK).date()
        place = await resolve_gap(connection, acting, command.gap, "input.gap", today)
        one = ProposedOperation(
            OperationKind.GAP_TAKE,
            agency_ids=(agency_id,),
            place=place,
            text=require_text(command.text, "input.text"),
            due_on=command.due_on,
        )
        key = await insert_pledge(connection, one, None, None, at)
        return SessionPayload(commitment_id=key)

    return await run_command(database, acting, "pledgeMake", command, _work)


async def report_commitment(
    database: Database, acting: Acting, command: CommitmentReportCommand
) -> SessionPayload:
    """Record progress of a commitment, or take it back, by the agency that made it."""

    async def _work(connection: StoreConnection, at: datetime) -> SessionPayload:
        row = await connection.fetchrow(LOCK, command.commitment_id)
        if row is None:
            raise NotFound
        found = commitment_of(row, at.astimezone(BANGKOK).date())
        check_version(found, command.expected_version)
        agency_id = acting.viewer.agency_id
        if agency_id != found.agency_id:
            raise Forbidden(
                "เฉพาะหน่วยงานที่รับข้อผูกพันรายงานได้ · only the agency that made it reports on it"
            )
        if command.status not in REPORTABLE:
            raise Invalid(
                "input.status",
                "สถานะที่รายงานได้คือ IN_PROGRESS, DONE หรือ WITHDRAWN",
                "report IN_PROGRESS, DONE or WITHDRAWN",
            )
        if row["status"] in {CommitmentStatus.DONE.value, CommitmentStatus.WITHDRAWN.value}:
            raise WrongStatus("ข้อผูกพันสิ้นสุดแล้ว · the commitment has ended")
        changes: dict[str, Any] = {"status": command.status.value}
        if command.project_id is not None:
            await require_project(connection, acting, command.project_id)
            changes["project_id"] = command.project_id
        await update_row(connection, commitment, found.id, changes)
        report: dict[str, Any] = {
            "commitment_id": found.id,
            "version": found.version + 1,
            "agency_id": agency_id,
            "status": command.status.value,
            "text": require_text(command.text, "input.text"),
            "at": at,
        }
        await insert_row(connection, commitment_report, report)
        return SessionPayload(session_id=found.session_id, commitment_id=found.id)

    return await run_command(database, acting, "commitmentReport", command, _work)


async def require_project(connection: StoreConnection, acting: Acting, key: str) -> None:
    """Raise `Invalid` unless there is a project that the viewer may see."""
    reader = ReadTransaction.from_connection(connection)
    viewer = acting.viewer.without_session()
    if key not in await Projects(reader, viewer).by_id([key]):
        raise Invalid("input.project", "ไม่พบโครงการนี้", "there is no such project")
