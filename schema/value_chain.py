"""Value chains (ห่วงโซ่คุณค่า), their stages, and who is expected to do what."""

from typing import Annotated

import strawberry

from hub.domain import value_chain as domain
from hub.domain.agencies import ActorLevel
from hub.domain.global_id import GlobalId
from hub.domain.lookups import Lookup
from hub.domain.value_chain import StageKind
from resolvers import nodes
from resolvers import value_chain as chain_resolvers
from schema.binding import field, input_type, output_type, resolver_field
from schema.lookups import optional_field
from schema.node import Node
from schema.provenance import Provenance
from schema.text import Connection, LocalizedText

Lazy = strawberry.lazy


@output_type(domain.ValueChain)
class ValueChain(Node):
    """A chain of stages from input to market (ห่วงโซ่คุณค่า; slides 37-40, 72-78)."""

    code: str = field("Code (รหัส)")
    name: LocalizedText = field("Name (ชื่อ)")
    theme: str | None = field("What it is about (ด้าน)")
    template: Annotated["ValueChain", Lazy("schema.value_chain")] | None = resolver_field(
        chain_resolvers.template,
        "The chain whose role matrix says who is expected here; null: nobody is expected by name "
        "(ห่วงโซ่ต้นแบบ)",
    )
    actor_levels: list[ActorLevel] = field("The rows of its matrix, from the top (ผู้ดำเนินการ)")
    stages: list[Annotated["Stage", Lazy("schema.value_chain")]] = resolver_field(
        chain_resolvers.stages, "Its stages, along the chain (ขั้น)"
    )
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Where this is said (ที่มา)")


@output_type(domain.Stage)
class Stage(Node):
    """One stage of a value chain (ขั้น)."""

    code: str = field("Code within its chain (รหัส)")
    name: LocalizedText = field("Name (ชื่อ)")
    group: LocalizedText | None = field("What it belongs to, as on slide 38 (กลุ่มของขั้น)")
    chain: ValueChain = resolver_field(chain_resolvers.chains_of_stages, "Its chain (ห่วงโซ่คุณค่า)")
    order: int = field("Place along the chain, from 1 (ลำดับ)")
    kind: StageKind = field("Whether it is on the chain or supports it (ประเภท)")
    expected_roles: list[Annotated["ExpectedRole", Lazy("schema.value_chain")]] = resolver_field(
        chain_resolvers.expected_roles,
        "What levels should be doing in this very stage; those of a template stand at the "
        "template's stages (บทบาทที่คาดหมาย)",
    )
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Where this is said (ที่มา)")


@output_type(domain.ExpectedRole)
class ExpectedRole(Node):
    """What a level should be doing in a stage (บทบาทที่คาดหมาย; slides 72-78)."""

    code: str = field("Code (รหัส)")
    level: ActorLevel = field("Who should (ผู้ดำเนินการ)")
    stage: Stage = resolver_field(chain_resolvers.stages_of_roles, "In which stage (ขั้น)")
    statement: LocalizedText = field("Doing what (กิจกรรม)")
    citation: str = field("Slide (อ้างอิง)")
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Where this is said (ที่มา)")


@input_type(Lookup[domain.ValueChain], one_of=True)
class ValueChainBy:
    """A value chain by id or by code, one of the two."""

    id: strawberry.ID | None = optional_field("Global id (รหัสกลาง)")
    code: str | None = optional_field("Code: tourism-east (รหัส)")

    def to_domain(self, field: str) -> Lookup[domain.ValueChain]:
        """The look-up."""
        if self.id:
            return Lookup(key=GlobalId.parse(str(self.id), f"{field}.id", "ValueChain").key)
        return Lookup(key=self.code or "")


@strawberry.type
class ValueChainQuery:
    """Root fields about value chains."""

    value_chain: ValueChain | None = resolver_field(
        chain_resolvers.value_chain, "One value chain; null where there is none (ห่วงโซ่คุณค่า)"
    )
    value_chains: Connection[ValueChain] | None = resolver_field(
        chain_resolvers.value_chains,
        "Value chains in Thai dictionary order (รายการห่วงโซ่คุณค่า)",
        theme="Only this theme (ด้าน)",
    )
