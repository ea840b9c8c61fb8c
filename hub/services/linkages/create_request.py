"""Request work of agencies, in the name of an area, at an issue and stage."""

import uuid
from datetime import datetime
from typing import Final

from hub.domain.history import ChangeKind
from hub.domain.linkage_commands import WorkRequestCreateCommand, WorkRequestPayload
from hub.domain.work_requests import WorkRequestStatus
from hub.errors import Invalid
from hub.services.commands.acting import Acting, find_acting_agency
from hub.services.linkages.find_targets import issue_gid, require_one
from hub.services.linkages.request_command import append_request_history, execute_request_command
from hub.store.database import Database, StoreConnection
from hub.store.findings.reading import Findings
from hub.store.linkage_targets import TargetIssue, find_issues, find_stages
from hub.store.read_transaction import ReadTransaction
from hub.store.work_request_changes import find_missing_agencies, insert_request

MAX_RECIPIENTS: Final = 20
"""Agencies that one request may be sent to."""


async def create_work_request(
    database: Database, acting: Acting, command: WorkRequestCreateCommand
) -> WorkRequestPayload:
    """Create a request for work; with `user_errors` nothing was created."""
    return await execute_request_command(
        database,
        acting,
        acting.command("workRequestCreate", command.idempotency_key, command),
        lambda connection, at: create_in_transaction(connection, acting, command, at),
    )


async def create_in_transaction(
    connection: StoreConnection,
    acting: Acting,
    command: WorkRequestCreateCommand,
    at: datetime,
) -> WorkRequestPayload:
    """Create a request; raise a `HubError` if it is refused."""
    agency_id = await find_acting_agency(connection, acting, command.area_id)
    issues = await find_issues(connection, acting.viewer, [command.issue])
    issue = require_one(issues[command.issue], "issue", "ประเด็น", "issue", issue_gid)
    stage_id = await find_stage(connection, issue, command.stage_code)
    await check_command(connection, acting, command)
    request_id = uuid.uuid4().hex
    author = acting.author(agency_id, at)
    await insert_request(connection, request_id, command, author, issue.id, stage_id)
    await append_request_history(
        connection,
        acting,
        request_id,
        1,
        author,
        ChangeKind.ADDED,
        after=WorkRequestStatus.OPEN.value,
        reason=command.text,
    )
    return WorkRequestPayload(request_id)


async def find_stage(
    connection: StoreConnection, issue: TargetIssue, code: str | None
) -> str | None:
    """Return the id of a stage in the chain of an issue; `Invalid` if there is none."""
    if code is None:
        return None
    chain = issue.chain_id or ""
    stages = await find_stages(connection, [(chain, code)])
    if (chain, code) not in stages:
        raise Invalid(
            "input.stageCode",
            f"ห่วงโซ่คุณค่าของประเด็นนี้ไม่มีขั้น {code}",
            f"the value chain of this issue has no stage {code}",
        )
    return stages[chain, code]


async def check_command(
    connection: StoreConnection, acting: Acting, command: WorkRequestCreateCommand
) -> None:
    """Raise `Invalid` unless the agencies exist, and the viewer may see the finding."""
    if not 1 <= len(command.agency_ids) <= MAX_RECIPIENTS:
        raise Invalid(
            "input.to",
            f"ระบุหน่วยงาน 1–{MAX_RECIPIENTS} หน่วยงาน",
            f"name 1 to {MAX_RECIPIENTS} agencies",
        )
    if missing := await find_missing_agencies(connection, command.agency_ids):
        raise Invalid("input.to", f"ไม่มีหน่วยงาน {missing[0]}", f"there is no agency {missing[0]}")
    if command.finding_id is not None and not await can_see_finding(
        connection, acting, command.finding_id
    ):
        raise Invalid(
            "input.finding",
            f"ไม่มีข้อค้นพบ {command.finding_id}",
            f"there is no finding {command.finding_id}",
        )


async def can_see_finding(connection: StoreConnection, acting: Acting, key: str) -> bool:
    """Return whether there is a finding that the viewer may see."""
    reader = ReadTransaction.from_connection(connection)
    return key in await Findings(reader, acting.viewer.without_session()).by_id([key])
