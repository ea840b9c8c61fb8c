"""Record rulings and apply them to every row and record that they cover, in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from hub.domain.record import record
from hub.domain.sources.ledger import add_amounts_by_name
from hub.domain.sources.quarantine import QuarantinedRow, RowStatus, build_question_key
from hub.domain.sources.records import Doubt, NameKind, QuarantineReason, SourceReader
from hub.domain.sources.rulings import (
    NameDecision,
    QuarantineSettlement,
    RecordedRuling,
    Ruling,
    RulingKind,
)
from hub.domain.sources.spec import SourceSpec
from hub.errors import Invalid, NotFound, StaleVersion
from hub.ingest.name_doubts import build_written_name
from hub.services.agencies.create_agency import create_agency
from hub.services.sources.reread_records import RecordRereader, Reread
from hub.store.ingest import names, quarantine, records, rulings
from hub.store.ingest.rulings import StoredVersion
from hub.store.ingest.source_lock import RulingSession


@record
class AppliedRuling:
    """A recorded ruling with what it covers; `is_new` false: the same one was in force already."""

    ruling_id: int
    rows: Sequence[QuarantinedRow]
    stored: Sequence[StoredVersion]
    refused_count: int = 0
    is_new: bool = True


async def apply_rulings(
    session: RulingSession,
    spec: SourceSpec,
    read: SourceReader,
    wanted: Sequence[Ruling],
    by: str,
) -> list[QuarantineSettlement]:
    """Record rulings in their order, then read all they cover again; return a result for each.

    `NotFound` when nothing waits for a ruling, `Invalid` when it cannot be applied, `StaleVersion`
    when somebody else has ruled on the same name.
    """
    applied = [await record_ruling(session, spec, ruling, by) for ruling in wanted]
    return await reread_applied(session, spec, read, applied, by)


async def reread_applied(
    session: RulingSession,
    spec: SourceSpec,
    read: SourceReader,
    applied: Sequence[AppliedRuling],
    by: str,
) -> list[QuarantineSettlement]:
    """Read all that recorded rulings cover again; return a result for each.

    `RowsNotAcceptable` when accepted rows are still in doubt.
    """
    rows = {row.id: row for one in applied for row in one.rows}
    stored = {version.id: version for one in applied for version in one.stored}
    reread = Reread(set(), set())
    if rows or stored:
        rereader = await RecordRereader.create(session.ingest, spec, read, by)
        reread = await rereader.reread(list(rows.values()), list(stored.values()))
    return [build_settlement(one, reread) for one in applied]


def build_settlement(one: AppliedRuling, reread: Reread) -> QuarantineSettlement:
    """Return how many rows and records a ruling covers, and how many of them do not wait."""
    settled = sum(row.id in reread.settled_rows for row in one.rows)
    settled += sum(version.id in reread.settled_records for version in one.stored)
    return QuarantineSettlement(
        len(one.rows) + len(one.stored) + one.refused_count,
        settled + one.refused_count,
        one.ruling_id,
    )


async def record_ruling(
    session: RulingSession, spec: SourceSpec, ruling: Ruling, by: str
) -> AppliedRuling:
    """Record one ruling and return what is to be read again."""
    connection = session.ingest.connection
    if ruling.new_agency is not None:
        draft = ruling.new_agency
        try:
            target = await create_agency(connection, draft.agency, by)
        except Invalid as error:
            raise Invalid(f"agency.{error.field}", error.th, error.en) from error
        decision = NameDecision(NameKind.AGENCY, draft.name, None, draft.first, draft.last, target)
        return await record_decision(session, spec, replace(ruling, name=decision), by)
    if ruling.name is not None:
        if ruling.name.target is not None and not await names.has_target(
            connection, ruling.name.kind, ruling.name.target
        ):
            raise Invalid(
                "target",
                f"ไม่มี {ruling.name.kind.value} รหัส {ruling.name.target}",
                f"there is no {ruling.name.kind.value} {ruling.name.target}",
            )
        return await record_decision(session, spec, ruling, by)
    return await record_row_ruling(session, spec, ruling, by)


async def record_decision(
    session: RulingSession, spec: SourceSpec, ruling: Ruling, by: str
) -> AppliedRuling:
    """Record a ruling on a name; earlier ones that it includes are replaced."""
    assert ruling.name is not None  # noqa: S101 - for mypy
    connection = session.ingest.connection
    decision = replace(ruling.name, name=build_written_name(ruling.name.name))
    ruling = replace(ruling, name=decision)
    same_name = await rulings.list_name_rulings(connection, spec.id, decision.kind, decision.name)
    for one in same_name:
        if (
            one.decision
            and one.decision.target == decision.target
            and one.decision.includes(decision)
        ):
            return AppliedRuling(one.id, (), (), is_new=False)
    check_seen(session, ruling, decision, same_name, by)
    rows = [
        row
        for row in await quarantine.list_rows_with_name(connection, spec.id, decision)
        if any(decision_covers(decision, doubt, row.block) for doubt in row.doubts)
    ]
    same_ids = [one.id for one in same_name]
    stored = await rulings.list_resolved_records(connection, same_ids, decision.block)
    if not rows and not same_name:
        raise NotFound(
            f"ไม่มีแถวที่รอตรวจด้วยชื่อ {decision.name} · no waiting row has the name {decision.name}"
        )
    replaced_ids = [one.id for one in same_name if one.decision and decision.includes(one.decision)]
    await rulings.end_rulings(connection, replaced_ids, by)
    ruling_id = await rulings.insert_ruling(
        connection, spec.id, ruling, by, find_question_key(decision, rows)
    )
    await rulings.update_replaced(connection, replaced_ids, ruling_id)
    stored_amounts = await records.sum_amounts(connection, [one.id for one in stored])
    await rulings.update_coverage(
        connection,
        ruling_id,
        len(rows) + len(stored),
        add_amounts_by_name(
            [
                *(row.amounts for row in rows),
                {phase.value: satang for phase, satang in stored_amounts.items()},
            ]
        ),
    )
    return AppliedRuling(ruling_id, rows, stored)


def check_seen(
    session: RulingSession,
    ruling: Ruling,
    decision: NameDecision,
    same_name: Iterable[RecordedRuling],
    by: str,
) -> None:
    """Raise `StaleVersion` if a ruling in force that this one changes was not seen by its maker.

    That is one of another person, and one that was committed since this one was sent; naming a
    ruling in `replaces` means that all up to it were seen.
    """
    seen_id = ruling.replaces or 0
    in_force = {one.id: one for one in same_name}
    if ruling.replaces is not None and ruling.replaces not in in_force:
        raise StaleVersion(
            f"คำวินิจฉัย {ruling.replaces} ไม่มีผลแล้ว หรือเป็นของชื่ออื่น ดูรายการคำวินิจฉัยแล้วลองใหม่ "
            f"· ruling {ruling.replaces} is not in force, or not on this name; "
            "list the rulings and try again"
        )
    for one in in_force.values():
        is_unseen = one.id > seen_id and (one.by != by or one.id > session.seen_id)
        if is_unseen and one.decision and overlaps(one.decision, decision):
            raise StaleVersion(
                f"{one.by} วินิจฉัยชื่อนี้แล้ว (คำวินิจฉัย {one.id}: {one.text.th}) "
                f"ถ้าจะแทนที่ ให้ระบุว่าแทนคำวินิจฉัย {one.id} "
                f"· {one.by} has ruled on this name already (ruling {one.id}: {one.text.en}); "
                f"to replace it, name ruling {one.id} as the one that is replaced"
            )


def overlaps(left: NameDecision, right: NameDecision) -> bool:
    """Return whether two decisions on one name apply to a common block and fiscal year."""
    return (
        (left.block is None or right.block is None or left.block == right.block)
        and left.first.ce <= right.last.ce
        and right.first.ce <= left.last.ce
    )


def decision_covers(decision: NameDecision, doubt: Doubt, block: str | None) -> bool:
    """Return whether a decision applies to a doubt."""
    return (
        doubt.kind is decision.kind
        and doubt.written == decision.name
        and decision.block in (None, block)
        and doubt.years is not None
        and decision.first.ce <= doubt.years[0] <= decision.last.ce
    )


def find_question_key(decision: NameDecision, rows: Sequence[QuarantinedRow]) -> str | None:
    """Return the key of the question that a decision on a name answers; null without a row."""
    for row in rows:
        for doubt in row.doubts:
            if decision_covers(decision, doubt, row.block):
                return question_key_of(doubt, row.block)
    return None


def question_key_of(doubt: Doubt, block: str | None) -> str:
    """Return the key of the question that a doubt of a row belongs to."""
    by_block = doubt.reason is QuarantineReason.AMBIGUOUS_NAME
    return build_question_key(
        doubt.reason,
        doubt.kind,
        "" if doubt.kind else doubt.field,
        doubt.written,
        block if by_block else None,
    )


async def record_row_ruling(
    session: RulingSession, spec: SourceSpec, ruling: Ruling, by: str
) -> AppliedRuling:
    """Record a ruling on rows: they are accepted, accepted with rounded amounts, or refused.

    Other waiting rows with the key of an accepted one are refused.
    """
    connection = session.ingest.connection
    rows = await fetch_waiting_rows(session, spec, ruling.rows)
    first_doubt = rows[0].doubts[0]
    ruling_id = await rulings.insert_ruling(
        connection, spec.id, ruling, by, question_key_of(first_doubt, rows[0].block)
    )
    await rulings.update_coverage(
        connection, ruling_id, len(rows), add_amounts_by_name([row.amounts for row in rows])
    )
    ids = [row.id for row in rows]
    if ruling.kind is RulingKind.REFUSE:
        await quarantine.update_status(connection, ids, RowStatus.REFUSED, by, ruling_id)
        return AppliedRuling(ruling_id, (), (), len(rows))
    keys = [row.source_key for row in rows]
    if len(set(keys)) < len(keys):
        raise one_row_per_key(rows)
    if ruling.kind is RulingKind.ROUND:
        check_roundable(rows)
    rival_ids = await quarantine.list_rival_ids(connection, spec.id, keys, ids)
    await quarantine.update_status(connection, rival_ids, RowStatus.REFUSED, by, ruling_id)
    await quarantine.update_status(connection, ids, RowStatus.RESOLVED, by, ruling_id)
    return AppliedRuling(ruling_id, [replace(row, ruling_id=ruling_id) for row in rows], ())


def one_row_per_key(rows: Sequence[QuarantinedRow]) -> Invalid:
    """Return the error about accepting several rows with one key; it names the rows of one key."""
    by_key: dict[str, list[int]] = {}
    for row in rows:
        by_key.setdefault(row.source_key, []).append(row.id)
    key, ids = next((key, ids) for key, ids in by_key.items() if len(ids) > 1)
    numbers = ", ".join(map(str, ids))
    return Invalid(
        "rows",
        f"เลือกได้เพียงหนึ่งแถวต่อหนึ่งรหัส แถว {numbers} มีรหัส {key} เหมือนกัน ให้รับแถวเดียวด้วยเลขแถว",
        f"choose only one row per key: rows {numbers} have the key {key}; accept one by its number",
    )


def check_roundable(rows: Iterable[QuarantinedRow]) -> None:
    """Raise `Invalid` for a row without an amount finer than a satang: accept it as written."""
    for row in rows:
        if all(doubt.reason is not QuarantineReason.AMOUNT_TOO_FINE for doubt in row.doubts):
            raise Invalid(
                "rows",
                f"แถว {row.id} ไม่มีจำนวนเงินที่ละเอียดกว่าสตางค์ จึงไม่มีอะไรให้ปัดเศษ",
                f"row {row.id} has no amount finer than a satang, so there is nothing to round",
            )


async def fetch_waiting_rows(
    session: RulingSession, spec: SourceSpec, ids: Sequence[int]
) -> list[QuarantinedRow]:
    """Return the rows with these ids, all waiting; `NotFound` names one that is not."""
    rows = await quarantine.list_rows(session.ingest.connection, spec.id, ids=ids)
    if missing := set(ids) - {row.id for row in rows}:
        raise NotFound(
            f"ไม่มีแถวที่รอตรวจหมายเลข {min(missing)} ใน {spec.id} "
            f"· no row {min(missing)} of {spec.id} is waiting"
        )
    return rows
