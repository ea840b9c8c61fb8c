"""The filter of a matrix, a list of projects or a list of linkages."""

from collections.abc import Sequence

import strawberry

from hub.domain.agencies import ActorLevel
from hub.domain.budget import FundingSource
from hub.domain.global_id import GlobalId
from hub.domain.linkages import LinkageStatus
from hub.domain.matrix import question as domain
from hub.domain.matrix.question import AgencyRole, AreaRole
from hub.domain.plan_rules import MAX_RANK
from hub.errors import Invalid
from schema.binding import input_type
from schema.lookups import optional_field

FILTER_DESCRIPTION = "Filter; default: everything (ตัวกรอง)"


@input_type(domain.MatrixFilter)
class MatrixFilter:
    """A filter (ตัวกรอง); all fields must match, and an absent field does not filter."""

    value_chains: list[strawberry.ID] | None = optional_field(
        "Linked to a stage of these value chains (ห่วงโซ่คุณค่า)"
    )
    issues: list[strawberry.ID] | None = optional_field(
        "Linked to these strategic issues (ประเด็นยุทธศาสตร์)"
    )
    areas: list[strawberry.ID] | None = optional_field("In these areas or below (พื้นที่)")
    agencies: list[strawberry.ID] | None = optional_field(
        "Of these agencies or agencies below them, in `agencyRole` (หน่วยงาน)"
    )
    actor_levels: list[ActorLevel] | None = optional_field(
        "On these rows of the matrix (ผู้ดำเนินการ)"
    )
    linked: bool | None = optional_field(
        "Whether it has a proposed, agreed or disputed linkage to an issue of that area or "
        "its cluster in that year (เชื่อมโยงแล้ว)"
    )
    linkage_status: list[LinkageStatus] | None = optional_field(
        "With a linkage of these statuses (สถานะ)"
    )
    funding: list[FundingSource] | None = optional_field("With money from these sources (แหล่งเงิน)")
    text: str | None = optional_field(
        "Name contains each word of this text, or code equals it (ข้อความ)"
    )
    area_role: AreaRole | None = strawberry.field(
        default=AreaRole.PERFORMED_IN, description="Area of a line to filter by (บทบาทพื้นที่)"
    )
    agency_role: AgencyRole | None = strawberry.field(
        default=AgencyRole.OWNER, description="Agency of a project to filter by (บทบาทหน่วยงาน)"
    )

    without_area: bool | None = optional_field(
        "True: only money of the central administration and of unknown places; false: only the "
        "rest (ส่วนกลาง)"
    )

    max_rank: int | None = optional_field(
        "Linked to issues of this rank or before; 2: the top two (ลำดับไม่เกิน)"
    )
    themes: list[str] | None = optional_field("Linked to issues of these themes (ด้าน)")

    def to_domain(self, field: str) -> domain.MatrixFilter:
        """Return the filter; `Invalid` for an id of another type."""

        def _parse_keys(
            name: str, ids: Sequence[strawberry.ID] | None, type_: str
        ) -> tuple[str, ...]:
            return tuple(GlobalId.parse(str(i), f"{field}.{name}", type_).key for i in ids or ())

        max_rank = self.max_rank if isinstance(self.max_rank, int) else None
        if max_rank is not None and not 1 <= max_rank <= MAX_RANK:
            raise Invalid(
                f"{field}.maxRank",
                f"ต้องเป็น 1–{MAX_RANK:,}",
                f"must be 1 to {MAX_RANK:,}",
            )
        return domain.MatrixFilter(
            chains=_parse_keys("valueChains", self.value_chains, "ValueChain"),
            issues=_parse_keys("issues", self.issues, "StrategicIssue"),
            areas=_parse_keys("areas", self.areas, "Area"),
            agencies=_parse_keys("agencies", self.agencies, "Agency"),
            actor_levels=tuple(self.actor_levels or ()),
            linked=self.linked if isinstance(self.linked, bool) else None,
            linkage_status=tuple(self.linkage_status or ()),
            funding=tuple(self.funding or ()),
            text=self.text or None,
            area_role=self.area_role or AreaRole.PERFORMED_IN,
            agency_role=self.agency_role or AgencyRole.OWNER,
            without_area=self.without_area if isinstance(self.without_area, bool) else None,
            max_rank=max_rank,
            themes=tuple(self.themes or ()),
        )
