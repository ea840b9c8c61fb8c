"""Agencies (หน่วยงาน): who plans, pays and acts."""

from datetime import date
from typing import Annotated

import strawberry

from hub.domain import agencies as domain
from hub.domain.agencies import ActorLevel, AgencyKind
from hub.domain.global_id import GlobalId
from hub.domain.lookups import Lookup
from resolvers import agencies, nodes
from schema.areas import Area
from schema.binding import field, input_type, output_type, resolver_field
from schema.lookups import ExternalIdInput, optional_field
from schema.node import Node
from schema.provenance import Provenance
from schema.text import Connection, ExternalId, LocalizedText

Lazy = strawberry.lazy


@output_type(domain.Agency)
class Agency(Node):
    """A body that plans, pays or acts (หน่วยงาน): ministry, department, cluster, others."""

    code: str | None = field(
        "Budget code on the day it was read for; some have none that is verified (รหัสหน่วยงาน)"
    )
    name: LocalizedText = field("Name (ชื่อ)")
    short_name: LocalizedText | None = field("ทส., คค.: what fits in a cell (ชื่อย่อ)")
    kind: AgencyKind = field("What it is (ประเภท)")
    level: ActorLevel | None = field(
        "The row of the matrix it stands on; a department on its ministry's (ผู้ดำเนินการ)"
    )
    valid_from: date | None = field("First day it existed, where known (ตั้งแต่)")
    valid_to: date | None = field("First day it no longer did (ถึงก่อน)")
    parent: Annotated["Agency", Lazy("schema.agencies")] | None = resolver_field(
        agencies.parent,
        "What it is under (ต้นสังกัด)",
        on="Day of validity; the day the agency was read for when absent (วันที่มีผล)",
    )
    area: Area | None = resolver_field(nodes.areas_of_records, "The area it is of (พื้นที่)")
    juristic_person: bool = field("Whether the law knows it as a person (นิติบุคคล)")
    disburses_through: Annotated["Agency", Lazy("schema.agencies")] | None = resolver_field(
        agencies.disburses_through,
        "The province that pays in a cluster's name, which is no juristic person; null for whoever "
        "pays for itself (ผู้เบิกจ่ายแทน; R48)",
        area="Where the money is spent, if in one member province (พื้นที่ดำเนินการ)",
    )
    external_ids: list[ExternalId] = resolver_field(
        nodes.external_ids, "Its names in other systems, earlier codes too (รหัสภายนอก)"
    )
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Where this is said (ที่มา)")


@input_type(Lookup[domain.Agency], one_of=True)
class AgencyBy:
    """An agency by id, by a code it bears or ever bore, or by a name in another system."""

    id: strawberry.ID | None = optional_field("Global id (รหัสกลาง)")
    code: str | None = optional_field("Budget code, now or ever: 22009 (รหัสหน่วยงาน)")
    external: ExternalIdInput | None = optional_field("A name in another system (รหัสภายนอก)")

    def to_domain(self, field: str) -> Lookup[domain.Agency]:
        """The look-up."""
        if self.id:
            return Lookup(key=GlobalId.parse(str(self.id), f"{field}.id", "Agency").key)
        if self.external:
            external_id = self.external.to_domain(f"{field}.external")
            return Lookup(scheme=external_id.scheme, value=external_id.value)
        return Lookup(code=self.code or "")


@strawberry.type
class AgencyQuery:
    """Root fields about agencies."""

    agency: Agency | None = resolver_field(
        agencies.agency, "One agency; null where there is none (หน่วยงาน)"
    )
    agencies: Connection[Agency] | None = resolver_field(
        agencies.agencies,
        "Agencies in force on a day, in Thai dictionary order (รายการหน่วยงาน)",
        level="Only this row of the matrix (ผู้ดำเนินการ)",
        area="Only agencies of this very area (พื้นที่)",
    )
