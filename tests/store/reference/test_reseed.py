"""Loading changed reference files over rows that users may have changed too."""

import json
from pathlib import Path

import asyncpg
import pytest

from hub.bootstrap.startup import REFERENCE_FOLDER
from hub.domain import text
from hub.errors import StoreUnusable
from hub.store.database import Database
from hub.store.reference import seed as store_seed
from hub.store.reference.seed import compute_digest, seed
from hub.store.tables import metadata
from tests.store.reference_files import ignore_message, remove_lines, rename_key, replace_text

# ── any valid files can be loaded over any earlier ones ─────────────────────────────────────────

RENAMED_KEYS = {
    "a plan": ("plan-C2552-01-2553", "plan-renamed"),
    "an area": ("C2552-09", "C2552-east-renamed"),
    "an agency": ("ministry:09", "ministry:09-renamed"),
    "a chain": ("tourism-east", "tourism-renamed"),
    "a stage": ("eco-standards", "eco-renamed"),
    "an issue": ("s42-east-1", "s42-renamed"),
    "a source": ("opdc-deck-2553", "deck-renamed"),
    "a rule": ("R1", "R1-renamed"),
}


NOTES = {"rollup_change", "finding_change", "finding_plan_change", "change_queue"}
"""Notes of what a transaction touched, for the rollup, findings and the feed; they are no data."""


async def count_rows(connection: asyncpg.Connection) -> dict[str, int]:
    return {
        table: await connection.fetchval(f'select count(*) from "{table}"')  # noqa: S608 - our own tables
        for table in metadata.tables
        if table != "data_change"  # one row for each transaction that changes what answers contain
        if table not in NOTES
    }


@pytest.mark.parametrize(("old", "new"), RENAMED_KEYS.values(), ids=RENAMED_KEYS)
async def test_key_renamed_in_every_file_is_renamed_in_the_database(
    fresh_database: Database, folder: Path, old: str, new: str
) -> None:
    rename_key(folder, old, new)
    async with fresh_database.pool.acquire() as connection:
        before = await count_rows(connection)
        counts = await seed(connection, folder, ignore_message)
        assert counts.written
        assert counts.retained == 0
        assert await count_rows(connection) == before
        second_counts = await seed(connection, folder, ignore_message)
        assert (second_counts.written, second_counts.removed, second_counts.retained) == (0, 0, 0)
        restored_counts = await seed(connection, REFERENCE_FOLDER, ignore_message)
        assert restored_counts.retained == 0
        assert await count_rows(connection) == before


async def test_files_that_conflict_with_other_rows_are_rejected(
    fresh_database: Database, folder: Path
) -> None:
    rename_key(folder, "plan-C2552-01-2553", "plan-renamed")
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
        with pytest.raises(StoreUnusable, match="plan_version conflicts"):
            await seed(connection, folder, ignore_message)
        assert not await connection.fetchval("select count(*) from history.plan")


# ── user decisions are retained ─────────────────────────────────────────────────────────────────

AGREE_LINKAGE = (
    "update linkage set status = 'AGREED', version = version + 1 where project_id = 's37-01'"
)
SELECT_LINKAGE = "select status, version from linkage where project_id = 's37-01'"


async def test_user_decision_is_retained_and_reported(
    fresh_database: Database, folder: Path
) -> None:
    async with fresh_database.pool.acquire() as connection:
        await connection.execute(AGREE_LINKAGE)
        for reference in (REFERENCE_FOLDER, folder, REFERENCE_FOLDER):
            messages: list[str] = []
            counts = await seed(connection, reference, messages.append)
            assert (counts.written, counts.removed, counts.retained) == (0, 0, 1)
            assert any("changed by others" in line and "linkage (1)" in line for line in messages)
            assert tuple(await connection.fetchrow(SELECT_LINKAGE)) == ("AGREED", 2)


