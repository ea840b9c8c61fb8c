"""Dismiss findings and open them again, by an agency that they concern.

A finding concerns its parties, the ministry of a department among them, and those who may act for
the area of its gap or of its plan. A steward acts in the name of the first of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from hub.domain.finding_commands import (
    FindingBatchPayload,
    FindingDismissCommand,
    FindingPayload,
    FindingReopenCommand,
    FindingResult,
    FindingVersionItem,
    dump_finding_results,
    parse_finding_results,
)
from hub.domain.findings import Finding, FindingKind, FindingStatus
from hub.domain.global_id import GlobalId
from hub.domain.history import ChangeKind
from hub.domain.identity.viewer import Permission, Viewer
from hub.domain.record import record
from hub.errors import Forbidden, HubError, NotFound, StaleVersion, WrongStatus
from hub.services.commands.acting import Acting
from hub.services.commands.batch import build_item_error, check_size
from hub.services.commands.execute import AnswerFormat, CommandOutcome, Refused, execute_once
from hub.store.copies import Copies
from hub.store.database import Database, StoreConnection
from hub.store.findings import decisions
from hub.store.findings.reading import Findings
from hub.store.history import NewEntry, append_history
from hub.store.ingest.receipts import IdempotentCommand
from hub.store.linkage_rights import fetch_area_agency_rights, fetch_placed_under
from hub.store.projects import Projects
from hub.store.read_transaction import ReadTransaction

KINDS_OF_AREAS: Final = (FindingKind.GAP, FindingKind.RULE_VIOLATION)
"""Kinds that are about the plan of an area."""
NOT_CONCERNED: Final = (
    "ข้อสังเกตนี้ไม่เกี่ยวข้องกับหน่วยงานของท่าน · this finding does not concern your agency"
)


@record
class Decision:
    """What a command decides about each of its findings, and why."""

    status: FindingStatus
    reason: str

    @property
    def expected(self) -> FindingStatus:
        """Return the status that a finding must have before."""
        is_dismissal = self.status is FindingStatus.DISMISSED
        return FindingStatus.OPEN if is_dismissal else FindingStatus.DISMISSED


class FindingCommands:
    """Each method executes a command once, in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def dismiss(self, acting: Acting, command: FindingDismissCommand) -> FindingBatchPayload:
        """Dismiss findings; each is dismissed or refused by itself."""
        content = (command.items, command.reason)
        receipt = acting.command("findingDismiss", command.idempotency_key, content)
        decision = Decision(FindingStatus.DISMISSED, command.reason)
        return await self._execute(acting, receipt, command.items, decision)

    async def reopen(self, acting: Acting, command: FindingReopenCommand) -> FindingPayload:
        """Open a dismissed finding again."""
        content = (command.item, command.reason)
        receipt = acting.command("findingReopen", command.idempotency_key, content)
        decision = Decision(FindingStatus.OPEN, command.reason)
        payload = await self._execute(acting, receipt, [command.item], decision)
        if payload.user_errors:
            return FindingPayload(None, payload.user_errors)
        [result] = payload.results
        errors = [replace(error, field=["input", "finding"]) for error in result.user_errors]
        return FindingPayload(None if errors else result.finding_id, errors)

    async def _execute(
        self,
        acting: Acting,
        command: IdempotentCommand,
        items: Sequence[FindingVersionItem],
        decision: Decision,
    ) -> FindingBatchPayload:
        """Decide on each item, or return the first results of a repeated command."""

        async def _work(
            connection: StoreConnection, at: datetime
        ) -> CommandOutcome[Sequence[FindingResult]]:
            results = await decide_findings(connection, acting, items, decision, at)
            decided = [one.finding_id for one in results if not one.user_errors]
            return CommandOutcome(
                results, acting.audited(*((Finding.TYPE, key) for key in decided))
            )

        answers: AnswerFormat[Sequence[FindingResult]] = AnswerFormat(
            dump_finding_results, parse_finding_results
        )
        try:
            check_size(len(items))
            results = await execute_once(self._database, acting, command, _work, answers)
        except Refused as refused:
            return FindingBatchPayload([], refused.errors)
        return FindingBatchPayload(results)


