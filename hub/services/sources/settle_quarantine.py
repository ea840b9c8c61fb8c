"""The review: what waits, grouped by the decision that would settle it; and taking decisions.

One decision re-reads every row it covers, from the raw record as it was kept, through the same
reading and the same checks as a run.
"""

from collections.abc import Iterable, Sequence

from hub.domain.global_id import GlobalId
from hub.domain.identity.audit_context import MAX_IDS_PER_ENTRY, AuditContext
from hub.domain.identity.audit_log import AccessKind, AuditEntry, Caller, Operation
from hub.domain.sources.quarantine import (
    NameDecision,
    QuarantinedRow,
    QuarantineSettlement,
    ReviewQuestion,
    RowStatus,
    Ruling,
)
from hub.domain.sources.records import Doubt, QuarantineReason, RawRecord, SourceReader
from hub.domain.sources.spec import SourceSpec
from hub.errors import Invalid, NotFound
from hub.ingest.pages import Pages, held
from hub.ingest.raw_payload import payload_of
from hub.ingest.record_facts import Facts
from hub.ingest.run import resolver_of
from hub.store.database import Database
from hub.store.identity.audit_log import append_entries, fetch_source_owner
from hub.store.ingest import joins, quarantine, receipts
from hub.store.ingest import records as ingest_records
from hub.store.ingest.events import publish_event
from hub.store.ingest.names import upsert_name_decision as keep_decision
from hub.store.ingest.receipts import IdempotentCommand
from hub.store.ingest.session import IngestSession, open_ingest_session


def questions(waiting: Iterable[QuarantinedRow]) -> list[ReviewQuestion]:
    """What rows wait for, by the ruling that would settle it; a row with two doubts is in two."""
    found: dict[tuple[object, ...], ReviewQuestion] = {}
    for row in waiting:
        for doubt in dict.fromkeys(row.doubts):
            block = row.block if doubt.kind else None
            field = doubt.field if doubt.kind is None else ""
            key = (
                row.source_id,
                doubt.reason,
                doubt.kind,
                field,
                doubt.written,
                block,
                doubt.years,
            )
            if key not in found:
                found[key] = question_of(row, doubt, block)
            asked = found[key]
            if not asked.rows or asked.rows[-1] != row.id:
                asked.rows.append(row.id)
                for phase, satang in row.amounts.items():
                    asked.satang[phase] = asked.satang.get(phase, 0) + satang
    return list(found.values())


def question_of(row: QuarantinedRow, doubt: Doubt, block: str | None) -> ReviewQuestion:
    """The question a doubt puts, before its rows are counted."""
    return ReviewQuestion(
        row.source_id,
        doubt.reason,
        doubt.kind,
        doubt.field,
        doubt.written,
        block,
        doubt.years,
        doubt.proposals,
        doubt.th,
        doubt.en,
        [],
        {},
    )


async def settle(
    database: Database,
    spec: SourceSpec,
    read: SourceReader,
    ruling: Ruling,
    by: str,
    command: IdempotentCommand | None = None,
    trail: AuditContext | None = None,
) -> QuarantineSettlement:
    """Carry out a ruling, all of it or nothing; a command that comes again changes nothing.

    It is logged in the same transaction: by the `trail` of a request, else as an operator's doing.

    `Conflict` while the source is being taken in, `NotFound` where no row waits for the ruling,
    `Invalid` where it cannot be kept, `IdempotencyKeyReused` as `receipts.earlier` says.
    """
    async with open_ingest_session(database, spec.id) as way, way.transaction():
        if command and (kept := await receipts.claim_or_fetch_answer(way.connection, command)):
            return QuarantineSettlement(*kept)
        if ruling.name is not None:
            done = await decide(way, spec, read, ruling.name, by)
        elif ruling.accept:
            done = await accept(way, spec, read, ruling.accept, by)
        else:
            done = await refuse(way, spec, ruling.refuse, by)
        if command:
            await receipts.save_answer(way.connection, command, [done.read, done.settled])
        await publish_event(way.connection, spec.id, None)
        owner = await fetch_source_owner(way.connection, spec.id)
        await append_entries(way.connection, [logged(spec, owner, ruling, done, by, trail)])
    if trail:
        trail.write_logged = True
    return done


def logged(
    spec: SourceSpec,
    owner: str | None,
    ruling: Ruling,
    done: QuarantineSettlement,
    by: str,
    trail: AuditContext | None,
) -> AuditEntry:
    """What is logged of a ruling: the rows it names, or the source whose rows it covers."""
    rows = [GlobalId("QuarantinedRow", str(one)) for one in (*ruling.accept, *ruling.refuse)]
    records = [str(one) for one in rows or [GlobalId("Source", spec.id)]]
    return AuditEntry(
        AccessKind.WRITE,
        trail.caller if trail else Caller.from_terminal(by),
        trail.operation if trail else Operation("command", "review"),
        owner,
        spec.id,
        tuple(records[:MAX_IDS_PER_ENTRY]),
        done.settled,
    )


