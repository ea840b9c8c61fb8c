"""Areas (พื้นที่): provinces, clusters, regions, dated."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain import areas as domain
from hub.domain.areas import AreaKind, AreaLevel
from hub.domain.global_id import GlobalId
from hub.domain.lookups import Lookup
from resolvers import areas
from resolvers import nodes as node_resolvers
from resolvers import plans as plan_resolvers
from resolvers import projects as project_resolvers
from schema.binding import field, input_type, output_type, resolver_field
from schema.lookups import optional_field
from schema.node import Node
from schema.provenance import Provenance
from schema.text import Connection, LocalizedText

if TYPE_CHECKING:
    from schema.plans import Plan, StrategicIssue
    from schema.projects import Project
    from schema.rules import Rule

Lazy = strawberry.lazy


@output_type(domain.Tile)
class Tile:
    """Place on the tile-grid map, from the top left (ตำแหน่งบนแผนที่ช่องตาราง)."""

    column: int = field("From the left, counting from the map's own first (คอลัมน์)")
    row: int = field("From the top (แถว)")


@output_type(domain.OperationsCentre)
class Head:
    """Who heads a cluster, by which rule, and who decided so (หัวหน้ากลุ่มจังหวัด; slides 10, 15)."""

    head: LocalizedText = field("The office that heads it (ตำแหน่ง)", name="text")
    rule: Annotated["Rule", Lazy("schema.rules")] = resolver_field(
        node_resolvers.rules_of_records, "The rule that says so (กฎเกณฑ์)"
    )
    authority: str | None = field("Who decided, where published (ผู้กำหนด)")
    valid_from: date | None = field("Since when (ตั้งแต่)")
    provenance: list[Provenance] = resolver_field(
        node_resolvers.provenance, "Where this is said (ที่มา)"
    )


@output_type(domain.AreaMembership)
class AreaMembership:
    """That one area belongs to another for a time (การสังกัด); valid up to, not on, `validTo`."""

    parent: Annotated["Area", Lazy("schema.areas")] = field("The larger area (พื้นที่แม่)")
    child: Annotated["Area", Lazy("schema.areas")] = field("The smaller area (พื้นที่ลูก)")
    valid_from: date | None = field("First day (ตั้งแต่)")
    valid_to: date | None = field("First day no longer (ถึงก่อน)")
    authority: str | None = field("Gazette or resolution (ผู้กำหนด)")
    provenance: list[Provenance] = resolver_field(
        node_resolvers.provenance, "Where this is said (ที่มา)"
    )


@output_type(domain.Area)
class Area(Node):
    """A place the state plans for (พื้นที่): country, region, cluster or province."""

    code: str = field("Province code of the Interior, or the cluster's edition and number (รหัส)")
    name: LocalizedText = field("Name (ชื่อ)")
    short_name: LocalizedText | None = field("What fits in a tile (ชื่อย่อ)")
    level: AreaLevel = field("How large it is (ระดับ)")
    kind: AreaKind = field("What it is by law (ประเภท)")
    valid_from: date | None = field("First day it existed; null: before our records (ตั้งแต่)")
    valid_to: date | None = field("First day it no longer did; null: it still does (ถึงก่อน)")
    tile: Tile | None = field("Place on the tile-grid map; provinces only (ตำแหน่งบนแผนที่)")
    path: list[Annotated["Area", Lazy("schema.areas")]] = resolver_field(
        areas.path, "From the country down to this area, itself last (ลำดับชั้น)"
    )
    parents: list[AreaMembership] = resolver_field(
        areas.parents, "What it belongs to on that day; clusters were redrawn (สังกัด)"
    )
    children: list[Annotated["Area", Lazy("schema.areas")]] = resolver_field(
        areas.children,
        "What belongs to it on that day, in Thai order (พื้นที่ในสังกัด)",
        level="Only this level, at any depth; direct children when absent (ระดับ)",
    )
    operations_centre: Annotated["Area", Lazy("schema.areas")] | None = resolver_field(
        areas.operations_centre, "จังหวัดที่เป็นศูนย์ปฏิบัติการ: where a cluster is run from; clusters only"
    )
    head: Head | None = resolver_field(
        areas.head,
        "Governor of the centre province, unless decided otherwise (หัวหน้ากลุ่มจังหวัด; R1)",
    )
    plans: Connection[Annotated["Plan", Lazy("schema.plans")]] = resolver_field(
        plan_resolvers.plans_of_areas, "Its plans (แผน)", kind="Only this kind (ประเภทแผน)"
    )
    issues: Connection[Annotated["StrategicIssue", Lazy("schema.plans")]] = resolver_field(
        plan_resolvers.issues_of_areas, "Strategic issues of its plans, by rank (ประเด็นยุทธศาสตร์)"
    )
    projects: Connection[Annotated["Project", Lazy("schema.projects")]] = resolver_field(
        project_resolvers.projects_of_areas,
        "Projects that act here or anywhere below (โครงการ)",
        linked="Whether linked to an issue: proposed, agreed or disputed (เชื่อมโยงแล้ว)",
    )
    provenance: list[Provenance] = resolver_field(
        node_resolvers.provenance, "Where this is said (ที่มา)"
    )


@input_type(Lookup[domain.Area], one_of=True)
class AreaBy:
    """An area by id or by code, one of the two."""

    id: strawberry.ID | None = optional_field("Global id (รหัสกลาง)")
    code: str | None = optional_field("Code: 20, C2552-09 (รหัส)")

    def to_domain(self, field: str) -> Lookup[domain.Area]:
        """The look-up."""
        if self.id:
            return Lookup(key=GlobalId.parse(str(self.id), f"{field}.id", "Area").key)
        return Lookup(key=self.code or "")


@strawberry.type
class AreaQuery:
    """Root fields about areas."""

    area: Area | None = resolver_field(areas.area, "One area; null where there is none (พื้นที่)")
    areas: Connection[Area] | None = resolver_field(
        areas.areas,
        "Areas in force on a day, in Thai dictionary order (รายการพื้นที่)",
        level="Only this level (ระดับ)",
        under="Anywhere under this area in that day's edition (อยู่ภายใต้)",
    )
