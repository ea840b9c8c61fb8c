"""What narrows the candidates of a written name: date, level, ministry, province."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from hub.domain.record import value
from hub.domain.sources.names import DatedName
from hub.domain.sources.records import NameKind
from hub.domain.thai_text import fold_name, strip_area_prefix
from hub.domain.time import FiscalYear

PROVINCIAL_LEVELS: Final = ("PROVINCE", "CLUSTER")


@value
class Narrowing:
    """The conditions on candidates of one written name.

    `parents` are the agencies that the written ministry names, empty when none is written or it is
    unknown. `provinces` null: no province is written; empty: the written one is unknown.
    `declared` are the targets that the source declares itself.
    """

    year: FiscalYear
    level: str | None
    is_area: bool
    parents: frozenset[str]
    provinces: frozenset[str] | None
    ministries: frozenset[str]
    declared: frozenset[str]

    def filter(self, names: Iterable[DatedName]) -> list[DatedName]:
        """Return the names that the conditions leave.

        An agency of another ministry than the written one is none of them: it has the same name,
        and is another agency.
        """
        found = [one for one in names if one.is_in_force(self.year.starts_on)]
        if self.level is not None:
            found = [one for one in found if one.level == self.level]
        elif self.is_area:
            found = [one for one in found if one.level in PROVINCIAL_LEVELS] or found
        if self.provinces is not None:
            found = [one for one in found if one.province_id in self.provinces]
        if self.parents:
            below = [one for one in found if one.parent_id in self.parents]
            found = below or [one for one in found if not self._is_of_other_ministry(one)]
        if len({one.target for one in found}) > 1:
            found = [one for one in found if one.target in self.declared] or found
        return found

    def is_below_written(self, name: DatedName) -> bool:
        """Return whether a name is below the ministry, or in the province, that is written."""
        if self.provinces is not None:
            return name.province_id in self.provinces
        return name.parent_id in self.parents

    def _is_of_other_ministry(self, name: DatedName) -> bool:
        """Return whether both the written parent and the name's own are ministries, and differ."""
        return self.parents <= self.ministries and name.parent_id in self.ministries


@lru_cache(maxsize=20_000)
def build_lookup_key(kind: NameKind, name: str) -> str:
    """Return the normalized name for lookup; areas lose the prefix of their level."""
    return fold_name(strip_area_prefix(name)[1] if kind is NameKind.AREA else name)
