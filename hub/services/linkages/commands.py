"""The commands on linkages over one database: for GraphQL, and for sessions and imports."""

from hub.domain.linkage_commands import (
    LinkageBatchPayload,
    LinkageDecideCommand,
    LinkageProposeCommand,
    LinkageShareSetCommand,
    LinkageUndoCommand,
    LinkageWithdrawCommand,
    WorkRequestAnswerCommand,
    WorkRequestCreateCommand,
    WorkRequestPayload,
    WorkRequestWithdrawCommand,
)
from hub.domain.suggestions.suggestion import (
    SuggestionDismissCommand,
    SuggestionDismissPayload,
)
from hub.services.commands.acting import Acting
from hub.services.linkages.answer_request import answer_work_request
from hub.services.linkages.create_request import create_work_request
from hub.services.linkages.decide import decide_linkages
from hub.services.linkages.dismiss_suggestions import dismiss_suggestions
from hub.services.linkages.propose import propose_linkages
from hub.services.linkages.set_share import set_shares
from hub.services.linkages.undo import undo_linkages
from hub.services.linkages.withdraw import withdraw_linkages
from hub.services.linkages.withdraw_request import withdraw_work_request
from hub.store.database import Database


class LinkageCommands:
    """Each method executes a command once, in a transaction of its own, and never raises what a
    client can fix: that is in the result of its item, or in `user_errors`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def propose(self, acting: Acting, command: LinkageProposeCommand) -> LinkageBatchPayload:
        """Propose linkages."""
        return await propose_linkages(self._database, acting, command)

    async def decide(self, acting: Acting, command: LinkageDecideCommand) -> LinkageBatchPayload:
        """Decide on linkages, or on the shares that wait."""
        return await decide_linkages(self._database, acting, command)

    async def withdraw(
        self, acting: Acting, command: LinkageWithdrawCommand
    ) -> LinkageBatchPayload:
        """Withdraw linkages that the viewer's side proposed."""
        return await withdraw_linkages(self._database, acting, command)

    async def undo(self, acting: Acting, command: LinkageUndoCommand) -> LinkageBatchPayload:
        """Undo the last action of the viewer's side."""
        return await undo_linkages(self._database, acting, command)

    async def set_shares(
        self, acting: Acting, command: LinkageShareSetCommand
    ) -> LinkageBatchPayload:
        """Set shares."""
        return await set_shares(self._database, acting, command)

    async def dismiss(
        self, acting: Acting, command: SuggestionDismissCommand
    ) -> SuggestionDismissPayload:
        """Dismiss suggestions."""
        return await dismiss_suggestions(self._database, acting, command)

    async def create_request(
        self, acting: Acting, command: WorkRequestCreateCommand
    ) -> WorkRequestPayload:
        """Request work of agencies."""
        return await create_work_request(self._database, acting, command)

    async def answer_request(
        self, acting: Acting, command: WorkRequestAnswerCommand
    ) -> WorkRequestPayload:
        """Answer a request for work."""
        return await answer_work_request(self._database, acting, command)

    async def withdraw_request(
        self, acting: Acting, command: WorkRequestWithdrawCommand
    ) -> WorkRequestPayload:
        """Withdraw a request for work."""
        return await withdraw_work_request(self._database, acting, command)
