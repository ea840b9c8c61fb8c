"""What a source undertakes to tell of, so that its silence can be told from there being nothing."""

from collections.abc import Mapping
from typing import Any, Final

from hub.domain.agencies import ActorLevel
from hub.domain.record import value
from hub.domain.sources.declaration import Part
from hub.domain.time import FiscalYear

COVERS: Final = {"levels", "agencies", "areas", "years"}


@value
class Place:
    """What a cell is about: whose projects, of which agencies, where, in which fiscal years (CE).

    `levels`, `agencies` and `areas` null: whoever it is and wherever.
    """

    levels: frozenset[ActorLevel] | None
    agencies: frozenset[str] | None
    areas: frozenset[str] | None
    years: tuple[int, ...]


@value
class Coverage:
    """The part of the country a source undertakes to tell of whole (ขอบเขตที่รายงาน).

    Every project of these levels; where `agencies` or `areas` name some, of those alone. `last`
    null: and of every year to come.
    """

    levels: frozenset[ActorLevel]
    agencies: frozenset[str]
    areas: frozenset[str]
    first: FiscalYear
    last: FiscalYear | None

    def years(self, place: Place) -> list[int]:
        """The fiscal years of a place that are covered (CE)."""
        last = self.last.ce if self.last else max(place.years, default=0)
        return [year for year in place.years if self.first.ce <= year <= last]

    def holds(self, place: Place) -> bool:
        """Whether the source should have told of this place.

        What tells of some agencies or areas only, says nothing of a place that is wider than they.
        """
        if not self.years(place):
            return False
        if place.levels is not None and not place.levels & self.levels:
            return False
        named = place.agencies is not None and place.levels is None
        return within(place.agencies, self.agencies, named=named) and within(
            place.areas, self.areas, named=False
        )

    def dump(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "levels": sorted(level.value for level in self.levels),
            "agencies": sorted(self.agencies),
            "areas": sorted(self.areas),
            "first": self.first.ce,
            "last": self.last and self.last.ce,
        }

    @classmethod
    def load(cls, kept: Mapping[str, Any]) -> "Coverage":
        """From what `dump` made."""
        return cls(
            frozenset(ActorLevel(level) for level in kept["levels"]),
            frozenset(kept["agencies"]),
            frozenset(kept["areas"]),
            FiscalYear(kept["first"]),
            FiscalYear(kept["last"]) if kept["last"] else None,
        )


def within(asked: frozenset[str] | None, told: frozenset[str], *, named: bool) -> bool:
    """Whether what is asked of lies in what is told of; `named`: it must be told of by name."""
    if not told:
        return not named
    return asked is not None and asked <= told


def coverage_of(top: Part) -> Coverage | None:
    """The `[covers]` of a declaration; null where the source undertakes nothing.

    `years` are of the Buddhist era: `[2559]` for ever since, `[2559, 2562]` with an end.
    """
    if "covers" not in top.values:
        return None
    covers = top.part("covers", COVERS)
    levels = covers.names("levels")
    if not levels or not levels <= {level.value for level in ActorLevel}:
        known = ", ".join(level.value for level in ActorLevel)
        raise covers.wrong("levels", f"ต้องเป็นรายการจาก {known}", f"must be a list of {known}")
    years = covers.values.get("years")
    if (
        not isinstance(years, list)
        or not 1 <= len(years) <= 2
        or [type(year) for year in years] != [int] * len(years)
        or sorted(years) != years
    ):
        raise covers.wrong(
            "years",
            "ต้องเป็น [ปีแรก] หรือ [ปีแรก, ปีสุดท้าย] พ.ศ.",
            "must be [first] or [first, last], in the Buddhist era",
        )
    ends = [FiscalYear.of_be(year, f"{covers.at}years") for year in years]
    return Coverage(
        frozenset(ActorLevel(level) for level in levels),
        covers.names("agencies"),
        covers.names("areas"),
        ends[0],
        ends[1] if len(ends) == 2 else None,
    )
