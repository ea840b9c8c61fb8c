"""Statements of runs on earlier rows in quarantine: refused and read again, or vanished."""

import json
from collections.abc import Iterable, Sequence
from typing import Final

import asyncpg

from hub.domain.budget import BudgetPhase
from hub.domain.sources.ledger import VanishedRow
from hub.domain.sources.records import UNREADABLE_AMOUNT

# A waiting row of which an earlier version is stored is the same record, which is counted once, as
# the stored one. This is called before stored records are deleted, so it sees both.
RESOLVE_VANISHED_ROWS: Final = """
with vanished as (
    update quarantine set status = 'RESOLVED', settled_at = transaction_timestamp()
    where source_id = $1 and status = 'WAITING' and run_id < $2 and scope = any($3::text[])
    returning source_key, amounts, doubts
)
select amounts, amounts = '{}' or exists (
        select from jsonb_array_elements(doubts) doubt where doubt ->> 'reason' = any($4::text[])
    ) as lacks_amount,
    exists (
        select from jsonb_array_elements(doubts) doubt
        where doubt ->> 'reason' = 'AMOUNT_TOO_FINE'
    ) as is_too_fine
from vanished
where not exists (
    select from source_record stored
    where stored.source_id = $1 and stored.scheme = $1 and stored.value = vanished.source_key
)
"""
UPDATE_REFUSED_ROWS: Final = """
update quarantine set run_id = $2, block = seen.block
from unnest($3::text[], $4::text[], $5::text[]) as seen (key, hash, block)
where source_id = $1 and status = 'REFUSED' and part = 'RECORD' and source_key = seen.key
    and quarantine.hash = decode(seen.hash, 'hex')
returning settled_by
"""


async def resolve_vanished_rows(
    connection: asyncpg.Connection, source_id: str, run_id: int, scopes: Iterable[str]
) -> list[VanishedRow]:
    """Resolve waiting rows of earlier runs that a complete run of their scope has not seen.

    Return those of records that are not stored; a stored record is counted by itself, so this is
    called before vanished records are deleted.
    """
    reasons = [reason.value for reason in UNREADABLE_AMOUNT]
    rows = await connection.fetch(RESOLVE_VANISHED_ROWS, source_id, run_id, list(scopes), reasons)
    return [
        VanishedRow(
            # The amounts of a row with one finer than a satang are those that rounding would give.
            {}
            if row["is_too_fine"]
            else {BudgetPhase(name): n for name, n in json.loads(row["amounts"]).items()},
            lacks_amount=row["lacks_amount"],
        )
        for row in rows
    ]


async def update_refused_rows(
    connection: asyncpg.Connection,
    source_id: str,
    run_id: int,
    versions: Sequence[tuple[str, str, str | None]],
) -> list[str]:
    """Record that a run has read refused rows (key, hash, block) again; return who refused each."""
    columns = [list(column) for column in zip(*versions, strict=True)]
    rows = await connection.fetch(UPDATE_REFUSED_ROWS, source_id, run_id, *columns)
    return [row["settled_by"] or "" for row in rows]
