"""Decide the outcome of each record of a batch, without I/O.

Two records of one run with the same key and different values contradict each other: both are
quarantined, in whatever order and on whatever pages they arrive.
"""

from collections.abc import Mapping, Sequence

from hub.domain.record import record
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.records import Doubt, RawRecord, SourceEntry
from hub.store.ingest.facts import RecordFacts
from hub.store.ingest.raw_records import RawPayload
from hub.store.ingest.seen_records import SeenRecord


@record
class ResolvedRecord:
    """One parsed record of a batch: its fact, or the doubts about it."""

    raw: RawRecord
    payload: RawPayload
    entry: SourceEntry
    key: str
    block: str | None
    fact: RecordFacts | None
    doubts: tuple[Doubt, ...]


@record
class PageSettlement:
    """The outcomes of a batch, and of records of earlier batches that it contradicts.

    `contested` are indexes of this batch's records with conflicting values; `earlier` such versions
    of earlier batches by key, and `withdrawn` those among them that had been stored.
    """

    outcomes: list[Outcome]
    contested: list[int]
    seen: dict[tuple[str, str], SeenRecord]
    withdrawn: list[tuple[str, SeenRecord]]
    earlier: list[tuple[str, SeenRecord]]


def settle_page(
    resolved_records: Sequence[ResolvedRecord],
    seen_before: Mapping[str, Sequence[SeenRecord]],
    stored_hashes: Mapping[str, str],
    refused_versions: set[tuple[str, str]],
) -> PageSettlement:
    """Return the outcomes of a batch, given what this run saw under its keys and what is stored.

    Versions that a person has refused are in conflict with no other.
    """
    versions: dict[str, dict[str, SeenRecord]] = {
        key: {one.hash: one for one in key_seen} for key, key_seen in seen_before.items()
    }
    first_index: dict[tuple[str, str], int] = {}
    outcomes: list[Outcome] = []
    contested_keys: set[str] = set()
    seen_versions: dict[tuple[str, str], SeenRecord] = {}
    for index, resolved in enumerate(resolved_records):
        key_versions = versions.setdefault(resolved.key, {})
        if resolved.payload.hash in key_versions:
            outcomes.append(Outcome.DUPLICATE)
            continue
        prior_hash = stored_hashes.get(resolved.key)
        outcome = compute_outcome(resolved, prior_hash)
        if (resolved.key, resolved.payload.hash) in refused_versions:
            outcome = Outcome.REFUSED
        elif any((resolved.key, other) not in refused_versions for other in key_versions):
            contested_keys.add(resolved.key)
        version = SeenRecord(resolved.payload.hash, outcome, prior_hash, resolved.block)
        key_versions[version.hash] = seen_versions[resolved.key, version.hash] = version
        first_index[resolved.key, version.hash] = index
        outcomes.append(outcome)
    withdrawn: list[tuple[str, SeenRecord]] = []
    earlier: list[tuple[str, SeenRecord]] = []
    contested_indexes: list[int] = []
    for key in contested_keys:
        for version in versions[key].values():
            if (key, version.hash) in refused_versions:
                continue
            quarantined = SeenRecord(
                version.hash, Outcome.QUARANTINED, version.prior_hash, version.block
            )
            position = first_index.get((key, version.hash))
            if position is not None:
                outcomes[position] = Outcome.QUARANTINED
                contested_indexes.append(position)
            else:
                earlier.append((key, version))
                if version.outcome is not Outcome.QUARANTINED:
                    withdrawn.append((key, version))
            seen_versions[key, version.hash] = quarantined
    return PageSettlement(outcomes, sorted(contested_indexes), seen_versions, withdrawn, earlier)


def compute_outcome(resolved: ResolvedRecord, prior_hash: str | None) -> Outcome:
    """Return the outcome of a record that no other contradicts."""
    if resolved.doubts:
        return Outcome.QUARANTINED
    if resolved.raw.deleted:
        return Outcome.UNCHANGED if prior_hash is None else Outcome.CHANGED
    if prior_hash is None:
        return Outcome.NEW
    return Outcome.UNCHANGED if prior_hash == resolved.payload.hash else Outcome.CHANGED
