"""Joins of a record's lines to a project of another source."""

from enum import Enum

from hub.domain.record import value
from hub.domain.time import FiscalYear


@value
class Join:
    """The project of another source that a record's lines belong to (การเข้ารวมกับโครงการ).

    It is identified by that source's `key` of the project or by the project's `code`, in a fiscal
    `year` if set.
    """

    source: str
    code: str | None = None
    year: FiscalYear | None = None
    key: str | None = None


class JoinState(Enum):
    """Result of joining a record's lines (ผลของการเข้ารวม).

    JOINED: exactly one project matches and has the lines. Otherwise they stay on the record's own
    project: ALONE: no match; SEVERAL: more than one; KEPT: one match, but people's work refers to
    the own project, which is then marked as the same activity as the match.
    """

    JOINED = "JOINED"
    ALONE = "ALONE"
    SEVERAL = "SEVERAL"
    KEPT = "KEPT"


@value
class JoinResult:
    """The join state of a record, and the number of matching projects.

    `target` is the project that matches, if exactly one does.
    """

    state: JoinState
    target: str | None
    match_count: int

    @property
    def joined_project_id(self) -> str | None:
        """Return the project of the other source that has the lines, if joined."""
        return self.target if self.state is JoinState.JOINED else None

    @property
    def note(self) -> str | None:
        """Return why the own project exists, as a note for its provenance; null when joined."""
        return {
            JoinState.SEVERAL: f"มี {self.match_count} โครงการของแหล่งอื่นที่ตรงรหัส จึงไม่รวมกับโครงการใด "
            f"· {self.match_count} projects of another source have this code, so it was not joined",
            JoinState.KEPT: f"ตรงกับ {self.target} แต่มีงานที่คนทำไว้กับโครงการนี้ จึงคงโครงการนี้ไว้ "
            f"· it matches {self.target}, but is kept because people's work refers to it",
            JoinState.ALONE: "ยังไม่พบโครงการของแหล่งอื่นที่ตรงรหัส "
            "· no project of another source has this code yet",
        }.get(self.state)


def resolve_join(match_count: int, project_id: str | None, *, in_use: bool) -> JoinResult:
    """Return the join state for a number of matching projects."""
    if match_count == 1:
        return JoinResult(JoinState.KEPT if in_use else JoinState.JOINED, project_id, 1)
    return JoinResult(JoinState.SEVERAL if match_count else JoinState.ALONE, None, match_count)
