"""Data sharing agreements: which rows they make visible, to which agency, and until when."""

from typing import Final

import asyncpg
import pytest

from hub.store.tables import linkage, plan_version, project
from tests.store.drafts import (
    DEPARTMENT,
    build_viewer,
    fetch_visible_ids,
    insert_agreement,
    insert_linkage,
)

CONSUMER: Final = build_viewer("ministry:09")


@pytest.mark.parametrize(
    ("what", "key", "opened"),
    [
        ("ALL", None, {"draft-department", "draft-link", "draft-version"}),
        ("PROJECTS", None, {"draft-department", "draft-link"}),
        ("PLANS", None, {"draft-version"}),
        ("SOURCE", "public-pages", {"draft-department", "draft-link"}),
        ("SOURCE", "royal-gazette", set()),
        ("PLAN", "plan-45-2553", {"draft-version"}),
        ("PLAN", "plan-C2552-09-2553", set()),
    ],
)
async def test_agreement_shows_exactly_what_it_covers(
    drafts_connection: asyncpg.Connection, what: str, key: str | None, opened: set[str]
) -> None:
    await insert_linkage(drafts_connection, DEPARTMENT, "PROPOSED")
    await drafts_connection.execute(
        "update project set source_id = 'public-pages' where id = 'draft-department'"
    )
    await drafts_connection.execute(
        "insert into plan_version (id, plan_id, number, status, visibility, owner_id) "
        "values ('draft-version', 'plan-45-2553', 2, 'DRAFT', 'PRIVATE', $1)",
        DEPARTMENT,
    )
    await insert_agreement(drafts_connection, DEPARTMENT, "ministry:09", what, key)
    tables = (project, linkage, plan_version)
    assert (
        set().union(*[await fetch_visible_ids(drafts_connection, CONSUMER, one) for one in tables])
        == opened
    )
    stranger = build_viewer("ministry:11")
    assert not set().union(
        *[await fetch_visible_ids(drafts_connection, stranger, one) for one in tables]
    )


async def test_agreement_ends_at_expiry_and_on_revocation(
    drafts_connection: asyncpg.Connection,
) -> None:
    await insert_agreement(drafts_connection, DEPARTMENT, "ministry:09")
    assert await fetch_visible_ids(drafts_connection, CONSUMER) == {"draft-department"}
    await drafts_connection.execute("update data_sharing set revoked_at = now()")
    assert await fetch_visible_ids(drafts_connection, CONSUMER) == set()
    await drafts_connection.execute("update data_sharing set revoked_at = null, until = now()")
    assert await fetch_visible_ids(drafts_connection, CONSUMER) == set()


async def test_agreement_covers_only_its_provider_and_consumer(
    drafts_connection: asyncpg.Connection,
) -> None:
    await insert_agreement(drafts_connection, "ministry:05", "ministry:09")
    assert await fetch_visible_ids(drafts_connection, CONSUMER) == set()
    await insert_agreement(drafts_connection, DEPARTMENT, "department:07002")
    assert await fetch_visible_ids(drafts_connection, build_viewer("department:07002")) == {
        "draft-department"
    }
    assert await fetch_visible_ids(drafts_connection, build_viewer("department:07003")) == set()
