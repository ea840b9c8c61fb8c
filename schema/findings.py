"""Findings (ข้อสังเกต): what the hub noticed; people decide."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain import copies as domain
from hub.domain.findings import FindingKind
from resolvers import findings
from schema.binding import field, output_type, resolver_field
from schema.cost import Cost
from schema.node import Node
from schema.text import Connection, LocalizedText

if TYPE_CHECKING:
    from schema.projects import Project

Lazy = strawberry.lazy
KIND_DESCRIPTION = "Only these kinds; default: all. Computed today: DOUBLE_COUNT (ประเภท)"


@output_type(domain.Finding)
class Finding(Node):
    """What the hub noticed (ข้อสังเกตจากการตรวจ); people decide, and nothing is merged."""

    kind: FindingKind = field("Kind (ประเภท)")
    severity: int = field("Severity, 1 to 5 (ความรุนแรง)")
    summary: LocalizedText = field("Summary in one sentence (สรุป)")
    projects: Connection[Annotated["Project", Lazy("schema.projects")]] = resolver_field(
        findings.projects_of_findings, "Projects it is about (โครงการ)"
    )


@strawberry.type
class FindingQuery:
    """Root fields about findings."""

    findings: Connection[Finding] | None = resolver_field(
        findings.findings,
        "Findings about projects that you may see, by their first project (รายการข้อสังเกต)",
        cost=Cost(weight=500),
        kind=KIND_DESCRIPTION,
    )