async def decide(
    way: IngestSession, spec: SourceSpec, read: SourceReader, taken: NameDecision, by: str
) -> QuarantineSettlement:
    """Take a decision on a name, and re-read every row it covers."""
    resolver = await resolver_of(way, spec)
    if taken.target is not None and not resolver.knows(taken.kind, taken.target):
        raise Invalid(
            "target",
            f"ไม่มี {taken.kind.value} รหัส {taken.target}",
            f"there is no {taken.kind.value} {taken.target}",
        )
    waiting = [
        row
        for row in await quarantine.list_rows(way.connection, spec.id)
        if any(covers(taken, doubt, row.block) for doubt in row.doubts)
    ]
    if not waiting:
        raise NotFound(f"ไม่มีแถวที่รอตรวจด้วยชื่อ {taken.name} · no row waits for the name {taken.name}")
    await keep_decision(way.connection, spec.id, taken, by)
    return await reread(way, spec, read, waiting, by)


def covers(taken: NameDecision, doubt: Doubt, block: str | None) -> bool:
    """Whether a decision speaks of a doubt."""
    return (
        doubt.kind is taken.kind
        and doubt.written == taken.name
        and taken.block in (None, block)
        and doubt.years is not None
        and taken.first.ce <= doubt.years[0] <= taken.last.ce
    )


async def accept(
    way: IngestSession, spec: SourceSpec, read: SourceReader, ids: Sequence[int], by: str
) -> QuarantineSettlement:
    """Take records as they are; others that waited under the same keys are refused with that."""
    chosen = await waiting_of(way, spec, ids)
    keys = [row.source_key for row in chosen]
    if len(set(keys)) < len(keys):
        raise Invalid(
            "rows",
            "เลือกได้เพียงหนึ่งแถวต่อหนึ่งรหัส",
            "choose one row of those with the same key",
        )
    rivals = [
        row.id
        for row in await quarantine.list_rows(way.connection, spec.id)
        if row.source_key in keys and row.id not in ids
    ]
    await quarantine.update_status(way.connection, rivals, RowStatus.REFUSED, by)
    done = await reread(way, spec, read, chosen, by, accepted=True)
    if done.settled < done.read:
        raise Invalid(
            "rows",
            "มีแถวที่รับตามที่เขียนไม่ได้ ต้องตัดสินชื่อก่อน หรือให้ต้นทางแก้",
            "a row cannot be taken as written; decide its names first, or have it mended",
        )
    return done


async def refuse(
    way: IngestSession, spec: SourceSpec, ids: Sequence[int], by: str
) -> QuarantineSettlement:
    """Say that records are not to be taken, now and when they come again."""
    chosen = await waiting_of(way, spec, ids)
    await quarantine.update_status(
        way.connection, [row.id for row in chosen], RowStatus.REFUSED, by
    )
    return QuarantineSettlement(len(chosen), len(chosen))


async def waiting_of(
    way: IngestSession, spec: SourceSpec, ids: Sequence[int]
) -> list[QuarantinedRow]:
    """The rows of these numbers, all of them waiting; `NotFound` names one that is not."""
    found = await quarantine.list_rows(way.connection, spec.id, ids=ids)
    if missing := set(ids) - {row.id for row in found}:
        raise NotFound(
            f"ไม่มีแถวที่รอตรวจหมายเลข {min(missing)} ใน {spec.id} "
            f"· no row {min(missing)} of {spec.id} is waiting"
        )
    return found


async def reread(
    way: IngestSession,
    spec: SourceSpec,
    read: SourceReader,
    rows: Sequence[QuarantinedRow],
    by: str,
    *,
    accepted: bool = False,
) -> QuarantineSettlement:
    """Read rows again from their raw records; what is certain now is stored, the rest waits on."""
    pages = Pages(way, spec, read, Facts(spec, await resolver_of(way, spec)))
    kept = await way.fetch_raw_payloads([row.hash for row in rows])
    facts, settled, doubted = [], [], []
    for row in rows:
        raw = RawRecord(None, payload_of(kept[row.hash]), row.url, row.retrieved_at)
        item = pages.item(pages.told(raw), row.block, accepted=accepted)
        contested = not accepted and any(
            doubt.reason is QuarantineReason.CONFLICTING_VALUES for doubt in row.doubts
        )
        if item.fact and not contested:
            facts.append(item.fact)
            settled.append(row.id)
        else:
            doubted.append((row, held(item, contested=contested)))
    await ingest_records.upsert_facts(way.connection, spec, facts)
    await joins.recompute_joins_to_source(way.connection, spec.id)
    await quarantine.update_status(way.connection, settled, RowStatus.RESOLVED, by)
    await quarantine.update_doubts(way.connection, [(row.id, new) for row, new in doubted])
    return QuarantineSettlement(len(rows), len(settled))
