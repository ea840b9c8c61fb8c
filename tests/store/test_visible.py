"""Each ground opens what it says and nothing beside it, and closes when it ends."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg
import pytest
import sqlalchemy as sa

from hub.domain.identity.viewer import ANONYMOUS, Permission, Viewer
from hub.domain.identity.visibility import GROUND_DESCRIPTIONS, VisibilityGround
from hub.store.as_of import table_as_of
from hub.store.database import ReadTransaction
from hub.store.ingest.events import publish_event
from hub.store.ingest.session import MARK_SOURCE_SUCCEEDED
from hub.store.tables import linkage, plan_version, project
from hub.store.visibility import can_only_count, is_visible
from tests.store.drafts import ALL, DEPARTMENT, link, of, seen, share

WHO: Final[dict[VisibilityGround, tuple[Viewer, Iterable[str]]]] = {
    VisibilityGround.PUBLISHED: (ANONYMOUS, ()),
    VisibilityGround.OWNER: (of(DEPARTMENT), ["draft-department"]),
    VisibilityGround.MINISTRY: (of("ministry:05"), ["draft-department"]),
    VisibilityGround.CLUSTER_HEAD: (of("cluster:C2560-08"), ["draft-province"]),
    VisibilityGround.PARTY: (of("ministry:07"), ["draft-department"]),
    VisibilityGround.AGREEMENT: (of("ministry:09"), ["draft-listed"]),
    VisibilityGround.OVERSIGHT: (of(None, Permission.OVERSEE), ["draft-listed"]),
    VisibilityGround.STEWARD: (of(None, Permission.STEWARD), ALL),
}


@pytest.mark.parametrize("ground", VisibilityGround, ids=lambda one: one.value.lower())
async def test_each_ground_opens_what_it_says(
    drafts: asyncpg.Connection, ground: VisibilityGround
) -> None:
    viewer, expected = WHO[ground]
    await share(drafts, "province:45", "ministry:09")
    assert await seen(drafts, viewer) == set(expected)


def test_every_ground_is_told_in_both_languages() -> None:
    assert set(GROUND_DESCRIPTIONS) == set(VisibilityGround) == set(WHO)
    assert all(th and en for th, en in GROUND_DESCRIPTIONS.values())


@pytest.mark.parametrize(
    ("viewer", "expected"),
    [
        (of("ministry:15"), set()),  # Bangkok is a local authority, no department of the Interior
        (of("department:15009"), {"draft-local"}),
        (of("cluster:C2552-09"), set()),  # its edition is over
        (of("cluster:C2560-09"), set()),  # Chon Buri is no member
        (of("province:21"), set()),  # a neighbour in the same cluster
        (of("ministry:08"), {"draft-department"}),  # holds its money
        (of("province:38"), {"draft-department"}),  # draws it
        (of("department:07002"), set()),  # a department of an implementing ministry
        (of("ministry:05", Permission.OVERSEE), {"draft-department", "draft-listed"}),
        (of("ministry:06", Permission.OPERATE_SOURCES, Permission.READ_AUDIT), set()),
    ],
    ids=lambda one: one.agency_id if isinstance(one, Viewer) else "",
)
async def test_who_is_near_is_not_yet_a_party(
    drafts: asyncpg.Connection, viewer: Viewer, expected: set[str]
) -> None:
    assert await seen(drafts, viewer) == expected


async def test_a_department_takes_its_ministry_along_when_it_moves(
    drafts: asyncpg.Connection,
) -> None:
    await drafts.execute(
        "update agency_placement set parent_id = 'ministry:06' where agency_id = $1", DEPARTMENT
    )
    assert await seen(drafts, of("ministry:05")) == set()
    assert await seen(drafts, of("ministry:06")) == {"draft-department"}


async def test_a_new_edition_gives_the_provinces_to_another_head(
    drafts: asyncpg.Connection,
) -> None:
    await drafts.execute(
        "update area_membership set valid_to = current_date "
        "where child_id = '20' and valid_to is null"
    )
    await drafts.execute(
        "insert into area_membership (id, child_id, parent_id, valid_from) "
        "values ('new', '20', 'C2560-09', current_date - 1)"
    )
    assert await seen(drafts, of("cluster:C2560-08")) == set()
    assert await seen(drafts, of("cluster:C2560-09")) == {"draft-province"}


@pytest.mark.parametrize(
    ("proposer", "status", "opened"),
    [
        (DEPARTMENT, "PROPOSED", True),
        (DEPARTMENT, "DISPUTED", True),
        (DEPARTMENT, "AGREED", True),
        ("province:45", "AGREED", True),
        ("province:45", "PROPOSED", False),  # one's own proposal opens nothing
        ("ministry:22", "PROPOSED", False),  # nor does a stranger's
        (None, "PROPOSED", False),
        (DEPARTMENT, "WITHDRAWN", False),
        (DEPARTMENT, "SUGGESTED", False),
        (DEPARTMENT, "REJECTED", False),
    ],
)
async def test_the_other_side_sees_a_draft_its_owner_has_offered(
    drafts: asyncpg.Connection, proposer: str | None, status: str, opened: bool
) -> None:
    await link(drafts, proposer, status)
    assert ("draft-department" in await seen(drafts, of("province:45"))) is opened


async def test_both_sides_see_a_linkage_and_nobody_what_another_suggests_to_itself(
    drafts: asyncpg.Connection,
) -> None:
    await link(drafts, DEPARTMENT, "PROPOSED", "draft-offer")
    await link(drafts, "province:45", "SUGGESTED", "draft-thought")
    for agency, expected in {
        DEPARTMENT: {"draft-offer"},
        "ministry:05": {"draft-offer"},
        "province:45": {"draft-offer", "draft-thought"},
        "province:20": set(),
        "ministry:07": set(),
    }.items():
        assert await seen(drafts, of(agency), linkage) == expected, agency


async def test_a_version_is_seen_by_the_area_whose_plan_it_is(drafts: asyncpg.Connection) -> None:
    await drafts.execute(
        "insert into plan_version (id, plan_id, number, status, visibility) "
        "values ('draft-version', 'plan-45-2553', 2, 'DRAFT', 'PRIVATE')"
    )
    for agency, expected in {
        "province:45": {"draft-version"},
        "cluster:C2560-12": {"draft-version"},
        "cluster:C2552-12": set(),
        "province:20": set(),
        "ministry:15": set(),
    }.items():
        assert await seen(drafts, of(agency), plan_version) == expected, agency


@pytest.mark.parametrize("viewer", [who for who, _ in WHO.values()], ids=[g.value for g in WHO])
@pytest.mark.parametrize("table", [project, linkage, plan_version], ids=lambda one: one.name)
async def test_every_row_is_seen_or_not_and_never_in_between(
    drafts: asyncpg.Connection, viewer: Viewer, table: sa.Table
) -> None:
    await link(drafts, None, "SUGGESTED")
    await drafts.execute("update project set owner_id = null where id = 'draft-local'")
    for at in (None, datetime.now(UTC)):
        thing = table_as_of(table, at)
        yes, listed = is_visible(thing, viewer, at), can_only_count(thing, viewer, at)
        for predicate in (yes, listed):
            odd: Any = sa.select(sa.func.count()).select_from(thing).where(predicate.is_(None))
            assert (await ReadTransaction.from_connection(drafts).fetch_rows(odd))[0][0] == 0
        both: Any = sa.select(sa.func.count()).select_from(thing).where(yes, listed)
        assert (await ReadTransaction.from_connection(drafts).fetch_rows(both))[0][0] == 0


async def test_the_past_is_read_with_the_rights_of_today(drafts: asyncpg.Connection) -> None:
    """Who was an implementer and is none now does not read what it was then."""
    later = datetime.now(UTC) + timedelta(seconds=1)
    party = of("ministry:07")
    assert await seen(drafts, party, at=later) == {"draft-department"}
    await drafts.execute("delete from project_implementer where project_id = 'draft-department'")
    assert await seen(drafts, party, at=later) == set()


async def test_what_is_told_to_everybody_is_made_of_what_everybody_may_see(
    drafts: asyncpg.Connection,
) -> None:
    """Places of an event, and the years a source has reported."""
    told = "select affected_cells from source_event order by id desc limit 1"
    years = "select reported_years from source where id = 'public-pages'"
    await drafts.execute(
        "update project set visibility = 'PUBLISHED', source_id = 'public-pages' "
        "where id = 'draft-province'"
    )
    for key, project_id, year in (
        ("open", "draft-province", 2011),
        ("closed", "draft-department", 2012),
        ("counted", "draft-listed", 2013),
    ):
        await drafts.execute(
            "insert into budget_line (id, project_id, area_id, fiscal_year, phase, funding, amount,"
            " source_id) values ($1, $2, '20', $3, 'REQUESTED', 'MINISTRY', 1, 'public-pages')",
            key,
            project_id,
            year,
        )
    await publish_event(drafts, "public-pages", None)
    await drafts.execute(MARK_SOURCE_SUCCEEDED, "public-pages", "digest")
    assert await drafts.fetchval(told) == 1
    assert await drafts.fetchval(years) == [2011]


def test_for_nobody_a_statement_is_one_comparison() -> None:
    """Reading what is published costs what it cost before there were grounds."""
    told = str(is_visible(project, ANONYMOUS).compile())
    assert told == "project.visibility = :visibility_1"
