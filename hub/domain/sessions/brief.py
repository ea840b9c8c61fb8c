"""Minutes of a session, and what delegates should know before one."""

from hub.domain.areas import Area
from hub.domain.plans import StrategicIssue
from hub.domain.record import record
from hub.domain.sessions.session import JointSession
from hub.domain.sources.ledger import PhaseAmount
from hub.domain.time import FiscalYear


@record
class Minutes:
    """The minutes of a session; a draft until it is closed (รายงานการประชุม)."""

    session: JointSession

    @property
    def final(self) -> bool:
        """Return whether they were fixed when the session was closed."""
        return self.session.minutes_th is not None

    @property
    def digest(self) -> str | None:
        """Return SHA-256 of the Thai text; null: not final."""
        return self.session.minutes_digest


@record
class SessionBrief:
    """What delegates should know before a session (เอกสารสรุปก่อนประชุม)."""

    area: Area
    fiscal_year: FiscalYear
    session: JointSession | None


@record
class ItemTotal:
    """A number of projects and their money (จำนวนโครงการและเงิน)."""

    projects: int
    amounts: list[PhaseAmount]


@record
class BriefIssue:
    """One issue of a brief (ประเด็นในเอกสารสรุป)."""

    brief: SessionBrief
    issue: StrategicIssue
