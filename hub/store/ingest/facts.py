"""The facts of one record: project, budget lines, declared linkages, strategies."""

from datetime import datetime

from hub.domain.record import record
from hub.domain.sources.joins import Join
from hub.domain.sources.linkages import DeclaredLinkage, WrittenStrategy
from hub.domain.sources.records import Doubt


@record
class LineFact:
    """A budget line with resolved names; satang, fiscal year CE."""

    id: str
    area_id: str | None
    fiscal_year: int
    phase: str
    funding: str
    satang: int
    holder_id: str | None


@record
class ProjectFact:
    """A project with resolved names; fiscal years CE."""

    id: str
    key: str
    code: str | None
    name_th: str
    name_en: str | None
    actor_level: str | None
    owner_id: str | None
    years: tuple[int, ...]
    area_ids: tuple[str, ...]


@record
class RecordFacts:
    """All facts of one record; `ruling_ids` are the rulings that resolved names of it.

    The areas of `linkages` are resolved, their issues and stages are not; `linkage_doubts` are
    about those that are missing.
    """

    record_id: int
    key: str
    scope: str
    hash: str
    url: str | None
    retrieved_at: datetime
    project: ProjectFact | None
    lines: tuple[LineFact, ...]
    joins: tuple[Join, ...] = ()
    block: str | None = None
    ruling_ids: tuple[int, ...] = ()
    linkages: tuple[DeclaredLinkage, ...] = ()
    linkage_doubts: tuple[Doubt, ...] = ()
    strategies: tuple[WrittenStrategy, ...] = ()
