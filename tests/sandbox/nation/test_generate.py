"""Tests what a generated nation contains: everything marked, everywhere, skewed, and repeatable."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.errors import Conflict
from hub.sandbox.nation.declaration import SOURCE_ID
from hub.sandbox.nation.generate import generate_nation
from hub.store.database import Database
from hub.store.generate import load
from tests.sandbox.nation.generated import NOW, PROJECTS, YEARS

FIRST_ROWS = """
select p.id, p.name_th, p.owner_id, p.fiscal_years, p.visibility, p.duplicate_of, r.payload_hash,
    array(select (a.area_id, a.share)::text from project_area a where a.project_id = p.id
        order by 1) as areas,
    array(select (l.id, l.amount)::text from budget_line l where l.project_id = p.id
        order by 1) as lines,
    array(select (k.id, k.status, k.visibility, k.version)::text from linkage k
        where k.project_id = p.id order by 1) as linkages
from project p join source_record r on r.project_id = p.id
where p.source_id = $1 order by p.source_key limit $2
"""


async def fetch_value(database: Database, statement: str, *values: object) -> Any:
    return await database.pool.fetchval(statement, *values)


async def count_share(database: Database, statement: str) -> float:
    """Return the rows that a statement counts, as a share of the projects."""
    return float(await fetch_value(database, statement, SOURCE_ID)) / PROJECTS


async def test_everything_is_marked_as_made_up(nation: Database) -> None:
    source = await nation.pool.fetchrow("select * from source where id = $1", SOURCE_ID)
    assert source["kind"] == "GENERATED"
    assert "ข้อมูลจำลอง" in source["name_th"]
    assert "made-up data" in source["name_en"]
    assert "ข้อมูลจำลอง" in source["note"]
    assert "Made-up data" in source["note"]
    assert source["asserted"] == "ASSUMED"
    for kind, table in (("Project", "project"), ("Linkage", "linkage"), ("Agency", "agency")):
        unmarked = await fetch_value(
            nation,
            f"select count(*) from {table} one where not exists (select from provenance "  # noqa: S608
            "where subject = 'gid://hub/' || $1 || '/' || one.id)",
            kind,
        )
        assert unmarked == 0
    asserted = "select array_agg(distinct asserted) from provenance where source_id = $1"
    assert await fetch_value(nation, asserted, SOURCE_ID) == ["ASSUMED"]
    nameless = "select count(*) from agency where id like 'local:G%' and name_th not like '%จำลอง%'"
    assert await fetch_value(nation, nameless) == 0


async def test_record_depends_on_seed_and_number_only(
    nation: Database, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "CHUNK_SIZE", 100)
    later = datetime(2026, 3, 1, tzinfo=UTC)
    await generate_nation(fresh_database, 200, YEARS, 1, later)
    first = await nation.pool.fetch(FIRST_ROWS, SOURCE_ID, 200)
    assert await fresh_database.pool.fetch(FIRST_ROWS, SOURCE_ID, 200) == first
    assert len({row["payload_hash"] for row in first}) == 200


async def test_other_seed_generates_other_records(
    nation: Database, fresh_database: Database
) -> None:
    await generate_nation(fresh_database, 100, YEARS, 2, NOW)
    hashes = "select array_agg(payload_hash) from source_record where source_id = $1"
    other = await fetch_value(fresh_database, hashes, SOURCE_ID)
    assert not set(other) & set(await fetch_value(nation, hashes, SOURCE_ID))


async def test_same_nation_is_not_written_again_and_another_is_a_conflict(
    nation: Database,
) -> None:
    written_at = "select max(xmin::text::bigint) from project"
    before = await fetch_value(nation, written_at)
    result = await generate_nation(nation, PROJECTS, YEARS, 1, datetime(2028, 1, 1, tzinfo=UTC))
    assert (result.was_written, result.nation.counts.projects) == (False, PROJECTS)
    assert await fetch_value(nation, written_at) == before
    with pytest.raises(Conflict, match=r"มีประเทศจำลองอื่น.*--seed 1.* · Another generated nation"):
        await generate_nation(nation, PROJECTS, YEARS, 2, NOW)


async def test_every_province_ministry_and_cluster_occurs(nation: Database) -> None:
    missing_provinces = """
        select array_agg(a.id) from area a where a.level = 'PROVINCE' and not exists (
            select from budget_line l where l.area_id = a.id and l.source_id = $1)"""
    assert await fetch_value(nation, missing_provinces, SOURCE_ID) is None
    missing_ministries = """
        select array_agg(m.id) from agency m
        where m.kind = 'MINISTRY' and m.valid_to is null and not exists (
            select from project p left join agency_placement d on d.agency_id = p.owner_id
            where p.source_id = $1 and m.id in (p.owner_id, d.parent_id))"""
    assert await fetch_value(nation, missing_ministries, SOURCE_ID) is None
    missing_clusters = """
        select array_agg(c.id) from agency c
        where c.kind = 'CLUSTER' and c.valid_to is null and not exists (
            select from project p where p.source_id = $1 and p.owner_id = c.id)"""
    assert await fetch_value(nation, missing_clusters, SOURCE_ID) is None
    levels = "select count(distinct actor_level) from project where source_id = $1"
    assert await fetch_value(nation, levels, SOURCE_ID) == 4
    authorities = "select count(*) from agency where kind = 'LOCAL_AUTHORITY'"
    assert await fetch_value(nation, authorities) > 7_800


async def test_amounts_are_skewed(nation: Database) -> None:
    row = await nation.pool.fetchrow(
        "select min(amount), percentile_disc(0.5) within group (order by amount) as median, "
        "avg(amount)::bigint as mean, max(amount), count(distinct amount) as kinds, "
        "count(*) as lines, bool_or(amount % 100 <> 0) as has_satang "
        "from budget_line where source_id = $1",
        SOURCE_ID,
    )
    assert row["min"] > 0
    assert row["mean"] > 2 * row["median"]
    assert row["max"] > 100 * row["median"]
    assert row["kinds"] > row["lines"] // 2
    assert row["has_satang"]


async def test_projects_have_one_to_four_of_the_last_years(nation: Database) -> None:
    years = """
        select array_agg(distinct cardinality(fiscal_years)), min(fiscal_years[1]),
            max(fiscal_years[cardinality(fiscal_years)])
        from project where source_id = $1"""
    row = await nation.pool.fetchrow(years, SOURCE_ID)
    assert tuple(row) == ([1, 2, 3, 4], 2026 - YEARS + 1, 2026)
    phases = """
        select array_agg(distinct phase order by phase) from budget_line
        where source_id = $1 and fiscal_year = $2"""
    assert await fetch_value(nation, phases, SOURCE_ID, 2025) == ["APPROPRIATED", "DISBURSED"]
    assert await fetch_value(nation, phases, SOURCE_ID, 2026) == ["APPROPRIATED"]


async def test_some_money_is_central_and_some_projects_have_several_provinces(
    nation: Database,
) -> None:
    central = """
        select count(distinct project_id) from budget_line
        where source_id = $1 and area_id is null"""
    assert 0.05 < await count_share(nation, central) < 0.12
    several = """
        select count(*) from (
            select from project_area a join project p on p.id = a.project_id
            where p.source_id = $1 group by a.project_id having count(*) > 1) several"""
    assert 0.05 < await count_share(nation, several) < 0.15
    shares = """
        select array_agg(distinct total) from (
            select round(sum(share), 4) as total
            from project_area join project p on p.id = project_id
            where p.source_id = $1 and basis = 'REPORTED' group by project_id) sums"""
    assert {float(total) for total in await fetch_value(nation, shares, SOURCE_ID)} <= {1.0, 0.9999}


SHARES = {
    "drafts": (
        (0.08, 0.12),
        "select count(*) from project where source_id = $1 and visibility <> 'PUBLISHED'",
    ),
    "linked projects": (
        (0.17, 0.23),
        """select count(distinct project_id) from linkage l join project p on p.id = l.project_id
        where p.source_id = $1""",
    ),
    "second reports": (
        (0.005, 0.015),
        "select count(*) from project where source_id = $1 and duplicate_of is not null",
    ),
    "corrected records": (
        (0.01, 0.03),
        "select count(*) from history.source_record where source_id = $1",
    ),
    "corrected lines": (
        (0.01, 0.03),
        "select count(*) from history.budget_line where source_id = $1",
    ),
    "corrected titles": (
        (0.002, 0.01),
        "select count(*) from history.project where source_id = $1",
    ),
    "projects with implementers": (
        (0.1, 0.3),
        """select count(distinct project_id) from project_implementer
        join project p on p.id = project_id where p.source_id = $1""",
    ),
}
"""What is counted, and the range of its share of the projects."""


@pytest.mark.parametrize("name", SHARES)
async def test_share_of_projects_is_in_the_stated_range(nation: Database, name: str) -> None:
    (least, most), statement = SHARES[name]
    assert least < await count_share(nation, statement) < most


async def test_linkages_have_every_status_and_visibility(nation: Database) -> None:
    row = await nation.pool.fetchrow(
        "select array_agg(distinct l.status), array_agg(distinct l.visibility), "
        "bool_or(l.stage_id is not null), count(*) filter (where l.status = 'SUGGESTED') "
        "> count(*) filter (where l.status = 'DISPUTED') * 3 "
        "from linkage l join project p on p.id = l.project_id where p.source_id = $1",
        SOURCE_ID,
    )
    assert len(row[0]) == 6
    assert len(row[1]) == 3
    assert (row[2], row[3]) == (True, True)


@pytest.mark.parametrize("table", ["project", "budget_line", "source_record", "linkage"])
async def test_earlier_rows_end_when_the_current_ones_begin(nation: Database, table: str) -> None:
    row = await nation.pool.fetchrow(
        f"select count(*) as rows, bool_and(earlier.known_to = now.known_from) as adjoin, "  # noqa: S608
        f"max(earlier.known_to) < now() as is_past from history.{table} earlier "
        f"join {table} now using (id)"
    )
    assert row["rows"] > 0
    assert (row["adjoin"], row["is_past"]) == (True, True)


async def test_second_report_has_the_title_of_the_first_and_another_owner(
    nation: Database,
) -> None:
    rows = await nation.pool.fetch(
        "select p.name_th = first.name_th as same, p.owner_id, first.owner_id, first.duplicate_of "
        "from project p join project first on first.id = p.duplicate_of where p.source_id = $1",
        SOURCE_ID,
    )
    assert all(row["same"] and row["duplicate_of"] is None for row in rows)
    assert sum(row[1] != row[2] for row in rows) > len(rows) / 2
