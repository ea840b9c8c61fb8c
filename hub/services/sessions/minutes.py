"""The minutes of a session as Markdown, in Thai and English."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from hub.domain.matrix.comparison import CellChange, compare_matrices
from hub.domain.matrix.key import decode_matrix_key
from hub.domain.matrix.result import CellState
from hub.domain.sessions.agreements import Agreement, Commitment
from hub.domain.sessions.kinds import AgendaStatus, ConditionStatus, SessionKind, Stance
from hub.domain.sessions.proposals import Condition, Position, Proposal
from hub.domain.sessions.session import AgendaItem, Delegation, JointSession
from hub.domain.sessions.wording import english_day, name_of, thai_day
from hub.domain.text import LocalizedText
from hub.domain.time import BANGKOK
from hub.services.commands.acting import Acting
from hub.services.matrix.compute_matrix import compute_matrix
from hub.services.sessions.apply_operations import act_for_all
from hub.store.database import StoreConnection
from hub.store.read_transaction import ReadTransaction
from hub.store.unit_of_work import UnitOfWork

KINDS: Final[Mapping[SessionKind, tuple[str, str]]] = {
    SessionKind.STRATEGY: ("บูรณาการยุทธศาสตร์", "strategy"),
    SessionKind.LOCAL_PROJECTS: ("บูรณาการโครงการกับท้องถิ่น", "projects with local authorities"),
    SessionKind.POST_BUDGET: ("หลัง พ.ร.บ. งบประมาณ", "after the budget bill"),
}
STATES: Final[Mapping[CellState, tuple[str, str]]] = {
    CellState.COVERED: ("มีโครงการ", "covered"),
    CellState.GAP: ("ช่องว่าง", "gap"),
    CellState.OVERLAP: ("อาจซ้ำซ้อน", "may overlap"),
    CellState.DISPUTED: ("ยังเห็นต่าง", "disputed"),
    CellState.NOT_EXPECTED: ("ไม่คาดหมาย", "not expected"),
    CellState.NOT_REPORTED: ("ยังไม่มีรายงาน", "not reported"),
    CellState.RESTRICTED: ("ปกปิด", "restricted"),
    CellState.NOT_JUDGED: ("ไม่มีเกณฑ์", "not judged"),
    CellState.NOT_IN_FORCE: ("ไม่ใช้บังคับในปีนั้น", "not in force"),
}


class MinutesWriter:
    """What happened in a session, as text in one language (0: Thai, 1: English)."""

    def __init__(
        self,
        session: JointSession,
        agencies: Mapping[str, LocalizedText],
        delegations: Sequence[Delegation],
        items: Sequence[AgendaItem],
        notes: Sequence[str],
    ) -> None:
        self._session = session
        self._agencies = agencies
        self._delegations = delegations
        self._items = items
        self._notes = notes

    def agency(self, key: str, language: int) -> str:
        """Return the name of an agency."""
        return name_of(self._agencies, key)[language]

    def heading(self, at: datetime, language: int) -> list[str]:
        """Return title, day, kind, who was present, and what the host noted."""
        session, day = self._session, at.astimezone(BANGKOK).date()
        kind, be = KINDS[session.kind], session.fiscal_year.be
        host = self.agency(session.host_id, language)
        present = [self.agency(one.agency_id, language) for one in self._delegations if one.present]
        absent = [
            self.agency(one.agency_id, language) for one in self._delegations if not one.present
        ]
        if language:
            return [
                f"# Minutes: {session.title}",
                f"Closed on {english_day(day)} · {kind[1]} · fiscal year {be} BE · host {host}",
                f"Present: {', '.join(present) or '–'}",
                f"Invited, not present: {', '.join(absent) or '–'}",
                *(f"Note: {note}" for note in self._notes),
            ]
        return [
            f"# รายงานการประชุม: {session.title}",
            f"ปิดประชุมวันที่ {thai_day(day)} · {kind[0]} · ปีงบประมาณ พ.ศ. {be} · เจ้าภาพ {host}",
            f"ผู้เข้าประชุม: {', '.join(present) or '–'}",
            f"เชิญแล้วไม่ได้เข้าประชุม: {', '.join(absent) or '–'}",
            *(f"หมายเหตุ: {note}" for note in self._notes),
        ]

    def agreements(self, agreements: Sequence[Agreement], language: int) -> list[str]:
        """Return the memoranda, each with its digest."""
        title = ("## ข้อตกลง", "## Agreements")[language]
        none = ("ไม่มีข้อตกลง", "No agreement was concluded.")[language]
        blocks = [
            ((one.memorandum_th, one.memorandum_en)[language]).replace("\n", "  \n")
            + f"  \nSHA-256: {one.digest}"
            for one in reversed(agreements)
        ]
        return [title, *(blocks or [none])]

    def objections(
        self,
        proposals: Sequence[Proposal],
        positions: Mapping[str, Sequence[Position]],
        language: int,
    ) -> list[str]:
        """Return the objections in force, with their reasons."""
        title = ("## ความเห็นแย้ง", "## Objections")[language]
        found = [
            f"- {self.agency(position.agency_id, language)}: {position.reason} ({one.summary})"
            for one in proposals
            for position in positions.get(one.id, [])
            if position.in_force and position.stance is Stance.OBJECT
        ]
        return [title, *(found or [("ไม่มี", "None.")[language]])]

    def conditions(
        self,
        proposals: Sequence[Proposal],
        conditions: Mapping[str, Sequence[Condition]],
        language: int,
    ) -> list[str]:
        """Return the conditions that were not withdrawn, with how they were resolved."""
        title = ("## เงื่อนไข", "## Conditions")[language]
        found = [
            f"- {self.agency(one.agency_id, language)}: {one.text} — "
            f"{one.resolution or ('ยังไม่แก้', 'open')[language]}"
            for proposal in proposals
            for one in conditions.get(proposal.id, [])
            if one.status is not ConditionStatus.WITHDRAWN
        ]
        return [title, *(found or [("ไม่มี", "None.")[language]])]

    def commitments(self, commitments: Sequence[Commitment], language: int) -> list[str]:
        """Return who does what until when."""
        title = ("## ข้อผูกพัน", "## Commitments")[language]
        found = []
        for one in commitments:
            day = "–"
            if one.due_on is not None:
                day = english_day(one.due_on) if language else thai_day(one.due_on)
            until = ("ภายใน", "until")[language]
            found.append(f"- {self.agency(one.agency_id, language)}: {one.text} ({until} {day})")
        return [title, *(found or [("ไม่มี", "None.")[language]])]

    def open_points(self, language: int) -> list[str]:
        """Return the points of the agenda without an agreement."""
        title = ("## วาระที่ไม่ได้ข้อยุติ", "## Points without agreement")[language]
        found = [
            f"- {one.title}" + (f": {one.note}" if one.note else "")
            for one in self._items
            if one.status is not AgendaStatus.AGREED
        ]
        return [title, *(found or [("ไม่มี", "None.")[language]])]

    def matrix(self, changes: Sequence[CellChange], language: int) -> list[str]:
        """Return the cells that differ from the baseline."""
        title = ("## เมทริกซ์ก่อนและหลัง", "## The matrix before and after")[language]
        found = []
        for change in changes:
            cell = change.after or change.before
            if cell is None:
                continue
            before, after = (
                "–" if one is None else STATES[one.state][language]
                for one in (change.before, change.after)
            )
            counts = [
                0 if one is None else one.figures.projects for one in (change.before, change.after)
            ]
            labels = [
                label.th if not language else label.en or label.th
                for label in (cell.row.label, cell.column.label)
            ]
            unit = ("โครงการ", "projects")[language]
            found.append(
                f"- {labels[0]} × {labels[1]}: {before} ({counts[0]} {unit}) → "
                f"{after} ({counts[1]} {unit})"
            )
        return [title, *(found or [("ไม่เปลี่ยน", "Unchanged.")[language]])]


async def write_minutes(
    connection: StoreConnection,
    acting: Acting,
    session: JointSession,
    notes: Sequence[str],
    at: datetime,
) -> tuple[str, str]:
    """Return the minutes of a session in Thai and English; everything in it is named."""
    reader = ReadTransaction.from_connection(connection)
    viewer = act_for_all(acting, session.gid).viewer
    return await compose_minutes(UnitOfWork(reader, viewer), session, notes, at)


async def compose_minutes(
    unit: UnitOfWork, session: JointSession, notes: Sequence[str], at: datetime
) -> tuple[str, str]:
    """Return the minutes as the viewer of a unit of work may see them."""
    today = at.astimezone(BANGKOK).date()
    delegations = (await unit.sessions.delegations([session.id])).get(session.id, [])
    items = (await unit.sessions.items([session.id])).get(session.id, [])
    proposals = (await unit.proposals.by_session([session.id])).get(session.id, [])
    proposal_ids = [one.id for one in proposals]
    positions = await unit.proposals.positions(proposal_ids)
    conditions = await unit.proposals.conditions(proposal_ids)
    agreements = (await unit.agreements.by_session([session.id])).get(session.id, [])
    commitments = await unit.agreements.list_commitments(today, session_ids=[session.id])
    changes = await compare_with_baseline(unit, session, at)
    agency_ids = {session.host_id, *(one.agency_id for one in delegations)}
    agency_ids |= {one.agency_id for one in commitments}
    agencies = await unit.agencies.by_id(sorted(agency_ids), today)
    names = {key: one.short_name or one.name for key, one in agencies.items()}
    writer = MinutesWriter(session, names, delegations, items, notes)
    texts = []
    for language in (0, 1):
        blocks = [
            *writer.heading(at, language),
            *writer.agreements(agreements, language),
            *writer.conditions(proposals, conditions, language),
            *writer.objections(proposals, positions, language),
            *writer.commitments(commitments, language),
            *writer.open_points(language),
            *writer.matrix(changes, language),
        ]
        texts.append("\n\n".join(blocks) + "\n")
    return texts[0], texts[1]


async def compare_with_baseline(
    unit: UnitOfWork, session: JointSession, at: datetime
) -> list[CellChange]:
    """Return the cells of a session's matrix that differ from its baseline."""
    if session.opened_at is None:
        return []
    question = decode_matrix_key(session.matrix_key)
    today = at.astimezone(BANGKOK).date()
    before = await compute_matrix(unit, question, as_of_time=session.opened_at, now=at, today=today)
    after = await compute_matrix(unit, question, as_of_time=None, now=at, today=today)
    return compare_matrices(before, after).changed
