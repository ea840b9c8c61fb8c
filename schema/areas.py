"""Areas (พื้นที่): country, regions, clusters and provinces, with dated memberships."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain import areas as domain
from hub.domain.areas import AreaKind, AreaLevel, SuccessionKind
from hub.domain.global_id import GlobalId
from hub.domain.lookups import Lookup
from resolvers import areas
from resolvers import nodes as node_resolvers
from resolvers import plans as plan_resolvers
from resolvers import projects as project_resolvers
from resolvers import work_requests as work_request_resolvers
from schema.binding import field, input_type, output_type, resolver_field
from schema.lookups import optional_field
from schema.node import Node
from schema.provenance import Provenance
from schema.text import Connection, ExternalId, LocalizedText, Notice

if TYPE_CHECKING:
    from schema.plans import Plan, StrategicIssue
    from schema.projects import Project
    from schema.rules import Rule
    from schema.work_requests import WorkRequest

Lazy = strawberry.lazy


@output_type(domain.Tile)
class Tile:
    """Position on the tile-grid map, from the top left (ตำแหน่งบนแผนที่ช่องตาราง)."""

    column: int = field("Column from the left, relative to the map's first column (คอลัมน์)")
    row: int = field("Row from the top (แถว)")


@output_type(domain.OperationsCentre)
class Head:
    """Head of a cluster, with the rule and authority (หัวหน้ากลุ่มจังหวัด; slides 10, 15)."""

    head: LocalizedText = field("Office of the head (ตำแหน่ง)", name="text")
    rule: Annotated["Rule", Lazy("schema.rules")] = resolver_field(
        node_resolvers.rules_of_records, "Rule that defines the head (กฎเกณฑ์)"
    )
    authority: str | None = field("Authority of the decision, if published (ผู้กำหนด)")
    valid_from: date | None = field("First day (ตั้งแต่)")
    provenance: list[Provenance] = resolver_field(node_resolvers.provenance, "Provenance (ที่มา)")


@output_type(domain.AreaMembership)
class AreaMembership:
    """Membership of an area in a larger one (การสังกัด); `validTo` is exclusive."""

    parent: Annotated["Area", Lazy("schema.areas")] = field("The larger area (พื้นที่แม่)")
    child: Annotated["Area", Lazy("schema.areas")] = field("The smaller area (พื้นที่ลูก)")
    valid_from: date | None = field("First day (ตั้งแต่)")
    valid_to: date | None = field("First day after the membership ended (ถึงก่อน)")
    authority: str | None = field("Royal Gazette announcement or resolution (ผู้กำหนด)")
    provenance: list[Provenance] = resolver_field(node_resolvers.provenance, "Provenance (ที่มา)")


@output_type(domain.AreaSuccession)
class AreaSuccession:
    """That one area follows another (การสืบต่อของพื้นที่)."""

    predecessor: Annotated["Area", Lazy("schema.areas")] = field("The earlier area (พื้นที่เดิม)")
    successor: Annotated["Area", Lazy("schema.areas")] = field("The later area (พื้นที่ใหม่)")
    effective_on: date = field("First day of the successor (วันที่มีผล)", name="on")
    kind: SuccessionKind = field("What happened (ลักษณะ)")
    common_provinces: list[Annotated["Area", Lazy("schema.areas")]] = resolver_field(
        areas.common_provinces,
        "Provinces that belong to both; of clusters and regions (จังหวัดที่อยู่ในทั้งสอง)",
    )
    authority: str | None = field("Royal Gazette announcement or resolution (ผู้กำหนด)")
    provenance: list[Provenance] = resolver_field(node_resolvers.provenance, "Provenance (ที่มา)")


@output_type(domain.Area)
class Area(Node):
    """An administrative area (พื้นที่): country, region, cluster, province or below."""

    code: str = field(
        "Province code of the Ministry of Interior, or edition and number of a cluster (รหัส)"
    )
    name: LocalizedText = field("Name (ชื่อ)")
    short_name: LocalizedText | None = field("Short name for map tiles (ชื่อย่อ)")
    level: AreaLevel = field("Level (ระดับ)")
    kind: AreaKind = field("Legal kind (ประเภท)")
    valid_from: date | None = field(
        "First day of existence; null: before the earliest record (ตั้งแต่)"
    )
    valid_to: date | None = field(
        "First day after it ceased to exist; null: still in force (ถึงก่อน)"
    )
    tile: Tile | None = field("Position on the tile-grid map; provinces only (ตำแหน่งบนแผนที่)")
    path: list[Annotated["Area", Lazy("schema.areas")]] = resolver_field(
        areas.path, "Areas from the country down to this area, including it (ลำดับชั้น)"
    )
    parents: list[AreaMembership] = resolver_field(
        areas.parents,
        "Memberships in larger areas on the date; clusters were reorganized, and `notices` say "
        "what is not recorded (สังกัด)",
    )
    children: list[Annotated["Area", Lazy("schema.areas")]] = resolver_field(
        areas.children,
        "Areas below it on the date, in Thai dictionary order; `notices` say what is not recorded "
        "(พื้นที่ในสังกัด)",
        level="Only areas of this level, at any depth; default: direct children (ระดับ)",
    )
    notices: list[Notice] = resolver_field(
        areas.notices,
        "Notices about the date: the area was not in force, or areas above or below it are not "
        "recorded, so that an empty list is not none (ข้อสังเกต)",
    )
    operations_centre: Annotated["Area", Lazy("schema.areas")] | None = resolver_field(
        areas.operations_centre,
        "Operations-centre province of a cluster; null for other areas (จังหวัดที่เป็นศูนย์ปฏิบัติการ)",
    )
    head: Head | None = resolver_field(
        areas.head,
        "Governor of the operations-centre province, unless decided otherwise (หัวหน้ากลุ่มจังหวัด; R1)",
    )
    plans: Connection[Annotated["Plan", Lazy("schema.plans")]] = resolver_field(
        plan_resolvers.plans_of_areas,
        "Plans of the area (แผน)",
        kind="Only plans of this kind (ประเภทแผน)",
    )
    issues: Connection[Annotated["StrategicIssue", Lazy("schema.plans")]] = resolver_field(
        plan_resolvers.issues_of_areas,
        "Strategic issues of its plans, by rank (ประเด็นยุทธศาสตร์)",
        replaced={"fiscal_year": "fiscalYears"},
    )
    projects: Connection[Annotated["Project", Lazy("schema.projects")]] = resolver_field(
        project_resolvers.projects_of_areas,
        "Projects in this area or below (โครงการ)",
        linked="Only projects with (true) or without (false) a linkage that is proposed, agreed or "
        "disputed (เชื่อมโยงแล้ว)",
    )
    work_requests: Connection[Annotated["WorkRequest", Lazy("schema.work_requests")]] = (
        resolver_field(
            work_request_resolvers.requests_of_areas,
            "Its requests for work (คำขอให้ดำเนินงาน)",
            status="Only these (สถานะ)",
        )
    )
    provenance: list[Provenance] = resolver_field(node_resolvers.provenance, "Provenance (ที่มา)")
    successors: list[AreaSuccession] = resolver_field(
        areas.successors,
        "What came after it when it was redrawn, split, merged or renamed (พื้นที่ที่สืบต่อ)",
    )
    predecessors: list[AreaSuccession] = resolver_field(
        areas.predecessors,
        "What it came from; empty if that is not recorded (พื้นที่เดิม)",
    )
    external_ids: list[ExternalId] = resolver_field(
        node_resolvers.external_ids, "Ids in other systems (รหัสภายนอก)"
    )
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")


@input_type(Lookup[domain.Area], one_of=True)
class AreaBy:
    """An area by id or by code; exactly one of them."""

    id: strawberry.ID | None = optional_field("Global id (รหัสกลาง)")
    code: str | None = optional_field("Code, for example 20 or C2552-09 (รหัส)")

    def to_domain(self, field: str) -> Lookup[domain.Area]:
        """Return the lookup of the one given identification; `field` begins its error paths."""
        if self.id:
            return Lookup(key=GlobalId.parse(str(self.id), f"{field}.id", "Area").key)
        return Lookup(key=self.code or "")


@strawberry.type
class AreaQuery:
    """Root fields about areas."""

    area: Area | None = resolver_field(areas.area, "One area; null if there is none (พื้นที่)")
    areas: Connection[Area] | None = resolver_field(
        areas.areas,
        "Areas in force on a date, in Thai dictionary order; `totalCount` is null when there were "
        "areas of the level and which is not recorded (รายการพื้นที่)",
        level="Only areas of this level (ระดับ)",
        under="Only areas below this one, in the edition of the date (อยู่ภายใต้)",
    )
