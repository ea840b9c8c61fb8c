"""What a source promises to report, which distinguishes missing reports from gaps."""

from collections.abc import Mapping
from typing import Any, Final

from hub.domain.agencies import ActorLevel
from hub.domain.record import value
from hub.domain.sources.declaration import DeclarationTable
from hub.domain.time import FiscalYear

COVERS_KEYS: Final = {"levels", "agencies", "areas", "years"}


@value
class CellScope:
    """The scope of a cell: actor levels, agencies, areas and fiscal years (CE).

    `levels`, `agencies` and `areas` null: any.
    """

    levels: frozenset[ActorLevel] | None
    agencies: frozenset[str] | None
    areas: frozenset[str] | None
    years: tuple[int, ...]


@value
class Coverage:
    """What a source promises to report completely (ขอบเขตที่รายงาน).

    It covers every project of `levels`, restricted to `agencies` or `areas` if not empty. `last`
    null: no end.
    """

    levels: frozenset[ActorLevel]
    agencies: frozenset[str]
    areas: frozenset[str]
    first: FiscalYear
    last: FiscalYear | None

    def covered_years(self, cell: CellScope) -> list[int]:
        """Return the covered fiscal years of a cell (CE)."""
        last = self.last.ce if self.last else max(cell.years, default=0)
        return [year for year in cell.years if self.first.ce <= year <= last]

    def includes(self, cell: CellScope) -> bool:
        """Return whether the source should report the projects of a cell.

        A source that covers only some agencies or areas does not cover a cell with more of them.
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
        """Return the coverage as stored in the database."""
        return {
            "levels": sorted(level.value for level in self.levels),
            "agencies": sorted(self.agencies),
            "areas": sorted(self.areas),
            "first": self.first.ce,
            "last": self.last and self.last.ce,
        }

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> "Coverage":
        """Return the coverage from what `dump` returned."""
        return cls(
            frozenset(ActorLevel(level) for level in stored["levels"]),
            frozenset(stored["agencies"]),
            frozenset(stored["areas"]),
            FiscalYear(stored["first"]),
            FiscalYear(stored["last"]) if stored["last"] else None,
        )


def is_within(requested: frozenset[str] | None, covered: frozenset[str], *, by_name: bool) -> bool:
    """Return whether the requested ids are covered; `by_name`: an empty `covered` is not enough."""
    if not covered:
        return not by_name
    return requested is not None and requested <= covered


def parse_coverage(top: DeclarationTable) -> Coverage | None:
    """Return the `[covers]` table of a declaration; null when the source promises nothing.

    `years` are Buddhist years: `[2559]` without an end, `[2559, 2562]` with one.
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
