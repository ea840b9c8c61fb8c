"""Resolvers of the commands on plans: submit a version, set its status, record its grade."""

from collections.abc import Sequence

from hub.domain.plan_checks import check_plan
from hub.domain.plan_review import PlanContext, RuleCheck
from hub.domain.plan_submission import (
    PlanGradeCommand,
    PlanStatusCommand,
    PlanSubmission,
    PlanSubmitPayload,
    PlanVersionPayload,
)
from hub.domain.plans import PlanVersion
from resolvers.context import Context


async def submit(
    _roots: Sequence[None],
    context: Context,
    *,
    input: PlanSubmission,  # noqa: A002 - the GraphQL name
) -> Sequence[PlanSubmitPayload]:
    """Submit a version of a plan."""
    await context.renew_snapshot()
    result = await context.commands.plans.submit(
        input, context.identify_viewer(), context.today, context.audit_context
    )
    return [PlanSubmitPayload(result.version_id, list(result.errors), check_submission(input))]


def check_submission(submission: PlanSubmission) -> list[RuleCheck]:
    """Return the rules applied to a submission."""
    has_base = submission.base is not None
    context = PlanContext(submission.kind, submission.years, 2 if has_base else 1, has_base)
    return check_plan(context, submission.content)


async def set_status(
    _roots: Sequence[None],
    context: Context,
    *,
    input: PlanStatusCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[PlanVersionPayload]:
    """Move a version to its next status."""
    await context.renew_snapshot()
    result = await context.commands.plans.set_status(
        input, context.identify_viewer(), context.today, context.audit_context
    )
    return [PlanVersionPayload(result.version_id, list(result.errors))]


async def record_grade(
    _roots: Sequence[None],
    context: Context,
    *,
    input: PlanGradeCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[PlanVersionPayload]:
    """Record a grade of a version."""
    await context.renew_snapshot()
    result = await context.commands.plans.record_grade(
        input, context.identify_viewer(), context.today, context.audit_context
    )
    return [PlanVersionPayload(result.version_id, list(result.errors))]


async def versions_of_payloads(
    payloads: Sequence[PlanSubmitPayload | PlanVersionPayload], context: Context
) -> Sequence[PlanVersion | None]:
    """Return the version of each payload; null when nothing was changed."""
    ids = [one.version_id for one in payloads if one.version_id]
    found = await context.unit.plans.versions_by_id(ids) if ids else {}
    return [found.get(one.version_id or "") for one in payloads]
