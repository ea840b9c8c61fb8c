"""Files that have changed, over rows that people may have changed as well."""

import json
from pathlib import Path

import asyncpg
import pytest

from hub.bootstrap.startup import REFERENCE
from hub.domain import text
from hub.errors import StoreUnusable
from hub.store.database import Database
from hub.store.reference import seed as store_seed
from hub.store.reference.seed import compute_digest, seed
from hub.store.tables import metadata
from tests.store.files import quiet, rename, replaced, without

# ── any valid files can be loaded over any earlier ones ─────────────────────────────────────────

RENAMED = {
    "a plan": ("plan-C2552-01-2553", "plan-renamed"),
    "an area": ("C2552-09", "C2552-east-renamed"),
    "an agency": ("ministry:09", "ministry:09-renamed"),
    "a chain": ("tourism-east", "tourism-renamed"),
    "a stage": ("eco-standards", "eco-renamed"),
    "an issue": ("s42-east-1", "s42-renamed"),
    "a source": ("opdc-deck-2553", "deck-renamed"),
    "a rule": ("R1", "R1-renamed"),
}


async def count(connection: asyncpg.Connection) -> dict[str, int]:
    return {
        table: await connection.fetchval(f'select count(*) from "{table}"')  # noqa: S608 - our own tables
        for table in metadata.tables
    }


@pytest.mark.parametrize(("old", "new"), RENAMED.values(), ids=RENAMED)
async def test_a_key_can_be_renamed_in_every_file_at_once(
    fresh_database: Database, folder: Path, old: str, new: str
) -> None:
    rename(folder, old, new)
    async with fresh_database.pool.acquire() as connection:
        before = await count(connection)
        counts = await seed(connection, folder, quiet)
        assert counts.written
        assert counts.retained == 0
        assert await count(connection) == before
        again = await seed(connection, folder, quiet)
        assert (again.written, again.removed, again.retained) == (0, 0, 0)
        back = await seed(connection, REFERENCE, quiet)
        assert back.retained == 0
        assert await count(connection) == before


async def test_files_that_contradict_what_came_in_another_way_say_so(
    fresh_database: Database, folder: Path
) -> None:
    rename(folder, "plan-C2552-01-2553", "plan-renamed")
    async with fresh_database.pool.acquire() as connection:
        await connection.execute(
            "insert into plan (id, kind, title_th, sort_key, first_year, last_year) "
            "select 'plan-renamed', kind, title_th, sort_key, first_year, last_year from plan "
            "where id = 'plan-C2552-01-2553'"
        )
        await connection.execute(
            "insert into plan_version (id, plan_id, number, status, visibility) "
            "values ('by-hand', 'plan-renamed', 1, 'DRAFT', 'PRIVATE')"
        )
        with pytest.raises(StoreUnusable, match="plan_version contradicts"):
            await seed(connection, folder, quiet)
        assert not await connection.fetchval("select count(*) from history.plan")


# ── what people decided stays ───────────────────────────────────────────────────────────────────

AGREED = "update linkage set status = 'AGREED', version = version + 1 where project_id = 's37-01'"
STANDS = "select status, version from linkage where project_id = 's37-01'"


async def test_a_decision_of_people_is_left_alone_and_told(
    fresh_database: Database, folder: Path
) -> None:
    async with fresh_database.pool.acquire() as connection:
        await connection.execute(AGREED)
        for loading in (REFERENCE, folder, REFERENCE):
            said: list[str] = []
            counts = await seed(connection, loading, said.append)
            assert (counts.written, counts.removed, counts.retained) == (0, 0, 1)
            assert any("changed by others" in line and "linkage (1)" in line for line in said)
            assert tuple(await connection.fetchrow(STANDS)) == ("AGREED", 2)


async def test_a_decision_that_agrees_with_the_files_is_still_one_of_people(
    fresh_database: Database, folder: Path
) -> None:
    async with fresh_database.pool.acquire() as connection:
        await connection.execute(
            "update linkage set version = 2, share = 1 where project_id = 's37-01'"
        )
        assert (await seed(connection, REFERENCE, quiet)).retained == 0
        replaced(folder / "linkages.csv", "PROPOSED", "AGREED")
        status = "select status from linkage where project_id = 's37-01'"
        counts = await seed(connection, folder, quiet)
        assert counts.retained == 1
        assert await connection.fetchval(status) == "PROPOSED"


