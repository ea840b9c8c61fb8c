"""What a question asks about that did not exist, is not recorded, or belongs to another area."""

from collections.abc import Sequence

from hub.domain.areas import Area, AreaLevel
from hub.domain.record import record
from hub.domain.time import FiscalYear
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
class AreaChain:
    """A value chain with the areas whose strategic issues follow it."""

    chain: ValueChain
    areas: Sequence[Area]


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
