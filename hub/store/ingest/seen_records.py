"""What a run has seen so far, and which records it may skip because they are stored unchanged."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import asyncpg

from hub.domain.budget import BudgetPhase
from hub.domain.record import record, value
from hub.domain.sources.ledger import Outcome

SELECT_SEEN: Final = (
    "select source_key, hash, outcome, prior_hash, block from run_record "
    "where run_id = $1 and source_key = any($2::text[]) order by source_key, hash"
)
UPSERT_SEEN: Final = """
insert into run_record (run_id, source_key, hash, outcome, prior_hash, block)
select $1, seen.* from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as seen
on conflict (run_id, source_key, hash) do update set outcome = excluded.outcome
"""
SEEN_COLUMNS: Final = ("run_id", "source_key", "hash", "outcome", "prior_hash", "block")
HAS_CURRENT_SCOPES: Final = (
    "select exists (select from source_scope where source_id = $1 and reading = $2)"
)
# A record with a decision, or with doubts about it, is parsed again.
SELECT_CURRENT_RECORDS: Final = """
select stored.payload_hash, stored.value, stored.scope, lines.phases, lines.amounts
from source_record stored
join source_scope on source_scope.source_id = $1 and source_scope.scope = stored.scope
    and source_scope.reading = $2
cross join lateral (
    select array_agg(line.phase) as phases, array_agg(line.amount) as amounts
    from budget_line line where line.record_id = stored.id
) lines
where stored.payload_hash = any($3::text[]) and stored.source_id = $1 and stored.scheme = $1
    and not exists (
        select from quarantine doubted
        where doubted.source_id = $1 and doubted.source_key = stored.value
            and doubted.hash = stored.payload_hash
            and (doubted.status <> 'RESOLVED' or doubted.settled_by is not null)
    )
"""
PHASES: Final = {phase.value: phase for phase in BudgetPhase}


@value
class SeenRecord:
    """What this run saw under a key: the payload's hash, its outcome, and the hash stored
    before.
    """

    hash: str
    outcome: Outcome
    prior_hash: str | None
    block: str | None


@record
class StoredRecord:
    """A stored record that is read again without being parsed: key, scope, satang by phase."""

    key: str
    scope: str
    amounts: dict[BudgetPhase, int]


async def fetch_seen(
    connection: asyncpg.Connection, run_id: int, keys: Sequence[str]
) -> dict[str, list[SeenRecord]]:
    """Return what this run saw under these keys."""
    found: dict[str, list[SeenRecord]] = {}
    for row in await connection.fetch(SELECT_SEEN, run_id, list(keys)):
        seen = SeenRecord(row["hash"], Outcome(row["outcome"]), row["prior_hash"], row["block"])
        found.setdefault(row["source_key"], []).append(seen)
    return found


async def upsert_seen(
    connection: asyncpg.Connection,
    run_id: int,
    seen: Iterable[tuple[str, SeenRecord]],
    seen_before: Mapping[str, Sequence[SeenRecord]],
) -> None:
    """Store what this run saw; a later outcome for the same payload replaces the earlier."""
    rows = [(key, one.hash, one.outcome.value, one.prior_hash, one.block) for key, one in seen]
    new_rows = [row for row in rows if row[0] not in seen_before]
    if new_rows:
        await connection.copy_records_to_table(
            "run_record", columns=SEEN_COLUMNS, records=[(run_id, *row) for row in new_rows]
        )
    if rows := [row for row in rows if row[0] in seen_before]:
        await connection.execute(UPSERT_SEEN, run_id, *map(list, zip(*rows, strict=True)))


async def has_current_scopes(connection: asyncpg.Connection, source_id: str, reading: str) -> bool:
    """Return whether a scope of the source was last read completely in this way."""
    return bool(await connection.fetchval(HAS_CURRENT_SCOPES, source_id, reading))


async def fetch_current_records(
    connection: asyncpg.Connection, source_id: str, reading: str, hashes: Iterable[str]
) -> dict[str, StoredRecord]:
    """Return the stored records of scopes that were last read completely in this way, by hash.

    Hashes of several records, and of records that are in doubt, are absent.
    """
    found: dict[str, StoredRecord] = {}
    repeated: set[str] = set()
    rows = await connection.fetch(SELECT_CURRENT_RECORDS, source_id, reading, list(hashes))
    for payload_hash, key, scope, phases, amounts in rows:
        if payload_hash in found:
            repeated.add(payload_hash)
        sums: dict[BudgetPhase, int] = {}
        for name, amount in zip(phases or (), amounts or (), strict=True):
            phase = PHASES[name]
            sums[phase] = sums.get(phase, 0) + amount
        found[payload_hash] = StoredRecord(key, scope, sums)
    return {key: one for key, one in found.items() if key not in repeated}
