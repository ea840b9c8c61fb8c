"""Findings (ข้อสังเกต): what the hub noticed; people decide."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain import findings as domain
from hub.domain.findings import FindingKind, FindingStatus
from resolvers import agreed_facts, findings, nodes
from schema.agencies import Agency
from schema.agreed_facts import Claim
from schema.binding import field, output_type, resolver_field
from schema.cost import Cost
from schema.linkages import Reason
from schema.matrix_filter import FILTER_DESCRIPTION
from schema.node import Node
from schema.rules import Rule
from schema.text import Connection, FiscalYear, LocalizedText

if TYPE_CHECKING:
    from schema.agreements import Agreement
    from schema.areas import Area
    from schema.projects import Project

Lazy = strawberry.lazy
KIND_DESCRIPTION = "Only these kinds; default: all (ประเภท)"


@output_type(domain.Dismissal)
class Dismissal:
    """That a finding was dismissed (การไม่ดำเนินการ)."""

    by: Agency = resolver_field(findings.agencies_of_dismissals, "Who decided (หน่วยงาน)")
    at: datetime = field("When (เมื่อ)")
    reason: str = field("Why (เหตุผล)")


@output_type(domain.Finding)
class Finding(Node):
    """What the hub noticed (ข้อสังเกตจากการตรวจ); people decide, and nothing is merged.

    Visible to whom all its projects are visible.
    """

    version: int = field("Counts changes; send it back as `expectedVersion` (รุ่น)")
    kind: FindingKind = field("Kind (ประเภท)")
    severity: int = field("Severity, 1 to 5 (ความรุนแรง)")
    summary: LocalizedText = field("Summary in one sentence (สรุป)")
    reasons: list[Reason] = field("Why, the weightiest first (เหตุผล)")
    subjects: list[Node] = resolver_field(
        findings.subjects_of_findings,
        "Projects, issues or roles it is about (สิ่งที่เกี่ยวข้อง)",
    )
    areas: list[Annotated["Area", Lazy("schema.areas")]] = resolver_field(
        findings.areas_of_findings, "Areas (พื้นที่)"
    )
    fiscal_years: list[FiscalYear] = field("Years (ปีงบประมาณ)")
    parties: list[Agency] = resolver_field(
        findings.agencies_of_findings, "Agencies it concerns (หน่วยงานที่เกี่ยวข้อง)"
    )
    rule: Rule | None = resolver_field(nodes.optional_rules, "Rule; null: none (กฎเกณฑ์)")
    claims: list[Claim] = resolver_field(
        agreed_facts.claims_of_findings,
        "Of a source that differs from an agreement: the value of each (ข้อมูลที่ขัดแย้ง)",
    )
    projects: Connection[Annotated["Project", Lazy("schema.projects")]] = resolver_field(
        findings.projects_of_findings, "Projects it is about (โครงการ)"
    )
    status: FindingStatus = field("Status (สถานะ)")
    dismissal: Dismissal | None = field(
        "Who dismissed it and why; null: not dismissed (การไม่ดำเนินการ)"
    )
    settled_by: Annotated["Agreement", Lazy("schema.agreements")] | None = resolver_field(
        agreed_facts.agreements_of_findings,
        "The agreement that settled it; null: none, or not visible to you (ข้อตกลง)",
    )
    created_at: datetime = field("First noticed (พบครั้งแรก)")
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")


@strawberry.type
class FindingQuery:
    """Root fields about findings."""

    findings: Connection[Finding] | None = resolver_field(
        findings.findings,
        "Findings that you may see, the gravest first (รายการข้อสังเกต)",
        cost=Cost(weight=500),
        kind=KIND_DESCRIPTION,
        status="Only these; OPEN when absent (สถานะ)",
        filter=FILTER_DESCRIPTION,
        fiscal_years="Only of these fiscal years (ช่วงปีงบประมาณ)",
        as_of="Known at; default: now (ข้อมูล ณ)",
    )
