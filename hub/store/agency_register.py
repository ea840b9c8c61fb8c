"""Write agencies that people add: by a list that an operator imports, or one by one.

An agency of a list has the id `SCHEME:CODE`. One that the hub has already, by the same name and
the same parent or province, is not added again: it gets the list's code and names.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

import asyncpg
import sqlalchemy as sa

from hub.domain.agencies import AgencyKind
from hub.domain.agency_list import DatedText, ListedAgency
from hub.domain.global_id import GlobalId
from hub.domain.record import value
from hub.domain.text import thai_sort_key
from hub.domain.thai_text import fold_name, strip_area_prefix
from hub.store.tables import (
    agency,
    agency_placement,
    alias,
    area,
    area_membership,
    external_id,
    provenance,
    source,
)
from hub.store.upsert import Row, upsert

WriteConnection: TypeAlias = asyncpg.Connection
"""A connection with an open transaction, which the caller commits."""
OPERATOR_SOURCE: Final = "hub-operators"
"""The source of what people add to the register."""
SELECT_AGENCIES: Final = """
select a.id, a.name_th, a.short_th, a.short_en, p.parent_id, p.code, m.parent_id as province_id,
    a.valid_to <= '0001-01-02' is true as is_withdrawn
from agency a
left join agency_placement p on p.agency_id = a.id
left join area_membership m on m.child_id = a.area_id
"""
SELECT_NAMES: Final = "select target, name from alias where kind = 'AGENCY'"
SELECT_LISTED: Final = "select value, subject from external_id where scheme = $1"
SELECT_PROVINCES: Final = "select id, name_th, name_en from area where level = 'PROVINCE'"
NEXT_ORDINAL: Final = """
select coalesce(max(ordinal) + 1, 0) from provenance
where hashtextextended(subject, 0) = hashtextextended($1, 0) and subject = $1
    and not (source_id = $2 and citation = $3)
"""
CITED_ORDINAL: Final = """
select ordinal from provenance
where hashtextextended(subject, 0) = hashtextextended($1, 0) and subject = $1
    and source_id = $2 and citation = $3
