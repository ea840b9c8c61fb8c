"""Write what people decide about findings; rows are locked in the order of ids."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from hub.domain.findings import FindingStatus

LOCK: Final = "select id from finding where id = any($1::text[]) order by id for no key update"
DISMISS: Final = """
update finding set status = 'DISMISSED', version = version + 1, dismissed_cause = cause,
    dismissed_by = $2, dismissal_reason = $3, dismissed_at = transaction_timestamp()
where id = $1
"""
REOPEN: Final = """
update finding set status = 'OPEN', version = version + 1, dismissed_cause = null,
    dismissed_by = null, dismissal_reason = null, dismissed_at = null
where id = $1
"""


async def lock_findings(connection: asyncpg.Connection, ids: Sequence[str]) -> None:
    """Lock findings until the end of the transaction."""
    await connection.execute(LOCK, sorted(set(ids)))


async def update_status(
    connection: asyncpg.Connection,
    finding_id: str,
    status: FindingStatus,
    agency_id: str,
    reason: str,
) -> None:
    """Dismiss a finding in the name of an agency, or open it again."""
    if status is FindingStatus.DISMISSED:
        await connection.execute(DISMISS, finding_id, agency_id, reason)
    else:
        await connection.execute(REOPEN, finding_id)
