"""Read rows and records again from their raw records, with the rulings that are in force now.

The same parser, names and checks as in a run decide. What becomes certain is stored; what becomes
doubtful is taken out of the facts and waits, and the version that it replaced is stored again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from hub.domain.record import record
from hub.domain.sources.quarantine import QuarantinedPart, QuarantinedRow, RowStatus
from hub.domain.sources.records import Doubt, QuarantineReason, RawRecord, SourceReader
from hub.domain.sources.rulings import RulingKind
from hub.domain.sources.spec import SourceSpec
from hub.errors import Invalid
from hub.ingest.declare_linkages import remove_records, upsert_facts
from hub.ingest.parse_pages import PageParser
from hub.ingest.raw_payload import decode_payload
from hub.ingest.record_facts import RecordFactsBuilder
from hub.ingest.resolve_records import ACCEPTING_RULINGS, RecordResolver
from hub.ingest.run import load_resolver
from hub.ingest.settle import ResolvedRecord
from hub.store.ingest import joins, quarantine, rulings
from hub.store.ingest.facts import RecordFacts
from hub.store.ingest.quarantine import NewQuarantinedRow
from hub.store.ingest.raw_records import RawPayload
from hub.store.ingest.rulings import StoredVersion
from hub.store.ingest.session import IngestSession

MAX_NAMED_ROWS: Final = 5


class RowsNotAcceptable(Invalid):
    """รับแถวตามที่เขียนไม่ได้ · Rows are still in doubt after they were accepted."""

    def __init__(self, doubts: Mapping[int, Sequence[Doubt]]) -> None:
        shown = list(doubts.items())[:MAX_NAMED_ROWS]
        rest = len(doubts) - len(shown)
        th = "; ".join(
            f"แถว {row}: {first.field} “{first.written}” {first.th}" for row, [first, *_] in shown
        )
        en = "; ".join(
            f"row {row}: {first.field} “{first.written}” {first.en}" for row, [first, *_] in shown
        )
        super().__init__(
            "rows",
            "มีแถวที่รับตามที่เขียนไม่ได้ ตัดสินชื่อก่อน หรือให้ต้นทางแก้ไข "
            f"({th}{f'; อีก {rest:,} แถว' if rest else ''})",
            "a row cannot be accepted as written; decide its name first, or have the source fix it "
            f"({en}{f'; {rest:,} more' if rest else ''})",
        )
        self.doubts = dict(doubts)


@record
class Reread:
    """The result of reading again: row ids and record ids that are certain now."""

    settled_rows: set[int]
    settled_records: set[int]


def find_conflict(row: QuarantinedRow) -> Doubt | None:
    """Return the doubt of a row about the values of its key; null if there is none."""
    doubts = (one for one in row.doubts if one.reason is QuarantineReason.CONFLICTING_VALUES)
    return next(doubts, None)


class RecordRereader:
    """Reads rows and records of one source again within one transaction.

    The names and rulings in force are those when it was created.
    """

    def __init__(
        self,
        session: IngestSession,
        spec: SourceSpec,
        parser: PageParser,
        resolver: RecordResolver,
        by: str,
    ) -> None:
        self._session = session
        self._connection = session.connection
        self._spec = spec
        self._parser = parser
        self._resolver = resolver
        self._by = by
        self._payloads: dict[str, RawPayload] = {}
        self._kinds: dict[tuple[str, str], RulingKind] = {}

    @classmethod
    async def create(
        cls, session: IngestSession, spec: SourceSpec, read: SourceReader, by: str
    ) -> "RecordRereader":
        """Return a reader with the names and rulings in force; `by` settles the rows."""
        parser = PageParser(session, spec, read)
        builder = RecordFactsBuilder(spec, await load_resolver(session, spec))
        return cls(session, spec, parser, RecordResolver(parser, builder), by)

    async def reread(
        self, rows: Sequence[QuarantinedRow], stored: Sequence[StoredVersion] = ()
    ) -> Reread:
        """Read waiting rows, rows just accepted, and stored records again.

        `RowsNotAcceptable` when accepted rows are still in doubt.
        """
        await self._load(rows, stored)
        facts: dict[int, RecordFacts] = {}
        settled_rows: list[int] = []
        not_acceptable: dict[int, Sequence[Doubt]] = {}
        still_doubted: list[tuple[int, NewQuarantinedRow]] = []
        settled_items: list[ResolvedRecord] = []
        linkage_rows: list[tuple[QuarantinedRow, ResolvedRecord]] = []
        for row in rows:
            item, kind = self._resolve(
                row.source_key, row.hash, row.block, row.url, row.retrieved_at, row.doubts
            )
            accepted = kind in ACCEPTING_RULINGS
            conflict = None if accepted else find_conflict(row)
            if row.part is QuarantinedPart.LINKAGES:
                if item.fact:
                    facts[item.fact.record_id] = item.fact
                    linkage_rows.append((row, item))
            elif item.fact and not conflict:
                facts[item.fact.record_id] = item.fact
                settled_rows.append(row.id)
                settled_items.append(item)
            elif accepted:
                not_acceptable[row.id] = item.doubts
            else:
                entry = self._resolver.build_quarantine_entry(item, conflict)
                still_doubted.append((row.id, entry))
        if not_acceptable:
            raise RowsNotAcceptable(not_acceptable)
        settled_records, doubtful, stored_items = self._resolve_stored(stored, facts)
        doubts = await upsert_facts(self._connection, self._spec, list(facts.values()))
        for row, item in linkage_rows:
            if item.fact and item.fact.record_id not in doubts:
                settled_rows.append(row.id)
            elif row.ruling_id is not None:
                raise RowsNotAcceptable({row.id: row.doubts})
        await self._quarantine_linkages(
            [*settled_items, *stored_items, *(item for _, item in linkage_rows)], doubts
        )
        await self.withdraw([version for version, _ in doubtful])
        await self._quarantine([entry for _, entry in doubtful])
        waiting_ids = [
            row.id for row in rows if row.id in set(settled_rows) and row.ruling_id is None
        ]
        await quarantine.update_status(self._connection, waiting_ids, RowStatus.RESOLVED, self._by)
        await quarantine.update_doubts(self._connection, still_doubted)
        await joins.recompute_joins_to_source(self._connection, self._spec.id)
        return Reread(set(settled_rows), settled_records)

    async def withdraw(self, versions: Sequence[StoredVersion]) -> None:
        """Take records out of the facts; the versions that they replaced are stored again."""
        if not versions:
            return
        prior = await rulings.fetch_prior_versions(self._connection, versions)
        await self._load((), list(prior.values()))
        restored: list[RecordFacts] = []
        for one in prior.values():
            item, _ = self._resolve(one.key, one.hash, one.block, one.url, one.retrieved_at)
            if item.fact:
                restored.append(item.fact)
        restored_ids = {one.record_id for one in restored}
        await upsert_facts(self._connection, self._spec, restored)
        await remove_records(
            self._connection,
            self._spec,
            [one.id for one in versions if one.id not in restored_ids],
        )

    async def _load(self, rows: Sequence[QuarantinedRow], stored: Sequence[StoredVersion]) -> None:
        """Load the payloads and the rulings on rows of what is to be read."""
        hashes = {row.hash for row in rows} | {one.hash for one in stored}
        hashes -= self._payloads.keys()
        self._payloads |= await self._session.raw_records.fetch(list(hashes))
        keys = [*(row.source_key for row in rows), *(one.key for one in stored)]
        self._kinds |= await quarantine.fetch_rulings(self._connection, self._spec.id, keys)

    def _resolve(
        self,
        key: str,
        payload_hash: str,
        block: str | None,
        url: str | None,
        retrieved_at: datetime,
        doubts: Iterable[Doubt] = (),
    ) -> tuple[ResolvedRecord, RulingKind | None]:
        """Return a record as it is now, and the ruling on it.

        Of its earlier `doubts` those remain that reading the record alone does not find again.
        """
        kind = self._kinds.get((key, payload_hash))
        payload = decode_payload(self._payloads[payload_hash])
        positional = tuple(doubt for doubt in doubts if doubt.positional)
        raw = RawRecord(None, payload, url, retrieved_at, doubts=positional)
        parsed = self._parser.parse_record(raw, rounded=kind is RulingKind.ROUND)
        return self._resolver.resolve(parsed, block, kind), kind

    def _resolve_stored(
        self, stored: Sequence[StoredVersion], facts: dict[int, RecordFacts]
    ) -> tuple[set[int], list[tuple[StoredVersion, NewQuarantinedRow]], list[ResolvedRecord]]:
        """Add the facts of stored records; return those settled, those in doubt, and the records
        of the settled ones.

        A record of which a newer row has just been settled is not read again.
        """
        settled_ids: set[int] = set()
        doubtful: list[tuple[StoredVersion, NewQuarantinedRow]] = []
        items: list[ResolvedRecord] = []
        for one in stored:
            if one.id in facts:
                continue
            item, _ = self._resolve(one.key, one.hash, one.block, one.url, one.retrieved_at)
            if item.fact:
                facts[one.id] = item.fact
                settled_ids.add(one.id)
                items.append(item)
            else:
                entry = self._resolver.build_quarantine_entry(item)
                doubtful.append((one, entry))
        return settled_ids, doubtful, items

    async def _quarantine_linkages(
        self, items: Sequence[ResolvedRecord], doubts: Mapping[int, tuple[Doubt, ...]]
    ) -> None:
        """Let linkages wait that are in doubt now; a row that exists has its doubts updated."""
        entries = self._resolver.build_linkage_entries(items, doubts)
        if entries:
            run_id = await quarantine.fetch_latest_run_id(self._connection, self._spec.id)
            await quarantine.upsert_rows(self._connection, self._spec.id, run_id, entries)

    async def _quarantine(self, entries: Sequence[NewQuarantinedRow]) -> None:
        """Let records wait, except those of which a newer version waits already."""
        if not entries:
            return
        keys = [one.key for one in entries]
        waiting_keys = await quarantine.list_waiting_keys(self._connection, self._spec.id, keys)
        run_id = await quarantine.fetch_latest_run_id(self._connection, self._spec.id)
        await quarantine.upsert_rows(
            self._connection,
            self._spec.id,
            run_id,
            [one for one in entries if one.key not in waiting_keys],
        )
