"""Dated names of areas and agencies, for resolving names in source records."""

from datetime import date

from hub.domain.record import record
from hub.domain.sources.records import NameKind
from hub.domain.time import is_in_force


@record
class DatedName:
    """A name of an area or agency, with the code and parent of that time (ชื่อที่รู้จัก)."""

    kind: NameKind
    target: str
    name: str
    official_name: str
    level: str | None
    code: str | None
    parent: str | None
    area_id: str | None
    valid_from: date | None
    valid_to: date | None

    def with_alias(self, name: str, valid_from: date | None, valid_to: date | None) -> "DatedName":
        """Return the same target under another name and period."""
        return DatedName(
            self.kind,
            self.target,
            name,
            self.official_name,
            self.level,
            self.code,
            self.parent,
            self.area_id,
            valid_from,
            valid_to,
        )

    def is_in_force(self, on: date) -> bool:
        """Return whether the name is in force on a day."""
        return is_in_force(self.valid_from, self.valid_to, on)