"""


@value
class AgencyCitation:
    """Who adds an agency, and on what grounds: the provenance of what is written.

    `asserted` is REPORTED for a row of a list, ASSUMED for an assertion by a person.
    """

    asserted: str
    text: str
    note: str | None = None


class RegisteredNames:
    """The agencies and provinces of a database by id, code and name."""

    def __init__(
        self,
        agencies: Sequence[asyncpg.Record],
        aliases: Sequence[asyncpg.Record],
        provinces: Sequence[asyncpg.Record],
    ) -> None:
        self._by_key: dict[str, set[str]] = {}
        self._places: dict[str, set[tuple[str | None, str | None]]] = {}
        withdrawn = set()
        for row in agencies:
            if row["is_withdrawn"]:
                # Its id stays, so that the same list or assertion restores it; no name means it.
                self._by_key.setdefault(row["id"], set()).add(row["id"])
                withdrawn.add(row["id"])
                continue
            names = (row["name_th"], row["short_th"], row["short_en"])
            for key in (row["id"], row["code"], *(fold_name(one) for one in names if one)):
                if key:
                    self._by_key.setdefault(key, set()).add(row["id"])
            self._places.setdefault(row["id"], set()).add((row["parent_id"], row["province_id"]))
        for row in aliases:
            if row["target"] not in withdrawn:
                self._by_key.setdefault(fold_name(row["name"]), set()).add(row["target"])
        self._provinces: dict[str, str] = {}
        for row in provinces:
            for key in (row["id"], fold_name(row["name_th"]), fold_name(row["name_en"] or "")):
                self._provinces[key] = row["id"]

    @classmethod
    async def read(cls, connection: asyncpg.Connection) -> "RegisteredNames":
        """Return the names in the database."""
        return cls(
            await connection.fetch(SELECT_AGENCIES),
            await connection.fetch(SELECT_NAMES),
            await connection.fetch(SELECT_PROVINCES),
        )

    def find_province(self, written: str) -> str | None:
        """Return the id of a province by its code or name; null if there is none."""
        return self._provinces.get(written) or self._provinces.get(
            fold_name(strip_area_prefix(written)[1])
        )

    def find_agencies(self, written: str) -> set[str]:
        """Return the ids of the agencies with an id, code or name; several share a name."""
        return self._by_key.get(written) or self._by_key.get(fold_name(written)) or set()

    def find_named(self, name: str) -> set[str]:
        """Return the ids of all agencies with a name, whatever their parent or province."""
        return self._by_key.get(fold_name(name), set())

    def find_same(self, name: str, parent: str | None, province: str | None) -> set[str]:
        """Return the agencies of that name in that province or, without one, under that parent."""
        return {
            found
            for found in self._by_key.get(fold_name(name), set())
            if any(
                one_province == province if province else one_parent == parent
                for one_parent, one_province in self._places.get(found, ())
            )
        }


async def fetch_listed_ids(connection: asyncpg.Connection, scheme: str) -> dict[str, str]:
    """Return the ids of the agencies that have a code in a scheme, by code."""
    rows = await connection.fetch(SELECT_LISTED, scheme)
    return {row["value"]: GlobalId.parse(row["subject"]).key for row in rows}


async def upsert_operator_source(connection: asyncpg.Connection) -> None:
    """Insert the source of what people add, if it is not there."""
    row = {
        "id": OPERATOR_SOURCE,
        "name_th": "ทะเบียนหน่วยงานที่ผู้ดูแลฮับเพิ่ม",
        "name_en": "Agencies that the hub's operators added",
        "kind": "ASSERTION",
        "note": "รายชื่อที่ผู้ดูแลนำเข้า และหน่วยงานที่บุคคลยืนยัน · lists that operators imported, and "
        "agencies that a person asserted",
        "health": "OK",
    }
    await upsert(connection, source, [row], first_only=("health",))


NEVER_IN_FORCE: Final = """
update {table} set valid_from = '0001-01-01', valid_to = '0001-01-02' where id = $1
"""


def agency_rows(
    agency_id: str,
    listed: ListedAgency,
    parent_id: str | None,
    province_id: str | None,
    scheme: str | None,
) -> Iterable[tuple[sa.Table, list[Row]]]:
    """Yield the tables and rows of a new agency, in the order of foreign keys.

    A local authority gets an area of its own in its province.
    """
    names = {
        "name_th": listed.name.th,
        "name_en": listed.name.en,
        "sort_key": thai_sort_key(listed.name.th),
    }
    days = {"valid_from": text_of(listed.valid_from), "valid_to": text_of(listed.valid_to)}
    is_local = listed.kind is AgencyKind.LOCAL_AUTHORITY
    if is_local:
        yield (
            area,
            [{"id": agency_id, "level": "LOCAL", "kind": "LOCAL_AUTHORITY", **names, **days}],
        )
        membership = f"{agency_id}:{province_id}:-"
        yield (
            area_membership,
            [{"id": membership, "child_id": agency_id, "parent_id": province_id}],
        )
    yield (
        agency,
        [
            {
                "id": agency_id,
                **names,
                **days,
                "kind": listed.kind.value,
                "level": listed.level and listed.level.value,
                "short_th": listed.short_th,
                "area_id": agency_id if is_local else None,
                "juristic_person": True,
            }
        ],
    )
    placement = {"id": f"{agency_id}:-", "agency_id": agency_id, "parent_id": parent_id}
    yield agency_placement, [{**placement, "code": listed.code if scheme else None}]


async def write_agency(
    connection: asyncpg.Connection,
    agency_id: str,
    listed: ListedAgency,
    parent_id: str | None,
    province_id: str | None,
    scheme: str | None,
) -> int:
    """Insert or update an agency; return the number of rows written, 0 if nothing changed."""
    written = 0
    for table, rows in agency_rows(agency_id, listed, parent_id, province_id, scheme):
        written += await upsert(connection, table, rows)
    return written


async def withdraw_agency(connection: asyncpg.Connection, agency_id: str) -> None:
    """Withdraw an asserted agency, with the area of a local authority: it was never in force, so no
    name means it any more.

    What refers to it still finds it by its id; the same assertion again restores it.
    """
    for table in ("agency", "area"):
        await connection.execute(NEVER_IN_FORCE.format(table=table), agency_id)


async def write_names(
    connection: asyncpg.Connection,
    agency_id: str,
    names: Iterable[DatedText],
    external: tuple[str, str] | None,
    *,
    is_local: bool,
    area_id: str | None = None,
) -> int:
    """Insert or update the dated names of an agency and its code in a scheme; return the number of
    rows written. A local authority's area has the same names.
    """
    written = 0
    targets = [("AGENCY", agency_id), *([("AREA", area_id or agency_id)] if is_local else [])]
    rows: list[Row] = [
        {
            "id": ":".join((kind, target, name.text, text_of(name.valid_from) or "-")),
            "kind": kind,
            "target": target,
            "name": name.text,
            "valid_from": text_of(name.valid_from),
            "valid_to": text_of(name.valid_to),
        }
        for name in names
        for kind, target in targets
    ]
    written += await upsert(connection, alias, rows)
    if external:
        scheme, code = external
        subject = str(GlobalId("Agency", agency_id))
        row = {"scheme": scheme, "value": code, "subject": subject}
        written += await upsert(connection, external_id, [row])
    return written


async def write_provenance(
    connection: asyncpg.Connection, agency_id: str, citation: AgencyCitation, *, is_local: bool
) -> None:
    """Add the provenance of an agency, and of its area, unless it is there."""
    for kind in ("Agency", *(("Area",) if is_local else ())):
        subject = str(GlobalId(kind, agency_id))
        key = subject, OPERATOR_SOURCE, citation.text
        if await connection.fetchval(CITED_ORDINAL, *key) is not None:
            continue
        row = {
            "subject": subject,
            "ordinal": await connection.fetchval(NEXT_ORDINAL, *key),
            "source_id": OPERATOR_SOURCE,
            "asserted": citation.asserted,
            "confidence": "MEDIUM",
            "citation": citation.text,
            "note": citation.note,
        }
        await upsert(connection, provenance, [row])


async def fetch_area_of(connection: asyncpg.Connection, agency_id: str) -> str | None:
    """Return the area that an agency administers; null without one."""
    area_id: str | None = await connection.fetchval(
        "select area_id from agency where id = $1", agency_id
    )
    return area_id


def text_of(day: Any) -> str | None:
    """Return a day as ISO text."""
    return day.isoformat() if day else None
