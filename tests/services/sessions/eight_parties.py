"""An open session of eight parties over PostgreSQL, whose members do random things."""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import asyncpg

from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.identity.viewer import Permission, Viewer
from hub.domain.linkage_commands import IssueLookup, LinkageDraft
from hub.domain.lookups import Lookup
from hub.domain.matrix.question import AxisQuestion, DimensionKind, MatrixFilter, MatrixQuestion
from hub.domain.sessions import commands as domain
from hub.domain.sessions.commands import SessionPayload, SessionStep
from hub.domain.sessions.drafts import OperationDraft
from hub.domain.sessions.kinds import (
    ConditionStatus,
    DelegationRole,
    OperationKind,
    SessionKind,
    Stance,
)
from hub.domain.sessions.session import Mandate
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.domain.user_errors import UserErrorCode
from hub.services.commands.acting import Acting
from hub.services.sessions.commands import SessionCommands
from hub.store.database import Database
from tests.services.linkages.both_sides import next_key
from tests.services.sessions.negotiated_world import PROJECTS

HOST: Final = "province:20"
INVITED: Final = (
    "department:05003",
    "ministry:05",
    "ministry:22",
    "ministry:15",
    "ministry:06",
    "province:21",
    "cluster:C2560-09",
)
ISSUES: Final = ("plan-20-2566-PUBLISHED-1", "plan-20-2566-PUBLISHED-2")
SHARES: Final = (None, Decimal("0.2"), Decimal("0.5"), Decimal(1))
YEAR: Final = FiscalYear.from_be(2566)
QUESTION: Final = MatrixQuestion(
    AxisQuestion(DimensionKind.ACTOR_LEVEL),
    AxisQuestion(DimensionKind.STAGE),
    FiscalYearRange(YEAR, YEAR),
    MatrixFilter(areas=("20",), chains=("tourism",)),
)
SCOPES: Final = frozenset(
    {Permission.HOST_SESSIONS.value, Permission.NEGOTIATE.value, "linkage:propose"}
)
STANCES: Final = (
    *[Stance.ACCEPT] * 6,
    Stance.ACCEPT_WITH_CONDITION,
    Stance.OBJECT,
    Stance.ABSTAIN,
)
OPEN_PROPOSALS: Final = """
select id, version, agency_id, item_id from proposal
where session_id = $1 and status = 'OPEN' order by created_at, id
"""
CONDITIONS: Final = """
select one.id, one.version from proposal_condition one join proposal on proposal.id = proposal_id
where session_id = $1 and one.agency_id = $2 and one.status = 'OPEN' order by one.id
"""
ITEMS: Final = "select id from agenda_item where session_id = $1 and status <> 'AGREED' order by id"
LINKAGES: Final = """
select linkage.id, linkage.version, linkage.project_id, linkage.status from linkage
join project on project.id = project_id where issue_id = any($1::text[])
    and (project_id = any($2::text[]) or source_id = 'made_up') order by linkage.id
"""
ALL_PROJECTS: Final = """
select id, version from project where id = any($1::text[]) or source_id = 'made_up' order by id
"""
Send = Callable[[Acting, Any], Awaitable[SessionPayload]]


def act_as(agency_id: str) -> Acting:
    """Return a person of an agency."""
    return Acting(Viewer(f"person of {agency_id}", agency_id, SCOPES, client_id=agency_id))


@dataclass
class Sent:
    """One command that was sent, by whom, and its result."""

    send: Send
    acting: Acting
    command: Any
    payload: SessionPayload


