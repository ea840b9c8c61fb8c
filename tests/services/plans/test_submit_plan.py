"""Submitting versions of plans: who may, lineage, versions, idempotency, and what is stored."""

from dataclasses import replace

import pytest

from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.plan_content import PlanContent, StrategyContent
from hub.domain.plan_submission import PlanSubmission
from hub.domain.plans import PlanKind, PlanStatus
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.domain.user_errors import UserErrorCode
from hub.services.plans.submit_plan import SubmitResult, submit_plan
from hub.store.database import Database
from hub.store.plan_assembly import fetch_contents
from hub.store.unit_of_work import UnitOfWork
from tests.services.plans.submissions import (
    CONTENT,
    ISSUES,
    OFFICER,
    STEWARD,
    STRANGER,
    SUBMISSION,
    sender,
    text,
)


async def read_content(database: Database, version_id: str) -> PlanContent:
    async with database.read_transaction() as transaction:
        return (await fetch_contents(transaction, [version_id]))[version_id]


async def submit(database: Database, submission: PlanSubmission = SUBMISSION) -> SubmitResult:
    return await submit_plan(database, submission, sender())


def codes(result: SubmitResult) -> list[tuple[UserErrorCode, str]]:
    return [(one.code, ".".join(one.field or [])) for one in result.errors]


async def test_stored_version_has_the_submitted_content(fresh_database: Database) -> None:
    result = await submit(fresh_database)
    assert result.errors == ()
    assert result.version_id
    assert result.content
    stored = await read_content(fresh_database, result.version_id)
    assert stored == replace(
        result.content,
        vision=None,
        issues=tuple(replace(one, rank_basis="STATED") for one in result.content.issues),
    )
    assert result.content.issues[0].goals[0].indicators[0].targets == (
        CONTENT.issues[0].goals[0].indicators[0].targets
    )


async def test_next_version_keeps_lineage_and_the_earlier_version(fresh_database: Database) -> None:
    first = await submit(fresh_database)
    assert first.content
    assert first.version_id
    renamed = replace(first.content.issues[0], name=text("พัฒนาผลไม้ครบวงจร"), rank=2)
    by_code = replace(ISSUES[1], rank=1)
    content = replace(CONTENT, issues=(by_code, renamed))
    second = await submit(
        fresh_database, replace(SUBMISSION, base=first.version_id, content=content)
    )
    assert second.errors == ()
    assert second.content
    assert second.version_id
    assert {one.id for one in second.content.issues} == {one.id for one in first.content.issues}
    assert second.content.items[0].id == first.content.items[0].id
    assert second.content.goals[0].id == first.content.goals[0].id
    before = await read_content(fresh_database, first.version_id)
    assert before.issues[0].name == CONTENT.issues[0].name
    row = await fresh_database.pool.fetchrow(
        "select supersedes_id, visibility, owner_id from plan_version where id = $1",
        second.version_id,
    )
    assert tuple(row) == (first.version_id, "PRIVATE", "province:22")


async def test_element_that_was_dropped_keeps_its_lineage_when_it_returns(
    fresh_database: Database,
) -> None:
    first = await submit(fresh_database)
    dropped = replace(CONTENT, issues=ISSUES[1:], items=())
    second = await submit(
        fresh_database, replace(SUBMISSION, base=first.version_id, content=dropped)
    )
    third = await submit(fresh_database, replace(SUBMISSION, base=second.version_id))
    assert first.content
    assert third.content
    assert third.content.issues == first.content.issues


async def test_stored_content_is_never_updated(fresh_database: Database) -> None:
    await submit(fresh_database)
    for table in ("plan_element", "plan_item", "plan_target", "plan_section", "plan_alignment"):
        statement = f"update {table} set version_id = version_id"  # noqa: S608
        with pytest.raises(Exception, match="never updated"):
            await fresh_database.pool.execute(statement)


