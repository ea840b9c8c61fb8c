"""The blocks of minutes in one language: what happened in a session."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from hub.domain.matrix.comparison import CellChange
from hub.domain.matrix.result import CellState
from hub.domain.sessions.agreements import Agreement, Commitment
from hub.domain.sessions.kinds import AgendaStatus, ConditionStatus, SessionKind, Stance
from hub.domain.sessions.proposals import Condition, Position, Proposal
from hub.domain.sessions.session import AgendaItem, Delegation, JointSession
from hub.domain.sessions.wording import english_day, name_of, thai_day
from hub.domain.text import LocalizedText
from hub.domain.time import BANGKOK
from hub.services.sessions.minutes_blocks import Block, Heading, Listing, Paragraph

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
    """What happened in a session, as blocks in one language (0: Thai, 1: English)."""

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

    def heading(self, at: datetime, language: int, *, is_final: bool) -> list[Block]:
        """Return title, day, kind, who was present, and what the host noted."""
        session, day = self._session, at.astimezone(BANGKOK).date()
        kind, be = KINDS[session.kind], session.fiscal_year.be
        host = self.agency(session.host_id, language)
        present = [self.agency(one.agency_id, language) for one in self._delegations if one.present]
        absent = [
            self.agency(one.agency_id, language) for one in self._delegations if not one.present
        ]
        status = (("ปิดประชุมวันที่", "Closed on") if is_final else ("ร่าง ณ วันที่", "Draft as of"))[
            language
        ]
        title, lines = (
            f"รายงานการประชุม: {session.title}",
            [
                f"{status} {thai_day(day)} · {kind[0]} · ปีงบประมาณ พ.ศ. {be} · เจ้าภาพ {host}",
                f"ผู้เข้าประชุม: {', '.join(present) or '–'}",
                f"เชิญแล้วไม่ได้เข้าประชุม: {', '.join(absent) or '–'}",
                *(f"หมายเหตุ: {note}" for note in self._notes),
            ],
        )
        if language:
            title, lines = (
                f"Minutes: {session.title}",
                [
                    f"{status} {english_day(day)} · {kind[1]} · fiscal year {be} BE · host {host}",
                    f"Present: {', '.join(present) or '–'}",
                    f"Invited, not present: {', '.join(absent) or '–'}",
                    *(f"Note: {note}" for note in self._notes),
                ],
            )
        return [Heading(1, title), *(Paragraph((line,)) for line in lines)]

    def agreements(self, agreements: Sequence[Agreement], language: int) -> list[Block]:
        """Return the memoranda, each with its digest."""
        none = ("ไม่มีข้อตกลง", "No agreement was concluded.")[language]
        found = [
            Paragraph(
                (
                    *(one.memorandum_th, one.memorandum_en)[language].split("\n"),
                    f"SHA-256: {one.digest}",
                )
            )
            for one in reversed(agreements)
        ]
        title = Heading(2, ("ข้อตกลง", "Agreements")[language])
        return [title, *(found or [Paragraph((none,))])]

    def objections(
        self,
        proposals: Sequence[Proposal],
        positions: Mapping[str, Sequence[Position]],
        language: int,
    ) -> list[Block]:
        """Return the objections in force, with their reasons."""
        rows = [
            (self.agency(position.agency_id, language), position.reason or "–", one.summary)
            for one in proposals
            for position in positions.get(one.id, [])
            if position.in_force and position.stance is Stance.OBJECT
        ]
        return build_listing(
            ("ความเห็นแย้ง", "Objections")[language],
            (("หน่วยงาน", "เหตุผล", "ข้อเสนอ"), ("Agency", "Reason", "Proposal"))[language],
            rows,
            [f"{agency}: {reason} ({summary})" for agency, reason, summary in rows],
            language,
        )

    def conditions(
        self,
        proposals: Sequence[Proposal],
        conditions: Mapping[str, Sequence[Condition]],
        language: int,
    ) -> list[Block]:
        """Return the conditions that were not withdrawn, with how they were resolved."""
        rows = [
            (
                self.agency(one.agency_id, language),
                one.text,
                one.resolution or ("ยังไม่แก้", "open")[language],
            )
            for proposal in proposals
            for one in conditions.get(proposal.id, [])
            if one.status is not ConditionStatus.WITHDRAWN
        ]
        return build_listing(
            ("เงื่อนไข", "Conditions")[language],
            (("หน่วยงาน", "เงื่อนไข", "ผล"), ("Agency", "Condition", "Outcome"))[language],
            rows,
            [f"{agency}: {text} — {outcome}" for agency, text, outcome in rows],
            language,
        )

    def commitments(self, commitments: Sequence[Commitment], language: int) -> list[Block]:
        """Return who does what until when."""
        until = ("ภายใน", "until")[language]
        rows = [
            (
                self.agency(one.agency_id, language),
                one.text,
                "–" if one.due_on is None else (thai_day, english_day)[language](one.due_on),
            )
            for one in commitments
        ]
        return build_listing(
            ("ข้อผูกพัน", "Commitments")[language],
            (("ผู้รับผิดชอบ", "สิ่งที่จะทำ", "ภายใน"), ("Who", "What", "Until when"))[language],
            rows,
            [f"{agency}: {text} ({until} {day})" for agency, text, day in rows],
            language,
        )

    def open_points(self, language: int) -> list[Block]:
        """Return the points of the agenda without an agreement."""
        rows = [
            (one.title, one.note or "–")
            for one in self._items
            if one.status is not AgendaStatus.AGREED
        ]
        return build_listing(
            ("วาระที่ไม่ได้ข้อยุติ", "Points without agreement")[language],
            (("วาระ", "บันทึก"), ("Point", "Note"))[language],
            rows,
            [title if note == "–" else f"{title}: {note}" for title, note in rows],
            language,
        )

    def matrix(self, changes: Sequence[CellChange], language: int) -> list[Block]:
        """Return the cells that differ from the baseline."""
        unit = ("โครงการ", "projects")[language]
        rows = [row for row in (self.change(one, language) for one in changes) if row]
        return build_listing(
            ("เมทริกซ์ก่อนและหลัง", "The matrix before and after")[language],
            (
                ("แถว", "คอลัมน์", "ก่อน", "โครงการก่อน", "หลัง", "โครงการหลัง"),
                ("Row", "Column", "Before", "Projects before", "After", "Projects after"),
            )[language],
            rows,
            [
                f"{row} × {column}: {before} ({few} {unit}) → {after} ({many} {unit})"
                for row, column, before, few, after, many in rows
            ],
            language,
            ("ไม่เปลี่ยน", "Unchanged.")[language],
        )

    def change(self, one: CellChange, language: int) -> tuple[str, ...]:
        """Return the row of a changed cell: its labels, then state and projects at both times."""
        cell = one.after or one.before
        if cell is None:
            return ()
        labels = [
            label.th if not language else label.en or label.th
            for label in (cell.row.label, cell.column.label)
        ]
        found: list[str] = []
        for moment in (one.before, one.after):
            found.append("–" if moment is None else STATES[moment.state][language])
            found.append("0" if moment is None else str(moment.figures.projects))
        return (*labels, *found)


def build_listing(
    title: str,
    columns: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    sentences: Sequence[str],
    language: int,
    empty: str | None = None,
) -> list[Block]:
    """Return a list under its heading."""
    none = empty or ("ไม่มี", "None.")[language]
    return [Heading(2, title), Listing(columns, tuple(rows), tuple(sentences), none)]
