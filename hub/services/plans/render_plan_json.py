"""Write a plan as JSON, which `plan_json.parse_plan` reads back without loss."""

from collections.abc import Sequence
from typing import Any

from hub.domain.global_id import GlobalId
from hub.domain.plan_content import (
    AlignmentContent,
    GoalContent,
    IndicatorContent,
    IssueContent,
    ItemContent,
    PlanContent,
)
from hub.domain.plan_submission import PlanSubmission
from hub.domain.plans import PlanStatus
from hub.domain.text import LocalizedText


def render_plan(plan: PlanSubmission) -> dict[str, Any]:
    """Return the JSON object of a submission; absent values are left out."""
    return compact(
        {
            "owner": str(plan.owner),
            "kind": plan.kind.name,
            "title": plan.title,
            "fiscalYears": {"from": {"be": plan.years.first.be}, "to": {"be": plan.years.last.be}},
            "base": render_id("PlanVersion", plan.base),
            "expectedVersion": plan.expected_version,
            "status": None if plan.status is PlanStatus.DRAFT else plan.status.name,
            "content": render_content(plan.content),
        }
    )


def compact(values: dict[str, Any]) -> dict[str, Any]:
    """Return an object without its absent values and empty lists."""
    return {key: one for key, one in values.items() if one is not None and one != []}


def render_text(text: LocalizedText | None) -> Any:
    """Return a text: a string, or an object when there is English."""
    if text is None or text.en is None:
        return text and text.th
    return {"th": text.th, "en": text.en}


def render_id(type_name: str, key: str | None) -> str | None:
    """Return a global id; null without a key."""
    return str(GlobalId(type_name, key)) if key else None


def render_content(content: PlanContent) -> dict[str, Any]:
    """Return the content."""
    return compact(
        {
            "vision": render_text(content.vision),
            "sections": [
                {"kind": one.kind.name, "text": render_text(one.text)} for one in content.sections
            ],
            "issues": [render_issue(one) for one in content.issues],
            "goals": render_goals(content.goals),
            "items": [render_item(one) for one in content.items],
        }
    )


def render_issue(one: IssueContent) -> dict[str, Any]:
    """Return an issue."""
    return compact(
        {
            "id": render_id("StrategicIssue", one.id),
            "code": one.code,
            "name": render_text(one.name),
            "rank": one.rank,
            "rankBasis": one.rank_basis,
            "theme": one.theme,
            "valueChain": {"code": one.chain} if one.chain else None,
            "alignedTo": [render_alignment(part) for part in one.aligned_to],
            "goals": render_goals(one.goals),
            "strategies": [
                compact({"id": render_id("Strategy", s.id), "name": render_text(s.name)})
                for s in one.strategies
            ],
        }
    )


def render_alignment(one: AlignmentContent) -> dict[str, Any]:
    """Return an alignment."""
    return compact(
        {
            "kind": one.kind.name,
            "text": render_text(one.text),
            "element": one.element,
            "citation": one.citation,
        }
    )


def render_goals(goals: Sequence[GoalContent]) -> list[dict[str, Any]]:
    """Return goals with their indicators."""
    return [
        compact(
            {
                "id": render_id("Goal", one.id),
                "code": one.code,
                "name": render_text(one.name),
                "indicators": [render_indicator(part) for part in one.indicators],
            }
        )
        for one in goals
    ]


def render_indicator(one: IndicatorContent) -> dict[str, Any]:
    """Return an indicator with its targets."""
    return compact(
        {
            "id": render_id("Indicator", one.id),
            "code": one.code,
            "name": render_text(one.name),
            "unit": one.unit,
            "targets": [
                compact(
                    {
                        "fiscalYear": {"be": target.year.be},
                        "value": None if target.value is None else f"{target.value:f}",
                        "text": render_text(target.text),
                    }
                )
                for target in one.targets
            ],
            "owners": [str(GlobalId("Agency", owner)) for owner in one.owners],
        }
    )


def render_item(one: ItemContent) -> dict[str, Any]:
    """Return an item."""
    planned = None if one.planned is None else f"{one.planned // 100}.{one.planned % 100:02}"
    return compact(
        {
            "id": render_id("PlanItem", one.id),
            "project": {"id": render_id("Project", one.project)} if one.project else None,
            "name": render_text(one.name),
            "detail": render_text(one.detail),
            "issueCode": one.issue_code,
            "stageCode": one.stage,
            "executor": one.executor.name if one.executor else None,
            "responsible": render_id("Agency", one.responsible),
            "responsibleProvince": render_id("Area", one.province),
            "responsibilities": [
                {"agency": str(GlobalId("Agency", r.agency)), "role": render_text(r.role)}
                for r in one.responsibilities
            ],
            "budgetRoute": one.route.name if one.route else None,
            "planned": planned,
        }
    )
