"""The ready session of a demo: the Eastern cluster's tourism issue, with four delegations.

Areas, projects and chain are those of the deck (slides 37 and 42); the session, its delegations
and its proposal are made up, and its title says so.
"""

from typing import Final

from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Permission, Viewer
from hub.domain.matrix.question import (
    AxisQuestion,
    DimensionKind,
    MatrixFilter,
    MatrixQuestion,
)
from hub.domain.sessions.commands import (
    DelegationDraft,
    DelegationSetCommand,
    ProposalCreateCommand,
    SessionCreateCommand,
    SessionPayload,
    SessionStep,
    SessionStepCommand,
)
from hub.domain.sessions.drafts import GapDraft, OperationDraft
from hub.domain.sessions.kinds import DelegationRole, OperationKind, SessionKind
from hub.domain.sessions.session import Mandate
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.services.commands.acting import Acting
from hub.services.sessions.commands import SessionCommands
from hub.store.database import Database

HOST: Final = "cluster:C2552-09"
DELEGATIONS: Final = (
    ("ministry:05", DelegationRole.FUNCTION),
    ("ministry:08", DelegationRole.FUNCTION),
    ("province:20", DelegationRole.AREA),
)
"""The tourism and transport ministries, and Chon Buri, beside the cluster that hosts."""
YEAR: Final = FiscalYear.from_be(2554)
QUESTION: Final = MatrixQuestion(
    AxisQuestion(DimensionKind.ACTOR_LEVEL),
    AxisQuestion(DimensionKind.STAGE),
    FiscalYearRange(YEAR, YEAR),
    MatrixFilter(chains=("tourism-east",), areas=("C2552-09",)),
)
TITLE: Final = "การประชุมร่วมกลุ่มจังหวัดภาคตะวันออก ประเด็นการท่องเที่ยว (การประชุมตัวอย่าง)"
KEY: Final = "demo-session"
ANY_SESSION: Final = "select exists (select from joint_session)"
FIRST_GAP: Final = """
select cell, id from agenda_item
where session_id = $1 and cell is not null and title like 'ช่องว่าง%' order by ordinal limit 1
"""
SCOPES: Final = frozenset({Permission.HOST_SESSIONS.value, Permission.NEGOTIATE.value})


def act_as(agency_id: str) -> Acting:
    """Return the demo acting for a delegation."""
    return Acting(Viewer("demo", agency_id, SCOPES, client_id="demo"))


async def prepare_session(database: Database) -> str | None:
    """Create and open the session of a demo; return its id, or null if there is any session."""
    async with database.pool.acquire() as connection:
        if await connection.fetchval(ANY_SESSION):
            return None
    commands = SessionCommands(database)
    host = act_as(HOST)
    created = require(
        await commands.create(
            host,
            SessionCreateCommand(
                f"{KEY}-create", SessionKind.STRATEGY, TITLE, ("C2552-09",), YEAR, QUESTION
            ),
        )
    )
    items = tuple(
        DelegationDraft(agency_id, role, Mandate(), present=True) for agency_id, role in DELEGATIONS
    )
    session_id = created.session_id or ""
    require(
        await commands.set_delegations(
            host, DelegationSetCommand(f"{KEY}-invite", session_id, items)
        )
    )
    opening = SessionStepCommand(f"{KEY}-open", session_id, 1)
    require(await commands.step(host, opening, SessionStep.OPEN))
    await propose_pledge(database, commands, session_id)
    return session_id


def require(payload: SessionPayload) -> SessionPayload:
    """Return the result of a command that was done; raise with its errors otherwise."""
    if payload.user_errors:
        raise RuntimeError(payload.user_errors[0].message.en)
    return payload


async def propose_pledge(database: Database, commands: SessionCommands, session_id: str) -> None:
    """Let the tourism ministry propose to take the first gap of the agenda."""
    async with database.pool.acquire() as connection:
        row = await connection.fetchrow(FIRST_GAP, session_id)
    if row is None:
        return
    take = OperationDraft(
        OperationKind.GAP_TAKE,
        agency_ids=("ministry:05",),
        gap=GapDraft(cell=GlobalId.parse(row["cell"]).key),
        text="จัดทำหลักสูตรและอบรมบุคลากรในขั้นนี้",
    )
    proposal = ProposalCreateCommand(
        f"{KEY}-propose", row["id"], "กระทรวงการท่องเที่ยวและกีฬารับดำเนินการช่องว่างนี้", (take,)
    )
    require(await commands.propose(act_as("ministry:05"), proposal))
