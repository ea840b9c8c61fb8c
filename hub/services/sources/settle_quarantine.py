"""Review of quarantined rows: group them into questions, and apply rulings.

A ruling re-reads every row it covers from the stored raw record, with the same reader and the same
checks as a run.
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
from hub.ingest.pages import PageProcessor, build_quarantine_entry
from hub.ingest.parse_pages import PageParser
from hub.ingest.raw_payload import decode_payload
from hub.ingest.record_facts import RecordFactsBuilder
from hub.ingest.run import load_resolver
from hub.store.database import Database
from hub.store.identity.audit_log import append_entries, fetch_source_owner
from hub.store.ingest import joins, quarantine, receipts
from hub.store.ingest import records as ingest_records
from hub.store.ingest.events import publish_event
from hub.store.ingest.names import upsert_name_decision as insert_name_decision
from hub.store.ingest.receipts import IdempotentCommand
from hub.store.ingest.session import IngestSession
from hub.store.ingest.source_lock import open_ingest_session


def group_questions(rows: Iterable[QuarantinedRow]) -> list[ReviewQuestion]:
    """Return rows grouped by the ruling that would settle them; two doubts are two questions."""
    grouped: dict[tuple[object, ...], ReviewQuestion] = {}
    for row in rows:
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
            if key not in grouped:
                grouped[key] = build_question(row, doubt, block)
            question = grouped[key]
            if not question.rows or question.rows[-1] != row.id:
                question.rows.append(row.id)
                for phase, satang in row.amounts.items():
                    question.satang[phase] = question.satang.get(phase, 0) + satang
    return list(grouped.values())


def build_question(row: QuarantinedRow, doubt: Doubt, block: str | None) -> ReviewQuestion:
    """Return the question of a doubt, without rows."""
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


async def settle_quarantine(
    database: Database,
    spec: SourceSpec,
    read: SourceReader,
    ruling: Ruling,
    by: str,
    command: IdempotentCommand | None = None,
    audit_context: AuditContext | None = None,
) -> QuarantineSettlement:
    """Apply a ruling completely or not at all; a repeated command changes nothing.

    It is written to the audit log in the same transaction, with the `audit_context` of a request or
    else as the operator.

    `Conflict` while the source is being ingested, `NotFound` when no row waits for the ruling,
    `Invalid` when the ruling cannot be applied, `IdempotencyKeyReused` as raised by
    `receipts.claim_or_fetch_answer`.
    """
    async with open_ingest_session(database, spec.id) as session, session.transaction():
        if command and (
            earlier := await receipts.claim_or_fetch_answer(session.connection, command)
        ):
            return QuarantineSettlement(*earlier)
        if ruling.name is not None:
            settlement = await apply_name_decision(session, spec, read, ruling.name, by)
        elif ruling.accept:
            settlement = await accept_rows(session, spec, read, ruling.accept, by)
        else:
            settlement = await refuse_rows(session, spec, ruling.refuse, by)
        if command:
            await receipts.save_answer(
                session.connection, command, [settlement.read, settlement.settled]
            )
        await publish_event(session.connection, spec.id, None)
        owner = await fetch_source_owner(session.connection, spec.id)
        await append_entries(
            session.connection,
            [build_audit_entry(spec, owner, ruling, settlement, by, audit_context)],
        )
    if audit_context:
        audit_context.write_logged = True
    return settlement


def build_audit_entry(
    spec: SourceSpec,
    owner: str | None,
    ruling: Ruling,
    settlement: QuarantineSettlement,
    by: str,
    audit_context: AuditContext | None,
) -> AuditEntry:
    """Return the audit entry of a ruling: the rows it names, or the source whose rows it covers."""
    covered_ids = [GlobalId("QuarantinedRow", str(one)) for one in (*ruling.accept, *ruling.refuse)]
    record_ids = [str(one) for one in covered_ids or [GlobalId("Source", spec.id)]]
    return AuditEntry(
        AccessKind.WRITE,
        audit_context.caller if audit_context else Caller.from_terminal(by),
        audit_context.operation if audit_context else Operation("command", "review"),
        owner,
        spec.id,
        tuple(record_ids[:MAX_IDS_PER_ENTRY]),
        settlement.settled,
    )


async def apply_name_decision(
    session: IngestSession, spec: SourceSpec, read: SourceReader, decision: NameDecision, by: str
) -> QuarantineSettlement:
    """Store a decision on a name and re-read every row it covers."""
    resolver = await load_resolver(session, spec)
    if decision.target is not None and not resolver.has_target(decision.kind, decision.target):
        raise Invalid(
            "target",
            f"ไม่มี {decision.kind.value} รหัส {decision.target}",
            f"there is no {decision.kind.value} {decision.target}",
        )
    rows = [
        row
        for row in await quarantine.list_rows(session.connection, spec.id)
        if any(decision_covers(decision, doubt, row.block) for doubt in row.doubts)
    ]
    if not rows:
        raise NotFound(
            f"ไม่มีแถวที่รอตรวจด้วยชื่อ {decision.name} · no waiting row has the name {decision.name}"
        )
    await insert_name_decision(session.connection, spec.id, decision, by)
    return await reprocess_rows(session, spec, read, rows, by)


def decision_covers(decision: NameDecision, doubt: Doubt, block: str | None) -> bool:
    """Return whether a decision applies to a doubt."""
    return (
        doubt.kind is decision.kind
        and doubt.written == decision.name
        and decision.block in (None, block)
        and doubt.years is not None
        and decision.first.ce <= doubt.years[0] <= decision.last.ce
    )


async def accept_rows(
    session: IngestSession, spec: SourceSpec, read: SourceReader, ids: Sequence[int], by: str
) -> QuarantineSettlement:
    """Store rows as written; other waiting rows with the same keys are refused."""
    rows = await fetch_waiting_rows(session, spec, ids)
    keys = [row.source_key for row in rows]
    if len(set(keys)) < len(keys):
        raise Invalid(
            "rows",
            "เลือกได้เพียงหนึ่งแถวต่อหนึ่งรหัส",
            "choose only one row per key",
        )
    rival_ids = [
        row.id
        for row in await quarantine.list_rows(session.connection, spec.id)
        if row.source_key in keys and row.id not in ids
    ]
    await quarantine.update_status(session.connection, rival_ids, RowStatus.REFUSED, by)
    settlement = await reprocess_rows(session, spec, read, rows, by, accepted=True)
    if settlement.settled < settlement.read:
        raise Invalid(
            "rows",
            "มีแถวที่รับตามที่เขียนไม่ได้ ตัดสินชื่อก่อน หรือให้ต้นทางแก้ไข",
            "a row cannot be accepted as written; decide its name first, or have the source fix it",
        )
    return settlement


async def refuse_rows(
    session: IngestSession, spec: SourceSpec, ids: Sequence[int], by: str
) -> QuarantineSettlement:
    """Refuse rows, in this and in later runs."""
    rows = await fetch_waiting_rows(session, spec, ids)
    await quarantine.update_status(
        session.connection, [row.id for row in rows], RowStatus.REFUSED, by
    )
    return QuarantineSettlement(len(rows), len(rows))


async def fetch_waiting_rows(
    session: IngestSession, spec: SourceSpec, ids: Sequence[int]
) -> list[QuarantinedRow]:
    """Return the rows with these ids, all waiting; `NotFound` names one that is not."""
    rows = await quarantine.list_rows(session.connection, spec.id, ids=ids)
    if missing := set(ids) - {row.id for row in rows}:
        raise NotFound(
            f"ไม่มีแถวที่รอตรวจหมายเลข {min(missing)} ใน {spec.id} "
            f"· no row {min(missing)} of {spec.id} is waiting"
        )
    return rows


async def reprocess_rows(
    session: IngestSession,
    spec: SourceSpec,
    read: SourceReader,
    rows: Sequence[QuarantinedRow],
    by: str,
    *,
    accepted: bool = False,
) -> QuarantineSettlement:
    """Re-read rows from their raw records; store what is certain, update the doubts of the rest."""
    parser = PageParser(session, spec, read)
    processor = PageProcessor(
        session, spec, parser, RecordFactsBuilder(spec, await load_resolver(session, spec))
    )
    payloads = await session.raw_records.fetch([row.hash for row in rows])
    facts, settled_ids, still_doubted = [], [], []
    for row in rows:
        positional = tuple(doubt for doubt in row.doubts if doubt.positional)
        raw = RawRecord(
            None, decode_payload(payloads[row.hash]), row.url, row.retrieved_at, doubts=positional
        )
        item = processor.resolve_record(parser.parse_record(raw), row.block, accepted=accepted)
        contested = not accepted and any(
            doubt.reason is QuarantineReason.CONFLICTING_VALUES for doubt in row.doubts
        )
        if item.fact and not contested:
            facts.append(item.fact)
            settled_ids.append(row.id)
        else:
            still_doubted.append((row, build_quarantine_entry(item, contested=contested)))
    await ingest_records.upsert_facts(session.connection, spec, facts)
    await joins.recompute_joins_to_source(session.connection, spec.id)
    await quarantine.update_status(session.connection, settled_ids, RowStatus.RESOLVED, by)
    await quarantine.update_doubts(
        session.connection, [(row.id, new) for row, new in still_doubted]
    )
    return QuarantineSettlement(len(rows), len(settled_ids))
