"""Projects of any actor, with their areas and fiscal years."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import ClassVar

from hub.domain.agencies import ActorLevel
from hub.domain.budget import BudgetPhase
from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Visibility
from hub.domain.record import record, value
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear


class ProjectOrderField(Enum):
    """What a list of projects is ordered by (เรียงตาม).

    AMOUNT is the sum of a phase over the years asked for; projects without a line come last.
    """

    NAME = "NAME"
    AMOUNT = "AMOUNT"
    UPDATED_AT = "UPDATED_AT"
    CODE = "CODE"


class Direction(Enum):
    """Order of a list (ทิศทางการเรียง): ascending or descending."""

    ASC = "ASC"
    DESC = "DESC"


@value
class ProjectOrder:
    """Order of a list of projects; names are in Thai dictionary order."""

    by: ProjectOrderField = ProjectOrderField.NAME
    phase: BudgetPhase = BudgetPhase.APPROPRIATED
    direction: Direction = Direction.ASC


class ShareBasis(Enum):
    """Origin of an area's share of a project (ที่มาของสัดส่วน); an unknown share is never split."""

    REPORTED = "REPORTED"
    AGREED = "AGREED"
    UNKNOWN = "UNKNOWN"


@record
class Project:
    """A project or activity of any actor (โครงการ), as known at `as_of_time` (null: now).

    An unknown owner, area or stage is data, not an error.
    """

    TYPE: ClassVar[str] = "Project"

    id: str
    version: int
    code: str | None
    name: LocalizedText
    actor_level: ActorLevel | None
    owner_id: str | None
    fiscal_years: list[FiscalYear]
    visibility: Visibility
    duplicate_of: str | None
    counted_as: str | None
    parent_id: str | None
    as_of_time: datetime | None
    sort_key: str
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))

    @property
    def activity_id(self) -> str:
        """Return as which project it is counted: by assertions, else as its source reports."""
        return self.counted_as or self.duplicate_of or self.id


def without_repetitions(projects: Sequence[Project]) -> list[Project]:
    """Return one project per activity: the one that the other reports of it repeat, if present."""
    found: dict[str, Project] = {}
    for project in projects:
        identity = project.activity_id
        if identity not in found or project.id == identity:
            found[identity] = project
    return list(found.values())


@record
class AreaShare:
    """An area of a project, and its share if it was stated."""

    area_id: str
    share: Decimal | None
    basis: ShareBasis
