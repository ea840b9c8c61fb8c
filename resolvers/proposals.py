"""Resolvers of the agenda, of proposals, positions and conditions."""

from collections.abc import Sequence
from typing import Annotated, Final

from hub.domain.agencies import Agency
from hub.domain.global_id import GlobalId, Identifiable
from hub.domain.matrix.comparison import MatrixComparison
from hub.domain.matrix.result import Cell
from hub.domain.paging import Connection, PageRequest, slice_page
from hub.domain.plan_review import RuleCheck
from hub.domain.sessions.agreements import Agreement
from hub.domain.sessions.drafts import OperationDraft
from hub.domain.sessions.preview import ProposalPreview
from hub.domain.sessions.proposals import (
    Condition,
    Position,
    Proposal,
    RequiredParty,
    list_blockers,
    match_required,
)
from hub.domain.sessions.session import AgendaItem, JointSession
from hub.domain.text import LocalizedText, localized_text
from hub.domain.user_errors import UserError
from hub.services.commands.acting import Acting
from hub.services.sessions.check_rules import check_operations
from resolvers.context import Context
from resolvers.nodes import fetch_nodes, require_agencies

OperationOwner = Proposal | Agreement | ProposalPreview
CELL_PREFIX: Final = "gid://hub/Cell/"


async def subjects_of_items(
    items: Sequence[AgendaItem], context: Context
) -> Sequence[Identifiable | None]:
    """Return what each point is about, where the viewer may see it."""
    gids = [one.subject_gid for one in items if one.subject_gid]
    found = dict(zip(gids, await fetch_nodes(gids, context), strict=True))
    return [found.get(one.subject_gid or "") for one in items]


async def cells_of_items(
    items: Sequence[AgendaItem], context: Context
) -> Sequence[Identifiable | None]:
    """Return the cell that each point is about."""
    gids = list(dict.fromkeys(one.cell_gid for one in items if one.cell_gid))
    found = dict(zip(gids, await fetch_nodes(gids, context), strict=True))
    return [
        one if isinstance(one := found.get(item.cell_gid or ""), Cell) else None for item in items
    ]


async def proposals_of_items(
    items: Sequence[AgendaItem],
    context: Context,
    *,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Proposal]]:
    """Return the proposals of each point, the oldest first."""
    page = PageRequest.from_arguments(first, after, (str,))
    found = await context.unit.proposals.by_item([one.id for one in items])
    return [slice_page(found.get(one.id, []), page, lambda p: (p.id,)) for one in items]


async def outcomes(items: Sequence[AgendaItem], context: Context) -> Sequence[Agreement | None]:
    """Return what was agreed on each point; null: nothing."""
    proposals = await context.unit.proposals.by_item([one.id for one in items])
    ids = [one.id for found in proposals.values() for one in found]
    agreements = await context.unit.agreements.by_proposal(ids) if ids else {}
    return [
        next((agreements[p.id][0] for p in proposals.get(one.id, []) if agreements.get(p.id)), None)
        for one in items
    ]


async def items_of_proposals(
    proposals: Sequence[Proposal], context: Context
) -> Sequence[AgendaItem]:
    """Return the point of each proposal."""
    found = await context.unit.sessions.items_by_id([one.item_id for one in proposals])
    return [found[one.item_id] for one in proposals]


async def makers(proposals: Sequence[Proposal], context: Context) -> Sequence[Agency]:
    """Return who made each proposal."""
    return await require_agencies([one.agency_id for one in proposals], context)


async def superseded(proposals: Sequence[Proposal], context: Context) -> Sequence[Proposal | None]:
    """Return the proposal that each one replaces."""
    ids = [one.supersedes_id for one in proposals if one.supersedes_id]
    found = await context.unit.proposals.by_id(ids) if ids else {}
    return [found.get(one.supersedes_id or "") for one in proposals]


async def agreements_of_proposals(
    proposals: Sequence[Proposal], context: Context
) -> Sequence[Agreement | None]:
    """Return the agreement of each proposal; null: not concluded."""
    found = await context.unit.agreements.by_proposal([one.id for one in proposals])
    return [found[one.id][0] if found.get(one.id) else None for one in proposals]


async def positions(
    proposals: Sequence[Proposal], context: Context
) -> Sequence[Sequence[Position]]:
    """Return the position in force of each delegation."""
    found = await context.unit.proposals.positions([one.id for one in proposals])
    return [[p for p in found.get(one.id, []) if p.in_force] for one in proposals]


async def position_history(
    proposals: Sequence[Proposal],
    context: Context,
    *,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Position]]:
    """Return every position taken on each proposal, the newest first."""
    page = PageRequest.from_arguments(first, after, (str,))
    found = await context.unit.proposals.positions([one.id for one in proposals])
    return [
        slice_page(list(reversed(found.get(one.id, []))), page, lambda p: (p.id,))
        for one in proposals
    ]


async def conditions(
    proposals: Sequence[Proposal], context: Context
) -> Sequence[Sequence[Condition]]:
    """Return the conditions of each proposal."""
    found = await context.unit.proposals.conditions([one.id for one in proposals])
    return [found.get(one.id, []) for one in proposals]


