"""Export the questions and rulings of a source as a file, and import the edited file.

An import is one transaction, all or nothing. A row whose decision is in force already changes
nothing, so that a file may be imported again.
"""

from collections.abc import Sequence
from typing import Final

from hub.domain.identity.audit_context import AuditContext
from hub.domain.identity.audit_log import Operation
from hub.domain.sources.records import NameKind, SourceReader
from hub.domain.sources.ruling_file import (
    VERBS,
    RulingFileIssue,
    RulingFileResult,
    RulingFileRow,
    build_rows,
    issue,
    parse_rows,
)
from hub.domain.sources.ruling_file_cells import (
    parse_draft,
    parse_kind,
    parse_number,
    parse_years,
)
from hub.domain.sources.rulings import (
    NameDecision,
    NewAgencyDecision,
    QuarantineSettlement,
    Ruling,
)
from hub.domain.sources.spec import SourceSpec
from hub.errors import Conflict, HubError, Invalid, NotFound
from hub.ingest.name_doubts import build_written_name
from hub.services.sources.apply_rulings import AppliedRuling, record_ruling, reread_applied
from hub.services.sources.reread_records import RowsNotAcceptable
from hub.services.sources.revoke_ruling import revoke_ruling
from hub.services.sources.ruling_file_matches import (
    FileContext,
    find_in_force,
    is_same_decision,
)
from hub.services.sources.settle_quarantine import build_audit_entry, ruling_gids
from hub.store.database import Database
from hub.store.identity.audit_log import append_entries, fetch_source_owner
from hub.store.ingest import review_questions, rulings
from hub.store.ingest.events import publish_event
from hub.store.ingest.source_lock import RulingSession, open_ruling_session

NOTHING_READ: Final = QuarantineSettlement(0, 0)
COLUMN_OF_FIELD: Final = {
    "agency.area": "new_area",
    "agency.parent": "new_parent",
    "agency.kind": "new_kind",
    "agency.name": "written",
    "rows": "decision",
}
"""Columns by the field that an error names, if it is not a column itself."""
FILE_REASON: Final = "ตามไฟล์คำวินิจฉัย · by a file of rulings"
"""The reason of a revocation by a file, which has no column for it."""


class RollBackImport(Exception):
    """Ends the transaction of an import that is not to be stored."""


async def export_rulings(database: Database, source_id: str) -> list[list[str]]:
    """Return the rows of the file of a source: all questions, then all rulings in force."""
    async with database.pool.acquire() as connection:
        questions = await review_questions.list_questions(connection, [source_id])
        in_force = await rulings.list_rulings(connection, source_id, in_force=True)
    return build_rows(questions, in_force)


async def import_rulings(
    database: Database,
    spec: SourceSpec,
    read: SourceReader,
    table: Sequence[Sequence[str]],
    by: str,
    *,
    dry: bool = False,
    audit_context: AuditContext | None = None,
) -> RulingFileResult:
    """Apply the decisions of a file; `dry`: only return what would be done, or what is wrong.

    `Conflict` while the source is being ingested.
    """
    rows, issues = parse_rows(table)
    if issues:
        return RulingFileResult(0, 0, 0, 0, NOTHING_READ, issues, dry)
    result: RulingFileResult | None = None
    try:
        async with open_ruling_session(database, spec.id) as session:
            importer = RulingImporter(session, spec, read, by)
            result = await importer.run(rows, dry=dry)
            if dry or result.issues:
                raise RollBackImport
            if result.applied or result.revoked:
                await importer.log(audit_context)
    except RollBackImport:
        pass
    assert result is not None  # noqa: S101 - set, or another exception was raised
    return result


