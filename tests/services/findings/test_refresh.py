"""Tests of the refresh of findings: each kind, its end, dismissals, and what is read again."""

import asyncpg
import pytest

from hub.store.ingest.projects import deletable_ids, delete_projects
from tests.services.findings.changed_projects import findings, insert_project, refresh

ISSUE = (
    "insert into linkage (id, project_id, issue_id, status, visibility) values ($1, $1, $2, $3, $4)"
)


async def any_issue(connection: asyncpg.Connection) -> str:
    return str(await connection.fetchval("select min(id) from issue"))


async def version_of(connection: asyncpg.Connection, key: str) -> int:
    return int(await connection.fetchval("select version from finding where id = $1", key))


async def test_the_repeated_roles_of_the_deck_are_overlaps_and_no_ladder_is(
    rollback_connection: asyncpg.Connection,
) -> None:
    await refresh(rollback_connection)
    rows = await rollback_connection.fetch(
        "select subjects, reasons from finding where kind = 'OVERLAP' order by id"
    )
    codes = [[gid.rpartition("/")[2] for gid in row["subjects"]] for row in rows]
    assert codes == [["s77-03", "s78-02", "s78-06", "s78-13"], ["s78-12", "s78-14"]]
    assert "s78-13 (cluster)" in rows[0]["reasons"]


async def test_projects_of_two_agencies_with_one_task_are_an_overlap(
    rollback_connection: asyncpg.Connection,
) -> None:
    await insert_project(rollback_connection, "z1")
    await insert_project(rollback_connection, "z2", owner="province:20", level="PROVINCE")
    await insert_project(rollback_connection, "z3", owner="ministry:07")
    await insert_project(rollback_connection, "z4", owner="province:21", areas=["21"])
    await refresh(rollback_connection)
    assert await findings(rollback_connection, "OVERLAP", "z") == {
        "z1+z2": "OPEN",
        "z2+z3": "OPEN",
    }


async def test_a_finding_whose_cause_is_gone_is_closed_and_opened_again(
    rollback_connection: asyncpg.Connection,
) -> None:
    await insert_project(rollback_connection, "z1")
    await insert_project(rollback_connection, "z2", owner="province:20", level="PROVINCE")
    await refresh(rollback_connection)
    for years, status in (([2025], "CLOSED"), ([2024], "OPEN")):
        await rollback_connection.execute(
            "update project set fiscal_years = $1 where id = 'z1'", years
        )
        await refresh(rollback_connection)
        assert await findings(rollback_connection, "OVERLAP", "z") == {"z1+z2": status}
    assert await version_of(rollback_connection, "OVERLAP:z1+z2") == 3


async def test_a_dismissed_finding_stays_dismissed_until_its_cause_changes(
    rollback_connection: asyncpg.Connection,
) -> None:
    await insert_project(rollback_connection, "z1")
    await refresh(rollback_connection)
    await rollback_connection.execute(
        "update finding set status = 'DISMISSED', dismissed_cause = cause, dismissed_at = now(), "
        "dismissed_by = 'province:20', dismissal_reason = 'ก' where id = 'UNLINKED:z1'"
    )
    await rollback_connection.execute("update project set name_th = 'ข' where id = 'z1'")
    await refresh(rollback_connection)
    assert await findings(rollback_connection, "UNLINKED", "z") == {"z1": "DISMISSED"}
    await rollback_connection.execute(
        "update project set fiscal_years = '{2024,2025}' where id = 'z1'"
    )
    await refresh(rollback_connection)
    assert await findings(rollback_connection, "UNLINKED", "z") == {"z1": "OPEN"}


@pytest.mark.parametrize(
    ("status", "visibility", "expected"),
    [
        ("PROPOSED", "PUBLISHED", "CLOSED"),
        ("AGREED", "PUBLISHED", "CLOSED"),
        ("REJECTED", "PUBLISHED", "OPEN"),
        ("PROPOSED", "PRIVATE", "OPEN"),
    ],
)
async def test_a_project_is_unlinked_until_an_open_published_linkage_has_an_issue(
    rollback_connection: asyncpg.Connection, status: str, visibility: str, expected: str
) -> None:
    await insert_project(rollback_connection, "z1")
    await insert_project(rollback_connection, "z2", areas=[])
    await refresh(rollback_connection)
    assert await findings(rollback_connection, "UNLINKED", "z") == {"z1": "OPEN"}
    issue = await any_issue(rollback_connection)
    await rollback_connection.execute(ISSUE, "z1", issue, status, visibility)
    await refresh(rollback_connection)
    assert await findings(rollback_connection, "UNLINKED", "z") == {"z1": expected}


@pytest.mark.parametrize(
    ("factor", "unusual"), [(1, False), (100, False), (1_000, True), (1_500, True), (10**6, True)]
)
async def test_an_amount_a_thousand_or_a_million_times_the_usual_one_is_unusual(
    rollback_connection: asyncpg.Connection, factor: int, unusual: bool
) -> None:
    for key in ("z1", "z2", "z3"):
        await insert_project(rollback_connection, key, amount=150_000_00)
    await insert_project(rollback_connection, "z4", amount=150_000_00 * factor)
    await refresh(rollback_connection)
    found = await findings(rollback_connection, "AMOUNT_UNUSUAL", "z4")
    assert found == ({"z4": "OPEN"} if unusual else {})


