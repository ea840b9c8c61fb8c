"""Settle names that addresses in the same document determine: list what they say, or rule by it.

    for one in await list_determined_names(database, "budget_act"):
        await settle_by_evidence(database, spec, read, one, "somsri")

A ruling is stored like any other, for the block or source of its question, and can be revoked; the
audit log has the rows and addresses that it follows from.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from hub.domain.identity.audit_log import AccessKind, AuditEntry, Caller, Operation
from hub.domain.record import record
from hub.domain.sources.names import DatedName
from hub.domain.sources.place_evidence import Determination, determine_target, is_one_edit
from hub.domain.sources.quarantine import ReviewQuestion
from hub.domain.sources.records import NameKind, QuarantineReason, SourceReader
from hub.domain.sources.rulings import NameDecision, QuarantineSettlement, Ruling
from hub.domain.sources.spec import SourceSpec
from hub.domain.thai_text import fold_name, strip_area_prefix
from hub.ingest.raw_payload import decode_payload
from hub.services.sources.settle_quarantine import settle_quarantine
from hub.store.area_members import list_provinces_of_clusters
from hub.store.database import Database
from hub.store.identity.audit_log import append_entries
from hub.store.ingest import quarantine
from hub.store.ingest.names import list_dated_names
from hub.store.ingest.raw_records import fetch_payloads
from hub.store.ingest.review_questions import list_questions

NAME_REASONS: Final = frozenset({QuarantineReason.UNKNOWN_NAME, QuarantineReason.AMBIGUOUS_NAME})
MAX_REASON_LENGTH: Final = 900


@record
class DeterminedName:
    """A question about a name, and the target that the addresses in its rows determine."""

    question: ReviewQuestion
    determination: Determination


async def list_determined_names(database: Database, source_id: str) -> list[DeterminedName]:
    """Return the questions about areas of a source that addresses in their rows determine."""
    found: list[DeterminedName] = []
    async with database.pool.acquire() as connection:
        questions = await list_questions(connection, [source_id])
        names = await list_dated_names(connection)
        for question in questions:
            if question.kind is not NameKind.AREA or question.reason not in NAME_REASONS:
                continue
            year = question.fiscal_years[0]
            in_force = [
                one
                for one in names
                if one.kind is NameKind.AREA and one.is_in_force(year.starts_on)
            ]
            members = await list_provinces_of_clusters(connection, year.starts_on)
            candidates = list_candidates(question, in_force, members)
            if not candidates:
                continue
            rows = await quarantine.list_rows(connection, source_id, ids=question.rows)
            payloads = await fetch_payloads(connection, [row.hash for row in rows])
            texts = {
                row.id: list_texts(decode_payload(payloads[row.hash]), question.written)
                for row in rows
            }
            provinces = {
                strip_area_prefix(one.official_name)[1]: one.target
                for one in in_force
                if one.level == "PROVINCE"
            }
            determination = determine_target(question.written, candidates, provinces, texts)
            if determination:
                found.append(DeterminedName(question, determination))
    return found


async def settle_by_evidence(
    database: Database, spec: SourceSpec, read: SourceReader, name: DeterminedName, by: str
) -> QuarantineSettlement:
    """Rule on a name as the addresses determine it, and write these to the audit log.

    Raises what `settle_quarantine` does.
    """
    question, determination = name.question, name.determination
    first, last = question.fiscal_years
    decision = NameDecision(
        NameKind.AREA, question.written, question.block, first, last, determination.target
    )
    settlement = await settle_quarantine(database, spec, read, Ruling(name=decision), by)
    addresses = "; ".join(f"{one.row}: {one.quote}" for one in determination.evidence)
    entry = AuditEntry(
        AccessKind.WRITE,
        Caller.from_terminal(by),
        Operation("command", "review evidence"),
        source_id=spec.id,
        count=len(determination.evidence),
        reason=f"ruling {settlement.ruling_id} = {determination.target}; {addresses}"[
            :MAX_REASON_LENGTH
        ],
    )
    async with database.write_transaction() as connection:
        await append_entries(connection, [entry])
    return settlement


def list_candidates(
    question: ReviewQuestion, names: Iterable[DatedName], members: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """Return the provinces of each proposal of a question: of clusters that share a name without
    its number, or of the one province from which the written name differs by one letter.
    """
    targets = {one.target for one in question.proposals}
    if question.reason is QuarantineReason.AMBIGUOUS_NAME:
        candidates = {one: members.get(one, frozenset()) for one in targets}
        return candidates if all(candidates.values()) else {}
    key = fold_name(strip_area_prefix(question.written)[1])
    alike = {
        one.target
        for one in names
        if one.level == "PROVINCE" and is_one_edit(key, fold_name(strip_area_prefix(one.name)[1]))
    }
    return {one: frozenset({one}) for one in alike} if len(alike) == 1 else {}


def list_texts(payload: Any, written: str) -> Sequence[str]:
    """Return the texts of a record except those that are the doubted name itself."""
    values = payload.values() if isinstance(payload, dict) else ()
    return [one for one in values if isinstance(one, str) and one.strip() != written]
