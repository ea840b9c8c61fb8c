"""What people assert to be one activity is counted once; undoing restores what sources report."""

import pytest

from hub.domain.budget import BudgetPhase
from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.matrix.question import AxisQuestion, DimensionKind, MatrixFilter, MatrixQuestion
from hub.domain.matrix.result import CellGroup
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.domain.user_errors import UserErrorCode
from hub.store.database import Database
from hub.store.ingest.projects import deletable_ids
from hub.store.rollup import compact_rollup
from tests.services.findings.changed_projects import findings, refresh
from tests.services.linkages.both_sides import (
    DEPARTMENT,
    MINISTRY,
    OTHER_MINISTRY,
    PROVINCE,
    insert_issues,
)
from tests.services.same_as.same_activity import STEWARD, SameActivity, errors_of
from tests.store.test_rollup import answer, assert_same_answers

YEAR = FiscalYearRange(FiscalYear(2012), FiscalYear(2012))
BY_AREA = MatrixQuestion(
    AxisQuestion(DimensionKind.AREA), AxisQuestion(DimensionKind.ACTOR_LEVEL), YEAR, MatrixFilter()
)


async def figures(database: Database) -> tuple[int, int]:
    """Return the projects of FY 2555 and their appropriated satang, from rollup and facts alike."""
    await assert_same_answers(database)
    async with database.read_transaction() as transaction:
        found = await answer(transaction, ANONYMOUS, BY_AREA, use_rollup=True)
        assert found == await answer(transaction, ANONYMOUS, BY_AREA, use_rollup=False)
    projects, _, _, money, _ = found.figures[CellGroup(None, None)]
    assert isinstance(projects, int)
    assert isinstance(money, dict)
    return projects, money[BudgetPhase.APPROPRIATED]


async def snapshot(database: Database) -> list[object]:
    """Return everything that sources report about the projects, without times and versions."""
    rows = await database.pool.fetch(
        "select to_jsonb(p) - 'known_from' - 'version' as row from project p "
        "where source_id like 'source-%' "
        "union all select to_jsonb(l) - 'known_from' from budget_line l "
        "where source_id like 'source-%' order by 1"
    )
    return [row["row"] for row in rows]


async def test_an_activity_is_counted_once_and_as_before_after_the_undo(
    activity: SameActivity,
) -> None:
    database = activity.database
    await compact_rollup(database)
    (projects, money), reported = await figures(database), await snapshot(database)
    same_as_id = await activity.accept(DEPARTMENT, "a", "b")
    once = projects - 1, money - 70_000
    assert await figures(database) == once
    await compact_rollup(database)
    assert await figures(database) == once
    assert not (await activity.undo(MINISTRY, same_as_id)).user_errors
    assert await figures(database) == (projects, money)
    await compact_rollup(database)
    assert await figures(database) == (projects, money)
    assert await snapshot(database) == reported


async def test_a_phase_that_only_the_other_reports_still_counts(activity: SameActivity) -> None:
    await activity.database.pool.execute("delete from budget_line where id = 'a'")
    projects, money = await figures(activity.database)
    await activity.accept(DEPARTMENT, "a", "b")
    assert await figures(activity.database) == (projects - 1, money)


async def test_who_asserted_it_why_and_who_undid_it_remain_readable(
    activity: SameActivity,
) -> None:
    same_as_id = await activity.accept(DEPARTMENT, "a", "b")
    [one] = await activity.identity("b")
    assert (one.id, one.keep_id, one.project_ids) == (same_as_id, "a", ["a", "b"])
    assert (one.version, one.agency_id, one.undone_at) == (1, "department:05003", None)
    assert [reason.code for reason in one.reasons] == [
        "STATED",
        "SOURCES",
        "SAME_NAME",
        "COMMON_YEARS",
        "SAME_OWNER",
    ]
    await activity.undo(MINISTRY, same_as_id)
    [one] = await activity.identity("a")
    assert (one.version, one.undone_by_id) == (2, "ministry:05")
    assert one.undone_at is not None
    assert one.reasons[-1].text.th == "ตรวจแล้วเป็นคนละงาน"
    rows = await activity.database.pool.fetch(
        "select version, kind, agency_id, reason from history_entry where subject = $1 order by id",
        one.gid,
    )
    assert [(row["version"], row["kind"]) for row in rows] == [(1, "ADDED"), (2, "REMOVED")]
    feed = "select distinct subject_id from change_queue where topic = 'PROJECT'"
    assert {"a", "b"} <= {row[0] for row in await activity.database.pool.fetch(feed)}


