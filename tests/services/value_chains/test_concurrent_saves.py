"""Commands at the same time: one of two saves wins, and no stage is removed under a new linkage."""

import asyncio
from dataclasses import replace

from hub.domain.user_errors import UserErrorCode
from hub.store.database import Database
from tests.services.linkages.both_sides import insert_issues, insert_project
from tests.services.value_chains.saved_chains import (
    CHON_BURI,
    ENERGY,
    STAGES,
    codes,
    read_chain,
    save,
)

INSERT_LINKAGE = (
    "insert into linkage (id, project_id, issue_id, stage_id, status, visibility) "
    "values ('l1', 'p1', $1, 'energy-chon-buri.saving', 'PROPOSED', 'PUBLISHED')"
)


async def test_one_of_several_saves_of_a_version_wins(fresh_database: Database) -> None:
    await save(fresh_database, CHON_BURI, ENERGY)
    change = replace(ENERGY, chain_id=ENERGY.code, expected_version=1)
    payloads = await asyncio.gather(
        *(save(fresh_database, CHON_BURI, change, name=f"ชื่อ {n}") for n in range(4))
    )
    errors = sorted(str(codes(one)) for one in payloads)
    assert errors == sorted([str([]), *[str([UserErrorCode.STALE_VERSION])] * 3])
    [winner] = [n for n, one in enumerate(payloads) if not one.user_errors]
    found = await read_chain(fresh_database, ENERGY.code)
    assert (found["name"].th, found["version"]) == (f"ชื่อ {winner}", 2)


async def test_one_of_several_new_chains_with_a_code_wins(fresh_database: Database) -> None:
    payloads = await asyncio.gather(*(save(fresh_database, CHON_BURI, ENERGY) for _ in range(4)))
    errors = sorted(str(codes(one)) for one in payloads)
    assert errors == sorted([str([]), *[str([UserErrorCode.DUPLICATE])] * 3])


async def test_stage_that_is_linked_meanwhile_is_not_removed(fresh_database: Database) -> None:
    await save(fresh_database, CHON_BURI, ENERGY)
    [issue] = await insert_issues(fresh_database, "20", ["1"])
    await insert_project(fresh_database, "p1")
    change = replace(ENERGY, chain_id=ENERGY.code, expected_version=1, stages=STAGES[:2])
    async with fresh_database.write_transaction() as connection:
        await connection.execute(INSERT_LINKAGE, issue)
        saving = asyncio.create_task(save(fresh_database, CHON_BURI, change))
        await wait_for_lock(fresh_database)
    payload = await saving
    assert codes(payload) == [UserErrorCode.INVALID_VALUE]
    assert "saving" in payload.user_errors[0].message.th


async def wait_for_lock(database: Database) -> None:
    """Return when a statement waits for the lock of another transaction."""
    waiting = "select exists (select from pg_stat_activity where wait_event_type = 'Lock' "
    waiting += "and datname = current_database())"
    while not await database.pool.fetchval(waiting):
        await database.pool.execute("select pg_sleep(0.01)")
