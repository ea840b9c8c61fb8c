"""Inputs of the operations of a proposal: exactly one of ten."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import strawberry

from hub.domain.agencies import ActorLevel
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.sessions import drafts as domain
from hub.domain.sessions.drafts import OperationDraft
from hub.domain.sessions.kinds import OperationKind
from hub.errors import Invalid
from schema.arguments import validate_date
from schema.binding import input_type
from schema.issue_lookup import IssueBy
from schema.linkage_input import (
    REASON,
    VERSION,
    LinkageDraftInput,
    LinkageShareInput,
    LinkageVersionInput,
    parse_linkage,
    require_reason,
)
from schema.lookups import given, optional_field, parse_key
from schema.plan_input import parse_satang
from schema.text import FiscalYearInput, FiscalYearRange

AGREED_PHASES = frozenset({BudgetPhase.PLANNED, BudgetPhase.REQUESTED})


@input_type(domain.PlaceDraft)
class CellPlaceInput:
    """A place in any matrix (ตำแหน่งของช่อง)."""

    area: strawberry.ID = strawberry.field(description="Area (พื้นที่)")
    issue: IssueBy = strawberry.field(description="The strategic issue (ประเด็นยุทธศาสตร์)")
    stage_code: str = strawberry.field(description="Code of the stage (รหัสขั้น)")
    actor_level: ActorLevel | None = optional_field("Row of the deck's matrix (ผู้ดำเนินการ)")
    fiscal_years: FiscalYearRange = strawberry.field(
        description="Fiscal years, first to last (ช่วงปีงบประมาณ)"
    )

    def to_domain(self, field: str) -> domain.PlaceDraft:
        """Return the place; `Invalid` names the invalid part."""
        return domain.PlaceDraft(
            parse_key(self.area, f"{field}.area", "Area"),
            self.issue.to_domain(f"{field}.issue"),
            self.stage_code,
            self.fiscal_years.to_domain(f"{field}.fiscalYears"),
            given(self.actor_level),
        )


@input_type(domain.GapDraft, one_of=True)
class CellBy:
    """A cell by its id, or by what it means (วิธีระบุช่อง)."""

    cell: strawberry.ID | None = optional_field(
        "Id of a cell; area, issue and stage must be fixed by it (รหัสช่อง)"
    )
    place: CellPlaceInput | None = optional_field("What it means (ตำแหน่ง)")

    def to_domain(self, field: str) -> domain.GapDraft:
        """Return the gap."""
        cell, place = given(self.cell), given(self.place)
        return domain.GapDraft(
            None if cell is None else parse_key(cell, f"{field}.cell", "Cell"),
            None if place is None else place.to_domain(f"{field}.place"),
        )


@strawberry.input(description="Move a linkage (ย้ายความเชื่อมโยง)")
class LinkageMoveInput:
    """A linkage, and the issue or stage that it moves to."""

    linkage: strawberry.ID = strawberry.field(description="The linkage (ความเชื่อมโยง)")
    expected_version: int = strawberry.field(description=VERSION)
    issue: IssueBy | None = optional_field("To this issue (ประเด็นยุทธศาสตร์)")
    stage_code: str | None = optional_field("To this stage (รหัสขั้น)")


@strawberry.input(description="Set the lead agency (กำหนดหน่วยงานหลัก)")
class LeadSetInput:
    """A project and the agency that leads it."""

    project: strawberry.ID = strawberry.field(description="Project (โครงการ)")
    expected_version: int = strawberry.field(description=VERSION)
    agency: strawberry.ID = strawberry.field(description="The lead (หน่วยงานหลัก)")


@strawberry.input(description="Set a planned or requested amount (กำหนดวงเงิน)")
class BudgetSetInput:
    """An amount of a project."""

    project: strawberry.ID = strawberry.field(description="Project (โครงการ)")
    expected_version: int = strawberry.field(description=VERSION)
    fiscal_year: FiscalYearInput = strawberry.field(description="Fiscal year (ปีงบประมาณ)")
    phase: BudgetPhase = strawberry.field(description="PLANNED or REQUESTED (ขั้นของงบประมาณ)")
    funding: FundingSource = strawberry.field(description="Whose money (แหล่งเงิน)")
    area: strawberry.ID | None = optional_field("Where it is spent; null: not by area (พื้นที่)")
    amount: Decimal = strawberry.field(description="In baht (จำนวนเงิน)")


@strawberry.input(description="Declare projects one activity (รวมรายการซ้ำ)")
class ProjectMergeInput:
    """Two projects that are one activity."""

    keep: strawberry.ID = strawberry.field(description="The one that is shown (โครงการหลัก)")
    merge: strawberry.ID = strawberry.field(description="The other (รายการซ้ำ)")


@strawberry.input(description="Make an indicator a joint one (ตัวชี้วัดร่วม)")
class IndicatorShareInput:
    """An indicator and all its owners."""

    indicator: strawberry.ID = strawberry.field(description="The indicator (ตัวชี้วัด)")
    expected_version: int = strawberry.field(description=VERSION)
    owners: list[strawberry.ID] = strawberry.field(description="All owners (ผู้รับผิดชอบร่วม)")


@strawberry.input(description="Take a gap (รับดำเนินการช่องว่าง)")
class GapTakeInput:
    """A gap and who takes it."""

    gap: CellBy = strawberry.field(description="The gap (ช่องว่าง)")
    agency: strawberry.ID = strawberry.field(description="Who takes it (ผู้รับดำเนินการ)")
    text: str = strawberry.field(description="What will be done (สิ่งที่จะทำ)")
    due_on: date | None = optional_field("Until when (ภายใน)")


@strawberry.input(description="Settle a finding (ยุติข้อสังเกต)")
class FindingSettleInput:
    """A finding and how it was settled."""

    finding: strawberry.ID = strawberry.field(description="The finding (ข้อสังเกต)")
    expected_version: int = strawberry.field(description=VERSION)
    reason: str = strawberry.field(description=REASON)


@input_type(domain.OperationDraft, one_of=True)
class OperationInput:
    """One operation, exactly one of ten (การดำเนินการ)."""

    linkage_add: LinkageDraftInput | None = optional_field("Add a linkage (เพิ่มความเชื่อมโยง)")
    linkage_remove: LinkageVersionInput | None = optional_field("Remove a linkage (ตัดความเชื่อมโยง)")
    linkage_move: LinkageMoveInput | None = optional_field("Move a linkage (ย้ายความเชื่อมโยง)")
    share_set: LinkageShareInput | None = optional_field("Set a share (กำหนดสัดส่วน)")
    lead_set: LeadSetInput | None = optional_field("Set the lead agency (กำหนดหน่วยงานหลัก)")
    budget_set: BudgetSetInput | None = optional_field("Set an amount (กำหนดวงเงิน)")
    project_merge: ProjectMergeInput | None = optional_field(
        "Declare projects one activity (รวมรายการซ้ำ)"
    )
    indicator_share: IndicatorShareInput | None = optional_field(
        "Make an indicator a joint one (ตัวชี้วัดร่วม)"
    )
    gap_take: GapTakeInput | None = optional_field("Take a gap (รับดำเนินการช่องว่าง)")
    finding_settle: FindingSettleInput | None = optional_field("Settle a finding (ยุติข้อสังเกต)")

    def to_domain(self, field: str) -> OperationDraft:
        """Return the operation; `Invalid` names the invalid part."""
        for name, build in BUILDERS.items():
            part = given(getattr(self, name))
            if part is not None:
                head, *tail = name.split("_")
                return build(part, f"{field}.{head}{''.join(map(str.capitalize, tail))}")
        raise Invalid(field, "ระบุการดำเนินการหนึ่งอย่าง", "name exactly one operation")


def add_linkage(part: LinkageDraftInput, field: str) -> OperationDraft:
    """Return LINKAGE_ADD."""
    return OperationDraft(OperationKind.LINKAGE_ADD, linkage=part.to_domain(field))


def remove_linkage(part: LinkageVersionInput, field: str) -> OperationDraft:
    """Return LINKAGE_REMOVE."""
    key = parse_linkage(part.linkage, f"{field}.linkage")
    return OperationDraft(
        OperationKind.LINKAGE_REMOVE, target_id=key, expected_version=part.expected_version
    )


def move_linkage(part: LinkageMoveInput, field: str) -> OperationDraft:
    """Return LINKAGE_MOVE."""
    issue = given(part.issue)
    return OperationDraft(
        OperationKind.LINKAGE_MOVE,
        target_id=parse_linkage(part.linkage, f"{field}.linkage"),
        expected_version=part.expected_version,
        issue=None if issue is None else issue.to_domain(f"{field}.issue"),
        stage_code=given(part.stage_code),
    )


def set_share(part: LinkageShareInput, field: str) -> OperationDraft:
    """Return SHARE_SET."""
    return OperationDraft(
        OperationKind.SHARE_SET,
        target_id=parse_linkage(part.linkage, f"{field}.linkage"),
        expected_version=part.expected_version,
        share=given(part.share),
    )


def set_lead(part: LeadSetInput, field: str) -> OperationDraft:
    """Return LEAD_SET."""
    return OperationDraft(
        OperationKind.LEAD_SET,
        target_id=parse_key(part.project, f"{field}.project", "Project"),
        expected_version=part.expected_version,
        agency_ids=(parse_key(part.agency, f"{field}.agency", "Agency"),),
    )


def set_amount(part: BudgetSetInput, field: str) -> OperationDraft:
    """Return BUDGET_SET; only planned and requested amounts are agreed."""
    if part.phase not in AGREED_PHASES:
        raise Invalid(
            f"{field}.phase",
            "ตกลงได้เฉพาะ PLANNED และ REQUESTED",
            "only PLANNED and REQUESTED amounts are agreed",
        )
    if part.amount < 0:
        raise Invalid(f"{field}.amount", "ต้องไม่ติดลบ", "must not be negative")
    area = given(part.area)
    return OperationDraft(
        OperationKind.BUDGET_SET,
        target_id=parse_key(part.project, f"{field}.project", "Project"),
        expected_version=part.expected_version,
        fiscal_year=part.fiscal_year.to_domain(f"{field}.fiscalYear"),
        phase=part.phase,
        funding=part.funding,
        area_id=None if area is None else parse_key(area, f"{field}.area", "Area"),
        satang=parse_satang(part.amount, f"{field}.amount"),
    )


def merge_projects(part: ProjectMergeInput, field: str) -> OperationDraft:
    """Return PROJECT_MERGE."""
    return OperationDraft(
        OperationKind.PROJECT_MERGE,
        target_id=parse_key(part.keep, f"{field}.keep", "Project"),
        other_id=parse_key(part.merge, f"{field}.merge", "Project"),
    )


def share_indicator(part: IndicatorShareInput, field: str) -> OperationDraft:
    """Return INDICATOR_SHARE."""
    owners = tuple(
        parse_key(one, f"{field}.owners.{index}", "Agency") for index, one in enumerate(part.owners)
    )
    return OperationDraft(
        OperationKind.INDICATOR_SHARE,
        target_id=parse_key(part.indicator, f"{field}.indicator", "Indicator"),
        expected_version=part.expected_version,
        agency_ids=owners,
    )


def take_gap(part: GapTakeInput, field: str) -> OperationDraft:
    """Return GAP_TAKE."""
    due_on = given(part.due_on)
    return OperationDraft(
        OperationKind.GAP_TAKE,
        agency_ids=(parse_key(part.agency, f"{field}.agency", "Agency"),),
        gap=part.gap.to_domain(f"{field}.gap"),
        text=part.text,
        due_on=None if due_on is None else validate_date(due_on, f"{field}.dueOn"),
    )


def settle_finding(part: FindingSettleInput, field: str) -> OperationDraft:
    """Return FINDING_SETTLE."""
    return OperationDraft(
        OperationKind.FINDING_SETTLE,
        target_id=parse_key(part.finding, f"{field}.finding", "Finding"),
        expected_version=part.expected_version,
        text=require_reason(part.reason, f"{field}.reason"),
    )


BUILDERS: Mapping[str, Callable[[Any, str], OperationDraft]] = {
    "linkage_add": add_linkage,
    "linkage_remove": remove_linkage,
    "linkage_move": move_linkage,
    "share_set": set_share,
    "lead_set": set_lead,
    "budget_set": set_amount,
    "project_merge": merge_projects,
    "indicator_share": share_indicator,
    "gap_take": take_gap,
    "finding_settle": settle_finding,
}
"""How each field of an operation becomes a draft."""
