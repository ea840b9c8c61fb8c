"""Pages of a source into the tables: read, settled, written, and the checkpoint with them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hub.domain.sources.ledger import Ledger, Outcome
from hub.domain.sources.quarantine import RowStatus
from hub.domain.sources.records import (
    QuarantineReason,
    RawPage,
    RawRecord,
    SourceEntry,
    SourceReader,
)
from hub.domain.sources.spec import SourceSpec
from hub.errors import SourceRefused
from hub.ingest.parse import entry_of
from hub.ingest.prefetch import ReadPage, Told
from hub.ingest.raw_payload import payload_of, raw_of
from hub.ingest.record_facts import Facts, record_id
from hub.ingest.settle import CONFLICT, Item, Settlement, settle
from hub.store.ingest import quarantine
from hub.store.ingest import records as ingest_records
from hub.store.ingest.quarantine import NewQuarantinedRow
from hub.store.ingest.records import RecordFacts
from hub.store.ingest.session import IngestSession, SeenRecord

Ruled = Mapping[tuple[str, str], RowStatus]
"""What persons decided, by key and hash."""
WAIVED: Final = frozenset(
    {
        QuarantineReason.NEGATIVE_AMOUNT,
        QuarantineReason.MISPLACED_SEPARATOR,
        QuarantineReason.TOTALS_DISAGREE,
    }
)
"""Doubts that a person may set aside by taking a record as it is written."""
SAME: Final = Outcome.UNCHANGED
TO_WRITE: Final = frozenset({Outcome.NEW, Outcome.CHANGED, SAME})


@dataclass(slots=True)
class State:
    """What a run must know to go on: blocks counted, scopes met, whether the last page is in.

    `empty` says that the latest page held nothing though more was announced, `holed` that records
    followed such a page: what it should have held may still be there.
    """

    scopes: list[str]
    blocks: dict[str, int]
    last: tuple[str, str] | None
    total: int | None
    done: bool
    empty: bool
    holed: bool

    def pass_over(self, page: RawPage) -> None:
        """Note a page."""
        records, more = len(page.records), page.next_cursor is not None
        self.total = self.total if page.total is None else page.total
        self.holed = self.holed or (self.empty and records > 0)
        self.empty = records == 0 and more
        self.done = not more

    @classmethod
    def load(cls, kept: Mapping[str, Any]) -> "State":
        """From a checkpoint; an empty one is a beginning."""
        last = kept.get("last")
        return cls(
            list(kept.get("scopes", [])),
            dict(kept.get("blocks", {})),
            (last[0], last[1]) if last else None,
            kept.get("total"),
            kept.get("done", False),
            kept.get("empty", False),
            kept.get("holed", False),
        )

    def dump(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "scopes": self.scopes,
            "blocks": self.blocks,
            "last": self.last,
            "total": self.total,
            "done": self.done,
            "empty": self.empty,
            "holed": self.holed,
        }


def block_of(entry: SourceEntry, state: State) -> str | None:
    """The block an entry stands in: its name, and which of the blocks of that name it is."""
    if entry.block is None:
        return None
    at = f"{entry.scope}|{entry.block}"
    if state.last != (entry.scope, entry.block):
        state.blocks[at] = state.blocks.get(at, 0) + 1
    state.last = (entry.scope, entry.block)
    return f"{at}#{state.blocks[at]}"


def key_of(told: Told) -> str:
    """The key a record is kept under; one without a key goes by its content."""
    key = told.entry.key or f"#{told.kept.hash}"
    return f"-{key}" if told.raw.deleted else key


class Pages:
    """Takes in the pages of one run."""

    def __init__(
        self,
        way: IngestSession,
        spec: SourceSpec,
        read: SourceReader,
        facts: Facts,
        reading: str = "",
    ) -> None:
        self.reading = reading
        self._way = way
        self._spec = spec
        self._read = read
        self._facts = facts
        self._read_so: dict[str, bool] = {}

    def told(self, raw: RawRecord) -> Told:
        """A record, read; what it says does not depend on those around it."""
        return Told(raw, raw_of(raw), entry_of(raw, self._spec, self._read))

    def read(self, page: RawPage) -> ReadPage:
        """A page, read; `SourceRefused` where it is not as declared."""
        if page.next_cursor is not None and page.next_cursor == page.cursor:
            raise SourceRefused(
                f"{self._spec.id}: หน้าถัดไปวนกลับมาหน้าเดิม ({page.cursor}) "
                f"· the next page is the same page ({page.cursor})"
            )
        return ReadPage(page, [self.told(raw) for raw in page.records])

    def item(self, told: Told, block: str | None, *, accepted: bool = False) -> Item:
        """A record as it is settled: its fact, or the doubts about it.

        `accepted`: a person took the record as it is; what cannot be written stays doubted.
        """
        raw, kept, entry, key = told.raw, told.kept, told.entry, key_of(told)
        if raw.deleted:
            return Item(raw, kept, entry, key, block, None, entry.doubts)
        named = self._facts.of(entry, raw, kept.hash, block)
        own = entry.doubts
        if accepted:
            own = tuple(doubt for doubt in own if doubt.reason not in WAIVED)
        if isinstance(named, tuple):
            return Item(raw, kept, entry, key, block, None, (*own, *named))
        return Item(raw, kept, entry, key, block, None if own else named, own)

    async def items(
        self, told: Sequence[Told], held: Mapping[str, str], state: State, ruled: Ruled
    ) -> list[Item]:
        """Records as they are settled, given what is stored and what persons decided.

        What is stored, and was read in this same way, needs not be resolved again.
        """
        await self._look_up({one.entry.scope for one in told})
        found: list[Item] = []
        for one in told:
            if one.entry.scope not in state.scopes and one.entry.key:
                state.scopes.append(one.entry.scope)
            block, key = block_of(one.entry, state), key_of(one)
            if held.get(key) == one.kept.hash and not one.entry.doubts and self._as_read(one):
                found.append(Item(one.raw, one.kept, one.entry, key, block, None, ()))
                continue
            taken = bool(ruled) and ruled.get((key, one.kept.hash)) is RowStatus.RESOLVED
            found.append(self.item(one, block, accepted=taken))
        return found

    async def _look_up(self, scopes: set[str]) -> None:
        """Whether these scopes were last read in this very way, remembered for the run."""
        if met := scopes - self._read_so.keys():
            same = await self._way.forget_outdated_scopes(self.reading, met)
            self._read_so |= {scope: scope in same for scope in met}

    def _as_read(self, told: Told) -> bool:
        """Whether an unchanged record says what it said; its block may have been moved."""
        return told.entry.block is None and self._read_so[told.entry.scope]

    async def take(
        self, batch: Sequence[ReadPage], run_id: int, state: State, ledger: Ledger
    ) -> Ledger:
        """Pages into the tables; the ledger after them. All of it or nothing."""
        told = [one for page in batch for one in page.told]
        amounts = [one.entry.amounts for one in told]
        ledger = ledger.with_records_read(amounts)
        marked = [key_of(one) for one in told]
        keys = list({key for one in marked for key in (one, one.removeprefix("-"))})
        held_now = await self._held(told, keys)
        ruled = await quarantine.fetch_rulings(self._way.connection, self._spec.id, marked)
        items = await self.items(told, held_now, state, ruled)
        settlement = settle(
            items,
            await self._way.fetch_seen(run_id, keys),
            held_now,
            {mark for mark, status in ruled.items() if status is RowStatus.REFUSED},
        )
        fresh = [
            (item, outcome)
            for item, outcome in zip(items, settlement.outcomes, strict=True)
            if outcome is not Outcome.DUPLICATE
        ]
        await self._way.insert_raw_payloads(item.kept for item, _ in fresh)
        ledger = await self._unbelieve(settlement, batch[-1].page, run_id, ledger)
        await self._write(fresh)
        contested = {id(items[at]) for at in settlement.contested}
        await quarantine.upsert_rows(
            self._way.connection,
            self._spec.id,
            run_id,
            [
                held(item, contested=id(item) in contested)
                for item, outcome in fresh
                if outcome is Outcome.QUARANTINED
            ],
        )
        ledger = ledger.with_outcomes(zip(settlement.outcomes, amounts, strict=True))
        stored = [item.key for item, outcome in fresh if outcome is not Outcome.QUARANTINED]
        await quarantine.resolve_replaced_rows(self._way.connection, self._spec.id, run_id, stored)
        await self._way.upsert_seen(
            run_id, ((key, seen) for (key, _), seen in settlement.seen.items())
        )
        return ledger

    async def _held(self, told: Iterable[Told], keys: Sequence[str]) -> dict[str, str]:
        """What is stored under the keys; a tombstone asks for the key it takes out."""
        found = await self._way.fetch_stored_hashes(keys)
        for one in told:
            key = key_of(one)
            if one.raw.deleted and (plain := key.removeprefix("-")) in found:
                found[key] = found[plain]
        return found

    async def _write(self, fresh: Sequence[tuple[Item, Outcome]]) -> None:
        """Write what is new or changed; take out what the source says is gone.

        Unchanged records are written too where the connector or the names may have changed since
        their scope was last read whole: the tables are touched only where something differs.
        """
        ends = {
            item.fact.record_id: (item.fact, outcome)
            for item, outcome in fresh
            if item.fact and outcome in TO_WRITE
        }
        await ingest_records.upsert_facts(
            self._way.connection,
            self._spec,
            [fact for fact, _ in ends.values()],
            frozenset(key for key, (_, outcome) in ends.items() if outcome is SAME),
            frozenset(key for key, (_, outcome) in ends.items() if outcome is Outcome.NEW),
        )
        gone = [
            record_id(self._spec.id, item.key.removeprefix("-"))
            for item, outcome in fresh
            if item.raw.deleted and outcome is Outcome.CHANGED
        ]
        await ingest_records.remove_records(self._way.connection, gone)

    async def _unbelieve(
        self, settlement: Settlement, page: RawPage, run_id: int, ledger: Ledger
    ) -> Ledger:
        """Take back what earlier pages brought and this one contradicts; all of it waits."""
        if not settlement.earlier:
            return ledger
        wanted = [seen.hash for _, seen in settlement.earlier]
        wanted += [seen.prior_hash for _, seen in settlement.withdrawn if seen.prior_hash]
        kept = await self._way.fetch_raw_payloads(wanted)

        def again(hash_: str, seen: SeenRecord) -> Item:
            raw = RawRecord(None, payload_of(kept[hash_]), page.url, page.retrieved_at)
            return self.item(self.told(raw), seen.block)

        restored: list[RecordFacts] = []
        removed: list[str] = []
        for key, seen in settlement.withdrawn:
            amounts = again(seen.hash, seen).entry.amounts
            ledger = ledger.with_outcome_changed(seen.outcome, Outcome.QUARANTINED, amounts)
            if seen.outcome is Outcome.NEW:
                removed.append(record_id(self._spec.id, key))
            elif seen.outcome is Outcome.CHANGED and seen.prior_hash:
                prior = again(seen.prior_hash, seen)
                if prior.fact:
                    restored.append(prior.fact)
        await ingest_records.remove_records(self._way.connection, removed)
        await ingest_records.upsert_facts(self._way.connection, self._spec, restored)
        await quarantine.upsert_rows(
            self._way.connection,
            self._spec.id,
            run_id,
            [held(again(seen.hash, seen), contested=True) for _, seen in settlement.earlier],
        )
        return ledger


def held(item: Item, *, contested: bool) -> NewQuarantinedRow:
    """A record as it is kept in quarantine."""
    doubts = (*item.doubts, CONFLICT) if contested else item.doubts
    return NewQuarantinedRow(
        item.key,
        item.entry.scope,
        item.block,
        item.kept.hash,
        item.raw.url,
        item.raw.retrieved_at.isoformat(),
        doubts or (CONFLICT,),
        {phase.value: satang for phase, satang in item.entry.amounts.items()},
    )