@dataclass
class Negotiation:
    """The parties of one session; `sent` has every command of it and its result."""

    database: Database
    chance: random.Random
    session_id: str = ""
    stages: Sequence[str] = ()
    sent: list[Sent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.commands = SessionCommands(self.database)

    async def send(self, send: Send, agency_id: str, command: Any) -> SessionPayload:
        """Send a command in the name of an agency."""
        acting = act_as(agency_id)
        payload = await send(acting, command)
        self.sent.append(Sent(send, acting, command, payload))
        return payload

    async def done(self, send: Send, agency_id: str, command: Any) -> SessionPayload:
        """Send a command that is accepted."""
        payload = await self.send(send, agency_id, command)
        assert not payload.user_errors, payload.user_errors
        return payload

    async def open(self) -> "Negotiation":
        """Create a session, invite, open, and put points on its agenda."""
        creating = domain.SessionCreateCommand(
            next_key(), SessionKind.STRATEGY, "ประชุมร่วม", ("20",), YEAR, QUESTION
        )
        self.session_id = (await self.done(self.commands.create, HOST, creating)).session_id or ""
        items = tuple(
            domain.DelegationDraft(one, DelegationRole.FUNCTION, Mandate(), present=True)
            for one in INVITED
        )
        inviting = domain.DelegationSetCommand(next_key(), self.session_id, items)
        await self.done(self.commands.set_delegations, HOST, inviting)
        await self.step(SessionStep.OPEN, 1)
        for _ in range(3):
            await self.add_item()
        rows = await self.database.pool.fetch(
            "select code from stage where chain_id = 'tourism' order by code"
        )
        self.stages = [row["code"] for row in rows][:2]
        return self

    async def step(self, step: SessionStep, version: int) -> SessionPayload:
        """Change the status of the session by its host."""

        async def _send(acting: Acting, command: Any) -> SessionPayload:
            return await self.commands.step(acting, command, step)

        command = domain.SessionStepCommand(next_key(), self.session_id, version)
        return await self.done(_send, HOST, command)

    async def add_item(self) -> str:
        """Add a point to the agenda and return its id."""
        command = domain.AgendaItemAddCommand(next_key(), self.session_id, "วาระ")
        return (await self.done(self.commands.add_item, HOST, command)).item_id or ""

    async def fetch(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        """Return rows."""
        return list(await self.database.pool.fetch(statement, *values))

    async def choose_operation(self) -> OperationDraft:
        """Return a random operation on a random linkage or project, as it is now."""
        chance = self.chance
        linkages = await self.fetch(LINKAGES, list(ISSUES), list(PROJECTS))
        project = chance.choice(await self.fetch(ALL_PROJECTS, list(PROJECTS)))
        kind = chance.choice(
            [
                OperationKind.LINKAGE_ADD,
                OperationKind.LINKAGE_ADD,
                OperationKind.LINKAGE_REMOVE,
                OperationKind.LINKAGE_MOVE,
                OperationKind.SHARE_SET,
                OperationKind.BUDGET_SET,
                OperationKind.LEAD_SET,
            ]
        )
        if kind is OperationKind.BUDGET_SET:
            return OperationDraft(
                kind,
                target_id=project["id"],
                expected_version=project["version"],
                fiscal_year=YEAR,
                phase=chance.choice([BudgetPhase.PLANNED, BudgetPhase.REQUESTED]),
                funding=FundingSource.MINISTRY,
                area_id=chance.choice([None, "20"]),
                satang=chance.randrange(10**9),
            )
        if kind is OperationKind.LEAD_SET:
            return OperationDraft(
                kind,
                target_id=project["id"],
                expected_version=project["version"],
                agency_ids=(chance.choice(INVITED),),
            )
        if kind is OperationKind.LINKAGE_ADD or not linkages:
            return self.add(project["id"], chance.choice(ISSUES), chance.choice(SHARES))
        linkage = chance.choice(linkages)
        base: dict[str, Any] = {
            "target_id": linkage["id"],
            "expected_version": linkage["version"],
        }
        if kind is OperationKind.SHARE_SET:
            base["share"] = chance.choice(SHARES)
        if kind is OperationKind.LINKAGE_MOVE:
            base["issue"] = IssueLookup(key=chance.choice(ISSUES))
            base["stage_code"] = chance.choice(self.stages)
        return OperationDraft(kind, **base)

    def add(self, project: str, issue: str, share: Decimal | None = None) -> OperationDraft:
        """Return the operation that links a project to an issue, at a random stage."""
        draft = LinkageDraft(
            Lookup(key=project),
            IssueLookup(key=issue),
            "ตรงกับขั้นนี้",
            stage_code=self.chance.choice([None, *self.stages]),
            share=share,
        )
        return OperationDraft(OperationKind.LINKAGE_ADD, linkage=draft)

    async def propose(
        self, agency_id: str, item: str, *operations: OperationDraft
    ) -> SessionPayload:
        """Propose operations in the name of an agency."""
        command = domain.ProposalCreateCommand(next_key(), item, "ข้อเสนอ", operations)
        return await self.send(self.commands.propose, agency_id, command)

    async def take(self, agency_id: str, proposal: Any, stance: Stance) -> SessionPayload:
        """Take a position on a proposal."""
        command = domain.PositionTakeCommand(
            next_key(),
            proposal["id"],
            proposal["version"],
            stance,
            condition="ให้สมทบ" if stance is Stance.ACCEPT_WITH_CONDITION else None,
            reason="ไม่ตรงกับแผน" if stance is Stance.OBJECT else None,
        )
        return await self.send(self.commands.take_position, agency_id, command)

    async def conclude(self, proposal: Any, agency_id: str = HOST) -> SessionPayload:
        """Conclude a proposal by the host."""
        command = domain.AgreementConcludeCommand(next_key(), proposal["id"], proposal["version"])
        return await self.send(self.commands.conclude, agency_id, command)

    async def act(self, agency_id: str) -> None:
        """Do one random thing in the name of an agency."""
        chance = self.chance
        proposals = await self.fetch(OPEN_PROPOSALS, self.session_id)
        items = await self.fetch(ITEMS, self.session_id)
        dice = chance.random()
        if (not proposals or dice < 0.2) and items:
            operations = [await self.choose_operation() for _ in range(chance.randrange(1, 4))]
            await self.propose(agency_id, chance.choice(items)["id"], *operations)
        elif not proposals:
            await self.add_item()
        elif agency_id == HOST and dice < 0.6:
            await self.conclude(chance.choice(proposals))
        elif dice < 0.8:
            for proposal in chance.sample(proposals, min(3, len(proposals))):
                await self.take(agency_id, proposal, chance.choice(STANCES))
        else:
            await self.do_rarely(agency_id, chance.choice(proposals))

    async def do_rarely(self, agency_id: str, proposal: Any) -> None:
        """Withdraw a position or a proposal, resolve a condition, or conclude without the right."""
        conditions = await self.fetch(CONDITIONS, self.session_id, agency_id)
        key = (next_key(), proposal["id"], proposal["version"])
        if conditions:
            one = self.chance.choice(conditions)
            resolving = domain.ConditionResolveCommand(
                next_key(), one["id"], one["version"], ConditionStatus.RESOLVED, "ตกลงแล้ว"
            )
            await self.send(self.commands.resolve_condition, agency_id, resolving)
        elif self.chance.random() < 0.2:
            withdrawing = domain.ProposalWithdrawCommand(*key)
            await self.send(self.commands.withdraw_proposal, agency_id, withdrawing)
        elif self.chance.random() < 0.5:
            taking_back = domain.PositionWithdrawCommand(*key)
            await self.send(self.commands.withdraw_position, agency_id, taking_back)
        else:
            await self.conclude(proposal, agency_id)

    async def finish(self) -> None:
        """Let all accept what is open, and the host conclude it."""
        for proposal in await self.fetch(OPEN_PROPOSALS, self.session_id):
            for agency_id in ("ministry:05", "ministry:15", HOST):
                await self.take(agency_id, proposal, Stance.ACCEPT)
            await self.conclude(proposal)

    def refusals(self) -> list[UserErrorCode]:
        """Return the code of each error; each error says why in both languages."""
        errors = [error for one in self.sent for error in one.payload.user_errors]
        assert all(error.message.th and error.message.en for error in errors)
        return [error.code for error in errors]
