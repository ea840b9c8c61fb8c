"""Probable copies: records of one activity of several sources are flagged, look-alikes are not."""

from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import pytest

from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.domain.paging import PageRequest
from hub.domain.text import Locale
from hub.store.database import Database
from hub.store.read_transaction import ReadTransaction
from hub.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Report:
    """A record of a source, as a project."""

    key: str
    source: str | None = "act"
    name: str = "โครงการพัฒนาแหล่งท่องเที่ยวบ้านบางเสร่"
    years: tuple[int, ...] = (2024,)
    owner: str | None = "department:05003"
    areas: tuple[str, ...] = ("20",)
    line_areas: tuple[str, ...] = ()
    visibility: str = "PUBLISHED"
    duplicate_of: str | None = None
    parent: str | None = None


FIRST = Report("a")
COPY = Report("b", "plan")


async def insert_reports(connection: asyncpg.Connection, *reports: Report) -> UnitOfWork:
    for report in reports:
        await connection.execute(
            "insert into source (id, name_th, kind, health) values ($1, 'ก', 'OWN', 'OK') "
            "on conflict do nothing",
            report.source or "none",
        )
        await connection.execute(
            "insert into project (id, name_th, sort_key, owner_id, fiscal_years, visibility, "
            "duplicate_of, parent_id, source_id) values ($1, $2, $1, $3, $4, $5, $6, $7, $8)",
            report.key,
            report.name,
            report.owner,
            list(report.years),
            report.visibility,
            report.duplicate_of,
            report.parent,
            report.source,
        )
        for area in report.areas:
            await connection.execute(
                "insert into project_area (project_id, area_id, basis) values ($1, $2, 'UNKNOWN')",
                report.key,
                area,
            )
        for area in report.line_areas:
            await connection.execute(
                "insert into budget_line (id, project_id, area_id, fiscal_year, phase, funding, "
                "amount) values ($1 || $2, $1, $2, $3, 'APPROPRIATED', 'MINISTRY', 1)",
                report.key,
                area,
                report.years[0],
            )
    return UnitOfWork(ReadTransaction.from_connection(connection), ANONYMOUS)


async def list_copies(unit: UnitOfWork) -> list[list[str]]:
    """Return the ids of the projects of each finding, after a check that all ways agree."""
    page = await unit.copies.page(PageRequest(100))
    for finding in page.nodes:
        _, _, key = finding.gid.partition("gid://hub/Finding/")
        assert (await unit.copies.by_finding_key([key]))[key].summary == finding.summary
    return [[project.id for project in finding.projects] for finding in page.nodes]


async def test_four_records_of_one_activity_from_four_sources_are_one_finding(
    rollback_connection: asyncpg.Connection,
) -> None:
    unit = await insert_reports(
        rollback_connection,
        FIRST,
        Report("b", "plan", "พัฒนาแหล่งท่องเที่ยว บ้านบางเสร่", owner=None),
        Report("c", "treasury", years=(2023, 2024), owner="ministry:05"),
        Report("d", "contracts", areas=(), line_areas=("20",)),
    )
    assert await list_copies(unit) == [["a", "b", "c", "d"]]
    found = await unit.copies.by_project(["a", "b", "c", "d"])
    assert {key: finding.source_count for key, finding in found.items()} == dict.fromkeys("abcd", 4)
    assert [p.duplicate_of for p in found["a"].projects] == [None] * 4


@pytest.mark.parametrize(
    "copy",
    [
        COPY,
        replace(COPY, name="โครงการ พัฒนาแหล่งท่องเที่ยว “บ้านบางเสร่”"),
        replace(COPY, areas=(), line_areas=("20", "21")),
        replace(COPY, owner="ministry:05"),
        replace(COPY, years=(2024, 2025)),
    ],
)
async def test_record_of_the_same_activity_is_a_probable_copy(
    rollback_connection: asyncpg.Connection, copy: Report
) -> None:
    assert await list_copies(await insert_reports(rollback_connection, FIRST, copy)) == [["a", "b"]]


@pytest.mark.parametrize(
    ("first", "copy", "statement"),
    [
        (FIRST, COPY, "an area in common and the same agency"),
        (FIRST, replace(COPY, owner="ministry:05"), "an area in common and an agency and its"),
        (replace(FIRST, owner="ministry:05"), replace(COPY, owner="department:05003"),
         "an area in common and an agency and its parent"),
        (FIRST, replace(COPY, owner=None), "an area in common and no agency in some of them"),
        (FIRST, replace(COPY, areas=("C2560-08",)), "within that of another and the same agency"),
        (replace(FIRST, areas=()), replace(COPY, areas=()), "no area and the same agency"),
    ],
)  # fmt: skip
async def test_summary_states_how_areas_and_agencies_agree(
    rollback_connection: asyncpg.Connection, first: Report, copy: Report, statement: str
) -> None:
    unit = await insert_reports(rollback_connection, first, copy)
    found = await unit.copies.by_project(["a", "b"])
    for finding in found.values():
        assert statement in finding.summary.text(Locale.EN)
        same_th = "หน่วยงานเดียวกัน" in finding.summary.th
        assert same_th == ("the same agency" in statement)
    assert len({finding.summary for finding in found.values()}) == 1


