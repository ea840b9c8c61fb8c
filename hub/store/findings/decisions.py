"""Write what people decide about findings; rows are locked in the order of ids."""

from collections.abc import Iterable, Sequence
from typing import Final

import asyncpg

from hub.domain.copies import CopiesFinding
from hub.domain.findings import FindingStatus

INSERT_COPIES: Final = """
insert into finding (id, kind, severity, summary_th, summary_en, summary_th_origin,
    summary_en_origin, subjects, fiscal_years, parties, cause)
values ($1, 'DOUBLE_COUNT', $2, $3, $4, 'HUMAN', 'HUMAN', $5, $6, $7, $1)
on conflict (id) do nothing
"""
INSERT_SUBJECTS: Final = """
insert into finding_subject (finding_id, project_id) select $1, unnest($2::text[])
on conflict do nothing
"""
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


async def insert_copies(connection: asyncpg.Connection, found: Iterable[CopiesFinding]) -> None:
    """Store probable copies, which are computed when they are read, for a decision about them."""
    for one in sorted(found, key=lambda copies: copies.stored_id):
        await connection.execute(
            INSERT_COPIES,
            one.stored_id,
            one.severity,
            one.summary.th,
            one.summary.en,
            one.subject_ids,
            [year.ce for year in one.fiscal_years],
            one.agency_ids,
        )
        await connection.execute(INSERT_SUBJECTS, one.stored_id, one.project_ids)


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
