"""What becomes of each record of a page; pure, so that it can be asked about any page there is.

Two records of one run with one key and different values contradict each other: neither is believed,
in whatever order and on whatever pages they come.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from hub.domain.record import record
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.records import Doubt, QuarantineReason, RawRecord, SourceEntry
from hub.store.ingest.records import RecordFacts
from hub.store.ingest.session import RawPayload, SeenRecord

CONFLICT: Final = Doubt(
    QuarantineReason.CONFLICTING_VALUES,
    "key",
    "",
    "รหัสเดียวกันมีหลายค่าในรอบเดียว",
    "the same key came with different values in one run",
)


@record
class Item:
    """One record of a page, read: what it says, or why that is doubted."""

    raw: RawRecord
    kept: RawPayload
    entry: SourceEntry
    key: str
    block: str | None
    fact: RecordFacts | None
    doubts: tuple[Doubt, ...]


@record
class Settlement:
    """What becomes of a page's items, and what earlier pages' records turn out to be.

    `withdrawn` are versions of earlier pages, by key, that are believed no longer; `contested`
    those among all of them (this page's apart) that must say so in quarantine.
    """

    outcomes: list[Outcome]
    contested: list[int]
    seen: dict[tuple[str, str], SeenRecord]
    withdrawn: list[tuple[str, SeenRecord]]
    earlier: list[tuple[str, SeenRecord]]


def settle(
    items: Sequence[Item],
    before: Mapping[str, Sequence[SeenRecord]],
    held: Mapping[str, str],
    declined: set[tuple[str, str]],
) -> Settlement:
    """Settle a page, given what this run saw under its keys before and what is stored."""
    versions: dict[str, dict[str, SeenRecord]] = {
        key: {one.hash: one for one in seen} for key, seen in before.items()
    }
    first: dict[tuple[str, str], int] = {}
    outcomes: list[Outcome] = []
    contested: set[str] = set()
    told: dict[tuple[str, str], SeenRecord] = {}
    for at, item in enumerate(items):
        own = versions.setdefault(item.key, {})
        if item.kept.hash in own:
            outcomes.append(Outcome.DUPLICATE)
            continue
        prior = held.get(item.key)
        outcome = outcome_of(item, prior)
        if (item.key, item.kept.hash) in declined:
            outcome = Outcome.QUARANTINED
        elif any((item.key, other) not in declined for other in own):
            contested.add(item.key)
        seen = SeenRecord(item.kept.hash, outcome, prior, item.block)
        own[seen.hash] = told[item.key, seen.hash] = seen
        first[item.key, seen.hash] = at
        outcomes.append(outcome)
    withdrawn: list[tuple[str, SeenRecord]] = []
    earlier: list[tuple[str, SeenRecord]] = []
    marked: list[int] = []
    for key in contested:
        for seen in versions[key].values():
            if (key, seen.hash) in declined:
                continue
            now = SeenRecord(seen.hash, Outcome.QUARANTINED, seen.prior_hash, seen.block)
            place = first.get((key, seen.hash))
            if place is not None:
                outcomes[place] = Outcome.QUARANTINED
                marked.append(place)
            else:
                earlier.append((key, seen))
                if seen.outcome is not Outcome.QUARANTINED:
                    withdrawn.append((key, seen))
            told[key, seen.hash] = now
    return Settlement(outcomes, sorted(marked), told, withdrawn, earlier)


def outcome_of(item: Item, prior: str | None) -> Outcome:
    """What becomes of a record that nothing contradicts."""
    if item.doubts:
        return Outcome.QUARANTINED
    if item.raw.deleted:
        return Outcome.UNCHANGED if prior is None else Outcome.CHANGED
    if prior is None:
        return Outcome.NEW
    return Outcome.UNCHANGED if prior == item.kept.hash else Outcome.CHANGED