async def test_assertions_combine_and_are_undone_in_any_order(activity: SameActivity) -> None:
    first = await activity.accept(DEPARTMENT, "a", "b")
    second = await activity.accept(MINISTRY, "c", "a")
    assert [one[2] for one in await activity.counted("a", "b", "c")] == ["c", "c", "c"]
    await activity.undo(DEPARTMENT, first)
    assert [one[2] for one in await activity.counted("a", "b", "c")] == ["c", None, "c"]
    await activity.undo(MINISTRY, second)
    assert [one[2] for one in await activity.counted("a", "b", "c")] == [None, None, None]


async def test_a_repeated_command_returns_the_first_assertion(activity: SameActivity) -> None:
    first = await activity.assert_same(DEPARTMENT, "a", "b", key="once")
    again = await activity.assert_same(DEPARTMENT, "a", "b", key="once")
    assert first.same_as_id == again.same_as_id
    assert not again.user_errors
    other = await activity.assert_same(DEPARTMENT, "a", "c", key="once")
    assert errors_of(other) == [(UserErrorCode.IDEMPOTENCY_CONFLICT, "")]


async def test_a_contradiction_is_refused_with_its_field(activity: SameActivity) -> None:
    await activity.insert("same-source", "source-a")
    await activity.insert("later", years=[2013])
    await activity.insert("part", parent="a")
    await activity.insert("draft", owner="ministry:22", visibility="PRIVATE")
    invalid, field = UserErrorCode.INVALID_VALUE, "input.others.0"
    for other, code in (
        ("a", invalid),
        ("same-source", invalid),
        ("later", invalid),
        ("part", invalid),
        ("draft", UserErrorCode.NOT_FOUND),
        ("missing", UserErrorCode.NOT_FOUND),
    ):
        payload = await activity.assert_same(DEPARTMENT, "a", other)
        assert errors_of(payload) == [(code, field)], other
    payload = await activity.assert_same(DEPARTMENT, "a", "b", "b", "later")
    assert errors_of(payload) == [(invalid, "input.others.1"), (invalid, "input.others.2")]
    assert errors_of(await activity.assert_same(DEPARTMENT, "a")) == [(invalid, "input.others")]
    assert await activity.identity("a") == []


async def test_what_is_one_activity_already_is_refused_with_the_assertion(
    activity: SameActivity,
) -> None:
    same_as_id = await activity.accept(DEPARTMENT, "a", "b")
    payload = await activity.assert_same(DEPARTMENT, "a", "b")
    assert errors_of(payload) == [(UserErrorCode.DUPLICATE, "input.others.0")]
    assert payload.user_errors[0].current_gid == f"gid://hub/SameAs/{same_as_id}"
    payload = await activity.assert_same(MINISTRY, "c", "b")
    assert errors_of(payload) == [(UserErrorCode.INVALID_VALUE, "input.others.0")]
    payload = await activity.assert_same(MINISTRY, "b", "c")
    assert errors_of(payload) == [(UserErrorCode.INVALID_VALUE, "input.keep")]
    await activity.insert("of-b", "source-b")
    payload = await activity.assert_same(DEPARTMENT, "a", "of-b")
    assert errors_of(payload) == [(UserErrorCode.INVALID_VALUE, "input.others.0")]


async def test_agency_asserts_of_its_own_projects_only_and_either_owner_may_undo(
    activity: SameActivity,
) -> None:
    await activity.insert("p", owner="province:20")
    denied = [(UserErrorCode.NOT_ALLOWED, "input.others.0")]
    assert errors_of(await activity.assert_same(DEPARTMENT, "a", "p")) == denied
    assert errors_of(await activity.assert_same(OTHER_MINISTRY, "a", "b")) == denied
    same_as_id = await activity.accept(PROVINCE, "a", "p")
    refused = await activity.undo(OTHER_MINISTRY, same_as_id)
    assert errors_of(refused) == [(UserErrorCode.NOT_ALLOWED, "input.sameAs")]
    assert not (await activity.undo(DEPARTMENT, same_as_id)).user_errors
    by_steward = await activity.accept(STEWARD, "a", "p")
    [_, one] = await activity.identity("p")
    assert (one.id, one.agency_id) == (by_steward, "province:20")


