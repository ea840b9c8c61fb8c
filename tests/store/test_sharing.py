"""What an agreement opens, to whom, and until when."""

from typing import Final

import asyncpg
import pytest

from hub.store.tables import linkage, plan_version, project
from tests.store.drafts import DEPARTMENT, link, of, seen, share

FRIEND: Final = of("ministry:09")


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
async def test_an_agreement_opens_what_it_names(
    drafts: asyncpg.Connection, what: str, key: str | None, opened: set[str]
) -> None:
    await link(drafts, DEPARTMENT, "PROPOSED")
    await drafts.execute(
        "update project set source_id = 'public-pages' where id = 'draft-department'"
    )
    await drafts.execute(
        "insert into plan_version (id, plan_id, number, status, visibility, owner_id) "
        "values ('draft-version', 'plan-45-2553', 2, 'DRAFT', 'PRIVATE', $1)",
        DEPARTMENT,
    )
    await share(drafts, DEPARTMENT, "ministry:09", what, key)
    tables = (project, linkage, plan_version)
    assert set().union(*[await seen(drafts, FRIEND, one) for one in tables]) == opened
    stranger = of("ministry:11")
    assert not set().union(*[await seen(drafts, stranger, one) for one in tables])


async def test_an_agreement_ends_by_the_clock_and_by_being_revoked(
    drafts: asyncpg.Connection,
) -> None:
    await share(drafts, DEPARTMENT, "ministry:09")
    assert await seen(drafts, FRIEND) == {"draft-department"}
    await drafts.execute("update data_sharing set revoked_at = now()")
    assert await seen(drafts, FRIEND) == set()
    await drafts.execute("update data_sharing set revoked_at = null, until = now()")
    assert await seen(drafts, FRIEND) == set()


async def test_an_agreement_binds_the_provider_itself_and_serves_the_consumer_itself(
    drafts: asyncpg.Connection,
) -> None:
    await share(drafts, "ministry:05", "ministry:09")
    assert await seen(drafts, FRIEND) == set()
    await share(drafts, DEPARTMENT, "department:07002")
    assert await seen(drafts, of("department:07002")) == {"draft-department"}
    assert await seen(drafts, of("department:07003")) == set()
