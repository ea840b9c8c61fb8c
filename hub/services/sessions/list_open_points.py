"""The agenda that follows from what is open: disputes, conflicts, overlaps and gaps of a matrix."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from hub.domain.matrix.key import decode_matrix_key
from hub.domain.matrix.result import Cell, CellState, HeaderKind, Matrix
from hub.domain.sessions.kinds import AgendaStatus
from hub.domain.sessions.session import JointSession
from hub.domain.time import BANGKOK
from hub.services.commands.acting import Acting
from hub.services.matrix.compute_matrix import compute_matrix
from hub.store.database import StoreConnection
from hub.store.read_transaction import ReadTransaction
from hub.store.sessions.changes import insert_row
from hub.store.tables import agenda_item
from hub.store.unit_of_work import UnitOfWork

MAX_POINTS: Final = 40
"""Points that an agenda begins with; a gap beyond them is seen on the matrix."""
TITLES: Final = {
    CellState.DISPUTED: "ยังเห็นต่าง",
    CellState.OVERLAP: "อาจซ้ำซ้อน",
    CellState.GAP: "ช่องว่าง",
}
"""The states that a session has to settle, the gravest first."""


async def compute_session_matrix(
    connection: StoreConnection, acting: Acting, session: JointSession, now: datetime
) -> Matrix:
    """Return the matrix of a session as the viewer sees it inside the transaction."""
    reader = ReadTransaction.from_connection(connection)
    unit = UnitOfWork(reader, acting.viewer)
    question = replace(decode_matrix_key(session.matrix_key), as_of=None)
    today = now.astimezone(BANGKOK).date()
    return await compute_matrix(unit, question, as_of_time=None, now=now, today=today)


async def add_open_points(
    connection: StoreConnection, acting: Acting, session: JointSession, at: datetime
) -> None:
    """Add a point for each open cell of a new session's matrix, at most `MAX_POINTS`."""
    matrix = await compute_session_matrix(connection, acting, session, at)
    for position, cell in enumerate(list_open_cells(matrix.cells)[:MAX_POINTS], start=1):
        row = {
            "id": uuid.uuid4().hex,
            "session_id": session.id,
            "ordinal": position,
            "title": f"{TITLES[cell.state]}: {cell.column.label.th} · {cell.row.label.th}",
            "cell": cell.gid,
            "status": AgendaStatus.OPEN.value,
            "updated_at": at,
        }
        await insert_row(connection, agenda_item, row)


def list_open_cells(cells: Sequence[Cell]) -> list[Cell]:
    """Return the cells that a session has to settle, the gravest first."""
    states = list(TITLES)
    members = [
        cell
        for cell in cells
        if cell.state in TITLES
        and cell.row.kind is HeaderKind.MEMBER
        and cell.column.kind is HeaderKind.MEMBER
    ]
    return sorted(members, key=lambda cell: states.index(cell.state))
