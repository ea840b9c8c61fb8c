"""The commands of joint sessions, and their payloads."""

import strawberry

from hub.domain.identity.viewer import Permission
from hub.domain.sessions import commands as domain
from hub.domain.sessions.commands import SessionPayload, SessionStep
from resolvers import session_commands as commands
from schema import negotiation_input, session_input
from schema.agreements import Agreement, Commitment
from schema.binding import field, output_type, resolver_field
from schema.comparison import MatrixComparison
from schema.errors import UserError
from schema.linkage_mutation import COMMAND, USER_ERRORS
from schema.proposals import MATRIX_COST, AgendaItem, Condition, Proposal
from schema.sessions import Delegation, JointSession, Presence

INPUTS = (session_input, negotiation_input)
"""Registered before the first field whose argument is one of them."""
HOST = Permission.HOST_SESSIONS
NEGOTIATE = Permission.NEGOTIATE


@output_type(SessionPayload, name="SessionStepPayload")
class SessionStepPayload:
    """Result of a command on a session (ผลคำสั่ง)."""

    session: JointSession | None = resolver_field(
        commands.sessions_of_payloads, "The session as it is now (การประชุม)"
    )
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(SessionPayload, name="DelegationSetPayload")
class DelegationSetPayload:
    """Result of `delegationSet` (ผลคำสั่ง)."""

    delegations: list[Delegation] = resolver_field(
        commands.delegations_of_payloads, "All delegations (คณะผู้แทน)"
    )
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(SessionPayload, name="PresenceSetPayload")
class PresenceSetPayload:
    """Result of `presenceSet` (ผลคำสั่ง)."""

    presence: Presence | None = resolver_field(
        commands.presence_of_payloads, "What others see (การเชื่อมต่อ)"
    )
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(SessionPayload, name="AgendaItemPayload")
class AgendaItemPayload:
    """Result of a command on a point of the agenda (ผลคำสั่ง)."""

    item: AgendaItem | None = resolver_field(
        commands.items_of_payloads, "The point as it is now (วาระ)"
    )
    session: JointSession | None = resolver_field(
        commands.sessions_of_payloads, "The session (การประชุม)"
    )
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(SessionPayload, name="ProposalPayload")
class ProposalPayload:
    """Result of a command on a proposal (ผลคำสั่ง)."""

    proposal: Proposal | None = resolver_field(
        commands.proposals_of_payloads, "The proposal as it is now (ข้อเสนอ)"
    )
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(SessionPayload, name="ConditionResolvePayload")
class ConditionResolvePayload:
    """Result of `conditionResolve` (ผลคำสั่ง)."""

    condition: Condition | None = resolver_field(
        commands.conditions_of_payloads, "The condition as it is now (เงื่อนไข)"
    )
    proposal: Proposal | None = resolver_field(
        commands.proposals_of_payloads, "Its proposal (ข้อเสนอ)"
    )
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(SessionPayload, name="AgreementConcludePayload")
class AgreementConcludePayload:
    """Result of `agreementConclude` (ผลคำสั่ง)."""

    agreement: Agreement | None = resolver_field(
        commands.agreements_of_payloads, "The agreement; null: nothing was done (ข้อตกลง)"
    )
    changed: MatrixComparison | None = resolver_field(
        commands.changed_by_agreements,
        "What changed on the matrix (การเปลี่ยนแปลง)",
        cost=MATRIX_COST,
    )
    user_errors: list[UserError] = field(
        "STALE_VERSION names each thing that changed since, in `current` (ข้อผิดพลาด)"
    )


@output_type(SessionPayload, name="CommitmentPayload")
class CommitmentPayload:
    """Result of a command on a commitment (ผลคำสั่ง)."""

    commitment: Commitment | None = resolver_field(
        commands.commitments_of_payloads, "The commitment as it is now (ข้อผูกพัน)"
    )
    user_errors: list[UserError] = field(USER_ERRORS)


