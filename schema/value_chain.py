"""Value chains (ห่วงโซ่คุณค่า), their stages and expected roles."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain import value_chain as domain
from hub.domain.agencies import ActorLevel
from hub.domain.global_id import GlobalId
from hub.domain.lookups import Lookup
from hub.domain.value_chain import StageKind
from resolvers import nodes, value_chain_mappings
from resolvers import value_chain as chain_resolvers
from schema.binding import field, input_type, output_type, resolver_field
from schema.lookups import optional_field
from schema.node import Node
from schema.provenance import Provenance
from schema.text import Connection, ExternalId, FiscalYear, LocalizedText

if TYPE_CHECKING:
    from schema.agencies import Agency
    from schema.areas import Area

Lazy = strawberry.lazy


@output_type(domain.ValueChain)
class ValueChain(Node):
    """A chain of stages from input to market (ห่วงโซ่คุณค่า; slides 37-40, 72-78)."""

    code: str = field("Code (รหัส)")
    name: LocalizedText = field("Name (ชื่อ)")
    theme: str | None = field("Theme (ด้าน)")
    template: Annotated["ValueChain", Lazy("schema.value_chain")] | None = resolver_field(
        chain_resolvers.template,
        "Chain whose role matrix defines the expected roles: itself, or the one that its stages "
        "are mapped to; null: no expected roles are defined (ห่วงโซ่ต้นแบบ)",
    )
    actor_levels: list[ActorLevel] = field("Rows of its matrix, from the top (ผู้ดำเนินการ)")
    stages: list[Annotated["Stage", Lazy("schema.value_chain")]] = resolver_field(
        chain_resolvers.stages, "Stages, in order (ขั้น)"
    )
    phases: list[Annotated["ChainPhase", Lazy("schema.value_chain")]] = resolver_field(
        chain_resolvers.phases,
        "Phases with years, such as safe food, organic food (ระยะของการพัฒนา; slide 40)",
    )
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Provenance (ที่มา)")
    external_ids: list[ExternalId] = resolver_field(
        nodes.external_ids, "Ids in other systems (รหัสภายนอก)"
    )
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")
    version: int = field("Counts changes; send it as `expectedVersion` if it has no mapping (รุ่น)")
    mappings: list[Annotated["ValueChainMapping", Lazy("schema.value_chain")]] = resolver_field(
        value_chain_mappings.mappings,
        "How its stages correspond to those of role chains (การเทียบขั้น)",
    )
    area: Annotated["Area", Lazy("schema.areas")] | None = resolver_field(
        nodes.areas_of_records, "Area that drew it; null: a chain for all areas (พื้นที่)"
    )


@output_type(domain.ChainPhase)
class ChainPhase:
    """A phase of a value chain (ระยะ; slide 40)."""

    order: int = field("Position, from 1 (ลำดับ)")
    name: LocalizedText = field("Name (ชื่อ)")
    fiscal_years: list[FiscalYear] = field("Every year of it, first to last (ช่วงปี)")
    goal: LocalizedText | None = field(
        "What it aims at; null: the source has no more than the name (เป้าหมาย)"
    )
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Provenance (ที่มา)")


@output_type(domain.Stage)
class Stage(Node):
    """One stage of a value chain (ขั้น)."""

    code: str = field("Code in its chain (รหัส)")
    name: LocalizedText = field("Name (ชื่อ)")
    group: LocalizedText | None = field("Group of stages, as on slide 38 (กลุ่มของขั้น)")
    chain: ValueChain = resolver_field(chain_resolvers.chains_of_stages, "Value chain (ห่วงโซ่คุณค่า)")
    order: int = field("Position in the chain, from 1 (ลำดับ)")
    kind: StageKind = field("Main or supporting stage (ประเภท)")
    expected_roles: list[Annotated["ExpectedRole", Lazy("schema.value_chain")]] = resolver_field(
        chain_resolvers.expected_roles,
        "Expected roles in exactly this stage; those of a template are at the template's "
        "stages (บทบาทที่คาดหมาย)",
    )
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Provenance (ที่มา)")
    external_ids: list[ExternalId] = resolver_field(
        nodes.external_ids, "Ids in other systems (รหัสภายนอก)"
    )
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")
    mapped_to: list[Annotated["Stage", Lazy("schema.value_chain")]] = resolver_field(
        value_chain_mappings.mapped_stages,
        "Stages of role chains that it is mapped to, in order (ขั้นต้นแบบ)",
    )


@output_type(domain.StageMapping)
class StageMapping:
    """A pair of stages (คู่ขั้น)."""

    stage: Stage = resolver_field(
        value_chain_mappings.stages_of_pairs, "Stage of the area's chain (ขั้นของพื้นที่)"
    )
    template_stage: Stage = resolver_field(
        value_chain_mappings.template_stages_of_pairs, "Stage of the role chain (ขั้นต้นแบบ)"
    )
    note: LocalizedText | None = field("Reason (เหตุผล)")
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Provenance (ที่มา)")


@output_type(domain.ValueChainMapping)
class ValueChainMapping(Node):
    """How the stages of an area's chain correspond to those of a role chain, whose roles then judge
    its cells (การเทียบขั้นของห่วงโซ่คุณค่า).
    """

    version: int = field("Counts changes; send it back as `expectedVersion` (รุ่น)")
    chain: ValueChain = resolver_field(
        value_chain_mappings.chains_of_mappings, "The area's chain (ห่วงโซ่ของพื้นที่)"
    )
    template: ValueChain = resolver_field(
        value_chain_mappings.templates_of_mappings, "Chain with the role matrix (ห่วงโซ่ต้นแบบ)"
    )
    stages: list[StageMapping] = resolver_field(
        value_chain_mappings.pairs,
        "Pairs of stages, in order; no role is known for a stage without a pair (รายขั้น)",
    )
    by: Annotated["Agency", Lazy("schema.agencies")] | None = resolver_field(
        value_chain_mappings.agencies_of_mappings,
        "Agency that decided so; null: the hub's own reading (ผู้กำหนด)",
    )
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Provenance (ที่มา)")


@output_type(domain.ExpectedRole)
class ExpectedRole(Node):
    """What a level should do in a stage (บทบาทที่คาดหมาย; slides 72-78)."""

    code: str = field("Code (รหัส)")
    level: ActorLevel = field("Actor level (ผู้ดำเนินการ)")
    stage: Stage = resolver_field(chain_resolvers.stages_of_roles, "Stage (ขั้น)")
    statement: LocalizedText = field("Activity (กิจกรรม)")
    citation: str = field("Slide (อ้างอิง)")
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Provenance (ที่มา)")
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")


@input_type(Lookup[domain.ValueChain], one_of=True)
class ValueChainBy:
    """A value chain by id or by code; exactly one of them."""

    id: strawberry.ID | None = optional_field("Global id (รหัสกลาง)")
    code: str | None = optional_field("Code, for example tourism-east (รหัส)")

    def to_domain(self, field: str) -> Lookup[domain.ValueChain]:
        """Return the lookup of the one given identification; `field` begins its error paths."""
        if self.id:
            return Lookup(key=GlobalId.parse(str(self.id), f"{field}.id", "ValueChain").key)
        return Lookup(key=self.code or "")


@strawberry.type
class ValueChainQuery:
    """Root fields about value chains."""

    value_chain: ValueChain | None = resolver_field(
        chain_resolvers.value_chain, "One value chain; null if there is none (ห่วงโซ่คุณค่า)"
    )
    value_chains: Connection[ValueChain] | None = resolver_field(
        chain_resolvers.value_chains,
        "Value chains in Thai dictionary order (รายการห่วงโซ่คุณค่า)",
        theme="Only chains of this theme (ด้าน)",
    )
