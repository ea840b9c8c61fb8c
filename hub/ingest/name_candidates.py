"""What narrows the candidates of a written name: date, level, ministry, province, its record."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from hub.domain.record import value
from hub.domain.sources.names import DatedName
from hub.domain.sources.records import NameKind
from hub.domain.thai_text import fold_name, strip_area_prefix
from hub.domain.time import FiscalYear

PROVINCIAL_LEVELS: Final = ("PROVINCE", "CLUSTER")
LOWER_LEVELS: Final = frozenset({"DISTRICT", "LOCAL"})


@value
class NamedInRecord:
    """What a record names besides a name: its provinces, those of its local authorities too, and
    its agencies with their ministries.
    """

    provinces: frozenset[str] = frozenset()
    agencies: frozenset[str] = frozenset()


NOTHING_ELSE: Final = NamedInRecord()
"""A name by itself."""


@value
class Narrowing:
    """The conditions on candidates of one written name.

    `parents` are the agencies that the written ministry names, empty when none is written or it is
    unknown. `provinces` null: no province is written; empty: the written one is unknown.
    `declared` are the targets that the source declares itself. `record` is what the record of the
    name names besides.
    """

    year: FiscalYear
    level: str | None
    is_area: bool
    parents: frozenset[str]
    provinces: frozenset[str] | None
    ministries: frozenset[str]
    declared: frozenset[str]
    record: NamedInRecord = NOTHING_ELSE

    def filter(self, names: Iterable[DatedName]) -> list[DatedName]:
        """Return the names that the conditions leave.

        An agency of another ministry than the written one is none of them: it has the same name,
        and is another agency. So is a local authority of another province than the record's. Of
        several agencies, those of a ministry of the record are left, if there are any.
        """
        found = [one for one in names if one.is_in_force(self.year.starts_on)]
        if self.level is not None:
            found = [one for one in found if one.level == self.level]
        elif self.is_area:
            # A province before a district of its name; but a region may share a cluster's name.
            provincial = {one.level for one in found} & set(PROVINCIAL_LEVELS)
            found = [one for one in found if not provincial or one.level not in LOWER_LEVELS]
        if self.provinces is not None:
            found = [one for one in found if one.province_id in self.provinces]
        if self.record.provinces:
            places = {None, *self.record.provinces}
            found = [one for one in found if one.province_id in places]
        if self.parents:
            below = [one for one in found if one.parent_id in self.parents]
            found = below or [one for one in found if not self._is_of_other_ministry(one)]
        if len({one.target for one in found}) > 1:
            found = [one for one in found if one.target in self.declared] or found
        if len({one.target for one in found}) > 1:
            found = [one for one in found if self._is_of_record(one)] or found
        return found

    def is_below_written(self, name: DatedName) -> bool:
        """Return whether a name is below the ministry, or in the province, that is written with it
        or, for a local authority without a province, in its record.
        """
        if self.provinces is not None:
            return name.province_id in self.provinces
        return name.parent_id in self.parents or name.province_id in self.record.provinces

    def _is_of_record(self, name: DatedName) -> bool:
        """Return whether a name is an agency of the record, or below one or its ministry."""
        return bool({name.target, name.parent_id} & self.record.agencies)

    def _is_of_other_ministry(self, name: DatedName) -> bool:
        """Return whether both the written parent and the name's own are ministries, and differ."""
        return self.parents <= self.ministries and name.parent_id in self.ministries


@lru_cache(maxsize=20_000)
def build_lookup_key(kind: NameKind, name: str) -> str:
    """Return the normalized name for lookup; areas lose the prefix of their level."""
    return fold_name(strip_area_prefix(name)[1] if kind is NameKind.AREA else name)
