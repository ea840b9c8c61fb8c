"""What a question asks about that did not exist, is not recorded, or belongs to another area."""

from collections.abc import Sequence

from hub.domain.areas import Area, AreaLevel
from hub.domain.record import record
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.domain.value_chain import ValueChain


@record
class AreaAbsence:
    """An area that a question names and that was not in force in some of its years.

    `path` is the part of the question or of the matrix that names it.
    """

    path: tuple[str, ...]
    area: Area
    years: tuple[FiscalYear, ...]


@record
class UnrecordedAreas:
    """A level of areas on an axis, of which no area is recorded for some years of the question."""

    path: tuple[str, ...]
    level: AreaLevel
    years: tuple[FiscalYear, ...]


@record
class ChainUse:
    """A strategic issue of an area that follows a value chain in the years of its plan."""

    issue_id: str
    area_id: str
    years: FiscalYearRange


@record
class AreaChain:
    """A value chain with the areas whose strategic issues follow it, in any year.

    `uses` are the issues that follow it; the years of each are those of its plan.
    """

    chain: ValueChain
    areas: Sequence[Area]
    uses: Sequence[ChainUse] = ()

    def follows(self, area: Area, year: FiscalYear, issue_id: str | None = None) -> bool:
        """Return whether an issue of an area (that issue, if one is named) follows it in a year."""
        return any(
            use.area_id == area.id
            and use.years.first.ce <= year.ce <= use.years.last.ce
            and issue_id in (None, use.issue_id)
            for use in self.uses
        )


@record
class Absences:
    """All that a question asks about and that its answer cannot have.

    `other_area_chain`: the chain of the question, if an area of the question does not follow it.
    `chain_areas`: the ids of the areas whose strategic issues follow the chain.
    """

    areas: Sequence[AreaAbsence]
    unrecorded: Sequence[UnrecordedAreas]
    other_area_chain: AreaChain | None
    chain_areas: Sequence[str] = ()