async def test_row_that_a_user_deleted_is_not_written_again(
    fresh_database: Database,
) -> None:
    pairs = "select stage_id from stage_mapping order by 1"
    async with fresh_database.pool.acquire() as connection:
        await connection.execute("delete from stage_mapping where stage_id like '%.marketing'")
        expected = [row["stage_id"] for row in await connection.fetch(pairs)]
        assert len(expected) == 3
        for _ in range(2):
            counts = await seed(connection, REFERENCE_FOLDER, ignore_message)
            assert (counts.written, counts.removed, counts.retained) == (0, 0, 1)
            assert [row["stage_id"] for row in await connection.fetch(pairs)] == expected


async def test_new_line_that_refers_to_a_row_that_a_user_deleted_is_not_written(
    fresh_database: Database, folder: Path
) -> None:
    stage = "generic-template,market"
    async with fresh_database.pool.acquire() as connection:
        await connection.execute("delete from stage where id = 'generic-template.market'")
        path = folder / "stage_mappings.csv"
        line = path.read_text("utf-8").splitlines()[-1]
        added = line.replace("tourism-east,marketing", stage)
        path.write_text(f"{path.read_text('utf-8')}{added}\n", "utf-8")
        mappings = folder / "value_chain_mappings.csv"
        mapping = mappings.read_text("utf-8").splitlines()[-1]
        added = mapping.replace("tourism-east", "generic-template")
        mappings.write_text(f"{mappings.read_text('utf-8')}{added}\n", "utf-8")
        counts = await seed(connection, folder, ignore_message)
        assert counts.retained == 2  # the stage, and the pair that names it
        found = "select count(*) from stage_mapping where stage_id = 'generic-template.market'"
        assert await connection.fetchval(found) == 0


async def test_user_decision_equal_to_the_files_is_still_retained(
    fresh_database: Database, folder: Path
) -> None:
    async with fresh_database.pool.acquire() as connection:
        await connection.execute(
            "update linkage set version = 2, share = 1 where project_id = 's37-01'"
        )
        assert (await seed(connection, REFERENCE_FOLDER, ignore_message)).retained == 0
        replace_text(folder / "linkages.csv", "PROPOSED", "AGREED")
        status = "select status from linkage where project_id = 's37-01'"
        counts = await seed(connection, folder, ignore_message)
        assert counts.retained == 1
        assert await connection.fetchval(status) == "PROPOSED"


async def test_linkage_changed_in_the_files_gets_a_new_version(
    fresh_database: Database, folder: Path
) -> None:
    replace_text(folder / "linkages.csv", "PROPOSED", "AGREED")
    async with fresh_database.pool.acquire() as connection:
        for reference, expected in ((folder, ("AGREED", 2)), (REFERENCE_FOLDER, ("PROPOSED", 3))):
            counts = await seed(connection, reference, ignore_message)
            assert counts.retained == 0
            assert tuple(await connection.fetchrow(SELECT_LINKAGE)) == expected


async def test_user_decision_is_retained_when_its_line_is_removed(
    fresh_database: Database, folder: Path
) -> None:
    rename_key(folder, "s37-01", "s37-renamed")
    async with fresh_database.pool.acquire() as connection:
        await connection.execute(AGREE_LINKAGE)
        for _ in range(2):
            counts = await seed(connection, folder, ignore_message)
            assert (counts.removed, counts.retained) == (0, 9)
        assert tuple(await connection.fetchrow(SELECT_LINKAGE)) == ("AGREED", 2)
        without_provenance = (
            "select id from linkage where not exists "
            "(select from provenance where subject = 'gid://hub/Linkage/' || linkage.id)"
        )
        assert await connection.fetch(without_provenance) == []


async def test_retained_row_keeps_the_rows_it_references(
    fresh_database: Database, folder: Path
) -> None:
    rename_key(folder, "ministry:09", "ministry:09-renamed")
    async with fresh_database.pool.acquire() as connection:
        await connection.execute("update project set name_en = 'ours' where id = 's37-01'")
        counts = await seed(connection, folder, ignore_message)
        assert counts.retained > 1
        owner = "select owner_id from project where id = 's37-01'"
        assert await connection.fetchval(owner) == "ministry:09"
        named = "select count(*) from agency where id like 'ministry:09%'"
        assert await connection.fetchval(named) == 2


