"""Resolve parsed records: the fact of each, or the doubts that prevent one, given rulings on it."""

from collections.abc import Iterable, Mapping
from typing import Final

from hub.domain.sources.quarantine import QuarantinedPart
from hub.domain.sources.records import Doubt, QuarantineReason
from hub.domain.sources.rulings import RulingKind
from hub.ingest.parse_pages import PageParser, ParsedRecord
from hub.ingest.record_facts import RecordFactsBuilder
from hub.ingest.settle import ResolvedRecord
from hub.store.ingest.quarantine import NewQuarantinedRow

RulingByVersion = Mapping[tuple[str, str], RulingKind]
"""Rulings in force on records, by record key and payload hash."""
WAIVABLE_REASONS: Final = frozenset(
    {
        QuarantineReason.NEGATIVE_AMOUNT,
        QuarantineReason.MISPLACED_SEPARATOR,
        QuarantineReason.TOTALS_DISAGREE,
    }
)
"""Doubts that are dropped when a person accepts a record as it is written."""
ACCEPTING_RULINGS: Final = frozenset({RulingKind.ACCEPT, RulingKind.ROUND})


def build_record_key(parsed: ParsedRecord) -> str:
    """Return the key that a record is stored under; without a key, the hash of its payload.

    The key of a tombstone begins with `-`.
    """
    key = parsed.entry.key or f"#{parsed.payload.hash}"
    return f"-{key}" if parsed.raw.deleted else key


class RecordResolver:
    """Resolves records of one source."""

    def __init__(self, parser: PageParser, facts_builder: RecordFactsBuilder) -> None:
        self._parser = parser
        self._facts_builder = facts_builder

    def resolve(
        self, parsed: ParsedRecord, block: str | None, ruling: RulingKind | None = None
    ) -> ResolvedRecord:
        """Return a record with its fact, or with the doubts that prevent one.

        If the ruling of a person accepts the record, its waivable doubts are dropped; others stay.
        """
        raw, payload, entry, key = (
            parsed.raw,
            parsed.payload,
            parsed.entry,
            build_record_key(parsed),
        )
        if raw.deleted:
            return ResolvedRecord(raw, payload, entry, key, block, None, entry.doubts)
        built = self._facts_builder.build(entry, raw, payload.hash, block)
        record_doubts = entry.doubts
        if ruling in ACCEPTING_RULINGS:
            record_doubts = tuple(
                doubt for doubt in record_doubts if doubt.reason not in WAIVABLE_REASONS
            )
        if isinstance(built, tuple):
            return ResolvedRecord(raw, payload, entry, key, block, None, (*record_doubts, *built))
        return ResolvedRecord(
            raw, payload, entry, key, block, None if record_doubts else built, record_doubts
        )

    def apply_rounding(self, parsed: ParsedRecord, rulings: RulingByVersion) -> ParsedRecord:
        """Return a record with rounded amounts if a person decided that."""
        if rulings.get((build_record_key(parsed), parsed.payload.hash)) is not RulingKind.ROUND:
            return parsed
        return self._parser.parse_record(parsed.raw, rounded=True)

    def build_quarantine_entry(
        self, item: ResolvedRecord, conflict: Doubt | None = None
    ) -> NewQuarantinedRow:
        """Return the quarantine row of a record; `conflict`: the doubt about conflicting values.

        Its amounts include those that would be counted if a person rounded them.
        """
        doubts = (*item.doubts, conflict) if conflict else item.doubts
        entry = item.entry
        if any(doubt.reason is QuarantineReason.AMOUNT_TOO_FINE for doubt in doubts):
            entry = self._parser.parse_record(item.raw, rounded=True).entry
        return NewQuarantinedRow(
            item.key,
            item.entry.scope,
            item.block,
            item.payload.hash,
            item.raw.url,
            item.raw.retrieved_at.isoformat(),
            doubts,
            {phase.value: satang for phase, satang in entry.amounts.items()},
        )

    def build_linkage_entries(
        self, items: Iterable[ResolvedRecord], doubts: Mapping[int, tuple[Doubt, ...]]
    ) -> list[NewQuarantinedRow]:
        """Return the quarantine rows of stored records with doubts about their linkages."""
        if not doubts:
            return []
        return [
            NewQuarantinedRow(
                item.key,
                item.entry.scope,
                item.block,
                item.payload.hash,
                item.raw.url,
                item.raw.retrieved_at.isoformat(),
                doubts[item.fact.record_id],
                {},
                QuarantinedPart.LINKAGES,
            )
            for item in items
            if item.fact is not None and item.fact.record_id in doubts
        ]