async def test_only_the_agency_of_the_area_or_a_steward_may_submit(
    fresh_database: Database,
) -> None:
    for viewer in (STRANGER, ANONYMOUS):
        result = await submit_plan(fresh_database, SUBMISSION, sender(viewer))
        assert codes(result) == [(UserErrorCode.NOT_ALLOWED, "")]
        assert result.errors[0].message.en
    unknown = replace(SUBMISSION, owner=GlobalId("Area", "999"))
    assert codes(await submit(fresh_database, unknown)) == [(UserErrorCode.NOT_FOUND, "")]
    assert not await fresh_database.pool.fetchval(
        "select count(*) from plan_version where owner_id = 'province:22'"
    )
    assert (await submit_plan(fresh_database, SUBMISSION, sender(STEWARD))).errors == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": PlanKind.CLUSTER_DEVELOPMENT}, "kind"),
        ({"kind": PlanKind.MINISTRY_STRATEGY}, "kind"),
        ({"status": PlanStatus.APPROVED}, "status"),
        ({"base": "plan-C2552-01-2553-v1"}, "base"),
        ({"content": replace(CONTENT, issues=(replace(ISSUES[0], id="x"),), items=())},
         "content.issues.0.id"),
        ({"content": replace(CONTENT, issues=(replace(ISSUES[0], chain="x"),))},
         "content.issues.0.valueChain"),
        ({"content": replace(CONTENT, issues=(ISSUES[0], replace(ISSUES[1], code="1")))},
         "content.issues.1.code"),
        ({"content": replace(CONTENT, items=(replace(CONTENT.items[0], issue_code="7"),))},
         "content.items.0.issueCode"),
        ({"content": replace(CONTENT, items=(replace(CONTENT.items[0], responsible="x"),))},
         "content.items.0.responsible"),
        ({"content": replace(CONTENT, items=(replace(CONTENT.items[0], stage="x"),))},
         "content.items.0.stageCode"),
        ({"content": replace(CONTENT, goals=(replace(CONTENT.goals[0], name=text(" ")),))},
         "content.goals.0.name"),
        ({"years": FiscalYearRange(FiscalYear(2024), FiscalYear(2026))},
         "content.issues.0.goals.0.indicators.0.targets.0.fiscalYear"),
    ],
)  # fmt: skip
async def test_wrong_value_is_rejected_with_its_field_and_stores_nothing(
    fresh_database: Database, change: dict[str, object], field: str
) -> None:
    result = await submit(fresh_database, replace(SUBMISSION, **change))  # type: ignore[arg-type]
    assert codes(result) == [(UserErrorCode.INVALID_VALUE, field)]
    assert result.errors[0].message.th
    assert result.errors[0].message.en
    assert not await fresh_database.pool.fetchval("select count(*) from plan_item")


async def test_all_wrong_values_are_reported_at_once(fresh_database: Database) -> None:
    wrong = replace(CONTENT.items[0], issue_code="7", responsible="x")
    result = await submit(
        fresh_database, replace(SUBMISSION, content=replace(CONTENT, items=(wrong, wrong)))
    )
    assert len(result.errors) == 4


async def test_area_that_is_not_in_force_in_the_first_year_is_rejected(
    fresh_database: Database,
) -> None:
    submission = replace(
        SUBMISSION, owner=GlobalId("Area", "C2552-09"), kind=PlanKind.CLUSTER_DEVELOPMENT
    )
    result = await submit_plan(fresh_database, submission, sender(STEWARD))
    assert codes(result) == [(UserErrorCode.INVALID_VALUE, "fiscalYears")]


async def test_submission_from_an_older_version_is_stale(fresh_database: Database) -> None:
    first = await submit(fresh_database)
    assert codes(await submit(fresh_database)) == [(UserErrorCode.STALE_VERSION, "")]
    again = replace(SUBMISSION, base=first.version_id)
    wrong = await submit(fresh_database, replace(again, expected_version=9))
    assert codes(wrong) == [(UserErrorCode.STALE_VERSION, "")]
    assert (await submit(fresh_database, replace(again, expected_version=1))).errors == ()
    assert codes(await submit(fresh_database, again)) == [(UserErrorCode.STALE_VERSION, "")]


async def test_repeated_key_returns_the_first_result(fresh_database: Database) -> None:
    keyed = replace(SUBMISSION, idempotency_key="k")
    first = await submit(fresh_database, keyed)
    again = await submit(fresh_database, keyed)
    assert again.version_id == first.version_id
    assert not again.errors
    other = await submit(fresh_database, replace(keyed, title="อื่น"))
    assert codes(other) == [(UserErrorCode.IDEMPOTENCY_CONFLICT, "")]


async def test_rejected_submission_does_not_use_up_its_key(fresh_database: Database) -> None:
    keyed = replace(SUBMISSION, idempotency_key="k")
    assert (await submit(fresh_database, replace(keyed, status=PlanStatus.APPROVED))).errors
    assert (await submit(fresh_database, keyed)).errors == ()


async def test_check_only_answers_and_stores_nothing(fresh_database: Database) -> None:
    checked = await submit(fresh_database, replace(SUBMISSION, check_only=True))
    assert checked.version_id is None
    assert checked.errors == ()
    assert checked.content
    assert not await fresh_database.pool.fetchval("select count(*) from plan_element")


async def test_repeated_names_are_different_elements(fresh_database: Database) -> None:
    twins = (StrategyContent("", text("ส่งเสริม")), StrategyContent("", text("ส่งเสริม")))
    content = replace(CONTENT, issues=(replace(ISSUES[0], strategies=twins),))
    first = await submit(fresh_database, replace(SUBMISSION, content=content))
    assert first.content
    assert len({one.id for one in first.content.issues[0].strategies}) == 2


async def test_draft_is_visible_to_its_owner_alone(fresh_database: Database) -> None:
    result = await submit(fresh_database)
    assert result.version_id
    for viewer, count in ((OFFICER, 1), (STRANGER, 0), (ANONYMOUS, 0)):
        async with fresh_database.read_transaction() as transaction:
            unit = UnitOfWork(transaction, viewer)
            assert len(await unit.plans.versions_by_id([result.version_id])) == count