async def test_row_from_another_origin_is_not_overwritten(
    fresh_database: Database, folder: Path
) -> None:
    replace_text(folder / "projects.csv", "s37-01,", "elsewhere,")
    for file in ("linkages.csv", "citations.csv"):
        path = folder / file
        path.write_text(path.read_text("utf-8").replace("s37-01,", "elsewhere,"), "utf-8")
    async with fresh_database.pool.acquire() as connection:
        await connection.execute(
            "insert into project (id, name_th, sort_key, fiscal_years, visibility) "
            "values ('elsewhere', 'ก', 'ก', '{}', 'PUBLISHED')"
        )
        counts = await seed(connection, folder, ignore_message)
        assert counts.retained == 1
        name = "select name_th from project where id = 'elsewhere'"
        assert await connection.fetchval(name) == "ก"
        # a load never deletes rows that no file contained
        assert (await seed(connection, REFERENCE_FOLDER, ignore_message)).retained == 0
        assert await connection.fetchval(name) == "ก"


async def test_rows_recorded_without_marks_belong_to_the_load(
    fresh_database: Database, folder: Path
) -> None:
    remove_lines(folder / "projects.csv", "s37-01,")
    remove_lines(folder / "linkages.csv", "s37-01,")
    remove_lines(folder / "citations.csv", "Project,s37-01,")
    async with fresh_database.pool.acquire() as connection:
        stored_keys = json.loads(await connection.fetchval("select keys from seeded"))
        keys = {name: [key for key, _ in table["rows"]] for name, table in stored_keys.items()}
        await connection.execute("update seeded set keys = $1::jsonb", json.dumps(keys))
        counts = await seed(connection, folder, ignore_message)
        assert (counts.written, counts.removed, counts.retained) == (0, 9, 0)


def test_changed_thai_sort_code_changes_the_digest(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Path(str(text.__file__)) in store_seed.PROGRAMS
    before = compute_digest(folder)
    programs = [path for path in store_seed.PROGRAMS if path.name != "text.py"]
    monkeypatch.setattr(store_seed, "PROGRAMS", programs)
    assert compute_digest(folder) != before


# ── texts of an earlier load ────────────────────────────────────────────────────────────────────


async def test_earlier_texts_are_updated_and_remain_in_the_history(
    fresh_database: Database, folder: Path
) -> None:
    """A database of an earlier release has a shortened event, a rule as advice, and no owner."""
    replace_text(folder / "rules.csv", "ไม่ให้เสนอขอเป็นคำของบประมาณ:", "โครงการที่ไม่ควรเสนอ:")
    replace_text(folder / "planning_events.csv", " และส่งร่างแผนให้กระทรวง กรม และหน่วยงานอื่น", "")
    replace_text(folder / "projects.csv", "CLUSTER,cluster:C2552-09,", "CLUSTER,,")
    texts = {
        "rule": ("text_th", "code = 'R37'"),
        "planning_event": ("text_th", "id = 'fy2555-annual-plan-4'"),
        "project": ("owner_id", "id = 's37-06'"),
    }
    async with fresh_database.pool.acquire() as connection:

        async def fetch(schema: str) -> list[str | None]:
            return [
                await connection.fetchval(
                    f"select {column} from {schema}.{table} where {condition} "  # noqa: S608 - our own tables
                    "order by known_from desc limit 1"
                )
                for table, (column, condition) in texts.items()
            ]

        current = await fetch("public")
        await seed(connection, folder, ignore_message)
        earlier = await fetch("public")
        assert all(old != new for old, new in zip(earlier, current, strict=True))
        assert (await seed(connection, REFERENCE_FOLDER, ignore_message)).retained == 0
        assert await fetch("public") == current
        assert await fetch("history") == earlier
