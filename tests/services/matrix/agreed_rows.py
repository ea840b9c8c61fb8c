"""Inserts a generated world with its agreements, as their conclusion and ratification leave it."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.linkages import Reason
from hub.store.activities import recompute_activities
from hub.store.database import Database
from hub.store.read_transaction import ReadTransaction
from hub.store.rollup import compact_in_transaction
from hub.store.same_as import insert_assertion
from hub.store.unit_of_work import UnitOfWork
from tests.services.matrix.agreed_world import ENDED, AgreedWorld, links_on_basis
from tests.services.matrix.generated_world import Link, World, insert_world
from tests.store.agreements import insert_agreement, insert_amount, insert_fact

FIRST_MINUTE = datetime(2011, 5, 1, tzinfo=UTC)


@asynccontextmanager
async def open_agreed_world(
    database: Database, agreed: AgreedWorld, *, compacted: int
) -> AsyncIterator[UnitOfWork]:
    """Insert a world with its agreements and yield a unit of work; roll back at the end."""
    connection: asyncpg.Connection
    async with database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await insert_agreed_world(agreed, connection)
            if compacted:
                await compact_in_transaction(connection, compacted)
            yield UnitOfWork(ReadTransaction.from_connection(connection), ANONYMOUS)
        finally:
            await transaction.rollback()


async def insert_agreed_world(agreed: AgreedWorld, connection: asyncpg.Connection) -> None:
    """Replace the projects in the database by the world, as all agreements left it."""
    projects = [
        replace(project, links=tuple(filter(None, links_on_basis(agreed, at, None))))
        for at, project in enumerate(agreed.reported.projects)
    ]
    await insert_world(World(tuple(projects), agreed.reported.overlaps), connection)
    await insert_facts(agreed, connection)


async def insert_facts(agreed: AgreedWorld, connection: asyncpg.Connection) -> None:
    """Insert an agreement for each fact, one minute after the other."""
    ids = [project.id for project in agreed.reported.projects]
    times = (FIRST_MINUTE + timedelta(minutes=minute) for minute in range(1_000))
    now = await connection.fetchval("select now()")

    async def _agree(key: str, status: str) -> dict[str, Any]:
        at = next(times)
        await insert_agreement(connection, key, status, at=at)
        ended_at = now if status == ENDED else None
        return {"agreement_id": key, "asserted_at": at, "ended_at": ended_at}

    for number, amount in enumerate(agreed.amounts):
        line = amount.line
        await insert_amount(
            connection,
            f"amount-{number}",
            project_id=ids[amount.project],
            amount=line.amount,
            area=line.area,
            year=line.year,
            phase=line.phase.value,
            funding=line.funding.value,
            **await _agree(f"agreement-of-amount-{number}", amount.status),
        )
    await insert_changes(agreed, connection, _agree)
    for number, repeat in enumerate(agreed.repeats):
        key = f"repeat-{number}"
        other, keep = ids[repeat.other], ids[repeat.keep]
        reasons: Sequence[Reason] = ()
        await insert_assertion(connection, key, [keep, other], "ministry:22", reasons)
        if repeat.status is not None:
            terms = await _agree(f"agreement-of-{key}", repeat.status)
            await insert_fact(
                connection,
                f"fact-{key}",
                field="IDENTITY",
                project_id=other,
                same_as_id=key,
                **terms,
            )
    await recompute_activities(connection, ids)


async def insert_changes(
    agreed: AgreedWorld,
    connection: asyncpg.Connection,
    agree: Callable[[str, str], Awaitable[dict[str, Any]]],
) -> None:
    """Insert the facts about linkages, each with the state that it found."""
    states: dict[int, list[Link | None]] = defaultdict(list)
    for at, project in enumerate(agreed.reported.projects):
        states[at] = [*project.links, *([None] if at in agreed.added else [])]
    shares = {
        (at, number): link.share if link else None
        for at, links in states.items()
        for number, link in enumerate(links)
    }
    for number, change in enumerate(agreed.changes):
        at, link = change.project, states[change.project][change.link]
        key = at, change.link
        terms = await agree(f"agreement-of-change-{number}", change.status)
        linkage_id = f"{agreed.reported.projects[at].id}-link-{change.link}"
        field = "SHARE" if change.to is None else "LINKAGE"
        await connection.execute(
            "update agreed_fact set ended_at = now() "
            "where linkage_id = $1 and field = $2 and ended_at is null",
            linkage_id,
            field,
        )
        await insert_fact(
            connection,
            f"change-{number}",
            field=field,
            project_id=agreed.reported.projects[at].id,
            linkage_id=linkage_id,
            status=change.to and change.to.value,
            status_before=None if change.to is None or link is None else link.status.value,
            share=change.share,
            share_before=shares[key],
            **terms,
        )
        shares[key] = change.share
        if change.to is not None:
            states[at][change.link] = replace(link or agreed.added[at], status=change.to)
