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
    """A reason (เหตุผล)."""

    code: str = field("Code of the reason (รหัส)")
    text: LocalizedText = field("Text (คำอธิบาย)")
    weight: Decimal = field("Weight, 0 to 1 (น้ำหนัก)")


@output_type(domain.Linkage, extra_description=VISIBILITY_DESCRIPTION)
class Linkage(Node):
    """A linkage of a project to an issue or stage (ความเชื่อมโยง), with evidence and two sides."""

    version: int = field(
        "Version, which increases with every change; required to change the linkage (รุ่น)"
    )
    updated_at: datetime = field("Time of the last change (ปรับปรุงเมื่อ)")
    project: Annotated["Project", Lazy("schema.projects")] | None = resolver_field(
        resolvers_linkages.projects_of_linkages, "The project, if visible to you (โครงการ)"
    )
    issue: StrategicIssue | None = resolver_field(
        resolvers_linkages.issues_of_linkages,
        "Strategic issue that the project serves (ประเด็นยุทธศาสตร์)",
    )
    stage: Stage | None = resolver_field(
        resolvers_linkages.stages_of_linkages, "Stage of the value chain; null: not stated (ขั้น)"
    )
    status: LinkageStatus = field("Status between the two sides (สถานะ)")
    share: Decimal | None = field(
        "Part of the project that serves this issue, 0 to 1; null: unknown, and never split (สัดส่วน)"
    )
    reasons: list[Reason] = field("Reasons for the linkage (เหตุผล)")
    proposed_by: Agency | None = resolver_field(
        resolvers_linkages.proposed_by, "Agency that proposed it (ผู้เสนอ)"
    )
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Provenance (ที่มา)")


@strawberry.type
class LinkageQuery:
    """Root fields about linkages."""

    linkages: Connection[Linkage] | None = resolver_field(
        resolvers_linkages.linkages,
        "Linkages that match a filter (รายการความเชื่อมโยง)",
        filter=matrix_filter.FILTER_DESCRIPTION,
    )