@strawberry.type
class SessionMutation:
    """Mutations of joint sessions."""

    session_create: SessionStepPayload | None = resolver_field(
        commands.bind("create", domain.SessionCreateCommand),
        "Schedule a session; its agenda begins with what is open (กำหนดการประชุมร่วม)",
        needs=HOST,
        input=COMMAND,
    )
    session_update: SessionStepPayload | None = resolver_field(
        commands.bind("update", domain.SessionUpdateCommand),
        "Change a session that is SCHEDULED; absent fields stay (แก้ไขการประชุม)",
        needs=HOST,
        input=COMMAND,
    )
    session_open: SessionStepPayload | None = resolver_field(
        commands.bind_step(SessionStep.OPEN),
        "Open a session; the baseline is taken (เปิดประชุม)",
        needs=HOST,
        input=COMMAND,
    )
    session_suspend: SessionStepPayload | None = resolver_field(
        commands.bind_step(SessionStep.SUSPEND),
        "Pause a session (พักประชุม)",
        needs=HOST,
        input=COMMAND,
    )
    session_resume: SessionStepPayload | None = resolver_field(
        commands.bind_step(SessionStep.RESUME),
        "Go on after a pause; the baseline stays (ประชุมต่อ)",
        needs=HOST,
        input=COMMAND,
    )
    session_close: SessionStepPayload | None = resolver_field(
        commands.bind_step(SessionStep.CLOSE),
        "Close a session: open proposals lapse, minutes are fixed (ปิดประชุม)",
        needs=HOST,
        input=COMMAND,
    )
    session_cancel: SessionStepPayload | None = resolver_field(
        commands.bind_step(SessionStep.CANCEL),
        "Call off a session that is SCHEDULED (ยกเลิกการประชุม)",
        needs=HOST,
        input=COMMAND,
    )
    session_ratify: SessionStepPayload | None = resolver_field(
        commands.bind("ratify", domain.SessionRatifyCommand),
        "Record that agreements were approved (บันทึกการให้ความเห็นชอบ; slides 97-98)",
        needs=Permission.RATIFY_SESSIONS,
        input=COMMAND,
    )
    delegation_set: DelegationSetPayload | None = resolver_field(
        commands.bind("set_delegations", domain.DelegationSetCommand),
        "Invite agencies or change their mandates (กำหนดคณะผู้แทน)",
        needs=HOST,
        input=COMMAND,
    )
    delegation_remove: SessionStepPayload | None = resolver_field(
        commands.bind("remove_delegation", domain.DelegationRemoveCommand),
        "Remove a delegation that has taken no position (ตัดคณะผู้แทน)",
        needs=HOST,
        input=COMMAND,
    )
    presence_set: PresenceSetPayload | None = resolver_field(
        commands.bind("set_presence", domain.PresenceSetCommand),
        "Set the cell that the delegation of the viewer has open (แจ้งช่องที่กำลังดู)",
        needs=NEGOTIATE,
        input=COMMAND,
    )
    agenda_item_add: AgendaItemPayload | None = resolver_field(
        commands.bind("add_item", domain.AgendaItemAddCommand),
        "Add a point to the agenda (เพิ่มวาระ)",
        needs=(HOST, NEGOTIATE),
        input=COMMAND,
    )
    agenda_item_update: AgendaItemPayload | None = resolver_field(
        commands.bind("update_item", domain.AgendaItemUpdateCommand),
        "Change a point: title, order, status, note; absent fields stay (แก้ไขวาระ)",
        needs=HOST,
        input=COMMAND,
    )
    agenda_item_remove: AgendaItemPayload | None = resolver_field(
        commands.bind("remove_item", domain.AgendaItemRemoveCommand),
        "Remove a point without proposals (ตัดวาระ)",
        needs=HOST,
        input=COMMAND,
    )
    proposal_create: ProposalPayload | None = resolver_field(
        commands.bind("propose", domain.ProposalCreateCommand),
        "Make a proposal (เสนอ)",
        needs=NEGOTIATE,
        input=COMMAND,
    )
    proposal_withdraw: ProposalPayload | None = resolver_field(
        commands.bind("withdraw_proposal", domain.ProposalWithdrawCommand),
        "Withdraw a proposal; by its maker (ถอนข้อเสนอ)",
        needs=NEGOTIATE,
        input=COMMAND,
    )
    position_take: ProposalPayload | None = resolver_field(
        commands.bind("take_position", domain.PositionTakeCommand),
        "Take a position; a later one replaces it (แสดงท่าที)",
        needs=NEGOTIATE,
        input=COMMAND,
    )
    position_withdraw: ProposalPayload | None = resolver_field(
        commands.bind("withdraw_position", domain.PositionWithdrawCommand),
        "Take back a position without another (ถอนท่าที)",
        needs=NEGOTIATE,
        input=COMMAND,
    )
    condition_resolve: ConditionResolvePayload | None = resolver_field(
        commands.bind("resolve_condition", domain.ConditionResolveCommand),
        "Resolve a condition; by the agency that set it (แก้เงื่อนไข)",
        needs=NEGOTIATE,
        input=COMMAND,
    )
    agreement_conclude: AgreementConcludePayload | None = resolver_field(
        commands.bind("conclude", domain.AgreementConcludeCommand),
        "Conclude a proposal: all operations in one transaction, or none (สรุปข้อตกลง)",
        needs=HOST,
        input=COMMAND,
    )
    pledge_make: CommitmentPayload | None = resolver_field(
        commands.bind("make_pledge", domain.PledgeMakeCommand),
        "Take a gap outside a session (รับดำเนินการช่องว่างนอกการประชุม)",
        needs=Permission.PROPOSE_LINKAGES,
        input=COMMAND,
    )
    commitment_report: CommitmentPayload | None = resolver_field(
        commands.bind("report_commitment", domain.CommitmentReportCommand),
        "Report on a commitment, or take it back (รายงานข้อผูกพัน)",
        needs=Permission.REPORT,
        input=COMMAND,
    )
