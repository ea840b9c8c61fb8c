"""RULE_VIOLATION findings: the plan checks that a plan in force fails (R13-R23)."""

from collections.abc import Sequence
from decimal import Decimal

from hub.domain.findings import FindingKind, FindingRow
from hub.domain.findings_of_projects import digest_of
from hub.domain.global_id import GlobalId
from hub.domain.linkages import Reason
from hub.domain.plan_review import CheckOutcome, RuleCheck
from hub.domain.plans import Plan, PlanVersion
from hub.domain.text import Locale, localized_text


def find_violations(
    plan: Plan, version: PlanVersion, checks: Sequence[RuleCheck], agency_id: str | None
) -> list[FindingRow]:
    """Return a finding for each check that a version fails; `agency_id` is the agency of the plan.

    What a person decides (FLAG) and what nobody declared is no violation.
    """
    title = plan.title.text(Locale.EN)
    return [
        FindingRow(
            id=f"RULE_VIOLATION:{plan.id}:{check.rule_code}",
            kind=FindingKind.RULE_VIOLATION,
            severity=3,
            summary=localized_text(
                f"{plan.title.th}: ไม่เป็นไปตาม {check.rule_code} {check.message.th}",
                f"{title}: {check.rule_code} is not met: {check.message.text(Locale.EN)}",
            ),
            reasons=(
                Reason(CheckOutcome.FAIL.value, check.message, Decimal(1)),
                Reason(
                    "QUOTE",
                    localized_text(
                        f"“{check.quote.th}” ({check.citation})",
                        f"“{check.quote.text(Locale.EN)}” ({check.citation})",
                    ),
                    Decimal("0.5"),
                ),
            ),
            rule_code=check.rule_code,
            subjects=(str(GlobalId(PlanVersion.TYPE, version.id)),),
            projects=(),
            areas=(plan.area_id,) if plan.area_id else (),
            years=tuple(year.ce for year in plan.period),
            parties=(agency_id,) if agency_id else (),
            cause=digest_of(check.rule_code, check.message.th),
            version_id=version.id,
        )
        for check in checks
        if check.outcome is CheckOutcome.FAIL
    ]
