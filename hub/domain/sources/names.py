"""Dated names of areas and agencies, for resolving names in source records."""

from datetime import date

from hub.domain.record import record
from hub.domain.sources.records import NameKind
from hub.domain.time import is_in_force


@record
class DatedName:
    """A name of an area or agency, with the code and parent of that time (ชื่อที่รู้จัก).

    `province_id` is set for local authorities and their areas, whose names repeat.
    """

    kind: NameKind
    target: str
    name: str
    official_name: str
    level: str | None
    code: str | None
    parent: str | None
    parent_id: str | None
    area_id: str | None
    province_id: str | None
    valid_from: date | None
    valid_to: date | None

    def with_alias(
        self, name: str, valid_from: date | None = None, valid_to: date | None = None
    ) -> "DatedName | None":
        """Return the same target under another name, in the part of its period that the alias
        applies to; null when they have no day in common.
        """
        start = max(filter(None, (self.valid_from, valid_from)), default=None)
        end = min(filter(None, (self.valid_to, valid_to)), default=None)
        if start and end and start >= end:
            return None
        return DatedName(
            self.kind,
            self.target,
            name,
            self.official_name,
            self.level,
            self.code,
            self.parent,
            self.parent_id,
            self.area_id,
            self.province_id,
            start,
            end,
        )

    def is_in_force(self, on: date) -> bool:
        """Return whether the name is in force on a day."""
        return is_in_force(self.valid_from, self.valid_to, on)