async def test_an_amount_far_from_all_others_of_its_owner_is_unusual(
    rollback_connection: asyncpg.Connection,
) -> None:
    for number in range(30):
        await insert_project(
            rollback_connection,
            f"z{number:02}",
            name=f"งานที่ {number}",
            owner="province:95",
            amount=(number + 1) * 1_000_000_00,
        )
    await insert_project(
        rollback_connection, "z99", name="งานอื่น", owner="province:95", amount=2_000_00
    )
    await refresh(rollback_connection)
    assert set(await findings(rollback_connection, "AMOUNT_UNUSUAL", "z")) == {"z99"}


@pytest.mark.parametrize(
    ("name", "level", "found"),
    [
        ("ขุดลอกหนองน้ำหมู่บ้านหนองปรือ ตำบลหนองปรือ", "MINISTRY", True),
        ("ขุดลอกหนองน้ำหมู่บ้านหนองปรือ ตำบลหนองปรือ", "LOCAL", False),
        ("กำหนดมาตรฐานโฮมสเตย์", "PROVINCE", True),
        ("กำหนดมาตรฐานโฮมสเตย์", "MINISTRY", False),
    ],
)
async def test_work_that_suits_another_level_is_a_role_mismatch(
    rollback_connection: asyncpg.Connection, name: str, level: str, found: bool
) -> None:
    await insert_project(rollback_connection, "z1", name=name, level=level)
    stage = await rollback_connection.fetchval("select min(id) from stage")
    await rollback_connection.execute(
        "insert into linkage (id, project_id, stage_id, status, visibility) "
        "values ('z1', 'z1', $1, 'PROPOSED', 'PUBLISHED')",
        stage,
    )
    await refresh(rollback_connection)
    assert bool(await findings(rollback_connection, "ROLE_MISMATCH", "z")) == found


async def test_an_expected_role_without_a_project_is_a_gap(
    rollback_connection: asyncpg.Connection,
) -> None:
    execute = rollback_connection.execute
    await execute(
        "insert into plan (id, kind, title_th, sort_key, area_id, first_year, last_year) "
        "values ('z', 'PROVINCE_DEVELOPMENT', 'z', 'z', '20', 2023, 2025)"
    )
    await execute(
        "insert into plan_version (id, plan_id, number, status, visibility) "
        "values ('z-1', 'z', 1, 'APPROVED', 'PUBLISHED'), ('z-2', 'z', 2, 'DRAFT', 'PRIVATE')"
    )
    await execute("insert into issue (id, plan_id) values ('z-a', 'z'), ('z-draft', 'z')")
    await execute(
        "insert into issue_revision (issue_id, version_id, code, name_th, sort_key, rank, chain_id)"
        " values ('z-a', 'z-1', '1', 'ก', '1', 1, 'tourism'), "
        "('z-draft', 'z-2', '2', 'ข', '2', 2, 'tourism')"
    )
    await insert_project(rollback_connection, "z1", years=[2024])
    await refresh(rollback_connection)
    gaps = await findings(rollback_connection, "GAP", "z-")
    assert all(key.startswith("z-a:") for key in gaps)
    role = await rollback_connection.fetchrow(
        "select s.id, s.code from expected_role e join stage s on s.id = e.stage_id "
        "where s.chain_id = 'tourism' and e.level = 'MINISTRY' limit 1"
    )
    key = f"z-a:{role['code']}:MINISTRY"
    years = "select fiscal_years from finding where id = $1"
    assert await rollback_connection.fetchval(years, f"GAP:{key}") == [2023, 2024, 2025]
    await execute(
        "insert into linkage (id, project_id, issue_id, stage_id, status, visibility) "
        "values ('z1', 'z1', 'z-a', $1, 'AGREED', 'PUBLISHED')",
        role["id"],
    )
    await refresh(rollback_connection)
    assert await rollback_connection.fetchval(years, f"GAP:{key}") == [2023, 2025]
    await execute("update project set fiscal_years = '{2023,2024,2025}' where id = 'z1'")
    await refresh(rollback_connection)
    assert (await findings(rollback_connection, "GAP", "z-"))[key] == "CLOSED"


async def test_a_refresh_without_changes_writes_nothing(
    rollback_connection: asyncpg.Connection,
) -> None:
    await insert_project(rollback_connection, "z1")
    await refresh(rollback_connection)
    versions = "select array_agg(version order by id) from finding"
    before = await rollback_connection.fetchval(versions)
    await rollback_connection.execute(
        "insert into finding_change (project_key, transaction) select key, 0 from project"
    )
    assert await refresh(rollback_connection) > 0
    assert await rollback_connection.fetchval(versions) == before
    assert await refresh(rollback_connection) == 0


async def test_findings_go_with_their_project_unless_a_person_decided(
    rollback_connection: asyncpg.Connection,
) -> None:
    await insert_project(rollback_connection, "z1")
    await insert_project(rollback_connection, "z2", areas=["21"])
    await refresh(rollback_connection)
    await rollback_connection.execute(
        "update finding set status = 'DISMISSED', dismissed_cause = cause where id = 'UNLINKED:z2'"
    )
    assert await deletable_ids(rollback_connection, ["z1", "z2"]) == ["z1"]
    await delete_projects(rollback_connection, ["z1"])
    assert await findings(rollback_connection, "UNLINKED", "z") == {"z2": "DISMISSED"}
