"""What a run has seen so far, and which records it may skip because they are stored unchanged."""

from collections.abc import Iterable, Mapping
from typing import Final

import asyncpg

from hub.domain.budget import BudgetPhase
from hub.domain.record import record, value
from hub.domain.sources.ledger import Outcome

SELECT_SEEN: Final = """
select record_id, encode(hash, 'hex') as hash, outcome, encode(prior_hash, 'hex') as prior_hash,
    block
from run_record where run_id = $1 and record_id = any($2::bigint[]) order by record_id, hash
"""
UPDATE_SEEN: Final = """
update run_record set outcome = later.outcome
from unnest($2::bigint[], $3::bytea[], $4::char(1)[]) as later (record_id, hash, outcome)
where run_id = $1 and run_record.record_id = later.record_id and run_record.hash = later.hash
"""
SEEN_COLUMNS: Final = ("run_id", "record_id", "hash", "outcome", "prior_hash", "block")
OUTCOME_CODES: Final = {outcome: outcome.value[0] for outcome in Outcome}
OUTCOMES: Final = {code: outcome for outcome, code in OUTCOME_CODES.items()}
HAS_CURRENT_SCOPES: Final = (
    "select exists (select from source_scope where source_id = $1 and reading = $2)"
)
# A record with a decision, or with doubts about it, is parsed again.
SELECT_CURRENT_RECORDS: Final = """
select encode(stored.payload_hash, 'hex'), stored.value, stored.scope, lines.phases, lines.amounts
from source_record stored
join source_scope on source_scope.source_id = $1 and source_scope.scope = stored.scope
    and source_scope.reading = $2
cross join lateral (
    select array_agg(line.phase) as phases, array_agg(line.amount) as amounts
    from budget_line line where line.record_id = stored.id
) lines
where stored.payload_hash = any($3::bytea[]) and stored.source_id = $1 and stored.scheme = $1
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
    connection: asyncpg.Connection, run_id: int, record_ids: Mapping[str, int]
) -> dict[str, list[SeenRecord]]:
    """Return what this run saw under these keys, which are given with their record ids."""
    found: dict[int, list[SeenRecord]] = {}
    for row in await connection.fetch(SELECT_SEEN, run_id, list(record_ids.values())):
        outcome = OUTCOMES[row["outcome"]]
        prior_hash = row["hash"] if outcome is Outcome.UNCHANGED else row["prior_hash"]
        seen = SeenRecord(row["hash"], outcome, prior_hash, row["block"])
        found.setdefault(row["record_id"], []).append(seen)
    return {key: found[number] for key, number in record_ids.items() if number in found}


async def save_seen(
    connection: asyncpg.Connection,
    run_id: int,
    seen: Iterable[tuple[int, SeenRecord]],
    seen_before: Iterable[tuple[int, str]],
) -> None:
    """Store what this run saw, by record id; a later outcome for a payload replaces the earlier.

    `seen_before` are the payloads that are stored already. A run is the only writer of its rows.
    """
    stored = set(seen_before)
    new_rows, changed_rows = [], []
    for number, one in seen:
        payload_hash, code = bytes.fromhex(one.hash), OUTCOME_CODES[one.outcome]
        if (number, one.hash) in stored:
            changed_rows.append((number, payload_hash, code))
            continue
        # The hash before is that of the record itself if it is unchanged.
        prior_hash = None if one.outcome is Outcome.UNCHANGED else one.prior_hash
        prior = None if prior_hash is None else bytes.fromhex(prior_hash)
        new_rows.append((run_id, number, payload_hash, code, prior, one.block))
    if new_rows:
        await connection.copy_records_to_table("run_record", columns=SEEN_COLUMNS, records=new_rows)
    if changed_rows:
        await connection.execute(UPDATE_SEEN, run_id, *map(list, zip(*changed_rows, strict=True)))


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
    rows = await connection.fetch(
        SELECT_CURRENT_RECORDS, source_id, reading, [*map(bytes.fromhex, hashes)]
    )
    for payload_hash, key, scope, phases, amounts in rows:
        if payload_hash in found:
            repeated.add(payload_hash)
        sums: dict[BudgetPhase, int] = {}
        for name, amount in zip(phases or (), amounts or (), strict=True):
            phase = PHASES[name]
            sums[phase] = sums.get(phase, 0) + amount
        found[payload_hash] = StoredRecord(key, scope, sums)
    return {key: one for key, one in found.items() if key not in repeated}
