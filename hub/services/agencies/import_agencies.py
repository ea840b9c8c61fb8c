"""Import an operator's list of agencies: a province office's, a register of local authorities.

A list is imported completely or not at all. Importing it again changes nothing; agencies that a
later list leaves out stay, because projects may have them as owner.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from hub.domain.agencies import AgencyKind
from hub.domain.agency_list import DatedText, ListedAgency, RowError, read_agency_list
from hub.domain.identity.audit_context import MAX_IDS_PER_ENTRY
from hub.domain.record import value
from hub.domain.thai_text import fold_name
from hub.errors import Invalid
from hub.services.agencies.create_agency import ASSERTED_SCHEME, build_audit_entry, find_parent
from hub.store.agency_register import (
    AgencyCitation,
    RegisteredNames,
    WriteConnection,
    fetch_area_of,
    upsert_operator_source,
    write_agency,
    write_names,
    write_provenance,
)
from hub.store.database import Database
from hub.store.identity.audit_log import append_entries

SCHEME: Final = re.compile(r"[a-z][a-z0-9-]{1,30}")
RESERVED_SCHEMES: Final = frozenset(
    {
        "ministry", "department", "group", "cluster", "province", "unit", "lao", "local",
        "budget-code", "other-name", "iso-3166-2", ASSERTED_SCHEME,
    }
)  # fmt: skip
"""Ids and codes that begin so are the hub's own."""
MAX_ERRORS: Final = 50
"""The errors that are shown; the rest is counted."""


@value
class AgencyList:
    """A list as read from a file: its name, its header, and the cells of each numbered row."""

    name: str
    header: Sequence[Any]
    rows: Sequence[tuple[int, Sequence[Any]]]


