"""Dated names by what a written name is compared with: key, code, letters, short form, target."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from hub.domain.agency_names import strip_legal_form, strip_marks
from hub.domain.sources.names import DatedName
from hub.domain.sources.records import NameKind
from hub.ingest.name_candidates import PROVINCIAL_LEVELS, build_lookup_key

MINISTRY_LEVEL: Final = "MINISTRY"
KindAndKey = tuple[NameKind, str]


class NameIndex:
    """The names of a run, for lookup; names of one key are in the order they were passed in."""

    def __init__(self, names: Iterable[DatedName]) -> None:
        self.names = list(names)
        self.by_name: dict[KindAndKey, list[DatedName]] = defaultdict(list)
        self.by_code: dict[KindAndKey, list[DatedName]] = defaultdict(list)
        self.by_target: dict[KindAndKey, DatedName] = {}
        self.by_kind: dict[NameKind, list[tuple[str, DatedName]]] = defaultdict(list)
        self.by_short_form: dict[KindAndKey, list[DatedName]] = defaultdict(list)
        self.by_letters: dict[KindAndKey, list[DatedName]] = defaultdict(list)
        self.placements: dict[str, list[DatedName]] = defaultdict(list)
        for name in self.names:
            key = build_lookup_key(name.kind, name.name)
            self.by_kind[name.kind].append((key, name))
            self.by_name[name.kind, key].append(name)
            self.by_short_form[name.kind, strip_legal_form(key)].append(name)
            self.by_letters[name.kind, strip_marks(key)].append(name)
            if name.code:
                self.by_code[name.kind, name.code].append(name)
            self.by_target.setdefault((name.kind, name.target), name)
            if name.kind is NameKind.AGENCY and name.name == name.official_name:
                self.placements[name.target].append(name)
        self.ministries = frozenset(
            name.target
            for name in self.names
            if name.level == MINISTRY_LEVEL and name.parent_id is None
        )

    def find_area_agency(self, area_id: str) -> DatedName | None:
        """Return the agency of an area: of a province or cluster before any other body; null if
        there is none.
        """
        agencies = [one for _, one in self.by_kind[NameKind.AGENCY] if one.area_id == area_id]
        agencies.sort(key=lambda one: (one.level not in PROVINCIAL_LEVELS, one.target))
        return agencies[0] if agencies else None
