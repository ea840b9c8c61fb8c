"""The review of plan versions as records: checks by the rules of the deck, and differences."""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Final

from hub.domain.global_id import GlobalId
from hub.domain.history import ChangeKind
from hub.domain.money import Money
from hub.domain.plan_content import PlanContent
from hub.domain.plan_diff import compare
from hub.domain.plan_flat import PLAN_KEY, Key
from hub.domain.plans import Plan, PlanKind, PlanVersion
from hub.domain.record import record, value
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.errors import Invalid


class CheckOutcome(Enum):
    """Outcome of a check (ผลการตรวจ).

    PASS: met; FLAG: a person decides; FAIL: not met; NOT_DECLARED: what the rule needs was not
    declared; NOT_APPLICABLE: the rule does not govern it.
    """

    PASS = "PASS"  # noqa: S105 - not a password
    FLAG = "FLAG"
    FAIL = "FAIL"
    NOT_DECLARED = "NOT_DECLARED"
    NOT_APPLICABLE = "NOT_APPLICABLE"


@record
class RuleCheck:
    """A rule applied to a plan version (ผลการตรวจตามกฎเกณฑ์).

    `evidence_gids` are the global ids of the elements that the message quotes.
    """

    rule_code: str
    outcome: CheckOutcome
    message: LocalizedText
    quote: LocalizedText
    citation: str
    matched: list[str]
    evidence_gids: list[str]


@value
class ProjectCounts:
    """The projects in a plan's area in its years, and those without a linkage to its issues."""

    projects: int
    unlinked: int


@value
class PlanContext:
    """What the checks need besides the content.

    `has_previous`: the version considered before is stored; `counts` null: not counted.
    """

    kind: PlanKind
    years: FiscalYearRange
    number: int = 1
    has_previous: bool = False
    counts: ProjectCounts | None = None

    @classmethod
    def of_version(
        cls, plan: Plan, version: PlanVersion, counts: ProjectCounts | None = None
    ) -> "PlanContext":
        """Return the context of a stored version."""
        years = FiscalYearRange(plan.first_year, plan.last_year)
        return cls(plan.kind, years, version.number, version.supersedes_id is not None, counts)


Found = tuple[CheckOutcome, str, str, Sequence[str]]
"""Outcome, what was found in Thai and English, and the words of the plan that matched."""
PASSED: Final = ("ครบถ้วน", "met")


def judge(
    remarks: Iterable[tuple[str, str]],
    th: str,
    en: str,
    outcome: CheckOutcome,
    matched: Sequence[str] = (),
) -> Found:
    """Return PASS without remarks, else the outcome with the remarks in both languages."""
    found = list(remarks)
    if not found:
        return CheckOutcome.PASS, *PASSED, ()
    th_text = th + "; ".join(one for one, _ in found)
    en_text = f"{en}{' ' if en and not en.endswith(' ') else ''}" + "; ".join(
        one for _, one in found
    )
    return outcome, th_text, en_text, list(dict.fromkeys(matched))


def not_governed() -> Found:
    """Return that the rule does not govern plans of this kind."""
    th, en = "กฎนี้ไม่ใช้กับแผนประเภทนี้", "the rule does not govern plans of this kind"
    return CheckOutcome.NOT_APPLICABLE, th, en, ()


def not_declared(th: str, en: str) -> Found:
    """Return that what the rule needs was not declared."""
    return CheckOutcome.NOT_DECLARED, th, en, ()


@record
class PlanChange:
    """A change between two versions (การเปลี่ยนแปลงในแผน); `element_gid` is a global id.

    `agency_id` is the agency that submitted the later version.
    """

    kind: ChangeKind
    element_gid: str
    field: str | None
    before: str | None
    after: str | None
    budget_delta: Money | None
    agency_id: str | None
    position: int


@record
class PlanDiff:
    """The difference of two versions (ความแตกต่างของแผน), in the order of the later plan."""

    earlier: PlanVersion
    later: PlanVersion
    changes: list[PlanChange]
    budget_delta: Money | None


def build_diff(
    earlier: PlanVersion, later: PlanVersion, contents: Mapping[str, PlanContent]
) -> PlanDiff:
    """Return the difference of two versions whose contents are in `contents` by id."""
    comparison = compare(contents[earlier.id], contents[later.id])
    changes = [
        PlanChange(
            one.kind,
            gid_of(one.key, earlier if one.kind is ChangeKind.REMOVED else later),
            one.field,
            one.before,
            one.after,
            None if one.budget_delta is None else Money(one.budget_delta),
            later.owner_id,
            position,
        )
        for position, one in enumerate(comparison.changes)
    ]
    delta = comparison.budget_delta
    return PlanDiff(earlier, later, changes, None if delta is None else Money(delta))


def gid_of(key: Key, version: PlanVersion) -> str:
    """Return the global id of a changed element; that of the version for the plan itself."""
    kind, element_id = key
    return version.gid if key == PLAN_KEY else str(GlobalId(kind.value, element_id))


@value
class PlanDiffQuestion:
    """Two versions to compare: by their ids, or the current ones of two years of an owner."""

    versions: tuple[str, str] | None = None
    owner: GlobalId | None = None
    kind: PlanKind | None = None
    first: FiscalYear | None = None
    last: FiscalYear | None = None

    @staticmethod
    def missing(field: str) -> Invalid:
        """Return the error of a question that names no versions."""
        return Invalid(
            field,
            "ระบุ versions หรือ years อย่างใดอย่างหนึ่ง",
            "exactly one of versions and years is required",
        )
