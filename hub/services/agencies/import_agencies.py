"""Import an operator's list of agencies: a province office's, a register of local authorities.

A list is imported completely or not at all. Importing it again changes nothing; agencies that a
later list leaves out stay, because projects may have them as owner.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from hub.domain.agencies import AgencyKind
from hub.domain.agency_list import (
    DatedText,
    DayReader,
    read_agency_list,
)
from hub.domain.identity.audit_context import MAX_IDS_PER_ENTRY
from hub.domain.record import value
from hub.domain.thai_text import fold_name
from hub.errors import Invalid
from hub.services.agencies.create_agency import ASSERTED_SCHEME, build_audit_entry
from hub.services.agencies.place_agencies import (
    PlacedAgency,
    build_list_error,
    place_agencies,
)
from hub.store.agency_register import (
    AgencyCitation,
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


@value
class AgencyList:
    """A list as read from a file: its name, its header, the cells of each numbered row, and how
    its days are read.
    """

    name: str
    header: Sequence[Any]
    rows: Sequence[tuple[int, Sequence[Any]]]
    read_day: DayReader


@value
class ImportResult:
    """What an import did: agencies added, changed, unchanged, and those that the hub had already
    (`linked`), which got a code and names only.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    linked: tuple[str, ...]


class DryRunEnd(Exception):
    """Raised to roll back the transaction of a dry run."""


async def import_agencies(
    database: Database,
    agency_list: AgencyList,
    scheme: str,
    by: str,
    *,
    are_new: bool = False,
    dry_run: bool = False,
) -> ImportResult:
    """Import a list under a scheme of codes, and write it to the audit log.

    `Invalid` has every error of the list by row and column. `are_new`: an agency whose name the hub
    has elsewhere is another one; without it, each such row must state that. With `dry_run` nothing
    is stored.
    """
    if not SCHEME.fullmatch(scheme) or scheme in RESERVED_SCHEMES:
        raise Invalid(
            "--scheme",
            f"{scheme} ใช้ไม่ได้ ใช้ a-z 0-9 - ที่ฮับไม่ได้ใช้เอง เช่น dla",
            f"{scheme} is not available; use a-z 0-9 -, not one of the hub's own, for example dla",
        )
    agencies, errors = read_agency_list(agency_list.header, agency_list.rows, agency_list.read_day)
    if errors:
        raise build_list_error(agency_list.name, errors)
    if are_new:
        agencies = [replace(one, is_another=one.hub_id is None) for one in agencies]
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
