"""Read all that the files of a session have, as far as the viewer may see it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from hub.domain.matrix.result import Matrix
from hub.domain.record import record
from hub.domain.sessions.agreements import Agreement
from hub.domain.sessions.operations import ProposedOperation
from hub.domain.sessions.session import JointSession
from hub.domain.sessions.wording import Names, describe
from hub.domain.text import Locale, LocalizedText
from hub.domain.time import BANGKOK
from hub.errors import TooCostly
from hub.services.matrix.build_notices import build_notices
from hub.services.matrix.compute_matrix import compute_matrix
from hub.services.matrix_files.read_answer import MADE_UP_CODE
from hub.services.sessions.fetch_names import fetch_names
from hub.services.sessions.minutes import SessionRecord, matrix_question, read_session_record
from hub.services.sessions.minutes_blocks import Block
from hub.store.unit_of_work import UnitOfWork

ROWS: Final = "แถวในไฟล์ · rows of the file"
MAX_ROWS: Final = 20_000
"""Rows of all sheets of an annex; a session of a year has some hundred."""


@record
class SessionAnswer:
    """A session with all that its files show.

    `before` is the matrix at the baseline, null when the session was not opened; `after` at its
    closing, or now. `names` are of what the agreements changed.
    """

    record: SessionRecord
    before: Matrix | None
    after: Matrix
    names: Names
    made_up_notice: LocalizedText | None

    @property
    def session(self) -> JointSession:
        """Return the session."""
        return self.record.session

    @property
    def agreements(self) -> Sequence[Agreement]:
        """Return the agreements, in the order of their conclusion."""
        return list(reversed(self.record.agreements))

    @property
    def agencies(self) -> Mapping[str, LocalizedText]:
        """Return the names of the agencies in the session."""
        return self.record.agencies

    @property
    def row_count(self) -> int:
        """Return the number of rows of all sheets."""
        cells = len(self.after.cells) + (len(self.before.cells) if self.before else 0)
        operations = sum(len(one.operations) for one in self.agreements)
        positions = sum(len(found) for found in self.record.positions.values())
        return cells + operations + positions + len(self.record.commitments)

    def agency(self, key: str, locale: Locale) -> str:
        """Return the name of an agency; its id if it has none."""
        found = self.agencies.get(key)
        return key if found is None else found.text(locale)

    def describe(self, one: ProposedOperation, locale: Locale) -> str:
        """Return what an operation did; a hidden project is not named."""
        return describe(one, self.names).text(locale)

    def may_see(self, one: ProposedOperation) -> bool:
        """Return whether the viewer may see the project of an operation; true without one."""
        return one.project_id is None or one.project_id in self.names.projects

    def blocks(self, locale: Locale) -> list[Block]:
        """Return the minutes, which GraphQL has as Markdown."""
        return self.record.blocks(self.session.notes, int(locale is Locale.EN))


async def read_session_answer(
    unit: UnitOfWork, session: JointSession, at: datetime
) -> SessionAnswer:
    """Return what the files of a session have; `TooCostly` for more than `MAX_ROWS` rows."""
    found = await read_session_record(unit, session, at)
    question = matrix_question(session)
    today = at.astimezone(BANGKOK).date()
    before = None
    if session.opened_at is not None:
        before = await compute_matrix(
            unit, question, as_of_time=session.opened_at, now=at, today=today
        )
    after = await compute_matrix(unit, question, as_of_time=session.closed_at, now=at, today=today)
    operations = [one for agreement in found.agreements for one in agreement.operations]
    notices = await build_notices(unit, after, today)
    answer = SessionAnswer(
        record=found,
        before=before,
        after=after,
        names=await fetch_names(unit, operations, today),
        made_up_notice=next((one.text for one in notices if one.code == MADE_UP_CODE), None),
    )
    if answer.row_count > MAX_ROWS:
        raise TooCostly(answer.row_count, MAX_ROWS, ROWS)
    return answer