async def conditions_of_positions(
    positions: Sequence[Position], context: Context
) -> Sequence[Condition | None]:
    """Return the condition of each position."""
    ids = [one.condition_id for one in positions if one.condition_id]
    found = await context.unit.proposals.conditions_by_id(ids) if ids else {}
    return [found.get(one.condition_id or "") for one in positions]


async def proposals_of(
    things: Sequence[Position | Condition], context: Context
) -> Sequence[Proposal]:
    """Return the proposal of each position or condition."""
    found = await context.unit.proposals.by_id([one.proposal_id for one in things])
    return [found[one.proposal_id] for one in things]


async def agencies_of(things: Sequence[Position | Condition], context: Context) -> Sequence[Agency]:
    """Return the agency of each position or condition."""
    return await require_agencies([one.agency_id for one in things], context)


async def match_all(proposals: Sequence[Proposal], context: Context) -> list[list[RequiredParty]]:
    """Return the required parties of each proposal with their positions."""
    delegations = await context.unit.sessions.delegations([one.session_id for one in proposals])
    taken = await context.unit.proposals.positions([one.id for one in proposals])
    return [
        match_required(one, delegations.get(one.session_id, []), taken.get(one.id, []))
        for one in proposals
    ]


async def required_parties(
    proposals: Sequence[Proposal], context: Context
) -> Sequence[Sequence[RequiredParty]]:
    """Return the agencies that must accept each proposal."""
    return await match_all(proposals, context)


async def required_of_previews(
    previews: Sequence[ProposalPreview], context: Context
) -> Sequence[Sequence[RequiredParty]]:
    """Return the agencies that would have to accept."""
    delegations = await context.unit.sessions.delegations([one.session_id for one in previews])
    found = []
    for one in previews:
        present = {d.agency_id for d in delegations.get(one.session_id, []) if d.present}
        found.append(
            [
                RequiredParty(required, None, not present.isdisjoint(required.acting_ids))
                for required in one.parties
            ]
        )
    return found


async def agencies_of_required(
    parties: Sequence[RequiredParty], context: Context
) -> Sequence[Agency]:
    """Return the agency of each required party."""
    return await require_agencies([one.required.agency_id for one in parties], context)


def reasons_of_required(
    parties: Sequence[RequiredParty], _context: Context
) -> Sequence[LocalizedText]:
    """Return why each party must accept."""
    return [localized_text(one.required.th, one.required.en) for one in parties]


async def blockers(
    proposals: Sequence[Proposal], context: Context
) -> Sequence[Sequence[UserError]]:
    """Return what prevents the conclusion of each proposal now."""
    sessions = await context.unit.sessions.by_id([one.session_id for one in proposals])
    parties = await match_all(proposals, context)
    set_conditions = await context.unit.proposals.conditions([one.id for one in proposals])
    ids = {one.required.agency_id for found in parties for one in found}
    ids |= {one.agency_id for found in set_conditions.values() for one in found}
    agencies = await context.unit.agencies.by_id(sorted(ids), context.today)
    names = {key: (one.short_name or one.name).th for key, one in agencies.items()}
    return [
        list_blockers(
            one, sessions[one.session_id].status, found, set_conditions.get(one.id, []), names
        )
        for one, found in zip(proposals, parties, strict=True)
    ]


async def previews(
    proposals: Sequence[Proposal], context: Context
) -> Sequence[MatrixComparison | None]:
    """Return what each proposal would change now; null when it is not possible any more."""
    acting = Acting(context.identify_viewer(), context.audit_context)
    return [
        (await context.commands.sessions.preview_proposal(acting, one)).changes for one in proposals
    ]


async def preview(
    _roots: Sequence[None],
    context: Context,
    *,
    session: Annotated[GlobalId, "JointSession"],
    operations: tuple[OperationDraft, ...],
) -> Sequence[ProposalPreview]:
    """Return what operations would do; nothing is stored."""
    acting = Acting(context.identify_viewer(), context.audit_context)
    return [await context.commands.sessions.preview(acting, session.key, operations)]


async def checks(
    owners: Sequence[Proposal | ProposalPreview], context: Context
) -> Sequence[Sequence[RuleCheck]]:
    """Return the rules applied to the operations of each proposal."""
    return [await check_operations(context.unit, one.operations) for one in owners]


async def ready_proposals(
    sessions: Sequence[JointSession], context: Context
) -> Sequence[Sequence[Proposal]]:
    """Return the open proposals of each session that nothing prevents from being concluded."""
    found = await context.unit.proposals.by_session([one.id for one in sessions])
    flat = [one for one in (p for all_ in found.values() for p in all_) if is_open(one)]
    missing = await blockers(flat, context) if flat else []
    ready = {one.id for one, errors in zip(flat, missing, strict=True) if not errors}
    return [[one for one in found.get(s.id, []) if one.id in ready] for s in sessions]


def is_open(one: Proposal) -> bool:
    """Return whether positions are still taken on a proposal."""
    return one.status.value == "OPEN"
