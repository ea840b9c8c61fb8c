"""Store the pages of a run: resolve, settle and upsert their records in one transaction a batch."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from typing import Final

from hub.domain.global_id import GlobalId
from hub.domain.sources.ledger import Amounts, Ledger, Outcome
from hub.domain.sources.records import Doubt, RawPage, RawRecord
from hub.domain.sources.rulings import RulingKind
from hub.domain.sources.runs import SourceRun
from hub.domain.sources.spec import SourceSpec
from hub.ingest.checkpoint import Checkpoint, assign_block
from hub.ingest.conflicts import build_conflict_doubts
from hub.ingest.declare_linkages import Doubts, remove_records, upsert_facts
from hub.ingest.parse_pages import PageParser, ParsedPage, ParsedRecord
from hub.ingest.raw_payload import decode_payload
from hub.ingest.record_facts import RecordFactsBuilder, build_record_id
from hub.ingest.refused_records import record_refused
from hub.ingest.resolve_records import RecordResolver, RulingByVersion, build_record_key
from hub.ingest.settle import PageSettlement, ResolvedRecord, settle_page
from hub.ingest.withdraw_doubtful import withdraw_doubtful_records
from hub.store.ingest import quarantine, seen_records
from hub.store.ingest import records as ingest_records
from hub.store.ingest.facts import RecordFacts
from hub.store.ingest.raw_records import RawPayload
from hub.store.ingest.seen_records import SeenRecord
from hub.store.ingest.session import IngestSession

UNCHANGED: Final = Outcome.UNCHANGED
WRITTEN_OUTCOMES: Final = frozenset({Outcome.NEW, Outcome.CHANGED, UNCHANGED})


class PageProcessor:
    """Stores the pages of one run."""

    def __init__(
        self,
        session: IngestSession,
        spec: SourceSpec,
        parser: PageParser,
        facts_builder: RecordFactsBuilder,
    ) -> None:
        self.parser = parser
        self._session = session
        self._spec = spec
        self._resolver = RecordResolver(parser, facts_builder)
        self._scope_is_current: dict[str, bool] = {}

    async def resolve_records(
        self,
        parsed_records: Sequence[ParsedRecord],
        stored_hashes: Mapping[str, str],
        checkpoint: Checkpoint,
        rulings: RulingByVersion,
    ) -> list[ResolvedRecord]:
        """Return the resolved records in their order, given stored hashes and decisions by people.

        Stored records that are unchanged and were parsed by the same program and declaration are
        not resolved again; their fact is null.
        """
        await self._load_current_scopes({one.entry.scope for one in parsed_records})
        resolved: list[ResolvedRecord] = []
        for one in parsed_records:
            if one.entry.scope not in checkpoint.scopes and one.entry.key:
                checkpoint.scopes.append(one.entry.scope)
            block, key = assign_block(one.entry, checkpoint), build_record_key(one)
            if one.is_unchanged or (
                stored_hashes.get(key) == one.payload.hash
                and not one.entry.doubts
                # A linkage that waits may be known by now.
                and not (one.entry.linkages or one.entry.linkage_doubts)
                and self._is_current(one)
            ):
                resolved.append(
                    ResolvedRecord(one.raw, one.payload, one.entry, key, block, None, ())
                )
                continue
            resolved.append(
                self._resolver.resolve(one, block, rulings.get((key, one.payload.hash)))
            )
        return resolved

    async def _load_current_scopes(self, scopes: set[str]) -> None:
        """Load once per run whether scopes were last read by the same program and declaration."""
        if new_scopes := scopes - self._scope_is_current.keys():
            current_scopes = await self._session.forget_outdated_scopes(
                self.parser.read_digest, new_scopes
            )
            self._scope_is_current |= {scope: scope in current_scopes for scope in new_scopes}

    def _is_current(self, parsed: ParsedRecord) -> bool:
        """Return whether an unchanged record has the same facts; with a block it may have moved."""
        return parsed.entry.block is None and self._scope_is_current[parsed.entry.scope]

    async def store_batch(
        self, batch: Sequence[ParsedPage], run_id: int, checkpoint: Checkpoint, ledger: Ledger
    ) -> Ledger:
        """Store pages in the caller's transaction; return the ledger after them."""
        parsed_records = [one for page in batch for one in page.records]
        version_keys = [build_record_key(one) for one in parsed_records]
        rulings = await quarantine.fetch_rulings(
            self._session.connection, self._spec.id, version_keys
        )
        if rulings:
            parsed_records = [self._resolver.apply_rounding(one, rulings) for one in parsed_records]
        amounts = [one.amounts for one in parsed_records]
        lacking = [one.lacks_amount for one in parsed_records]
        too_fine = sum(one.is_too_fine for one in parsed_records)
        ledger = ledger.with_records_read(amounts, sum(lacking), too_fine)
        keys = list({key for one in version_keys for key in (one, one.removeprefix("-"))})
        stored_hashes = await self._fetch_stored_hashes(parsed_records, keys)
        resolved_records = await self.resolve_records(
            parsed_records, stored_hashes, checkpoint, rulings
        )
        record_ids = {key: build_record_id(self._spec.id, key) for key in keys}
        seen_before = await seen_records.fetch_seen(self._session.connection, run_id, record_ids)
        settlement = settle_page(
            resolved_records,
            seen_before,
            stored_hashes,
            {version for version, kind in rulings.items() if kind is RulingKind.REFUSE},
        )
        distinct = [
            (item, outcome)
            for item, outcome in zip(resolved_records, settlement.outcomes, strict=True)
            if outcome is not Outcome.DUPLICATE
        ]
        await self._session.raw_records.insert(
            item.payload
            for item, outcome in distinct
            if outcome is not UNCHANGED or item.raw.deleted
        )
        await withdraw_doubtful_records(
            self._session,
            self._spec,
            self.parser,
            self._resolver,
            [
                item
                for item, outcome in distinct
                if outcome is Outcome.QUARANTINED
                and item.doubts
                and not item.raw.deleted
                and stored_hashes.get(item.key) == item.payload.hash
            ],
        )
        earlier = await self._fetch_earlier_payloads(settlement)
        conflicts = build_conflict_doubts(settlement, resolved_records, earlier)
        ledger = await self._withdraw_contradicted(
            settlement, batch[-1].page, run_id, ledger, earlier, conflicts
        )
        deleted_amounts, linkage_doubts = await self._upsert_facts(distinct, run_id)
        ledger = ledger.with_vanished(0, deleted_amounts)
        contested = {id(resolved_records[at]): parsed_records[at] for at in settlement.contested}
        await quarantine.upsert_rows(
            self._session.connection,
            self._spec.id,
            run_id,
            [
                self._resolver.build_quarantine_entry(
                    self._parse_skipped(item, contested.get(id(item))),
                    conflicts[item.key] if id(item) in contested else None,
                )
                for item, outcome in distinct
                if outcome is Outcome.QUARANTINED
            ]
            + self._resolver.build_linkage_entries(
                [item for item, outcome in distinct if outcome in WRITTEN_OUTCOMES], linkage_doubts
            ),
        )
        ledger = ledger.with_outcomes(zip(settlement.outcomes, amounts, strict=True))
        ledger = ledger.with_outcomes_without_amount(compress(settlement.outcomes, lacking))
        ledger = ledger.with_refused_by(await record_refused(self._session, distinct, run_id))
        settled_keys = [
            item.key for item, outcome in distinct if outcome is not Outcome.QUARANTINED
        ]
        await quarantine.resolve_replaced_rows(
            self._session.connection, self._spec.id, run_id, settled_keys
        )
        await seen_records.save_seen(
            self._session.connection,
            run_id,
            ((record_ids[key], seen) for (key, _), seen in settlement.seen.items()),
            ((record_ids[key], one.hash) for key, seen in seen_before.items() for one in seen),
        )
        return ledger

    async def _fetch_earlier_payloads(self, settlement: PageSettlement) -> Mapping[str, RawPayload]:
        """Return the payloads of earlier pages that this batch contradicts, by hash."""
        if not settlement.earlier:
            return {}
        hashes = [seen.hash for _, seen in settlement.earlier]
        hashes += [seen.prior_hash for _, seen in settlement.withdrawn if seen.prior_hash]
        return await self._session.raw_records.fetch(hashes)

    def _parse_skipped(self, item: ResolvedRecord, parsed: ParsedRecord | None) -> ResolvedRecord:
        """Return a contested record as parsed, also if it was skipped because it is unchanged."""
        if parsed is None or not parsed.is_unchanged:
            return item
        return self._resolver.resolve(self.parser.parse_record(item.raw), item.block)

    async def _fetch_stored_hashes(
        self, parsed_records: Iterable[ParsedRecord], keys: Sequence[str]
    ) -> dict[str, str]:
        """Return the stored hash by key; a tombstone has that of the record it deletes."""
        unchanged = {
            build_record_key(one): one.payload.hash for one in parsed_records if one.is_unchanged
        }
        stored_hashes = unchanged | await self._session.fetch_stored_hashes(
            [build_record_id(self._spec.id, key) for key in keys if key not in unchanged]
        )
        for parsed in parsed_records:
            key = build_record_key(parsed)
            if parsed.raw.deleted and (target_key := key.removeprefix("-")) in stored_hashes:
                stored_hashes[key] = stored_hashes[target_key]
        return stored_hashes

    async def _upsert_facts(
        self, distinct: Sequence[tuple[ResolvedRecord, Outcome]], run_id: int
    ) -> tuple[Amounts, Doubts]:
        """Upsert new and changed records; delete those with a tombstone. Return the amounts of
        these, and the doubts about the linkages of the others.

        Unchanged records are passed too if the connector or the names may have changed since their
        scope was last read completely; rows are written only if they differ.
        """
        facts_by_record = {
            item.fact.record_id: (item.fact, outcome)
            for item, outcome in distinct
            if item.fact and outcome in WRITTEN_OUTCOMES
        }
        because_of = str(GlobalId(SourceRun.TYPE, str(run_id)))
        linkage_doubts = await upsert_facts(
            self._session.connection,
            self._spec,
            [fact for fact, _ in facts_by_record.values()],
            frozenset(key for key, (_, outcome) in facts_by_record.items() if outcome is UNCHANGED),
            frozenset(
                key for key, (_, outcome) in facts_by_record.items() if outcome is Outcome.NEW
            ),
            because_of,
        )
        deleted_ids = [
            build_record_id(self._spec.id, item.key.removeprefix("-"))
            for item, outcome in distinct
            if item.raw.deleted and outcome is Outcome.CHANGED
        ]
        amounts = await ingest_records.sum_amounts(self._session.connection, deleted_ids)
        await remove_records(self._session.connection, self._spec, deleted_ids, because_of)
        return amounts, linkage_doubts

    async def _withdraw_contradicted(
        self,
        settlement: PageSettlement,
        page: RawPage,
        run_id: int,
        ledger: Ledger,
        payloads: Mapping[str, RawPayload],
        conflicts: Mapping[str, Doubt],
    ) -> Ledger:
        """Undo records of earlier pages that this one contradicts; all versions are quarantined."""
        if not settlement.earlier:
            return ledger

        def _reparse(payload_hash: str, seen: SeenRecord) -> ResolvedRecord:
            raw = RawRecord(
                None, decode_payload(payloads[payload_hash]), page.url, page.retrieved_at
            )
            return self._resolver.resolve(self.parser.parse_record(raw), seen.block)

        restored_facts: list[RecordFacts] = []
        removed_ids: list[int] = []
        for key, seen in settlement.withdrawn:
            entry = _reparse(seen.hash, seen).entry
            is_tombstone = key.startswith("-")
            ledger = ledger.with_outcome_changed(
                seen.outcome,
                Outcome.QUARANTINED,
                {} if is_tombstone else entry.amounts,
                lacks_amount=entry.lacks_amount and not is_tombstone,
            )
            if seen.outcome is Outcome.NEW:
                removed_ids.append(build_record_id(self._spec.id, key))
            elif seen.outcome is Outcome.CHANGED and seen.prior_hash:
                prior = _reparse(seen.prior_hash, seen)
                if prior.fact:
                    restored_facts.append(prior.fact)
        await remove_records(self._session.connection, self._spec, removed_ids)
        await upsert_facts(self._session.connection, self._spec, restored_facts)
        await quarantine.upsert_rows(
            self._session.connection,
            self._spec.id,
            run_id,
            [
                self._resolver.build_quarantine_entry(_reparse(seen.hash, seen), conflicts[key])
                for key, seen in settlement.earlier
            ],
        )
        return ledger