async def test_records_of_agencies_that_are_strangers_name_none_in_common(
    rollback_connection: asyncpg.Connection,
) -> None:
    unit = await insert_reports(
        rollback_connection,
        replace(FIRST, owner=None),
        COPY,
        Report("c", "treasury", owner="department:09003"),
    )
    found = await unit.copies.by_project(["a"])
    assert "no agency in some of them" in found["a"].summary.text(Locale.EN)


async def test_records_without_areas_need_the_same_owner(
    rollback_connection: asyncpg.Connection,
) -> None:
    unit = await insert_reports(
        rollback_connection,
        replace(FIRST, areas=()),
        replace(COPY, areas=()),
        Report("c", "treasury", areas=(), owner=None),
    )
    assert await list_copies(unit) == [["a", "b"]]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(COPY, years=(2025,)), id="another yearly phase"),
        pytest.param(replace(COPY, areas=("21",)), id="another province"),
        pytest.param(replace(COPY, areas=()), id="an unknown area"),
        pytest.param(replace(COPY, name=f"{FIRST.name} ระยะที่ 2"), id="another phase"),
        pytest.param(replace(COPY, owner="department:09003"), id="another agency"),
        pytest.param(replace(COPY, source="act"), id="the same source"),
        pytest.param(replace(COPY, source=None), id="no source"),
        pytest.param(replace(COPY, duplicate_of="a"), id="a known report of it"),
        pytest.param(replace(COPY, parent="a"), id="a part of it"),
        pytest.param(replace(COPY, visibility="PRIVATE"), id="a private draft"),
        pytest.param(replace(COPY, visibility="LISTED"), id="a listed draft"),
    ],
)
async def test_look_alike_is_no_copy(
    rollback_connection: asyncpg.Connection, other: Report
) -> None:
    unit = await insert_reports(rollback_connection, FIRST, other)
    assert await list_copies(unit) == []
    assert await unit.copies.by_project(["a", "b"]) == {}


async def test_owner_of_a_draft_sees_that_it_is_a_copy(
    rollback_connection: asyncpg.Connection,
) -> None:
    await insert_reports(rollback_connection, FIRST, replace(COPY, visibility="PRIVATE"))
    owner: Any = Viewer("o", "department:05003")
    unit = UnitOfWork(ReadTransaction.from_connection(rollback_connection), owner)
    assert await list_copies(unit) == [["a", "b"]]


async def test_findings_are_read_page_by_page(rollback_connection: asyncpg.Connection) -> None:
    unit = await insert_reports(
        rollback_connection,
        *(
            Report(f"{key}{number}", source, f"งานที่ {number}")
            for number in range(3)
            for key, source in (("a", "act"), ("b", "plan"))
        ),
    )
    first = await unit.copies.page(PageRequest(2))
    assert [finding.projects[0].id for finding in first.nodes] == ["a0", "a1"]
    last = await unit.copies.page(PageRequest(2, ("a1",)))
    assert [finding.projects[0].id for finding in last.nodes] == ["a2"]
    assert not last.page_info.has_next_page


@pytest.mark.parametrize(
    ("name", "copies"),
    [
        ("พัฒนาแหล่งท่องเที่ยว  บ้านบางเสร่", [["a", "b"]]),
        ("โครงการพัฒนาแหล่งท่องเที่ยวบ้านบางเสร่ ระยะที่ 2", []),
        ("โครงการ", []),
    ],
)
async def test_copies_follow_a_corrected_name(
    rollback_connection: asyncpg.Connection, name: str, copies: list[list[str]]
) -> None:
    unit = await insert_reports(rollback_connection, FIRST, replace(COPY, name="ชื่ออื่น"))
    assert await list_copies(unit) == []
    await rollback_connection.execute("update project set name_th = $1 where id = 'b'", name)
    assert await list_copies(unit) == copies


async def test_page_of_findings_is_four_statements_that_compute_no_title_key(
    rollback_connection: asyncpg.Connection,
) -> None:
    await insert_reports(rollback_connection, FIRST, COPY)
    transaction = ReadTransaction.from_connection(rollback_connection)
    await UnitOfWork(transaction, ANONYMOUS).copies.page(PageRequest(20))
    assert transaction.statement_count == 4
    assert not any("project_title_key" in one for one in transaction.sent_statements)


async def test_stored_title_hash_is_that_of_the_key_also_of_earlier_names(
    fresh_database: Database,
) -> None:
    await fresh_database.pool.execute("update project set name_th = name_th || ' 2' where true")
    wrong = (
        "select count(*) from {}.project "
        "where title_hash is distinct from hashtextextended(project_title_key(name_th), 0)"
    )
    for schema in ("public", "history"):
        assert await fresh_database.pool.fetchval(wrong.format(schema)) == 0
    assert await fresh_database.pool.fetchval("select count(*) from history.project") > 20


async def test_update_that_changes_nothing_writes_no_history(fresh_database: Database) -> None:
    await fresh_database.pool.execute("update project set name_th = name_th where true")
    assert await fresh_database.pool.fetchval("select count(*) from history.project") == 0
