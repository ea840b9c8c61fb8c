"""Revoke a ruling: the rows and records that it covers are read again without it.

Answers as of an earlier instant do not change: facts that are withdrawn stay in the history.
"""

from collections.abc import Sequence
from dataclasses import replace

from hub.domain.sources.quarantine import QuarantinedPart, QuarantinedRow
from hub.domain.sources.records import NameKind, SourceReader
from hub.domain.sources.rulings import QuarantineSettlement, RecordedRuling, RulingKind
from hub.domain.sources.spec import SourceSpec
from hub.errors import Invalid, NotFound, StaleVersion
from hub.ingest.record_facts import build_record_id
from hub.services.sources.reread_records import RecordRereader
from hub.store.agency_register import withdraw_agency
from hub.store.ingest import quarantine, rulings
from hub.store.ingest.rulings import StoredVersion
from hub.store.ingest.source_lock import RulingSession


async def revoke_ruling(
    session: RulingSession,
    spec: SourceSpec,
    read: SourceReader,
    ruling_id: int,
    by: str,
    reason: str,
    expected_version: int | None = None,
) -> QuarantineSettlement:
    """Revoke a ruling and read again what it covers; return how many of that do not wait.

    `NotFound` when the source has no such ruling, `Invalid` without a reason, `StaleVersion` when
    it has ended or (`expected_version`) changed since the client has read it.
    """
    if not reason.strip():
        raise Invalid("reason", "ต้องบอกเหตุผล", "a reason is required")
    connection = session.ingest.connection
    found = await rulings.list_rulings(connection, spec.id, ids=[ruling_id])
    if not found:
        raise NotFound(f"ไม่มีคำวินิจฉัย {ruling_id} ใน {spec.id} · {spec.id} has no ruling {ruling_id}")
    check_in_force(found[0], expected_version)
    await rulings.end_rulings(connection, [ruling_id], by, reason.strip())
    await withdraw_new_agency(session, found[0])
    stored = await rulings.list_resolved_records(connection, [ruling_id])
    reopened = await quarantine.reopen_rows(connection, ruling_id)
    rows, accepted_versions = await sort_reopened(session, spec, reopened, found[0])
    rereader = await RecordRereader.create(session.ingest, spec, read, by)
    await rereader.withdraw(accepted_versions)
    reread = await rereader.reread(rows, stored)
    return QuarantineSettlement(
        len(rows) + len(stored),
        len(reread.settled_rows) + len(reread.settled_records),
        ruling_id,
    )


async def withdraw_new_agency(session: RulingSession, ruling: RecordedRuling) -> None:
    """Withdraw the agency that a ruling created, unless another ruling in force names it."""
    connection = session.ingest.connection
    if ruling.kind is RulingKind.NEW_AGENCY and ruling.decision and ruling.decision.target:
        target = ruling.decision.target
        if not await rulings.is_target_in_force(connection, NameKind.AGENCY, target):
            await withdraw_agency(connection, target)


def check_in_force(ruling: RecordedRuling, expected_version: int | None) -> None:
    """Raise `StaleVersion` when a ruling has ended, or is not the version that the client knows."""
    if ruling.revoked_at is not None:
        later = ruling.replaced_by_id
        raise StaleVersion(
            f"คำวินิจฉัย {ruling.id} ถูกแทนที่ด้วยคำวินิจฉัย {later} แล้ว "
            f"· ruling {ruling.id} was replaced by ruling {later}"
            if later
            else f"{ruling.revoked_by} ยกเลิกคำวินิจฉัย {ruling.id} แล้ว "
            f"· ruling {ruling.id} was revoked by {ruling.revoked_by}"
        )
    if expected_version not in (None, ruling.version):
        raise StaleVersion


async def sort_reopened(
    session: RulingSession,
    spec: SourceSpec,
    reopened: Sequence[QuarantinedRow],
    ruling: RecordedRuling,
) -> tuple[list[QuarantinedRow], list[StoredVersion]]:
    """Return the rows that wait again, and stored versions that are in doubt again.

    A row of which a later run has stored another version does not wait again.
    """
    connection = session.ingest.connection
    ids = {row.id: build_record_id(spec.id, row.source_key) for row in reopened}
    stored = await rulings.fetch_stored_versions(connection, list(ids.values()))
    hashes = {row.hash for row in reopened}
    rows: list[QuarantinedRow] = []
    superseded: list[int] = []
    accepted: list[StoredVersion] = []
    for row in reopened:
        version = stored.get(ids[row.id])
        if row.part is QuarantinedPart.LINKAGES:
            rows.append(row)
            continue
        if version is not None and version.hash == row.hash:
            accepted.append(replace(version, block=row.block))
        elif version is not None and version.hash not in hashes and version.known_from > ruling.at:
            superseded.append(row.id)
            continue
        rows.append(row)
    await quarantine.resolve_superseded_rows(connection, superseded)
    return rows, accepted
