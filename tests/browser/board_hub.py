"""A joint session on the tourism issue of the Eastern cluster (slide 37), with its delegations."""

import itertools
from typing import Final

from hub.domain.identity.viewer import Permission, Viewer
from hub.domain.matrix.question import AxisQuestion, DimensionKind, MatrixFilter, MatrixQuestion
from hub.domain.sessions.commands import (
    DelegationDraft,
    DelegationSetCommand,
    SessionCreateCommand,
    SessionStep,
    SessionStepCommand,
)
from hub.domain.sessions.kinds import DelegationRole, SessionKind
from hub.domain.sessions.session import Mandate
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.services.commands.acting import Acting
from hub.services.sessions.commands import SessionCommands
from hub.store.database import Database

HOST: Final = {"agency": "province:20", "role": "DELEGATE"}
"""Chon Buri, the operations centre of the cluster, acts for it and chairs."""
TOURISM: Final = {"agency": "ministry:05", "role": "DELEGATE"}
CHANTHABURI: Final = {"agency": "province:22", "role": "DELEGATE"}
OBSERVER: Final = {"agency": "ministry:07", "role": "VIEWER"}
PLACE: Final = "MINISTRY~marketing"
"""A gap that a project of the Ministry of Tourism can cover."""
ISSUE: Final = "s42-east-1"
AREA: Final = "C2552-09"
YEAR: Final = FiscalYear(2011)
TITLE: Final = "การประชุมร่วมกลุ่มจังหวัดภาคตะวันออก ประเด็นการท่องเที่ยว"
CHAIR: Final = Viewer(
    "chair",
    HOST["agency"],
    frozenset({Permission.HOST_SESSIONS.value, Permission.NEGOTIATE.value}),
    client_id="chair",
)
keys = itertools.count()


def next_key() -> str:
    """Return an idempotency key that no other command has."""
    return f"board-{next(keys)}"


async def insert_session(database: Database, *, is_open: bool = True) -> str:
    """Schedule a session with four delegations that are present, and open it; return its id."""
    commands, acting = SessionCommands(database), Acting(CHAIR)
    created = await commands.create(
        acting,
        SessionCreateCommand(
            next_key(),
            SessionKind.STRATEGY,
            TITLE,
            (AREA,),
            YEAR,
            MatrixQuestion(
                AxisQuestion(DimensionKind.ACTOR_LEVEL),
                AxisQuestion(DimensionKind.STAGE),
                FiscalYearRange(YEAR, YEAR),
                MatrixFilter(issues=(ISSUE,), areas=(AREA,)),
            ),
        ),
    )
    assert created.session_id is not None, created.user_errors
    roles = {
        TOURISM["agency"]: DelegationRole.FUNCTION,
        CHANTHABURI["agency"]: DelegationRole.AREA,
        OBSERVER["agency"]: DelegationRole.OBSERVER,
    }
    drafts = tuple(
        DelegationDraft(agency, role, Mandate(), present=True) for agency, role in roles.items()
    )
    invited = await commands.set_delegations(
        acting, DelegationSetCommand(next_key(), created.session_id, drafts)
    )
    assert not invited.user_errors, invited.user_errors
    if is_open:
        version = await database.pool.fetchval(
            "select version from joint_session where id = $1", created.session_id
        )
        step = SessionStepCommand(next_key(), created.session_id, version)
        opened = await commands.step(acting, step, SessionStep.OPEN)
        assert not opened.user_errors, opened.user_errors
    return created.session_id
