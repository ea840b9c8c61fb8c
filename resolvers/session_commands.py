"""Resolvers of commands of joint sessions; the payload is read in a snapshot after each."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from hub.domain.matrix.comparison import MatrixComparison, compare_matrices
from hub.domain.sessions import commands as domain
from hub.domain.sessions.agreements import Agreement, Commitment
from hub.domain.sessions.commands import SessionPayload, SessionStep
from hub.domain.sessions.proposals import Condition, Proposal
from hub.domain.sessions.session import AgendaItem, Delegation, JointSession, Presence
from resolvers.context import Context
from resolvers.linkage_commands import begin
from resolvers.sessions import compute_matrix_of

Payloads = Sequence[SessionPayload]
MICROSECOND = timedelta(microseconds=1)


def bind_step(step: SessionStep) -> Callable[..., Awaitable[Payloads]]:
    """Return the resolver of a mutation that changes the status of a session."""

    async def _resolve(
        _roots: Sequence[None],
        context: Context,
        *,
        input: domain.SessionStepCommand,  # noqa: A002 - the GraphQL name
    ) -> Payloads:
        acting = await begin(context)
        return [await context.commands.sessions.step(acting, input, step)]

    _resolve.__name__ = f"session_{step.value.lower()}"
    _resolve.__doc__ = f"{step.value.capitalize()} a session."
    return _resolve


def bind(method: str, command: type) -> Callable[..., Awaitable[Payloads]]:
    """Return the resolver that executes a command with a method of `SessionCommands`."""

    async def _resolve(
        _roots: Sequence[None],
        context: Context,
        *,
        input: Any,  # noqa: A002 - the GraphQL name
    ) -> Payloads:
        acting = await begin(context)
        return [await getattr(context.commands.sessions, method)(acting, input)]

    _resolve.__name__ = method
    _resolve.__doc__ = f"Execute {command.__name__}."
    _resolve.__annotations__["input"] = command
    return _resolve


async def sessions_of_payloads(
    payloads: Payloads, context: Context
) -> Sequence[JointSession | None]:
    """Return the session of each command as it is now."""
    ids = [one.session_id for one in payloads if one.session_id]
    found = await context.unit.sessions.by_id(ids) if ids else {}
    return [found.get(one.session_id or "") for one in payloads]


async def delegations_of_payloads(
    payloads: Payloads, context: Context
) -> Sequence[Sequence[Delegation]]:
    """Return all delegations of the session of each command."""
    ids = [one.session_id for one in payloads if one.session_id]
    found = await context.unit.sessions.delegations(ids) if ids else {}
    return [found.get(one.session_id or "", []) for one in payloads]


async def presence_of_payloads(payloads: Payloads, context: Context) -> Sequence[Presence | None]:
    """Return what others see of the viewer's delegation."""
    ids = [one.session_id for one in payloads if one.session_id]
    found = await context.unit.sessions.presence(ids) if ids else {}
    mine = context.viewer.agency_id
    return [
        next((p for p in found.get(one.session_id or "", []) if p.agency_id == mine), None)
        for one in payloads
    ]


async def items_of_payloads(payloads: Payloads, context: Context) -> Sequence[AgendaItem | None]:
    """Return the point of each command as it is now."""
    ids = [one.item_id for one in payloads if one.item_id]
    found = await context.unit.sessions.items_by_id(ids) if ids else {}
    return [found.get(one.item_id or "") for one in payloads]


async def proposals_of_payloads(payloads: Payloads, context: Context) -> Sequence[Proposal | None]:
    """Return the proposal of each command as it is now."""
    ids = [one.proposal_id for one in payloads if one.proposal_id]
    found = await context.unit.proposals.by_id(ids) if ids else {}
    return [found.get(one.proposal_id or "") for one in payloads]


async def conditions_of_payloads(
    payloads: Payloads, context: Context
) -> Sequence[Condition | None]:
    """Return the condition of each command as it is now."""
    ids = [one.condition_id for one in payloads if one.condition_id]
    found = await context.unit.proposals.conditions_by_id(ids) if ids else {}
    return [found.get(one.condition_id or "") for one in payloads]


async def agreements_of_payloads(
    payloads: Payloads, context: Context
) -> Sequence[Agreement | None]:
    """Return the agreement of each command; null: nothing was done."""
    ids = [one.agreement_id for one in payloads if one.agreement_id]
    found = await context.unit.agreements.by_id(ids) if ids else {}
    return [found.get(one.agreement_id or "") for one in payloads]


async def commitments_of_payloads(
    payloads: Payloads, context: Context
) -> Sequence[Commitment | None]:
    """Return the commitment of each command as it is now."""
    ids = [one.commitment_id for one in payloads if one.commitment_id]
    found = await context.unit.agreements.commitments_by_id(ids, context.today) if ids else {}
    return [found.get(one.commitment_id or "") for one in payloads]


async def changed_by_agreements(
    payloads: Payloads, context: Context
) -> Sequence[MatrixComparison | None]:
    """Return what each agreement changed on the matrix: as known before it, and with it."""
    agreements = await agreements_of_payloads(payloads, context)
    sessions = await sessions_of_payloads(payloads, context)
    found: list[MatrixComparison | None] = []
    for agreement, session in zip(agreements, sessions, strict=True):
        if agreement is None or session is None:
            found.append(None)
            continue
        before = await compute_matrix_of(context, session, just_before(agreement))
        after = await compute_matrix_of(context, session, agreement.at)
        found.append(compare_matrices(before, after, agreement.changed_cells))
    return found


def just_before(agreement: Agreement) -> datetime:
    """Return the instant before an agreement."""
    return agreement.at - MICROSECOND
