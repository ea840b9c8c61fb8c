"""The commands of joint sessions over one database."""

from collections.abc import Sequence

from hub.domain.sessions import commands as domain
from hub.domain.sessions.commands import SessionPayload, SessionStep
from hub.domain.sessions.drafts import OperationDraft
from hub.domain.sessions.preview import ProposalPreview
from hub.domain.sessions.proposals import Proposal
from hub.services.commands.acting import Acting
from hub.services.sessions.agenda import add_item, remove_item, update_item
from hub.services.sessions.commitments import make_pledge, report_commitment
from hub.services.sessions.conclude import conclude_agreement
from hub.services.sessions.delegations import remove_delegation, set_delegations
from hub.services.sessions.positions import (
    resolve_condition,
    take_position,
    withdraw_position,
)
from hub.services.sessions.presence import set_presence
from hub.services.sessions.preview import (
    preview_operations,
    preview_proposal,
)
from hub.services.sessions.propose import create_proposal, withdraw_proposal
from hub.services.sessions.schedule import create_session, update_session
from hub.services.sessions.steps import ratify_session, step_session
from hub.store.database import Database
from hub.store.sessions.feed import SessionFeed


class SessionCommands:
    """Each method executes a command once, in a transaction of its own; what a client can fix is in
    `user_errors`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.feed = SessionFeed(database)

    async def create(self, acting: Acting, command: domain.SessionCreateCommand) -> SessionPayload:
        """Schedule a session."""
        return await create_session(self._database, acting, command)

    async def update(self, acting: Acting, command: domain.SessionUpdateCommand) -> SessionPayload:
        """Change a session that is scheduled."""
        return await update_session(self._database, acting, command)

    async def step(
        self, acting: Acting, command: domain.SessionStepCommand, step: SessionStep
    ) -> SessionPayload:
        """Open, suspend, resume, close or cancel a session."""
        return await step_session(self._database, acting, command, step)

    async def ratify(self, acting: Acting, command: domain.SessionRatifyCommand) -> SessionPayload:
        """Record that agreements were approved."""
        return await ratify_session(self._database, acting, command)

    async def set_delegations(
        self, acting: Acting, command: domain.DelegationSetCommand
    ) -> SessionPayload:
        """Invite agencies or change their mandates."""
        return await set_delegations(self._database, acting, command)

    async def remove_delegation(
        self, acting: Acting, command: domain.DelegationRemoveCommand
    ) -> SessionPayload:
        """Remove a delegation."""
        return await remove_delegation(self._database, acting, command)

    async def set_presence(
        self, acting: Acting, command: domain.PresenceSetCommand
    ) -> SessionPayload:
        """Set the cell that a delegation has open."""
        return await set_presence(self._database, acting, command)

    async def add_item(
        self, acting: Acting, command: domain.AgendaItemAddCommand
    ) -> SessionPayload:
        """Add a point to the agenda."""
        return await add_item(self._database, acting, command)

    async def update_item(
        self, acting: Acting, command: domain.AgendaItemUpdateCommand
    ) -> SessionPayload:
        """Change a point of the agenda."""
        return await update_item(self._database, acting, command)

    async def remove_item(
        self, acting: Acting, command: domain.AgendaItemRemoveCommand
    ) -> SessionPayload:
        """Remove a point of the agenda."""
        return await remove_item(self._database, acting, command)

    async def propose(
        self, acting: Acting, command: domain.ProposalCreateCommand
    ) -> SessionPayload:
        """Make a proposal."""
        return await create_proposal(self._database, acting, command)

    async def withdraw_proposal(
        self, acting: Acting, command: domain.ProposalWithdrawCommand
    ) -> SessionPayload:
        """Withdraw a proposal."""
        return await withdraw_proposal(self._database, acting, command)

    async def take_position(
        self, acting: Acting, command: domain.PositionTakeCommand
    ) -> SessionPayload:
        """Take a position."""
        return await take_position(self._database, acting, command)

    async def withdraw_position(
        self, acting: Acting, command: domain.PositionWithdrawCommand
    ) -> SessionPayload:
        """Take back a position."""
        return await withdraw_position(self._database, acting, command)

    async def resolve_condition(
        self, acting: Acting, command: domain.ConditionResolveCommand
    ) -> SessionPayload:
        """Resolve a condition."""
        return await resolve_condition(self._database, acting, command)

    async def conclude(
        self, acting: Acting, command: domain.AgreementConcludeCommand
    ) -> SessionPayload:
        """Conclude a proposal."""
        return await conclude_agreement(self._database, acting, command)

    async def make_pledge(
        self, acting: Acting, command: domain.PledgeMakeCommand
    ) -> SessionPayload:
        """Take a gap outside a session."""
        return await make_pledge(self._database, acting, command)

    async def report_commitment(
        self, acting: Acting, command: domain.CommitmentReportCommand
    ) -> SessionPayload:
        """Report on a commitment."""
        return await report_commitment(self._database, acting, command)

    async def preview(
        self, acting: Acting, session_id: str, drafts: Sequence[OperationDraft]
    ) -> ProposalPreview:
        """Return what operations would do; nothing is stored."""
        return await preview_operations(self._database, acting, session_id, drafts)

    async def preview_proposal(self, acting: Acting, stored: Proposal) -> ProposalPreview:
        """Return what a stored proposal would do now; nothing is stored."""
        return await preview_proposal(self._database, acting, stored)
