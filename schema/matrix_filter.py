"""What a matrix, a list of projects or a list of linkages looks at."""

from collections.abc import Sequence

import strawberry

from hub.domain.agencies import ActorLevel
from hub.domain.budget import FundingSource
from hub.domain.global_id import GlobalId
from hub.domain.linkages import LinkageStatus
from hub.domain.matrix import question as domain
from hub.domain.matrix.question import AgencyRole, AreaRole
from schema.binding import accepts
from schema.lookups import one

WORDS = "What to look at; everything when absent (ตัวกรอง)"


@accepts(domain.MatrixFilter)
class MatrixFilter:
    """What to look at (ตัวกรอง); fields narrow one another, and an absent one filters nothing."""

    value_chains: list[strawberry.ID] | None = one("Linked to a stage of these (ห่วงโซ่คุณค่า)")
    issues: list[strawberry.ID] | None = one("Linked to these issues (ประเด็นยุทธศาสตร์)")
    areas: list[strawberry.ID] | None = one("In these areas or anywhere below them (พื้นที่)")
    agencies: list[strawberry.ID] | None = one(
        "Of these agencies or anything under them, in `agencyRole` (หน่วยงาน)"
    )
    actor_levels: list[ActorLevel] | None = one("On these rows of the matrix (ผู้ดำเนินการ)")
    linked: bool | None = one(
        "Linked: proposed, agreed or disputed to an issue of that area or of its cluster in that "
        "year (เชื่อมโยงแล้ว)"
    )
    linkage_status: list[LinkageStatus] | None = one("With a linkage in these states (สถานะ)")
    funding: list[FundingSource] | None = one("With money from these (แหล่งเงิน)")
    text: str | None = one("Whose name holds these words, or whose code is this (ข้อความ)")
    area_role: AreaRole | None = strawberry.field(
        default=AreaRole.PERFORMED_IN, description="Which area of a line is meant (บทบาทพื้นที่)"
    )
    agency_role: AgencyRole | None = strawberry.field(
        default=AgencyRole.OWNER, description="Which agency of a project is meant (บทบาทหน่วยงาน)"
    )

    def record(self, field: str) -> domain.MatrixFilter:
        """The filter; `Invalid` for an id of another kind of thing."""

        def keys(name: str, ids: Sequence[strawberry.ID] | None, type_: str) -> tuple[str, ...]:
            return tuple(GlobalId.parse(str(i), f"{field}.{name}", type_).key for i in ids or ())

        return domain.MatrixFilter(
            chains=keys("valueChains", self.value_chains, "ValueChain"),
            issues=keys("issues", self.issues, "StrategicIssue"),
            areas=keys("areas", self.areas, "Area"),
            agencies=keys("agencies", self.agencies, "Agency"),
            actor_levels=tuple(self.actor_levels or ()),
            linked=self.linked if isinstance(self.linked, bool) else None,
            linkage_status=tuple(self.linkage_status or ()),
            funding=tuple(self.funding or ()),
            text=self.text or None,
            area_role=self.area_role or AreaRole.PERFORMED_IN,
            agency_role=self.agency_role or AgencyRole.OWNER,
        )
