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
from schema.binding import accepts, describes, resolved, said
from schema.lookups import ExternalIdInput, one
from schema.node import Node
from schema.provenance import Provenance
from schema.text import Connection, ExternalId, LocalizedText

Lazy = strawberry.lazy


@describes(domain.Agency)
class Agency(Node):
    """A body that plans, pays or acts (หน่วยงาน): ministry, department, cluster, others."""

    code: str | None = said(
        "Budget code on the day it was read for; some have none that is verified (รหัสหน่วยงาน)"
    )
    name: LocalizedText = said("Name (ชื่อ)")
    short_name: LocalizedText | None = said("ทส., คค.: what fits in a cell (ชื่อย่อ)")
    kind: AgencyKind = said("What it is (ประเภท)")
    level: ActorLevel | None = said(
        "The row of the matrix it stands on; a department on its ministry's (ผู้ดำเนินการ)"
    )
    valid_from: date | None = said("First day it existed, where known (ตั้งแต่)")
    valid_to: date | None = said("First day it no longer did (ถึงก่อน)")
    parent: Annotated["Agency", Lazy("schema.agencies")] | None = resolved(
        agencies.parent,
        "What it is under (ต้นสังกัด)",
        on="Day of validity; the day the agency was read for when absent (วันที่มีผล)",
    )
    area: Area | None = resolved(nodes.area_of, "The area it is of (พื้นที่)")
    juristic_person: bool = said("Whether the law knows it as a person (นิติบุคคล)")
    disburses_through: Annotated["Agency", Lazy("schema.agencies")] | None = resolved(
        agencies.disburses_through,
        "The province that pays in a cluster's name, which is no juristic person; null for whoever "
        "pays for itself (ผู้เบิกจ่ายแทน; R48)",
        area="Where the money is spent, if in one member province (พื้นที่ดำเนินการ)",
    )
    external_ids: list[ExternalId] = resolved(
        nodes.external_ids, "Its names in other systems, earlier codes too (รหัสภายนอก)"
    )
    provenance: list[Provenance] = resolved(nodes.provenance, "Where this is said (ที่มา)")


@accepts(Lookup[domain.Agency], one_of=True)
class AgencyBy:
    """An agency by id, by a code it bears or ever bore, or by a name in another system."""

    id: strawberry.ID | None = one("Global id (รหัสกลาง)")
    code: str | None = one("Budget code, now or ever: 22009 (รหัสหน่วยงาน)")
    external: ExternalIdInput | None = one("A name in another system (รหัสภายนอก)")

    def record(self, field: str) -> Lookup[domain.Agency]:
        """The look-up."""
        if self.id:
            return Lookup(key=GlobalId.parse(str(self.id), f"{field}.id", "Agency").key)
        if self.external:
            named = self.external.record(f"{field}.external")
            return Lookup(scheme=named.scheme, value=named.value)
        return Lookup(code=self.code or "")


@strawberry.type
class AgencyQuery:
    """Root fields about agencies."""

    agency: Agency | None = resolved(
        agencies.agency, "One agency; null where there is none (หน่วยงาน)"
    )
    agencies: Connection[Agency] | None = resolved(
        agencies.agencies,
        "Agencies in force on a day, in Thai dictionary order (รายการหน่วยงาน)",
        level="Only this row of the matrix (ผู้ดำเนินการ)",
        area="Only agencies of this very area (พื้นที่)",
    )
