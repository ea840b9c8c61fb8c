"""How inputs identify a strategic issue."""

import strawberry

from hub.domain.global_id import GlobalId
from hub.domain.linkage_commands import IssueLookup
from schema.binding import input_type
from schema.lookups import ExternalIdInput, optional_field
from schema.text import FiscalYearInput


@strawberry.input(description="An issue of the plan of an area that is for a year (ประเด็นในแผน)")
class IssueInPlanInput:
    """Published as its description says; `IssueBy` converts it."""

    area: str = strawberry.field(description="Code of the area: 20, C2560-09 (รหัสพื้นที่)")
    fiscal_year: FiscalYearInput = strawberry.field(description="Fiscal year (ปีงบประมาณ)")
    code: str = strawberry.field(description="Code of the issue in that plan (รหัสประเด็น)")


@input_type(IssueLookup, one_of=True)
class IssueBy:
    """A strategic issue in exactly one way (วิธีระบุประเด็น)."""

    id: strawberry.ID | None = optional_field("Global id (รหัสกลาง)")
    in_plan: IssueInPlanInput | None = optional_field(
        "By area, year and code, as a source writes it (พื้นที่ ปี และรหัส)"
    )
    external: ExternalIdInput | None = optional_field("Id in another system (รหัสภายนอก)")

    def to_domain(self, field: str) -> IssueLookup:
        """Return the lookup of the one given identification; `field` begins its error paths."""
        if self.external:
            external = self.external.to_domain(f"{field}.external")
            return IssueLookup(scheme=external.scheme, value=external.value)
        if self.in_plan:
            year = self.in_plan.fiscal_year.to_domain(f"{field}.inPlan.fiscalYear")
            return IssueLookup(area=self.in_plan.area, year=year, code=self.in_plan.code)
        issue = GlobalId.parse(str(self.id), f"{field}.id", "StrategicIssue")
        return IssueLookup(key=issue.key)
