"""Which cell a delegation has open."""

from datetime import datetime
from typing import Final

from hub.domain.sessions.commands import PresenceSetCommand, SessionPayload
from hub.services.commands.acting import Acting
from hub.services.sessions.run import lock_visible, require_delegation, run_command
from hub.store.database import Database, StoreConnection
from hub.store.sessions.presence import set_viewing

MAX_CELL_LENGTH: Final = 20_000


async def set_presence(
    database: Database, acting: Acting, command: PresenceSetCommand
) -> SessionPayload:
    """Set the cell that the viewer's delegation has open on all of its screens."""

    async def _work(connection: StoreConnection, _at: datetime) -> SessionPayload:
        session = await lock_visible(connection, acting, command.session_id)
        mine = await require_delegation(connection, acting, session)
        viewing = command.viewing[:MAX_CELL_LENGTH] if command.viewing else None
        await set_viewing(connection, session.id, mine.agency_id, viewing)
        return SessionPayload(session.id)

    return await run_command(database, acting, "presenceSet", command, _work)
