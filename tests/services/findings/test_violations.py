"""Violations of rules by plans in force."""

import asyncpg
import pytest

from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.plan_review import CheckOutcome
from hub.domain.time import FiscalYear
from hub.services.findings.refresh import refresh_plans
from hub.store.findings.reading import Findings
from hub.store.read_transaction import ReadTransaction
from tests.services.findings.changed_projects import findings, refresh

PLAN = """
insert into plan (id, kind, title_th, sort_key, area_id, first_year, last_year)
values ('z', 'PROVINCE_DEVELOPMENT', 'แผน ก', 'z', '20', $1, $2)
"""
VERSION = """
insert into plan_version (id, plan_id, number, status, visibility) values ($1, 'z', $2, $3, $4)
"""
ISSUE = """
insert into issue_revision (issue_id, version_id, code, name_th, sort_key, rank)
values ($1, $2, $1, 'ก', '1', $3)
"""


async def insert_plan(
    connection: asyncpg.Connection,
    *,
    status: str = "APPROVED",
    visibility: str = "PUBLISHED",
    last: int = 2590,
) -> None:
    """Insert a plan of four years whose issues have the ranks 1 and 3."""
    await connection.execute(PLAN, last - 3, last)
    await connection.execute(VERSION, "z-1", 1, status, visibility)
    await connection.execute("insert into issue (id, plan_id) values ('z-a', 'z'), ('z-b', 'z')")
    await connection.execute(ISSUE, "z-a", "z-1", 1)
    await connection.execute(ISSUE, "z-b", "z-1", 3)


async def test_a_plan_in_force_that_fails_a_check_violates_its_rule(
    rollback_connection: asyncpg.Connection,
) -> None:
    await insert_plan(rollback_connection)
    await refresh(rollback_connection)
    found = await findings(rollback_connection, "RULE_VIOLATION", "z:")
    assert found["z:R23"] == "OPEN"
    assert "z:R14" not in found
    row = await rollback_connection.fetchrow(
        "select rule_code, parties, areas, subjects, version_id, reasons::text, summary_en "
        "from finding where id = 'RULE_VIOLATION:z:R23'"
    )
    assert (row["rule_code"], row["areas"], row["version_id"]) == ("R23", ["20"], "z-1")
    assert row["parties"] == ["province:20"]
    assert row["subjects"] == ["gid://hub/PlanVersion/z-1"]
    assert CheckOutcome.FAIL.value in row["reasons"]
    assert "slide" in row["reasons"]
    assert "1, 3" in row["summary_en"]


@pytest.mark.parametrize(
    ("status", "visibility", "last"),
    [
        ("DRAFT", "PRIVATE", 2590),
        ("SUBMITTED", "LISTED", 2590),
        ("APPROVED", "PUBLISHED", 2020),
    ],
)
async def test_drafts_and_plans_that_have_ended_violate_nothing(
    rollback_connection: asyncpg.Connection, status: str, visibility: str, last: int
) -> None:
    await insert_plan(rollback_connection, status=status, visibility=visibility, last=last)
    await refresh(rollback_connection)
    assert await findings(rollback_connection, "RULE_VIOLATION", "z:") == {}


async def test_a_violation_is_closed_by_a_later_version_and_a_draft_changes_nothing(
    rollback_connection: asyncpg.Connection,
) -> None:
    await insert_plan(rollback_connection)
    await refresh(rollback_connection)
    await rollback_connection.execute(VERSION, "z-2", 2, "DRAFT", "PRIVATE")
    for issue, rank in (("z-a", 1), ("z-b", 2)):
        await rollback_connection.execute(ISSUE, issue, "z-2", rank)
    await refresh(rollback_connection)
    found = await findings(rollback_connection, "RULE_VIOLATION", "z:")
    assert found["z:R23"] == "OPEN"
    await rollback_connection.execute(
        "update plan_version set status = 'APPROVED', visibility = 'PUBLISHED' where id = 'z-2'"
    )
    await refresh(rollback_connection)
    found = await findings(rollback_connection, "RULE_VIOLATION", "z:")
    assert found["z:R23"] == "CLOSED"


async def test_a_violation_is_closed_when_the_plan_has_ended(
    rollback_connection: asyncpg.Connection,
) -> None:
    await insert_plan(rollback_connection, last=2590)
    await refresh(rollback_connection)
    await refresh_plans(rollback_connection, [], FiscalYear(2591))
    found = await findings(rollback_connection, "RULE_VIOLATION", "z:")
    assert set(found.values()) == {"CLOSED"}


async def test_a_violation_is_hidden_with_its_version(
    rollback_connection: asyncpg.Connection,
) -> None:
    await insert_plan(rollback_connection)
    await refresh(rollback_connection)
    key = "RULE_VIOLATION:z:R23"
    reader = ReadTransaction.from_connection(rollback_connection)
    assert key in await Findings(reader, ANONYMOUS).by_id([key])
    await rollback_connection.execute("update plan_version set visibility = 'PRIVATE'")
    assert await Findings(reader, ANONYMOUS).by_id([key]) == {}
