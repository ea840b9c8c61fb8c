"""The command that creates or changes the value chain of an area: its input and payload."""

import strawberry

from hub.domain import value_chain_commands as domain
from hub.domain.agencies import ActorLevel
from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Permission
from hub.domain.value_chain import StageKind
from resolvers import value_chain_commands
from schema.binding import field, input_type, output_type, resolver_field
from schema.errors import UserError
from schema.linkage_input import IDEMPOTENCY_KEY
from schema.linkage_mutation import COMMAND, USER_ERRORS
from schema.lookups import optional_field
from schema.rulings import check_idempotency_key
from schema.text import FiscalYearRange
from schema.value_chain import ValueChain, ValueChainBy, ValueChainMapping


@input_type(domain.StageDraft)
class StageInput:
    """A stage (ขั้น)."""

    code: str = strawberry.field(description="Code in its chain: a-z, 0-9 and hyphens (รหัส)")
    name: str = strawberry.field(description="Name in Thai (ชื่อ)")
    group: str | None = optional_field("Group of stages (กลุ่มของขั้น)")
    kind: StageKind = strawberry.field(
        default=StageKind.MAIN, description="Main or supporting stage (ประเภท)"
    )
    maps_to: list[str] | None = optional_field(
        "Codes of the stages of the template that it corresponds to (ขั้นต้นแบบ)"
    )

    def to_domain(self, _field: str) -> domain.StageDraft:
        """Return the stage."""
        return domain.StageDraft(
            self.code, self.name, self.kind, self.group or None, tuple(self.maps_to or ())
        )


@input_type(domain.PhaseDraft)
class ChainPhaseInput:
    """A phase (ระยะ)."""

    name: str = strawberry.field(description="Name in Thai (ชื่อ)")
    fiscal_years: FiscalYearRange = strawberry.field(
        description="Fiscal years, first to last (ช่วงปีงบประมาณ)"
    )
    goal: str | None = optional_field("What it aims at (เป้าหมาย)")

    def to_domain(self, field: str) -> domain.PhaseDraft:
        """Return the phase; `Invalid` names an invalid year."""
        years = self.fiscal_years.to_domain(f"{field}.fiscalYears")
        return domain.PhaseDraft(self.name, years, self.goal or None)


@input_type(domain.ValueChainSaveCommand)
class ValueChainSaveInput:
    """Create or change the value chain of an area (บันทึกห่วงโซ่คุณค่า; slide 39)."""

    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    chain: strawberry.ID | None = optional_field("The chain to change; absent: a new one (ห่วงโซ่)")
    expected_version: int | None = optional_field(
        "Required to change a chain: the `version` of its mapping, or of the chain if it has none; "
        "if it has changed: STALE_VERSION (รุ่นที่อ่านมา)"
    )
    area: strawberry.ID = strawberry.field(
        description="The area whose chain it is; the country: a chain for all areas, which needs "
        "`hub:steward` (พื้นที่)"
    )
    code: str = strawberry.field(
        description="Code, unique: a-z, 0-9 and hyphens; it does not change (รหัส)"
    )
    name: str = strawberry.field(description="Name in Thai (ชื่อ)")
    theme: str | None = optional_field("Theme (ด้าน)")
    actor_levels: list[ActorLevel] = strawberry.field(
        description="Rows of its matrix, from the top (ผู้ดำเนินการ)"
    )
    stages: list[StageInput] = strawberry.field(
        description="All stages, in order; a stage that linkages refer to cannot be left out (ขั้น)"
    )
    phases: list[ChainPhaseInput] | None = optional_field(
        "All phases, in order; absent: as they are (ระยะ)"
    )
    template: ValueChainBy | None = optional_field(
        "The role chain that stages are mapped to; absent: no mapping (ห่วงโซ่ต้นแบบ)"
    )

    def to_domain(self, field: str) -> domain.ValueChainSaveCommand:
        """Return the command; `Invalid` names the invalid part."""
        check_idempotency_key(self.idempotency_key, field)
        chain_id = None
        if self.chain:
            chain_id = GlobalId.parse(str(self.chain), f"{field}.chain", "ValueChain").key
        phases = None
        if self.phases is not None and not isinstance(self.phases, type(strawberry.UNSET)):
            phases = tuple(
                one.to_domain(f"{field}.phases.{n}") for n, one in enumerate(self.phases)
            )
        template = self.template.to_domain(f"{field}.template") if self.template else None
        return domain.ValueChainSaveCommand(
            self.idempotency_key,
            GlobalId.parse(str(self.area), f"{field}.area", "Area").key,
            self.code,
            self.name,
            tuple(self.actor_levels),
            tuple(one.to_domain(f"{field}.stages.{n}") for n, one in enumerate(self.stages)),
            chain_id=chain_id,
            expected_version=self.expected_version or None,
            theme=self.theme or None,
            phases=phases,
            template_id=template.key if template else None,
        )


@output_type(domain.ValueChainPayload)
class ValueChainSavePayload:
    """Result of `valueChainSave` (ผลคำสั่ง)."""

    value_chain: ValueChain | None = resolver_field(
        value_chain_commands.chains_of_payloads, "The chain as it is now (ห่วงโซ่)"
    )
    mapping: ValueChainMapping | None = resolver_field(
        value_chain_commands.mappings_of_payloads, "Its mapping; null: no template (การเทียบขั้น)"
    )
    user_errors: list[UserError] = field(USER_ERRORS)


@strawberry.type
class ValueChainMutation:
    """Mutations of value chains."""

    value_chain_save: ValueChainSavePayload | None = resolver_field(
        value_chain_commands.save,
        "Create or change the value chain of an area, and map its stages to those of a role chain "
        "(บันทึกห่วงโซ่คุณค่า)",
        needs=Permission.WRITE_PLANS,
        input=COMMAND,
    )