class RulingImporter:
    """Applies the rows of a file within one transaction."""

    def __init__(
        self, session: RulingSession, spec: SourceSpec, read: SourceReader, by: str
    ) -> None:
        self._session = session
        self._spec = spec
        self._read = read
        self._by = by
        self._issues: list[RulingFileIssue] = []
        self._applied: list[AppliedRuling] = []
        self._file_rows: list[RulingFileRow] = []
        self._revoked: list[QuarantineSettlement] = []
        self._settlements: list[QuarantineSettlement] = []

    async def run(self, rows: Sequence[RulingFileRow], *, dry: bool) -> RulingFileResult:
        """Record the rulings of all rows, then read what they cover again."""
        connection = self._session.ingest.connection
        context = FileContext(
            {
                one.key: one
                for one in await review_questions.list_questions(connection, [self._spec.id])
            },
            await rulings.list_rulings(connection, self._spec.id, in_force=True),
        )
        decided = [row for row in rows if row.get("decision")]
        unchanged = 0
        seen: dict[tuple[str, ...], RulingFileRow] = {}
        for row in decided:
            identity = tuple(row.get(name) for name in ("kind", "written", "block", "only_years"))
            if not row.get("kind"):
                identity = ("", row.get("key"), row.get("ruling"), "")
            earlier = seen.setdefault(identity, row)
            if earlier is not row:
                if earlier.get("decision") != row.get("decision"):
                    self._report_duplicate(row, earlier)
                else:
                    unchanged += 1
                continue
            try:
                unchanged += not await self._apply(row, context)
            except (Invalid, NotFound, Conflict) as error:
                self._report(row, error)
        if not self._issues:
            try:
                self._settlements = await reread_applied(
                    self._session, self._spec, self._read, self._applied, self._by
                )
            except RowsNotAcceptable as error:
                self._report_not_acceptable(error)
        every = [*self._settlements, *self._revoked]
        settlement = QuarantineSettlement(
            sum(one.read for one in every), sum(one.settled for one in every)
        )
        counts = (len(decided), unchanged, len(self._applied), len(self._revoked))
        return RulingFileResult(*counts, settlement, self._issues, dry)

    async def log(self, audit_context: AuditContext | None) -> None:
        """Publish the event of an import and write its audit entry."""
        connection = self._session.ingest.connection
        await publish_event(connection, self._spec.id, None)
        owner = await fetch_source_owner(connection, self._spec.id)
        every = [*self._settlements, *self._revoked]
        settled = sum(one.settled for one in every)
        operation = Operation("command", "review import")
        entry = build_audit_entry(
            self._spec, owner, ruling_gids(every), settled, self._by, operation, audit_context
        )
        await append_entries(connection, [entry])

    async def _apply(self, row: RulingFileRow, context: FileContext) -> bool:
        """Apply a row; return false when its decision is in force already."""
        verb = VERBS.get(row.get("decision").casefold())
        in_force = find_in_force(row, context, verb)
        if verb == "revoke":
            if in_force is None:
                raise NotFound("ไม่มีคำวินิจฉัยที่มีผลให้ยกเลิก · there is no ruling in force to revoke")
            self._revoked.append(
                await revoke_ruling(
                    self._session, self._spec, self._read, in_force.id, self._by, FILE_REASON
                )
            )
            return True
        if in_force is not None and is_same_decision(in_force, row, verb):
            return False
        ruling = await self._build_ruling(row, context, verb)
        applied = await record_ruling(self._session, self._spec, ruling, self._by)
        if applied.is_new:
            self._applied.append(applied)
            self._file_rows.append(row)
        return applied.is_new

    async def _build_ruling(
        self, row: RulingFileRow, context: FileContext, verb: str | None
    ) -> Ruling:
        """Return the ruling of a row; `Invalid` names the column that is wrong."""
        replaces = parse_number(row, "ruling")
        if verb in ("accept", "round", "refuse"):
            question = context.questions.get(row.get("key"))
            if question is None:
                raise NotFound("ไม่มีแถวที่รอของข้อนี้แล้ว · no row waits for this question")
            ids = await review_questions.list_row_ids(self._session.ingest.connection, question)
            return Ruling(**{verb: ids})  # type: ignore[arg-type]  # one of three fields of rows
        kind = parse_kind(row)
        first, last = parse_years(row)
        name, block = build_written_name(row.get("written")), row.get("block") or None
        if verb == "new":
            if kind is not NameKind.AGENCY:
                raise Invalid(
                    "kind", "หน่วยงานใหม่ต้องเป็นชนิด AGENCY", "a new agency must have kind AGENCY"
                )
            return Ruling(new_agency=NewAgencyDecision(name, parse_draft(row, name), first, last))
        target = None if row.get("decision") == "-" else row.get("decision")
        decision = NameDecision(kind, name, block, first, last, target)
        is_listed = any(one.id == replaces for one in context.in_force)
        return Ruling(name=decision, replaces=replaces if is_listed else None)

    def _report(self, row: RulingFileRow, error: HubError) -> None:
        column = "decision"
        if isinstance(error, Invalid):
            th, en = error.th, error.en
            column = COLUMN_OF_FIELD.get(
                error.field, error.field if error.field in row.cells else "decision"
            )
        else:
            th, _, en = error.message.partition(" · ")
        self._issues.append(issue(row.number, column, row.get(column), th, en or th))

    def _report_not_acceptable(self, error: RowsNotAcceptable) -> None:
        """Report the rows of the file that accept rows still in doubt, with the reasons."""
        for applied, row in zip(self._applied, self._file_rows, strict=True):
            doubts = {
                one.id: error.doubts[one.id] for one in applied.rows if one.id in error.doubts
            }
            if doubts:
                self._report(row, RowsNotAcceptable(doubts))

    def _report_duplicate(self, row: RulingFileRow, earlier: RulingFileRow) -> None:
        self._issues.append(
            issue(
                row.number,
                "decision",
                row.get("decision"),
                f"ต่างจากแถว {earlier.number} ซึ่งเป็นข้อเดียวกัน "
                f"({earlier.get('decision')}) เหลือไว้แถวเดียว",
                f"differs from row {earlier.number}, which is the same question "
                f"({earlier.get('decision')}); keep one of them",
            )
        )
