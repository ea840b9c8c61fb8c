"""What a source undertakes to tell of, so that its silence can be told from there being nothing."""

from collections.abc import Mapping
from typing import Any, Final

from hub.domain.agencies import ActorLevel
from hub.domain.record import value
from hub.domain.sources.declaration import DeclarationTable
from hub.domain.time import FiscalYear

COVERS_KEYS: Final = {"levels", "agencies", "areas", "years"}


@value
class CellScope:
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

    def covered_years(self, cell: CellScope) -> list[int]:
        """The fiscal years of a place that are covered (CE)."""
        last = self.last.ce if self.last else max(cell.years, default=0)
        return [year for year in cell.years if self.first.ce <= year <= last]

    def includes(self, cell: CellScope) -> bool:
        """Whether the source should have told of this place.

        What tells of some agencies or areas only, says nothing of a place that is wider than they.
        """
        if not self.covered_years(cell):
            return False
        if cell.levels is not None and not cell.levels & self.levels:
            return False
        by_name = cell.agencies is not None and cell.levels is None
        return is_within(cell.agencies, self.agencies, by_name=by_name) and is_within(
            cell.areas, self.areas, by_name=False
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
    def load(cls, stored: Mapping[str, Any]) -> "Coverage":
        """From what `dump` made."""
        return cls(
            frozenset(ActorLevel(level) for level in stored["levels"]),
            frozenset(stored["agencies"]),
            frozenset(stored["areas"]),
            FiscalYear(stored["first"]),
            FiscalYear(stored["last"]) if stored["last"] else None,
        )


def is_within(requested: frozenset[str] | None, covered: frozenset[str], *, by_name: bool) -> bool:
    """Whether what is asked of lies in what is told of; `named`: it must be told of by name."""
    if not covered:
        return not by_name
    return requested is not None and requested <= covered


def parse_coverage(top: DeclarationTable) -> Coverage | None:
    """The `[covers]` of a declaration; null where the source undertakes nothing.

    `years` are of the Buddhist era: `[2559]` for ever since, `[2559, 2562]` with an end.
    """
    if "covers" not in top.values:
        return None
    covers = top.subtable("covers", COVERS_KEYS)
    levels = covers.text_set("levels")
    if not levels or not levels <= {level.value for level in ActorLevel}:
        allowed = ", ".join(level.value for level in ActorLevel)
        raise covers.invalid("levels", f"ต้องเป็นรายการจาก {allowed}", f"must be a list of {allowed}")
    years = covers.values.get("years")
    if (
        not isinstance(years, list)
        or not 1 <= len(years) <= 2
        or [type(year) for year in years] != [int] * len(years)
        or sorted(years) != years
    ):
        raise covers.invalid(
            "years",
            "ต้องเป็น [ปีแรก] หรือ [ปีแรก, ปีสุดท้าย] พ.ศ.",
            "must be [first] or [first, last], in the Buddhist era",
        )
    bounds = [FiscalYear.from_be(year, f"{covers.path}years") for year in years]
    return Coverage(
        frozenset(ActorLevel(level) for level in levels),
        covers.text_set("agencies"),
        covers.text_set("areas"),
        bounds[0],
        bounds[1] if len(bounds) == 2 else None,
    )
