"""The size of a generated nation, and the lookup tables from which its records are drawn."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from hub.domain.record import record, value
from hub.store.generate.mixing import CREATE_MIX_BITS, stream_of

RUN_AGES: Final = tuple(timedelta(days=days) for days in (120, 90, 60, 30))
"""Ages of the runs when the nation is generated: the first read, and three with corrections."""
OWNER_KINDS: Final = ("CENTRAL", "LOCAL", "PROVINCE", "CLUSTER")
"""The kinds of owners, in the order of their numbers."""


@value
class NationSize:
    """What decides the records of a nation: their number, the fiscal years, and the seed.

    `newest` is the last fiscal year (CE); `years` counts back from it.
    """

    projects: int
    years: int
    seed: int
    newest: int

    @property
    def oldest(self) -> int:
        """Return the first fiscal year (CE)."""
        return self.newest - self.years + 1


@record
class NationTitle:
    """The begin of a title that ends in a number, and its sort key before and after the number."""

    head: str
    sort_head: str
    sort_tail: str


@record
class NationOwner:
    """An agency that owns projects; `kind` is CENTRAL, PROVINCE, CLUSTER or LOCAL.

    `code_json` and `name_json` are the code and the name as JSON. Owners of a province or cluster
    are numbered like the provinces. `first_year` is the first year in which the agency and its area
    can be named. Only a local authority has its own `area_id`, `area_name` and `province`.
    """

    kind: str
    ordinal: int
    id: str
    code_json: str
    name_json: str
    level: str | None
    first_year: int
    province: int | None = None
    area_id: str | None = None
    area_name: str | None = None
    area_json: str | None = None


@record
class NationProvince:
    """A province with its area and the provinces of its cluster, itself first, as ordinals.

    `weight` is its share of the projects; `targets` are pairs of an issue and a stage (or null).
    """

    ordinal: int
    id: str
    name: str
    name_json: str
    first_year: int
    members: tuple[int, ...]
    weight: int
    agency_id: str | None
    targets: tuple[tuple[str, str | None], ...]


@record
class NationLookups:
    """Everything that records are drawn from."""

    source_id: str
    titles: Sequence[NationTitle]
    owners: Sequence[NationOwner]
    provinces: Sequence[NationProvince]


CREATE_LOOKUPS: Final = """
create temp table nation_setting (
    source_id text, owner_stream bigint, activity_stream bigint, state_stream bigint,
    line_stream bigint, oldest integer, newest integer, titles integer, places integer,
    central_owners bigint, local_owners integer, provinces integer, runs timestamptz[]
) on commit drop;
create temp table nation_title (
    ordinal integer primary key, head text, sort_head text, sort_tail text
) on commit drop;
create temp table nation_owner (
    number integer primary key, id text, code_json text, name_json text, level text,
    first_year integer, province integer, area_id text, area_name text, area_json text
) on commit drop;
create temp table nation_province (
    ordinal integer primary key, id text, first_year integer, member_count integer,
    members_first_year integer, agency_id text, targets integer
) on commit drop;
create temp table nation_member (
    province integer, slot integer, area_id text, area_name text, area_json text,
    primary key (province, slot)
) on commit drop;
create temp table nation_place (ordinal integer primary key, province integer) on commit drop;
create temp table nation_target (
    province integer, ordinal integer, issue_id text, stage_id text, primary key (province, ordinal)
) on commit drop;
"""
LOOKUP_TABLES: Final = (
    "nation_setting", "nation_title", "nation_owner", "nation_province", "nation_member",
    "nation_place", "nation_target",
)  # fmt: skip


async def create_lookups(
    connection: asyncpg.Connection, size: NationSize, lookups: NationLookups, loaded_at: datetime
) -> None:
    """Create and fill the lookup tables of this session; `loaded_at` is the age of its runs."""
    await connection.execute(CREATE_MIX_BITS)
    await connection.execute(CREATE_LOOKUPS)
    for table, rows in build_lookup_rows(size, lookups, loaded_at).items():
        await connection.copy_records_to_table(table, records=rows)
    await connection.execute(f"analyze {', '.join(LOOKUP_TABLES)}")


def build_lookup_rows(
    size: NationSize, lookups: NationLookups, loaded_at: datetime
) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of the lookup tables."""
    by_ordinal = {one.ordinal: one for one in lookups.provinces}
    places = [one.ordinal for one in lookups.provinces for _ in range(one.weight)]
    owners = sorted(lookups.owners, key=lambda one: (OWNER_KINDS.index(one.kind), one.ordinal))
    owner_counts = Counter(one.kind for one in owners)
    setting = (
        lookups.source_id,
        *(stream_of(size.seed + number) for number in range(4)),
        size.oldest,
        size.newest,
        len(lookups.titles),
        len(places),
        *(owner_counts[kind] for kind in OWNER_KINDS[:3]),
        [loaded_at - age for age in RUN_AGES],
    )
    return {
        "nation_setting": [setting],
        "nation_title": [
            (number, one.head, one.sort_head, one.sort_tail)
            for number, one in enumerate(lookups.titles)
        ],
        "nation_owner": [
            (
                *(number, one.id, one.code_json, one.name_json, one.level, one.first_year),
                *(one.province, one.area_id, one.area_name, one.area_json),
            )
            for number, one in enumerate(owners)
        ],
        "nation_province": [
            (
                *(one.ordinal, one.id, one.first_year, len(one.members)),
                max(by_ordinal[member].first_year for member in one.members),
                *(one.agency_id, len(one.targets)),
            )
            for one in lookups.provinces
        ],
        "nation_member": [
            (one.ordinal, slot, area.id, area.name, area.name_json)
            for one in lookups.provinces
            for slot, area in enumerate((by_ordinal[m] for m in one.members), 1)
        ],
        "nation_place": list(enumerate(places)),
        "nation_target": [
            (one.ordinal, number, issue, stage)
            for one in lookups.provinces
            for number, (issue, stage) in enumerate(one.targets)
        ],
    }
