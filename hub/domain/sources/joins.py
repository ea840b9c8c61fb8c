"""Joins: which project of another source a record's lines belong to, and where they stand."""

from enum import Enum

from hub.domain.record import value
from hub.domain.time import FiscalYear


@value
class Join:
    """A project of another source that a record's lines belong to (การเข้ารวมกับโครงการ).

    By that source's own `key` of the project, or else by the project's `code`, in a fiscal `year`
    where one is given.
    """

    source: str
    code: str | None = None
    year: FiscalYear | None = None
    key: str | None = None


class JoinState(Enum):
    """Where the lines of a record with joins stand (ผลของการเข้ารวม).

    JOINED: exactly one project fits, and they stand there. In the record's own project they stand
    where none fits (ALONE), where SEVERAL do, and where people's work rests on it (KEPT), which is
    then the same activity as the one that fits.
    """

    JOINED = "JOINED"
    ALONE = "ALONE"
    SEVERAL = "SEVERAL"
    KEPT = "KEPT"


@value
class JoinResult:
    """Where the lines of a record with joins stand, and how many projects fit.

    `target` is the project that fits, where exactly one does.
    """

    state: JoinState
    target: str | None
    match_count: int

    @property
    def joined_project_id(self) -> str | None:
        """The project of another source they stand on, if they do."""
        return self.target if self.state is JoinState.JOINED else None

    @property
    def note(self) -> str | None:
        """Why the own project is there all the same, for who asks where it comes from."""
        return {
            JoinState.SEVERAL: f"มี {self.match_count} โครงการของแหล่งอื่นที่ตรงรหัส จึงไม่รวมเข้าโครงการใด "
            f"· {self.match_count} projects of another source bear the key, so it joined none",
            JoinState.KEPT: f"ตรงกับ {self.target} แต่มีงานที่คนทำไว้กับโครงการนี้ จึงคงไว้ "
            f"· it is {self.target}, and stays because people's work rests on it",
            JoinState.ALONE: "ยังไม่พบโครงการของแหล่งอื่นที่ตรงรหัส "
            "· no project of another source bears the key yet",
        }.get(self.state)


def resolve_join(match_count: int, project_id: str | None, *, in_use: bool) -> JoinResult:
    """Where lines stand that so many projects fit."""
    if match_count == 1:
        return JoinResult(JoinState.KEPT if in_use else JoinState.JOINED, project_id, 1)
    return JoinResult(JoinState.SEVERAL if match_count else JoinState.ALONE, None, match_count)