async def test_an_undo_needs_the_current_version_of_an_assertion_in_force(
    activity: SameActivity,
) -> None:
    same_as_id = await activity.accept(DEPARTMENT, "a", "b")
    stale = await activity.undo(DEPARTMENT, same_as_id, version=7)
    assert errors_of(stale) == [(UserErrorCode.STALE_VERSION, "input.expectedVersion")]
    await activity.undo(DEPARTMENT, same_as_id)
    again = await activity.undo(DEPARTMENT, same_as_id, version=2)
    assert errors_of(again) == [(UserErrorCode.WRONG_STATUS, "input.sameAs")]
    missing = await activity.undo(DEPARTMENT, "none")
    assert errors_of(missing) == [(UserErrorCode.NOT_FOUND, "input.sameAs")]


async def test_assertion_about_a_draft_is_hidden_with_it(activity: SameActivity) -> None:
    await activity.insert("draft", visibility="PRIVATE")
    same_as_id = await activity.accept(DEPARTMENT, "a", "draft")
    assert [one.id for one in await activity.identity("a", DEPARTMENT)] == [same_as_id]
    for viewer in (ANONYMOUS, OTHER_MINISTRY):
        assert await activity.identity("a", viewer) == []
    hidden = await activity.undo(OTHER_MINISTRY, same_as_id)
    assert errors_of(hidden) == [(UserErrorCode.NOT_FOUND, "input.sameAs")]


async def test_a_double_count_closes_with_the_assertion_and_opens_with_its_undo(
    activity: SameActivity,
) -> None:
    apart = await activity.list_copies()
    assert apart["a"] == ["a", "b", "c"]
    same_as_id = await activity.accept(DEPARTMENT, "a", "b")
    assert await activity.list_copies() == {
        "a": ["a", "c"],
        "b": ["b", "c"],
        "c": ["a", "b", "c"],
    }
    await activity.accept(MINISTRY, "a", "c")
    assert await activity.list_copies() == {}
    await activity.undo(DEPARTMENT, same_as_id)
    assert "b" in await activity.list_copies()


async def test_an_overlap_closes_with_the_assertion_and_opens_with_its_undo(
    activity: SameActivity,
) -> None:
    for key, owner in (("x", "department:07003"), ("y", "province:20")):
        await activity.insert(key, owner=owner, name="ขุดลอกคลองบางเสร่น้อย")

    async def _status() -> dict[str, str]:
        async with activity.database.write_transaction() as connection:
            await refresh(connection)
            return await findings(connection, "OVERLAP", "x")

    assert await _status() == {"x+y": "OPEN"}
    same_as_id = await activity.accept(PROVINCE, "x", "y")
    assert await _status() == {"x+y": "CLOSED"}
    await activity.undo(PROVINCE, same_as_id)
    assert await _status() == {"x+y": "OPEN"}


async def test_a_project_of_an_assertion_is_not_deleted_with_its_record(
    activity: SameActivity,
) -> None:
    await activity.accept(DEPARTMENT, "a", "b")
    async with activity.database.write_transaction() as connection:
        assert await deletable_ids(connection, ["a", "b", "c"]) == ["c"]


@pytest.mark.parametrize("keep", ["a", "b"])
async def test_a_linkage_of_either_project_places_the_activity_once(
    activity: SameActivity, keep: str
) -> None:
    [issue] = await insert_issues(activity.database, "20", ["1"])
    await activity.database.pool.execute(
        "insert into linkage (id, project_id, issue_id, status, visibility) "
        "select id, id, $1, 'AGREED', 'PUBLISHED' from project where id in ('a', 'b')",
        issue,
    )
    question = MatrixQuestion(
        AxisQuestion(DimensionKind.ISSUE),
        AxisQuestion(DimensionKind.ACTOR_LEVEL),
        YEAR,
        MatrixFilter(issues=(issue,)),
    )

    async def _count() -> set[object]:
        async with activity.database.read_transaction() as transaction:
            found = await answer(transaction, ANONYMOUS, question, use_rollup=True)
        return {one[0] for one in found.figures.values()}

    assert await _count() == {2}
    same_as_id = await activity.accept(DEPARTMENT, keep, "b" if keep == "a" else "a")
    assert await _count() == {1}
    await activity.undo(DEPARTMENT, same_as_id)
    assert await _count() == {2}