async def test_a_linkage_that_the_files_change_is_a_new_version(
    fresh_database: Database, folder: Path
) -> None:
    replaced(folder / "linkages.csv", "PROPOSED", "AGREED")
    async with fresh_database.pool.acquire() as connection:
        for loading, stands in ((folder, ("AGREED", 2)), (REFERENCE, ("PROPOSED", 3))):
            counts = await seed(connection, loading, quiet)
            assert counts.retained == 0
            assert tuple(await connection.fetchrow(STANDS)) == stands


async def test_a_decision_stays_whole_when_its_line_leaves_the_files(
    fresh_database: Database, folder: Path
) -> None:
    rename(folder, "s37-01", "s37-renamed")
    async with fresh_database.pool.acquire() as connection:
        await connection.execute(AGREED)
        for _ in range(2):
            counts = await seed(connection, folder, quiet)
            assert (counts.removed, counts.retained) == (0, 9)
        assert tuple(await connection.fetchrow(STANDS)) == ("AGREED", 2)
        unfounded = (
            "select id from linkage where not exists "
            "(select from provenance where subject = 'gid://hub/Linkage/' || linkage.id)"
        )
        assert await connection.fetch(unfounded) == []


async def test_a_row_that_stays_keeps_what_it_relies_on(
    fresh_database: Database, folder: Path
) -> None:
    rename(folder, "ministry:09", "ministry:09-renamed")
    async with fresh_database.pool.acquire() as connection:
        await connection.execute("update project set name_en = 'ours' where id = 's37-01'")
        counts = await seed(connection, folder, quiet)
        assert counts.retained > 1
        owner = "select owner_id from project where id = 's37-01'"
        assert await connection.fetchval(owner) == "ministry:09"
        named = "select count(*) from agency where id like 'ministry:09%'"
        assert await connection.fetchval(named) == 2


async def test_a_row_that_came_in_another_way_is_not_overwritten(
    fresh_database: Database, folder: Path
) -> None:
    replaced(folder / "projects.csv", "s37-01,", "elsewhere,")
    for file in ("linkages.csv", "citations.csv"):
        path = folder / file
        path.write_text(path.read_text("utf-8").replace("s37-01,", "elsewhere,"), "utf-8")
    async with fresh_database.pool.acquire() as connection:
        await connection.execute(
            "insert into project (id, name_th, sort_key, fiscal_years, visibility) "
            "values ('elsewhere', 'ก', 'ก', '{}', 'PUBLISHED')"
        )
        counts = await seed(connection, folder, quiet)
        assert counts.retained == 1
        name = "select name_th from project where id = 'elsewhere'"
        assert await connection.fetchval(name) == "ก"
        # and what the files never wrote, they do not take out
        assert (await seed(connection, REFERENCE, quiet)).retained == 0
        assert await connection.fetchval(name) == "ก"


async def test_keys_of_a_load_that_kept_no_marks_are_its_own(
    fresh_database: Database, folder: Path
) -> None:
    without(folder / "projects.csv", "s37-01,")
    without(folder / "linkages.csv", "s37-01,")
    without(folder / "citations.csv", "Project,s37-01,")
    async with fresh_database.pool.acquire() as connection:
        held = json.loads(await connection.fetchval("select keys from seeded"))
        keys = {name: [key for key, _ in table["rows"]] for name, table in held.items()}
        await connection.execute("update seeded set keys = $1::jsonb", json.dumps(keys))
        counts = await seed(connection, folder, quiet)
        assert (counts.written, counts.removed, counts.retained) == (0, 9, 0)


def test_a_new_order_of_thai_words_is_a_new_load(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Path(str(text.__file__)) in store_seed.PROGRAMS
    before = compute_digest(folder)
    programs = [path for path in store_seed.PROGRAMS if path.name != "text.py"]
    monkeypatch.setattr(store_seed, "PROGRAMS", programs)
    assert compute_digest(folder) != before
