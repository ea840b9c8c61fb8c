"""Agencies (หน่วยงาน): bodies that plan, pay or implement."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain import agencies as domain
from hub.domain.agencies import ActorLevel, AgencyKind
from hub.domain.global_id import GlobalId
from hub.domain.lookups import Lookup
from resolvers import agencies, nodes, work_requests
from schema.areas import Area
from schema.binding import field, input_type, output_type, resolver_field
from schema.lookups import ExternalIdInput, optional_field
from schema.node import Node
from schema.provenance import Provenance
from schema.text import Connection, ExternalId, LocalizedText

if TYPE_CHECKING:
    from schema.work_requests import WorkRequest

Lazy = strawberry.lazy


@output_type(domain.Agency)
class Agency(Node):
    """A body that plans, pays or implements (หน่วยงาน): ministry, department, cluster and others."""

    code: str | None = field(
        "Budget code on the day it was read for; null if not verified (รหัสหน่วยงาน)"
    )
    name: LocalizedText = field("Name (ชื่อ)")
    short_name: LocalizedText | None = field(
        "Short name for matrix cells, such as ทส. or คค. (ชื่อย่อ)"
    )
    kind: AgencyKind = field("Kind of agency (ประเภท)")
    level: ActorLevel | None = field(
        "Row of the matrix; a department is on its ministry's row (ผู้ดำเนินการ)"
    )
    valid_from: date | None = field("First day of existence, if known (ตั้งแต่)")
    valid_to: date | None = field("First day after it ceased to exist (ถึงก่อน)")
    parent: Annotated["Agency", Lazy("schema.agencies")] | None = resolver_field(
        agencies.parent,
        "Parent agency (ต้นสังกัด)",
        on="Date of validity; default: the day the agency was read for (วันที่มีผล)",
    )
    area: Area | None = resolver_field(nodes.areas_of_records, "Area it administers (พื้นที่)")
    juristic_person: bool = field("Whether it is a juristic person (นิติบุคคล)")
    disburses_through: Annotated["Agency", Lazy("schema.agencies")] | None = resolver_field(
        agencies.disburses_through,
        "Province that pays for a cluster, which is not a juristic person; null if the agency "
        "pays for itself (ผู้เบิกจ่ายแทน; R48)",
        area="Area where the money is spent, if it is one member province (พื้นที่ดำเนินการ)",
    )
    external_ids: list[ExternalId] = resolver_field(
        nodes.external_ids, "Ids in other systems, including earlier codes (รหัสภายนอก)"
    )
    work_requests: Connection[Annotated["WorkRequest", Lazy("schema.work_requests")]] = (
        resolver_field(
            work_requests.requests_to_agencies,
            "Requests for work that it was sent (คำขอให้ดำเนินงาน)",
            status="Only these (สถานะ)",
        )
    )
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Provenance (ที่มา)")
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")


@input_type(Lookup[domain.Agency], one_of=True)
class AgencyBy:
    """An agency by id, by a current or former code, or by an external id; exactly one of them."""

    id: strawberry.ID | None = optional_field("Global id (รหัสกลาง)")
    code: str | None = optional_field(
        "Current or former budget code, for example 22009 (รหัสหน่วยงาน)"
    )
    external: ExternalIdInput | None = optional_field("Id in another system (รหัสภายนอก)")

    def to_domain(self, field: str) -> Lookup[domain.Agency]:
        """Return the lookup of the one given identification; `field` begins its error paths."""
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
        agencies.agency, "One agency; null if there is none (หน่วยงาน)"
    )
    agencies: Connection[Agency] | None = resolver_field(
        agencies.agencies,
        "Agencies in force on a date, in Thai dictionary order (รายการหน่วยงาน)",
        level="Only agencies on this row of the matrix (ผู้ดำเนินการ)",
        area="Only agencies of exactly this area (พื้นที่)",
        text="Name or short name contains this text (ข้อความ)",
    )
