"""ProposalQueries of sessions that the viewer may see, with positions and conditions."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from hub.domain.identity.viewer import Viewer
from hub.domain.sessions.proposals import Condition, Position, Proposal
from hub.store.read_transaction import ReadTransaction
from hub.store.sessions.rows import condition_of, position_of, proposal_of
from hub.store.sessions.visible import SEES_SESSION, visibility_arguments

PROPOSALS: Final = f"""
select proposal.* from proposal join joint_session session on session.id = proposal.session_id
where {{condition}} = any($3::text[]) and {SEES_SESSION}
order by proposal.created_at, proposal.id
"""  # noqa: S608 - constants
POSITIONS: Final = f"""
select position.* from proposal_position position
join proposal on proposal.id = position.proposal_id
join joint_session session on session.id = proposal.session_id
where {{condition}} = any($3::text[]) and {SEES_SESSION}
order by position.proposal_id, position.number
"""  # noqa: S608 - constants
CONDITIONS: Final = f"""
select condition.* from proposal_condition condition
join proposal on proposal.id = condition.proposal_id
join joint_session session on session.id = proposal.session_id
where {{condition}} = any($3::text[]) and {SEES_SESSION}
order by condition.proposal_id, condition.id
"""  # noqa: S608 - constants


class ProposalQueries:
    """ProposalQueries and what was said to them, as far as the viewer may see their session."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._arguments = visibility_arguments(viewer)

    async def by_id(self, ids: Sequence[str]) -> dict[str, Proposal]:
        """Return proposals by id; hidden and unknown ones are absent."""
        rows = await self._fetch(PROPOSALS, "proposal.id", ids)
        return {row["id"]: proposal_of(row) for row in rows}

    async def by_item(self, item_ids: Sequence[str]) -> dict[str, list[Proposal]]:
        """Return the proposals of each point of an agenda, the oldest first."""
        found: dict[str, list[Proposal]] = defaultdict(list)
        for row in await self._fetch(PROPOSALS, "proposal.item_id", item_ids):
            found[row["item_id"]].append(proposal_of(row))
        return found

    async def by_session(self, session_ids: Sequence[str]) -> dict[str, list[Proposal]]:
        """Return the proposals of each session, the oldest first."""
        found: dict[str, list[Proposal]] = defaultdict(list)
        for row in await self._fetch(PROPOSALS, "proposal.session_id", session_ids):
            found[row["session_id"]].append(proposal_of(row))
        return found

    async def positions(self, proposal_ids: Sequence[str]) -> dict[str, list[Position]]:
        """Return every position taken on each proposal, the oldest first."""
        found: dict[str, list[Position]] = defaultdict(list)
        for row in await self._fetch(POSITIONS, "position.proposal_id", proposal_ids):
            found[row["proposal_id"]].append(position_of(row))
        return found

    async def positions_by_id(self, ids: Sequence[str]) -> dict[str, Position]:
        """Return positions by id."""
        rows = await self._fetch(POSITIONS, "position.id", ids)
        return {row["id"]: position_of(row) for row in rows}

    async def conditions(self, proposal_ids: Sequence[str]) -> dict[str, list[Condition]]:
        """Return the conditions of each proposal."""
        found: dict[str, list[Condition]] = defaultdict(list)
        for row in await self._fetch(CONDITIONS, "condition.proposal_id", proposal_ids):
            found[row["proposal_id"]].append(condition_of(row))
        return found

    async def conditions_by_id(self, ids: Sequence[str]) -> dict[str, Condition]:
        """Return conditions by id."""
        rows = await self._fetch(CONDITIONS, "condition.id", ids)
        return {row["id"]: condition_of(row) for row in rows}

    async def _fetch(self, sql: str, condition: str, ids: Sequence[str]) -> list[Any]:
        statement = sql.format(condition=condition)
        return await self._transaction.fetch(statement, *self._arguments, list(set(ids)))