async def decide_findings(
    connection: StoreConnection,
    acting: Acting,
    items: Sequence[FindingVersionItem],
    decision: Decision,
    at: datetime,
) -> list[FindingResult]:
    """Apply a decision to each item in order; return a result for each."""
    found, stored_ids = await lock_and_fetch(
        connection, acting.viewer.without_session(), [item.finding_id for item in items]
    )
    agencies = await find_acting_agencies(connection, acting, list(found.values()))
    results, entries = [], []
    for index, item in enumerate(items):
        one = found.get(item.finding_id)
        try:
            agency_id = check_item(item, one, agencies, decision)
        except HubError as error:
            current = one.gid if one is not None and isinstance(error, StaleVersion) else None
            errors = build_item_error(index, error, current)
            results.append(FindingResult(index, one.id if one else None, errors))
            continue
        key = stored_ids.get(item.finding_id, item.finding_id)
        await decisions.update_status(connection, key, decision.status, agency_id, decision.reason)
        entries.append(
            NewEntry(
                subject=str(GlobalId(Finding.TYPE, item.finding_id)),
                version=item.expected_version + 1,
                author=acting.author(agency_id, at),
                side=None,
                kind=ChangeKind.CHANGED,
                field="status",
                before=decision.expected.value,
                after=decision.status.value,
                reason=decision.reason,
                because_of=acting.because_of,
            )
        )
        found[item.finding_id] = with_status(found[item.finding_id], decision.status, at)
        results.append(FindingResult(index, item.finding_id))
    await append_history(connection, entries)
    return results


async def lock_and_fetch(
    connection: StoreConnection, viewer: Viewer, ids: Sequence[str]
) -> tuple[dict[str, Finding], dict[str, str]]:
    """Return locked findings by id, hidden ones absent, and under which ids copies are stored."""
    reader = ReadTransaction.from_connection(connection)
    copies = Copies(reader, viewer, Projects(reader, viewer))
    computed = await copies.by_finding_key(ids)
    await decisions.insert_copies(connection, computed.values())
    stored_ids = {key: one.stored_id for key, one in computed.items()}
    await decisions.lock_findings(connection, [stored_ids.get(key, key) for key in ids])
    found: dict[str, Finding] = {**await Findings(reader, viewer).by_id(ids)}
    found |= await copies.by_finding_key(list(computed))
    return found, stored_ids


def with_status(one: Finding, status: FindingStatus, at: datetime) -> Finding:
    """Return a finding as it is after a decision, for later items of the batch."""
    return replace(one, status=status, version=one.version + 1, updated_at=at)


def check_item(
    item: FindingVersionItem,
    one: Finding | None,
    agencies: Mapping[str, str],
    decision: Decision,
) -> str:
    """Return the agency in whose name to decide; raise if the item is refused."""
    key = item.finding_id
    if one is None:
        raise NotFound(f"ไม่พบข้อสังเกต {key} · there is no finding {key}")
    if key not in agencies:
        raise Forbidden(NOT_CONCERNED)
    if one.version != item.expected_version:
        raise StaleVersion(
            f"ข้อสังเกตนี้เป็นรุ่น {one.version} แล้ว อ่านใหม่ก่อน "
            f"· this finding has version {one.version}; read it again first"
        )
    if one.status is not decision.expected:
        raise WrongStatus(
            f"ข้อสังเกตนี้มีสถานะ {one.status.value} ต้องเป็น {decision.expected.value} "
            f"· this finding is {one.status.value}, and must be {decision.expected.value}"
        )
    return agencies[key]


async def find_acting_agencies(
    connection: StoreConnection, acting: Acting, found: Sequence[Finding]
) -> dict[str, str]:
    """Return in whose name the viewer may decide on findings, by finding; others are absent."""
    agency_id = acting.viewer.agency_id
    parties = {key for one in found for key in one.agency_ids}
    own = await fetch_placed_under(connection, list(parties), agency_id)
    own |= {one for one in parties if one == agency_id}
    gap_areas = {key for one in found if one.kind in KINDS_OF_AREAS for key in one.area_ids}
    rights = await fetch_area_agency_rights(connection, list(gap_areas), agency_id)
    is_steward = acting.viewer.has_permission(Permission.STEWARD)
    allowed: dict[str, str] = {}
    for one in found:
        is_own = not own.isdisjoint(one.agency_ids) or (
            one.kind in KINDS_OF_AREAS
            and any(rights[key].allowed for key in one.area_ids if key in rights)
        )
        name = agency_id if is_own else None
        if name is None and is_steward:
            name = next(iter(one.agency_ids), agency_id)
        if name is not None:
            allowed[one.id] = name
    return allowed
