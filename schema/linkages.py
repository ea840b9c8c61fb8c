"""Linkages (ความเชื่อมโยง) of projects to strategic issues and stages."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain import linkages as domain
from hub.domain.identity.visibility import VISIBILITY_DESCRIPTION
from hub.domain.linkages import LinkageStatus
from resolvers import linkages as resolvers_linkages
from resolvers import nodes
from schema import matrix_filter
from schema.agencies import Agency
from schema.binding import field, output_type, resolver_field
from schema.node import Node
from schema.plans import StrategicIssue
from schema.provenance import Provenance
from schema.text import Connection, LocalizedText
from schema.value_chain import Stage

if TYPE_CHECKING:
    from schema.projects import Project

Lazy = strawberry.lazy


@output_type(domain.Reason)
class Reason:
    """Why something is held to be so (เหตุผล)."""

    code: str = field("What sort of reason (รหัส)")
    text: LocalizedText = field("In words (คำอธิบาย)")
    weight: Decimal = field("How much it weighs, 0 to 1 (น้ำหนัก)")


@output_type(domain.Linkage, extra_description=VISIBILITY_DESCRIPTION)
class Linkage(Node):
    """A project's place in a strategy (ความเชื่อมโยง); it needs evidence and two sides."""

    version: int = field("Counts changes; send it back to change this (รุ่น)")
    updated_at: datetime = field("Since when it stands so (ปรับปรุงเมื่อ)")
    project: Annotated["Project", Lazy("schema.projects")] | None = resolver_field(
        resolvers_linkages.projects_of_linkages, "The project, where you may see it (โครงการ)"
    )
    issue: StrategicIssue | None = resolver_field(
        resolvers_linkages.issues_of_linkages, "The strategic issue it serves (ประเด็นยุทธศาสตร์)"
    )
    stage: Stage | None = resolver_field(
        resolvers_linkages.stages_of_linkages, "At which stage; null: not said (ขั้น)"
    )
    status: LinkageStatus = field("How far the two sides have come (สถานะ)")
    share: Decimal | None = field(
        "Part of the project that serves this, 0 to 1; null: unknown, never split silently (สัดส่วน)"
    )
    reasons: list[Reason] = field("Why it is held (เหตุผล)")
    proposed_by: Agency | None = resolver_field(
        resolvers_linkages.proposed_by, "Who proposed it (ผู้เสนอ)"
    )
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Where this is said (ที่มา)")


@strawberry.type
class LinkageQuery:
    """Root fields about linkages."""

    linkages: Connection[Linkage] | None = resolver_field(
        resolvers_linkages.linkages,
        "Linkages a filter looks at (รายการความเชื่อมโยง)",
        filter=matrix_filter.FILTER_DESCRIPTION,
    )
