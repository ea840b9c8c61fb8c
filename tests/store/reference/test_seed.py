"""Loading the reference files into a real database."""

from pathlib import Path

import asyncpg
import pytest

from hub.bootstrap.startup import REFERENCE_FOLDER
from hub.store.database import Database
from hub.store.reference.seed import is_outdated, seed
from hub.store.tables import metadata
from tests.store.reference_files import ignore_message, remove_lines, replace_text

DATED_TABLES = [table.name for table in metadata.sorted_tables if "known_from" in table.c]


async def count_history_rows(connection: asyncpg.Connection) -> int:
    count = "select count(*) from history.{}"
    counts = [await connection.fetchval(count.format(table)) for table in DATED_TABLES]
    return sum(counts)


async def test_second_load_changes_nothing(rollback_connection: asyncpg.Connection) -> None:
    counts = await seed(rollback_connection, REFERENCE_FOLDER, ignore_message)
    assert counts.rows > 6000
    assert (counts.written, counts.removed) == (0, 0)
    assert await count_history_rows(rollback_connection) == 0
    fresh = "select count(*) from {} where known_from = transaction_timestamp()"
    for table in DATED_TABLES:
        assert not await rollback_connection.fetchval(fresh.format(table))


async def test_load_reports_its_progress(rollback_connection: asyncpg.Connection) -> None:
    messages: list[str] = []
    await seed(rollback_connection, REFERENCE_FOLDER, messages.append)
    assert messages[0].startswith("โหลดข้อมูลอ้างอิง 1/")
    assert any("area (425)" in line for line in messages)


async def test_all_reference_records_are_loaded(database: Database) -> None:
    count = database.pool.fetchval
    assert await count("select count(*) from area where level = 'PROVINCE'") == 77
    for edition in ("C2552-%", "C2560-%"):
        assert await count("select count(*) from area where id like $1", edition) == 18
    assert await count("select count(*) from expected_role") == 199
    assert await count("select count(*) from rule") == 69
    assert await count("select count(*) from project") == 28
    years = "select array_agg(distinct year) from project, unnest(fiscal_years) as year"
    assert await count(years) == [2011]
    assert await count("select count(*) from external_id where scheme = 'iso-3166-2'") == 77
    codes = "select array_agg(value order by value) from external_id where subject = $1"
    boi = "gid://hub/Agency/department:BOI"
    assert await count(f"{codes} and scheme = 'budget-code'", boi) == ["01032", "22009"]


@pytest.mark.parametrize(
    ("table", "kind", "key"),
    [
        ("area", "Area", "id"),
        ("area_membership", "AreaMembership", "id"),
        ("operations_centre", "OperationsCentre", "id"),
        ("agency", "Agency", "id"),
        ("agency_placement", "AgencyPlacement", "id"),
        ("rule", "Rule", "code"),
        ("value_chain", "ValueChain", "id"),
        ("stage", "Stage", "id"),
        ("expected_role", "ExpectedRole", "id"),
        ("value_chain_mapping", "ValueChainMapping", "id"),
        ("stage_mapping", "StageMapping", "id"),
        ("plan", "Plan", "id"),
        ("plan_version", "PlanVersion", "id"),
        ("issue", "StrategicIssue", "id"),
        ("project", "Project", "id"),
        ("linkage", "Linkage", "id"),
        ("planning_event", "PlanningEvent", "id"),
    ],
)
async def test_every_record_has_provenance(
    database: Database, table: str, kind: str, key: str
) -> None:
    without_provenance = (
        "select {0} from {1} where not exists "
        "(select from provenance where ordinal = 0 and subject = $1 || {0})"
    )
    subject = f"gid://hub/{kind}/"
    assert await database.pool.fetch(without_provenance.format(key, table), subject) == []


async def test_provenance_subjects_are_global_ids(database: Database) -> None:
    count = database.pool.fetchval
    assert await count("select count(*) from provenance where ordinal > 0") > 90
    assert not await count("select count(*) from provenance where subject not like 'gid://hub/%'")


async def test_changed_line_updates_its_row_and_keeps_history(
    fresh_database: Database, folder: Path
) -> None:
    replace_text(folder / "areas.csv", "ประเทศไทย", "ราชอาณาจักรไทย")
    async with fresh_database.pool.acquire() as connection:
        assert await is_outdated(connection, folder)
        counts = await seed(connection, folder, ignore_message)
        assert not await is_outdated(connection, folder)
        # the area, the record of its line, and the digest of the files
        assert (counts.written, counts.removed) == (2, 0)
        name = await connection.fetchval("select name_th from area where id = 'TH'")
        past_name = await connection.fetchval("select name_th from history.area")
        assert (name, past_name) == ("ราชอาณาจักรไทย", "ประเทศไทย")


async def test_removed_line_deletes_its_row_and_no_other(
    fresh_database: Database, folder: Path
) -> None:
    remove_lines(folder / "projects.csv", "s37-01,")
    remove_lines(folder / "linkages.csv", "s37-01,")
    remove_lines(folder / "citations.csv", "Project,s37-01,")
    async with fresh_database.pool.acquire() as connection:
        await connection.execute(
            "insert into project (id, name_th, sort_key, fiscal_years, visibility) "
            "values ('elsewhere', 'ก', 'ก', '{}', 'PUBLISHED')"
        )
        counts = await seed(connection, folder, ignore_message)
        assert counts.removed == 9  # project, area, linkage; three reasons and their records
        ids = {row["id"] for row in await connection.fetch("select id from project")}
        assert len(ids) == 28
        assert "elsewhere" in ids
        assert "s37-01" not in ids
        assert await connection.fetchval("select count(*) from history.project") == 1


async def test_row_of_a_removed_line_is_retained_while_referenced(
    fresh_database: Database, folder: Path
) -> None:
    async with fresh_database.pool.acquire() as connection:
        await connection.execute(
            "insert into project (id, name_th, sort_key, fiscal_years, visibility, parent_id) "
            "values ('elsewhere', 'ก', 'ก', '{}', 'PUBLISHED', 's37-01')"
        )
        for file in ("projects.csv", "linkages.csv"):
            remove_lines(folder / file, "s37-01,")
        remove_lines(folder / "citations.csv", "Project,s37-01,")
        messages: list[str] = []
        for _ in range(2):
            counts = await seed(connection, folder, messages.append)
            # the project is retained with its area, linkage, three reasons and their records
            assert (counts.written, counts.removed, counts.retained) == (0, 0, 9)
            assert any("no longer in the files" in line and "s37-01" in line for line in messages)
        await connection.execute("delete from project where id = 'elsewhere'")
        counts = await seed(connection, folder, ignore_message)
        assert (counts.removed, counts.retained) == (9, 0)
