"""The agenda, proposals, positions and conditions of a joint session."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain.identity.viewer import Permission
from hub.domain.sessions import preview as preview_domain
from hub.domain.sessions import proposals as domain
from hub.domain.sessions import session
from hub.domain.sessions.kinds import AgendaStatus, ConditionStatus, ProposalStatus, Stance
from resolvers import proposals as proposal_resolvers
from resolvers import sessions as session_resolvers
from schema import operation_input
from schema.agencies import Agency
from schema.agreements import Agreement, ProposedOperation
from schema.binding import field, output_type, resolver_field
from schema.comparison import MatrixComparison
from schema.cost import Cost
from schema.errors import UserError
from schema.matrix import Cell
from schema.node import Node
from schema.plan_review import RuleCheck
from schema.text import Connection, LocalizedText

if TYPE_CHECKING:
    from schema.sessions import JointSession

Lazy = strawberry.lazy
INPUTS = operation_input
"""Registered before the first field whose argument is one of them."""
MATRIX_COST = Cost(weight=500)


@output_type(domain.Condition)
class Condition(Node):
    """A condition of a delegation (เงื่อนไข)."""

    version: int = field("Counts changes; send it back as `expectedVersion` (รุ่น)")
    proposal: Annotated["Proposal", Lazy("schema.proposals")] = resolver_field(
        proposal_resolvers.proposals_of, "The proposal (ข้อเสนอ)"
    )
    by: Agency = resolver_field(proposal_resolvers.agencies_of, "Who set it (ผู้กำหนด)")
    text: str = field("Text (ข้อความ)")
    status: ConditionStatus = field("Status (สถานะ)")
    resolution: str | None = field("How it was resolved (ผล)")
    due_on: date | None = field("Until when, if it is carried into the agreement (ภายใน)")
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")


@output_type(domain.Position)
class Position(Node):
    """A position on a proposal (ท่าที)."""

    proposal: Annotated["Proposal", Lazy("schema.proposals")] = resolver_field(
        proposal_resolvers.proposals_of, "The proposal (ข้อเสนอ)"
    )
    agency: Agency = resolver_field(proposal_resolvers.agencies_of, "Agency (หน่วยงาน)")
    stance: Stance = field("The stance (ท่าที)")
    condition: Condition | None = resolver_field(
        proposal_resolvers.conditions_of_positions,
        "The condition, with ACCEPT_WITH_CONDITION (เงื่อนไข)",
    )
    reason: str | None = field("Why, to be in the minutes (เหตุผล)")
    at: datetime = field("When (เมื่อ)")
    in_force: bool = field("False: it was withdrawn, or a later one replaced it (ยังมีผล)")


@output_type(domain.RequiredParty)
class RequiredParty:
    """An agency that must accept (ผู้ที่ต้องเห็นชอบ)."""

    agency: Agency = resolver_field(proposal_resolvers.agencies_of_required, "Agency (หน่วยงาน)")
    because: LocalizedText = resolver_field(
        proposal_resolvers.reasons_of_required,
        "Why: owner of the project, area of the issue, holder of the money (เหตุ)",
    )
    position: Position | None = field("Its position; null: none taken (ท่าที)")
    mandated: bool = field("Whether its delegation is present with a sufficient mandate (มีอำนาจ)")


@output_type(preview_domain.ProposalPreview)
class ProposalPreview:
    """What a proposal would do, before it is made; nothing is stored (ตัวอย่างข้อเสนอ)."""

    operations: list[ProposedOperation] = field("What would be done (การดำเนินการ)")
    changes: MatrixComparison | None = field(
        "What would change on the matrix; null: an operation is not possible (ตัวอย่างผล)"
    )
    checks: list[RuleCheck] = resolver_field(
        proposal_resolvers.checks,
        "Rules applied to it: top-two issues, consent, stage (ผลการตรวจ)",
    )
    required_parties: list[RequiredParty] = resolver_field(
        proposal_resolvers.required_of_previews, "Agencies that must accept (ผู้ที่ต้องเห็นชอบ)"
    )
    user_errors: list[UserError] = field("Errors that `proposalCreate` would answer (ข้อผิดพลาด)")


@output_type(domain.Proposal)
class Proposal(Node):
    """What a delegation proposes to agree (ข้อเสนอ)."""

    version: int = field(
        "Counts changes of its status; positions and conditions do not change it (รุ่น)"
    )
    item: Annotated["AgendaItem", Lazy("schema.proposals")] = resolver_field(
        proposal_resolvers.items_of_proposals, "Its point of the agenda (วาระ)"
    )
    by: Agency = resolver_field(proposal_resolvers.makers, "Who made it (ผู้เสนอ)")
    summary: str = field("In words (สรุป)")
    status: ProposalStatus = field("Status (สถานะ)")
    operations: list[ProposedOperation] = field("What would be done, all or nothing (การดำเนินการ)")
    preview: MatrixComparison | None = resolver_field(
        proposal_resolvers.previews,
        "What would change on the matrix; null: an operation is no longer possible (ตัวอย่างผล)",
        cost=MATRIX_COST,
    )
    checks: list[RuleCheck] = resolver_field(
        proposal_resolvers.checks,
        "Rules applied to it: top-two issues, consent, stage (ผลการตรวจ)",
    )
    required_parties: list[RequiredParty] = resolver_field(
        proposal_resolvers.required_parties,
        "Agencies that must accept, and why (ผู้ที่ต้องเห็นชอบ)",
    )
    positions: list[Position] = resolver_field(
        proposal_resolvers.positions, "The current position of each delegation (ท่าที)"
    )
    position_history: Connection[Position] = resolver_field(
        proposal_resolvers.position_history,
        "Every position ever taken, newest first (ประวัติท่าที)",
    )
    conditions: list[Condition] = resolver_field(
        proposal_resolvers.conditions, "Conditions that delegations set (เงื่อนไข)"
    )
    blockers: list[UserError] = resolver_field(
        proposal_resolvers.blockers,
        "What prevents its conclusion now; none: it can be concluded (สิ่งที่ยังขาด)",
    )
    supersedes: Annotated["Proposal", Lazy("schema.proposals")] | None = resolver_field(
        proposal_resolvers.superseded, "The proposal it replaces (แทนข้อเสนอ)"
    )
    agreement: Agreement | None = resolver_field(
        proposal_resolvers.agreements_of_proposals,
        "The agreement; null: not concluded (ข้อตกลง)",
    )
    created_at: datetime = field("When it was created (สร้างเมื่อ)")
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")


@output_type(session.AgendaItem)
class AgendaItem(Node):
    """A point of the agenda (วาระ)."""

    version: int = field("Counts changes; send it back as `expectedVersion` (รุ่น)")
    session: Annotated["JointSession", Lazy("schema.sessions")] = resolver_field(
        session_resolvers.sessions_of_items, "Joint session (การประชุมร่วม)"
    )
    order: int = field("Ordinal, from 1 (ลำดับวาระ)")
    title: str = field("Title (หัวข้อ)")
    subject: Node | None = resolver_field(
        proposal_resolvers.subjects_of_items,
        "Project, issue, finding or work request it is about, if visible to you (เรื่อง)",
    )
    cell: Cell | None = resolver_field(
        proposal_resolvers.cells_of_items,
        "Cell it is about (ช่อง)",
    )
    cell_gid: strawberry.ID | None = field(
        "Id of that cell, without computing it (รหัสช่อง)", name="cellId"
    )
    status: AgendaStatus = field("Status (สถานะ)")
    proposals: Connection[Proposal] = resolver_field(
        proposal_resolvers.proposals_of_items,
        "Proposals; several alternatives may be open (ข้อเสนอ)",
    )
    outcome: Agreement | None = resolver_field(
        proposal_resolvers.outcomes, "What was agreed; null: nothing (ข้อตกลง)"
    )
    note: str | None = field("Note for the minutes (บันทึก)")
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")


@strawberry.type
class ProposalQuery:
    """Root fields about proposals."""

    proposal_preview: ProposalPreview | None = resolver_field(
        proposal_resolvers.preview,
        "What a proposal would do: changes, required parties, errors (ตัวอย่างข้อเสนอ)",
        needs=Permission.NEGOTIATE,
        cost=MATRIX_COST,
        session="The session (การประชุม)",
        operations="What is to be done, 1 to 50 (การดำเนินการ)",
    )