@value
class ImportResult:
    """What an import did: agencies added, changed, unchanged, and those that the hub had already
    (`linked`), which got a code and names only.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    linked: tuple[str, ...]


@value
class PlacedAgency:
    """An agency of a list with the ids of its parent and province, and its own id in the hub.

    `is_linked`: the hub has it already from elsewhere.
    """

    listed: ListedAgency
    agency_id: str
    parent_id: str | None
    province_id: str | None
    is_linked: bool


class DryRunEnd(Exception):
    """Raised to roll back the transaction of a dry run."""


async def import_agencies(
    database: Database, agency_list: AgencyList, scheme: str, by: str, *, dry_run: bool = False
) -> ImportResult:
    """Import a list under a scheme of codes, and write it to the audit log.

    `Invalid` has every error of the list by row and column. With `dry_run` nothing is stored.
    """
    if not SCHEME.fullmatch(scheme) or scheme in RESERVED_SCHEMES:
        raise Invalid(
            "--scheme",
            f"{scheme} ใช้ไม่ได้ ใช้ a-z 0-9 - ที่ฮับไม่ได้ใช้เอง เช่น dla",
            f"{scheme} is not available; use a-z 0-9 -, not one of the hub's own, for example dla",
        )
    agencies, errors = read_agency_list(agency_list.header, agency_list.rows)
    if errors:
        raise build_list_error(agency_list.name, errors)
    result: list[ImportResult] = []
    try:
        async with database.write_transaction() as connection:
            placed = await place_agencies(connection, agency_list.name, agencies, scheme)
            result.append(await write_agencies(connection, agency_list.name, placed, scheme, by))
            if dry_run:
                raise DryRunEnd
    except DryRunEnd:
        pass
    return result[-1]


async def place_agencies(
    connection: WriteConnection, file: str, agencies: Sequence[ListedAgency], scheme: str
) -> list[PlacedAgency]:
    """Return the agencies with the ids of what they name, parents before their children.

    `Invalid` for an unknown or ambiguous parent, province or agency.
    """
    registered = await RegisteredNames.read(connection)
    errors: list[RowError] = []
    placed: dict[str, PlacedAgency] = {}
    for listed in order_by_parent(agencies, errors):
        try:
            placed[listed.code] = place_agency(listed, scheme, registered, placed)
        except Invalid as error:
            errors.append(RowError(listed.row, error.field, error.th, error.en))
    if errors:
        raise build_list_error(file, errors)
    return list(placed.values())


def place_agency(
    listed: ListedAgency,
    scheme: str,
    registered: RegisteredNames,
    placed: Mapping[str, PlacedAgency],
) -> PlacedAgency:
    """Return an agency with the ids of what it names; `Invalid` has the column that is wrong."""
    province_id = parent_id = None
    if listed.province and (province_id := registered.find_province(listed.province)) is None:
        why = f"there is no province {listed.province}"
        raise Invalid("province", f"ไม่มีจังหวัด {listed.province}", why)
    if listed.parent and listed.parent in placed:
        parent_id = placed[listed.parent].agency_id
    elif listed.parent:
        parent_id = find_parent(registered, listed.parent, "parent")
    agency_id = own_id = f"{scheme}:{listed.code}"
    if not registered.find_agencies(own_id):
        same = registered.find_same(listed.name.th, parent_id, province_id)
        if len(same) > 1:
            ids = ", ".join(sorted(same)[:5])
            why = f"the hub has several agencies of this name: {ids}"
            raise Invalid("name_th", f"ฮับมีหน่วยงานชื่อนี้หลายหน่วย: {ids}", why)
        agency_id = min(same, default=own_id)
    return PlacedAgency(listed, agency_id, parent_id, province_id, agency_id != own_id)


def order_by_parent(agencies: Sequence[ListedAgency], errors: list[RowError]) -> list[ListedAgency]:
    """Return agencies so that each follows its parent; a circle is added to the errors."""
    waiting = {one.code: one for one in agencies}
    ordered: list[ListedAgency] = []
    while free := [one for one in waiting.values() if one.parent not in waiting]:
        ordered += free
        for one in free:
            del waiting[one.code]
    errors += [
        RowError(one.row, "parent", "ต้นสังกัดวนกลับมาที่ตัวเอง", "leads back to itself")
        for one in waiting.values()
    ]
    return ordered


async def write_agencies(
    connection: WriteConnection,
    file: str,
    placed: Sequence[PlacedAgency],
    scheme: str,
    by: str,
) -> ImportResult:
    """Write agencies with their names, provenance and one audit entry per thousand changes."""
    await upsert_operator_source(connection)
    existing = {row["id"] for row in await connection.fetch("select id from agency")}
    added: list[str] = []
    changed: list[str] = []
    linked: list[str] = []
    unchanged = 0
    for one in placed:
        listed = one.listed
        is_local = listed.kind is AgencyKind.LOCAL_AUTHORITY
        written, area_id = 0, None
        names = listed.other_names
        if one.is_linked:
            area_id = await fetch_area_of(connection, one.agency_id)
            is_local = is_local and area_id is not None
        else:
            written += await write_agency(
                connection, one.agency_id, listed, one.parent_id, one.province_id, scheme
            )
        if listed.short_th and one.is_linked:
            names = (*names, DatedText(listed.short_th, listed.valid_from, listed.valid_to))
        names = tuple(name for name in names if fold_name(name.text) != fold_name(listed.name.th))
        written += await write_names(
            connection,
            one.agency_id,
            names,
            (scheme, listed.code),
            is_local=is_local,
            area_id=area_id,
        )
        if not written:
            unchanged += 1
            continue
        citation = AgencyCitation(
            "REPORTED", f"{file}, {scheme} {listed.code}", f"imported by {by}"
        )
        await write_provenance(
            connection, one.agency_id, citation, is_local=is_local and not one.is_linked
        )
        group = linked if one.is_linked else changed if one.agency_id in existing else added
        group.append(one.agency_id)
    ids = tuple(dict.fromkeys((*added, *changed, *linked)))
    entries = [
        build_audit_entry(ids[at : at + MAX_IDS_PER_ENTRY], "agency import", by)
        for at in range(0, len(ids), MAX_IDS_PER_ENTRY)
    ]
    if entries:
        await append_entries(connection, entries)
    return ImportResult(tuple(added), tuple(changed), unchanged, tuple(linked))


def build_list_error(file: str, errors: Sequence[RowError]) -> Invalid:
    """Return the errors of a list as one, each on a line with its row and column."""
    shown = errors[:MAX_ERRORS]
    lines = [
        f"\n  แถว {one.row} {one.column}: {one.th} · row {one.row} {one.column}: {one.en}"
        for one in shown
    ]
    if len(errors) > len(shown):
        rest = len(errors) - len(shown)
        lines.append(f"\n  และอีก {rest:,} แห่ง · and {rest:,} more")
    return Invalid(
        file,
        f"ไม่ได้นำเข้า มีข้อผิดพลาด {len(errors):,} แห่ง",
        f"nothing is imported, {len(errors):,} errors:" + "".join(lines),
    )
