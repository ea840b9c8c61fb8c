"""Each ground of visibility shows exactly its drafts, and stops when it ends."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg
import pytest
import sqlalchemy as sa

from hub.domain.identity.viewer import ANONYMOUS, Permission, Viewer
from hub.domain.identity.visibility import GROUND_DESCRIPTIONS, VisibilityGround
from hub.store.as_of import table_as_of
from hub.store.ingest.events import publish_event
from hub.store.ingest.session import MARK_SOURCE_SUCCEEDED
from hub.store.read_transaction import ReadTransaction
from hub.store.tables import linkage, plan_version, project
from hub.store.visibility import can_only_count, is_visible
from tests.store.drafts import (
    DEPARTMENT,
    DRAFT_IDS,
    build_viewer,
    fetch_visible_ids,
    insert_agreement,
    insert_linkage,
)

CASES_BY_GROUND: Final[dict[VisibilityGround, tuple[Viewer, Iterable[str]]]] = {
    VisibilityGround.PUBLISHED: (ANONYMOUS, ()),
    VisibilityGround.OWNER: (build_viewer(DEPARTMENT), ["draft-department"]),
    VisibilityGround.MINISTRY: (build_viewer("ministry:05"), ["draft-department"]),
    VisibilityGround.CLUSTER_HEAD: (build_viewer("cluster:C2560-08"), ["draft-province"]),
    VisibilityGround.PARTY: (build_viewer("ministry:07"), ["draft-department"]),
    VisibilityGround.AGREEMENT: (build_viewer("ministry:09"), ["draft-listed"]),
    VisibilityGround.OVERSIGHT: (build_viewer(None, Permission.OVERSEE), ["draft-listed"]),
    VisibilityGround.STEWARD: (build_viewer(None, Permission.STEWARD), DRAFT_IDS),
}


@pytest.mark.parametrize("ground", VisibilityGround, ids=lambda one: one.value.lower())
async def test_each_ground_shows_exactly_its_drafts(
    drafts_connection: asyncpg.Connection, ground: VisibilityGround
) -> None:
    viewer, expected = CASES_BY_GROUND[ground]
    await insert_agreement(drafts_connection, "province:45", "ministry:09")
    assert await fetch_visible_ids(drafts_connection, viewer) == set(expected)


def test_every_ground_has_a_description_in_both_languages() -> None:
    assert set(GROUND_DESCRIPTIONS) == set(VisibilityGround) == set(CASES_BY_GROUND)
    assert all(th and en for th, en in GROUND_DESCRIPTIONS.values())


@pytest.mark.parametrize(
    ("viewer", "expected"),
    [
        (
            build_viewer("ministry:15"),
            set(),
        ),  # Bangkok is a local authority, not a department of the Interior
        (build_viewer("department:15009"), {"draft-local"}),
        (build_viewer("cluster:C2552-09"), set()),  # its edition has ended
        (build_viewer("cluster:C2560-09"), set()),  # Chon Buri is not a member
        (build_viewer("province:21"), set()),  # another province of the same cluster
        (build_viewer("ministry:08"), {"draft-department"}),  # holder of a budget line
        (build_viewer("province:38"), {"draft-department"}),  # disburser of a budget line
        (build_viewer("department:07002"), set()),  # a department of an implementing ministry
        (build_viewer("ministry:05", Permission.OVERSEE), {"draft-department", "draft-listed"}),
        (build_viewer("ministry:06", Permission.OPERATE_SOURCES, Permission.READ_AUDIT), set()),
    ],
    ids=lambda one: one.agency_id if isinstance(one, Viewer) else "",
)
async def test_related_agency_sees_only_what_a_ground_allows(
    drafts_connection: asyncpg.Connection, viewer: Viewer, expected: set[str]
) -> None:
    assert await fetch_visible_ids(drafts_connection, viewer) == expected


async def test_ministry_ground_follows_the_placement_of_the_department(
    drafts_connection: asyncpg.Connection,
) -> None:
    await drafts_connection.execute(
        "update agency_placement set parent_id = 'ministry:06' where agency_id = $1", DEPARTMENT
    )
    assert await fetch_visible_ids(drafts_connection, build_viewer("ministry:05")) == set()
    assert await fetch_visible_ids(drafts_connection, build_viewer("ministry:06")) == {
        "draft-department"
    }


async def test_cluster_head_ground_follows_the_current_edition(
    drafts_connection: asyncpg.Connection,
) -> None:
    await drafts_connection.execute(
        "update area_membership set valid_to = current_date "
        "where child_id = '20' and valid_to is null"
    )
    await drafts_connection.execute(
        "insert into area_membership (id, child_id, parent_id, valid_from) "
        "values ('new', '20', 'C2560-09', current_date - 1)"
    )
    assert await fetch_visible_ids(drafts_connection, build_viewer("cluster:C2560-08")) == set()
    assert await fetch_visible_ids(drafts_connection, build_viewer("cluster:C2560-09")) == {
        "draft-province"
    }


@pytest.mark.parametrize(
    ("proposer", "status", "opened"),
    [
        (DEPARTMENT, "PROPOSED", True),
        (DEPARTMENT, "DISPUTED", True),
        (DEPARTMENT, "AGREED", True),
        ("province:45", "AGREED", True),
        ("province:45", "PROPOSED", False),  # an agency's own proposal shows it nothing
        ("ministry:22", "PROPOSED", False),  # nor does a proposal of a third agency
        (None, "PROPOSED", False),
        (DEPARTMENT, "WITHDRAWN", False),
        (DEPARTMENT, "SUGGESTED", False),
        (DEPARTMENT, "REJECTED", False),
    ],
)
async def test_proposed_linkage_shows_the_draft_to_the_other_agency(
    drafts_connection: asyncpg.Connection, proposer: str | None, status: str, opened: bool
) -> None:
    await insert_linkage(drafts_connection, proposer, status)
    assert (
        "draft-department"
        in await fetch_visible_ids(drafts_connection, build_viewer("province:45"))
    ) is opened


async def test_linkage_is_visible_to_both_agencies_and_a_suggestion_to_its_proposer(
    drafts_connection: asyncpg.Connection,
) -> None:
    await insert_linkage(drafts_connection, DEPARTMENT, "PROPOSED", "draft-offer")
    await insert_linkage(drafts_connection, "province:45", "SUGGESTED", "draft-thought")
    for agency, expected in {
        DEPARTMENT: {"draft-offer"},
        "ministry:05": {"draft-offer"},
        "province:45": {"draft-offer", "draft-thought"},
        "province:20": set(),
        "ministry:07": set(),
    }.items():
        assert (
            await fetch_visible_ids(drafts_connection, build_viewer(agency), linkage) == expected
        ), agency


async def test_draft_version_is_visible_to_the_area_of_its_plan(
    drafts_connection: asyncpg.Connection,
) -> None:
    await drafts_connection.execute(
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
        assert (
            await fetch_visible_ids(drafts_connection, build_viewer(agency), plan_version)
            == expected
        ), agency


@pytest.mark.parametrize(
    "viewer", [who for who, _ in CASES_BY_GROUND.values()], ids=[g.value for g in CASES_BY_GROUND]
)
@pytest.mark.parametrize("table", [project, linkage, plan_version], ids=lambda one: one.name)
async def test_visibility_predicates_are_never_null_and_never_both_true(
    drafts_connection: asyncpg.Connection, viewer: Viewer, table: sa.Table
) -> None:
    await insert_linkage(drafts_connection, None, "SUGGESTED")
    await drafts_connection.execute("update project set owner_id = null where id = 'draft-local'")
    for at in (None, datetime.now(UTC)):
        dated_table = table_as_of(table, at)
        visible, countable = (
            is_visible(dated_table, viewer, at),
            can_only_count(dated_table, viewer, at),
        )
        for predicate in (visible, countable):
            null_count: Any = (
                sa.select(sa.func.count()).select_from(dated_table).where(predicate.is_(None))
            )
            assert (
                await ReadTransaction.from_connection(drafts_connection).fetch_rows(null_count)
            )[0][0] == 0
        both_count: Any = (
            sa.select(sa.func.count()).select_from(dated_table).where(visible, countable)
        )
        assert (await ReadTransaction.from_connection(drafts_connection).fetch_rows(both_count))[0][
            0
        ] == 0


async def test_past_is_read_with_current_permissions(drafts_connection: asyncpg.Connection) -> None:
    """A former implementer cannot read the draft, not even as of when it was implementer."""
    later = datetime.now(UTC) + timedelta(seconds=1)
    implementer = build_viewer("ministry:07")
    assert await fetch_visible_ids(drafts_connection, implementer, at=later) == {"draft-department"}
    await drafts_connection.execute(
        "delete from project_implementer where project_id = 'draft-department'"
    )
    assert await fetch_visible_ids(drafts_connection, implementer, at=later) == set()


async def test_event_and_source_data_are_computed_from_published_rows(
    drafts_connection: asyncpg.Connection,
) -> None:
    """The number of affected cells of an event, and the reported years of a source."""
    affected_cells = "select affected_cells from source_event order by id desc limit 1"
    years = "select reported_years from source where id = 'public-pages'"
    await drafts_connection.execute(
        "update project set visibility = 'PUBLISHED', source_id = 'public-pages' "
        "where id = 'draft-province'"
    )
    for key, project_id, year in (
        ("open", "draft-province", 2011),
        ("closed", "draft-department", 2012),
        ("counted", "draft-listed", 2013),
    ):
        await drafts_connection.execute(
            "insert into budget_line (id, project_id, area_id, fiscal_year, phase, funding, amount,"
            " source_id) values ($1, $2, '20', $3, 'REQUESTED', 'MINISTRY', 1, 'public-pages')",
            key,
            project_id,
            year,
        )
    await publish_event(drafts_connection, "public-pages", None)
    await drafts_connection.execute(MARK_SOURCE_SUCCEEDED, "public-pages", "digest")
    assert await drafts_connection.fetchval(affected_cells) == 1
    assert await drafts_connection.fetchval(years) == [2011]


def test_anonymous_predicate_is_one_comparison() -> None:
    """Anonymous reads of published rows need no joins."""
    sql = str(is_visible(project, ANONYMOUS).compile())
    assert sql == "project.visibility = :visibility_1"
