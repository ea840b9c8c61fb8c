"""Findings about sources: late ones, projects they lost, and reports that differ."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from tests.services.findings.changed_projects import findings, insert_project, refresh

SOURCE = """
insert into source (id, name_th, name_en, name_th_origin, name_en_origin, kind, health, cadence,
    last_success_at, owner_id)
values ($1, 'ระบบ ' || $1, 'System ' || $1, 'HUMAN', 'HUMAN', 'OWN', $2, $3,
    transaction_timestamp() - $4::interval, 'department:07003')
"""
RECORD = """
insert into source_record (id, source_id, scheme, value, payload_hash, retrieved_at, project_id)
values ($1::bigint, $2, $2, $1::bigint::text, 'x', now(), $3)
"""
LINE = """
insert into budget_line (id, project_id, fiscal_year, phase, funding, amount, source_id, area_id)
values ($1, $2, $3, 'APPROPRIATED', 'MINISTRY', $4, $5, $6)
"""
DAY = timedelta(days=1)


async def insert_source(
    connection: asyncpg.Connection,
    key: str,
    *,
    health: str = "OK",
    cadence: str | None = "DAILY",
    age: timedelta | None = timedelta(),
) -> None:
    """Insert a source that was read `age` ago (null: never)."""
    await connection.execute(SOURCE, key, health, cadence, age)


async def insert_reports(connection: asyncpg.Connection, **changes: Any) -> None:
    """Insert two projects of two sources, the second marked as the same activity."""
    second: dict[str, Any] = {"owner": "department:07003", "areas": ["20"], "amount": 5_000_000_00}
    second |= changes
    for key in ("a", "b"):
        await insert_source(connection, key)
    await insert_project(connection, "z1")
    await insert_project(connection, "z2", name="ข", owner=second["owner"], areas=second["areas"])
    await connection.execute("update project set source_id = 'a' where id = 'z1'")
    await connection.execute(
        "update project set source_id = 'b', duplicate_of = 'z1', visibility = $1 where id = 'z2'",
        changes.get("visibility", "PUBLISHED"),
    )
    await connection.execute(LINE, "l1", "z1", 2024, 5_000_000_00, "a", None)
    year = changes.get("year", 2024)
    await connection.execute(LINE, "l2", "z2", year, second["amount"], "b", None)
    await connection.execute(RECORD, 1, "a", "z1")
    await connection.execute(RECORD, 2, "b", "z2")


async def reasons_of(connection: asyncpg.Connection, key: str) -> str:
    return str(await connection.fetchval("select reasons::text from finding where id = $1", key))


@pytest.mark.parametrize(
    ("source", "severity"),
    [
        ({"age": DAY}, None),
        ({"age": 2 * DAY}, 2),
        ({"age": 9 * DAY}, 4),
        ({"age": 9 * DAY, "cadence": "WEEKLY"}, 2),
        ({"age": 999 * DAY, "cadence": "MANUAL"}, None),
        ({"age": 999 * DAY, "cadence": None}, None),
        ({"age": None}, None),
        ({"age": None, "health": "DOWN"}, 4),
    ],
)
async def test_a_source_is_stale_after_the_date_that_it_promised(
    rollback_connection: asyncpg.Connection, source: dict[str, Any], severity: int | None
) -> None:
    await insert_source(rollback_connection, "z", **{"health": "OK", **source})
    await refresh(rollback_connection)
    found = await rollback_connection.fetchval(
        "select severity from finding where id = 'STALE:source:z' and status = 'OPEN'"
    )
    assert found == severity


async def test_a_late_source_is_closed_when_it_is_read_and_never_rewritten_meanwhile(
    rollback_connection: asyncpg.Connection,
) -> None:
    await insert_source(rollback_connection, "z", age=2 * DAY)
    await refresh(rollback_connection)
    await refresh(rollback_connection)
    row = await rollback_connection.fetchrow(
        "select version, parties, summary_th, summary_en from finding where id = 'STALE:source:z'"
    )
    assert (row["version"], row["parties"]) == (1, ["department:07003"])
    assert "ระบบ z" in row["summary_th"]
    assert "System z" in row["summary_en"]
    await rollback_connection.execute(
        "update finding set status = 'DISMISSED', dismissed_cause = cause, dismissed_at = now(), "
        "dismissed_by = 'province:20', dismissal_reason = 'ก' where id = 'STALE:source:z'"
    )
    await refresh(rollback_connection)
    assert (await findings(rollback_connection, "STALE"))["source:z"] == "DISMISSED"
    await rollback_connection.execute("update source set last_success_at = now() where id = 'z'")
    await refresh(rollback_connection)
    assert (await findings(rollback_connection, "STALE"))["source:z"] == "CLOSED"


async def test_a_project_that_its_source_no_longer_has_is_stale_until_it_is_read_again(
    rollback_connection: asyncpg.Connection,
) -> None:
    await insert_source(rollback_connection, "a")
    for number, key in enumerate(("z1", "z2")):
        await insert_project(rollback_connection, key)
        await rollback_connection.execute("update project set source_id = 'a' where id = $1", key)
        await rollback_connection.execute(RECORD, number, "a", key)
    await refresh(rollback_connection)
    assert await findings(rollback_connection, "STALE", "z") == {}
    await rollback_connection.execute("delete from source_record where id = 0")
    await rollback_connection.execute("update project set name_th = 'ข' where id = 'z1'")
    await refresh(rollback_connection)
    assert await findings(rollback_connection, "STALE", "z") == {"z1": "OPEN"}
    await rollback_connection.execute(RECORD, 0, "a", "z1")
    await refresh(rollback_connection)
    assert await findings(rollback_connection, "STALE", "z") == {"z1": "CLOSED"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"amount": 5_000_999_00}, None),
        ({"amount": 5_001_000_00}, "AMOUNTS_DIFFER"),
        ({"amount": 9_000_000_00, "year": 2025}, None),
        ({"owner": "ministry:07"}, None),
        ({"owner": "province:95"}, "OWNERS_DIFFER"),
        ({"areas": ["20", "21"]}, None),
        ({"areas": []}, None),
        ({"areas": ["95"]}, "AREAS_DIFFER"),
    ],
)
async def test_sources_conflict_when_they_report_one_activity_differently(
    rollback_connection: asyncpg.Connection, change: dict[str, Any], code: str | None
) -> None:
    await insert_reports(rollback_connection, **change)
    await refresh(rollback_connection)
    found = await findings(rollback_connection, "CONFLICTING_SOURCES", "z")
    assert found == ({"z1": "OPEN"} if code else {})
    if code:
        reasons = await reasons_of(rollback_connection, "CONFLICTING_SOURCES:z1")
        assert reasons.count('"code"') == 1
        for part in (code, "ระบบ a", "System b"):
            assert part in reasons


async def test_a_conflict_is_closed_when_the_sources_agree_or_are_no_longer_the_same(
    rollback_connection: asyncpg.Connection,
) -> None:
    await insert_reports(rollback_connection, amount=9_000_000_00)
    await refresh(rollback_connection)
    amount = "update budget_line set amount = $1 where id = 'l2'"
    same = "update project set duplicate_of = $1 where id = 'z2'"
    for statement, value, status in (
        (amount, 5_000_000_00, "CLOSED"),
        (amount, 9_000_000_00, "OPEN"),
        (same, None, "CLOSED"),
        (same, "z1", "OPEN"),
    ):
        await rollback_connection.execute(statement, value)
        await refresh(rollback_connection)
        found = await findings(rollback_connection, "CONFLICTING_SOURCES", "z")
        assert found == {"z1": status}


async def test_lines_of_two_sources_on_one_project_are_compared(
    rollback_connection: asyncpg.Connection,
) -> None:
    await insert_reports(rollback_connection)
    await rollback_connection.execute(LINE, "l3", "z1", 2024, 7_000_000_00, "b", None)
    await refresh(rollback_connection)
    reasons = await reasons_of(rollback_connection, "CONFLICTING_SOURCES:z1")
    assert "7,000,000.00 บาท" in reasons


async def test_a_joined_record_is_compared_unless_it_is_a_draft(
    rollback_connection: asyncpg.Connection,
) -> None:
    await insert_reports(rollback_connection)
    join = """
    insert into stand_in (record_id, telling, state, target, fits) values (2, jsonb_build_object(
        'project', jsonb_build_object('owner_id', 'province:95', 'visibility', $1::text),
        'areas', jsonb_build_array('20')), 'JOINED', 'z1', 1)
    on conflict (record_id) do update set telling = excluded.telling
    """
    for visibility, found in (("PRIVATE", {}), ("PUBLISHED", {"z1": "OPEN"})):
        await rollback_connection.execute(join, visibility)
        await rollback_connection.execute(
            "update project set name_th = $1 where id = 'z1'", visibility
        )
        await refresh(rollback_connection)
        assert await findings(rollback_connection, "CONFLICTING_SOURCES", "z") == found


async def test_a_conflict_with_a_draft_has_the_draft_as_its_subject(
    rollback_connection: asyncpg.Connection,
) -> None:
    await insert_reports(rollback_connection, amount=9_000_000_00, visibility="PRIVATE")
    await refresh(rollback_connection)
    subjects = await rollback_connection.fetch(
        "select project_id from finding_subject where finding_id = 'CONFLICTING_SOURCES:z1' "
        "order by 1"
    )
    assert [row["project_id"] for row in subjects] == ["z1", "z2"]
