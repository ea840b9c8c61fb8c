"""Statements that write requests for work and the answers to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import asyncpg

from hub.domain.history import Author
from hub.domain.linkage_commands import WorkRequestCreateCommand
from hub.domain.record import record
from hub.domain.work_requests import WorkRequestDecision

INSERT_REQUEST: Final = """
insert into work_request (id, area_id, agency_id, issue_id, stage_id, actor_level, text, first_year,
    last_year, answer_by, finding_id, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, transaction_timestamp())
"""
INSERT_RECIPIENTS: Final = """
insert into work_request_answer (id, request_id, agency_id, ordinal)
select $1 || ':' || agency_id, $1, agency_id, ordinal
from unnest($2::text[]) with ordinality recipient (agency_id, ordinal)
"""
LOCK_REQUEST: Final = "select * from work_request where id = $1 for no key update"
SELECT_ANSWERS: Final = """
select a.agency_id, a.decision, l.status as linkage_status
from work_request_answer a left join linkage l on l.id = a.linkage_id
where a.request_id = $1 order by a.ordinal
"""
UPDATE_ANSWER: Final = """
update work_request_answer set decision = $3, linkage_id = $4, reason = $5, by = $6,
    at = transaction_timestamp()
where request_id = $1 and agency_id = $2
"""
RAISE_VERSION: Final = "update work_request set version = version + 1 where id = $1"
WITHDRAW: Final = """
update work_request set version = version + 1, withdrawn_at = transaction_timestamp() where id = $1
"""
MISSING_AGENCIES: Final = """
select wanted.id from unnest($1::text[]) wanted (id)
where not exists (select from agency a where a.id = wanted.id)
"""


@record
class LockedAnswer:
    """An agency that a request is sent to; `open_offer`: it has offered a linkage that counts."""

    agency_id: str
    decision: WorkRequestDecision | None
    open_offer: bool


@record
class LockedRequest:
    """A request that is locked until the transaction ends."""

    id: str
    version: int
    area_id: str
    issue_id: str
    stage_id: str | None
    withdrawn_at: datetime | None
    answers: Sequence[LockedAnswer]


async def insert_request(
    connection: asyncpg.Connection,
    request_id: str,
    command: WorkRequestCreateCommand,
    author: Author,
    issue_id: str,
    stage_id: str | None,
) -> None:
    """Insert a request and the agencies that it is sent to."""
    years = command.fiscal_years
    await connection.execute(
        INSERT_REQUEST,
        request_id,
        command.area_id,
        author.agency_id,
        issue_id,
        stage_id,
        command.actor_level and command.actor_level.value,
        command.text,
        years.first.ce,
        years.last.ce,
        command.answer_by,
        command.finding_id,
    )
    agencies = list(dict.fromkeys(command.agency_ids))
    await connection.execute(INSERT_RECIPIENTS, request_id, agencies)


async def find_missing_agencies(
    connection: asyncpg.Connection, agency_ids: Sequence[str]
) -> list[str]:
    """Return the ids of which there is no agency."""
    rows = await connection.fetch(MISSING_AGENCIES, list(agency_ids))
    return [row["id"] for row in rows]


async def lock_request(connection: asyncpg.Connection, request_id: str) -> LockedRequest | None:
    """Lock a request and return it with its answers; null if there is none."""
    row = await connection.fetchrow(LOCK_REQUEST, request_id)
    if row is None:
        return None
    answers = [
        LockedAnswer(
            answer["agency_id"],
            WorkRequestDecision(answer["decision"]) if answer["decision"] else None,
            answer["linkage_status"] in {"PROPOSED", "AGREED", "DISPUTED"},
        )
        for answer in await connection.fetch(SELECT_ANSWERS, request_id)
    ]
    return LockedRequest(
        row["id"],
        row["version"],
        row["area_id"],
        row["issue_id"],
        row["stage_id"],
        row["withdrawn_at"],
        answers,
    )


async def update_answer(
    connection: asyncpg.Connection,
    request_id: str,
    author: Author,
    decision: WorkRequestDecision,
    linkage_id: str | None,
    reason: str | None,
) -> None:
    """Record the answer of the author's agency, and increment the version of the request."""
    await connection.execute(
        UPDATE_ANSWER,
        request_id,
        author.agency_id,
        decision.value,
        linkage_id,
        reason,
        author.subject,
    )
    await connection.execute(RAISE_VERSION, request_id)


async def withdraw_request(connection: asyncpg.Connection, request_id: str) -> None:
    """Mark a request as withdrawn."""
    await connection.execute(WITHDRAW, request_id)
