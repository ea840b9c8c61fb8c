"""Find the place of each agency of a list in the hub: what it is below, and which one it is.

A name that the hub has under the same parent, or in the same province, is that agency. A name that
it has elsewhere is refused, until the list states which agency it is.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from hub.domain.agency_list import ListedAgency, RowError
from hub.domain.record import value
from hub.domain.thai_text import fold_name
from hub.errors import Invalid
from hub.services.agencies.create_agency import find_parent
from hub.store.agency_register import RegisteredNames, WriteConnection, fetch_listed_ids

MAX_ERRORS: Final = 50
"""The errors that are shown; the rest is counted."""


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


async def place_agencies(
    connection: WriteConnection, file: str, agencies: Sequence[ListedAgency], scheme: str
) -> list[PlacedAgency]:
    """Return the agencies with the ids of what they name, parents before their children.

    `Invalid` for an unknown or ambiguous parent, province or agency.
    """
    registered = await RegisteredNames.read(connection)
    listed_ids = await fetch_listed_ids(connection, scheme)
    errors: list[RowError] = []
    placed: dict[str, PlacedAgency] = {}
    for listed in order_by_parent(agencies, errors):
        try:
            placed[listed.code] = place_agency(
                listed, scheme, registered, listed_ids.get(listed.code), placed
            )
        except Invalid as error:
            errors.append(RowError(listed.row, error.field, error.th, error.en))
    if errors:
        raise build_list_error(file, errors)
    return list(placed.values())


def place_agency(
    listed: ListedAgency,
    scheme: str,
    registered: RegisteredNames,
    listed_id: str | None,
    placed: Mapping[str, PlacedAgency],
) -> PlacedAgency:
    """Return an agency with the ids of what it names; `Invalid` has the column that is wrong.

    `listed_id` is the agency that an earlier list of the scheme gave this code.
    """
    province_id = parent_id = None
    if listed.province and (province_id := registered.find_province(listed.province)) is None:
        why = f"there is no province {listed.province}"
        raise Invalid("province", f"ไม่มีจังหวัด {listed.province}", why)
    if listed.parent and listed.parent in placed:
        parent_id = placed[listed.parent].agency_id
    elif listed.parent:
        parent_id = find_parent(registered, listed.parent, "parent")
    own_id = f"{scheme}:{listed.code}"
    agency_id = listed_id or own_id
    if listed.hub_id:
        agency_id = find_parent(registered, listed.hub_id, "hub_id")
    elif listed_id is None and not registered.find_agencies(own_id) and not listed.is_another:
        agency_id = find_registered(listed, parent_id, province_id, registered, placed) or own_id
    return PlacedAgency(listed, agency_id, parent_id, province_id, agency_id != own_id)


def find_registered(
    listed: ListedAgency,
    parent_id: str | None,
    province_id: str | None,
    registered: RegisteredNames,
    placed: Mapping[str, PlacedAgency],
) -> str | None:
    """Return the agency of the hub that a listed one is, by name and place; null: it is new.

    `Invalid` when the name is known elsewhere, so that it may be the same agency or another one. A
    local authority of another province is another one, and so is an office of the same list under
    another parent.
    """
    name, same = listed.name.th, registered.find_same(listed.name.th, parent_id, province_id)
    if len(same) == 1:
        return min(same)
    twice = {
        one.agency_id
        for one in placed.values()
        if fold_name(one.listed.name.th) == fold_name(name)
        and (one.parent_id, one.province_id) == (parent_id, province_id)
    }
    existing = same or twice or (set() if listed.province else registered.find_named(name))
    if not existing:
        return None
    ids = ", ".join(sorted(existing)[:5])
    raise Invalid(
        "name_th",
        f"มีหน่วยงานชื่อ {name} แล้ว: {ids} ถ้าเป็นหน่วยงานเดียวกัน ใส่รหัสนั้นในคอลัมน์ hub_id (รหัสในฮับ) "
        "ถ้าเป็นอีกหน่วยงานหนึ่ง ใส่ new (ใหม่) ในคอลัมน์นั้น หรือใช้ --new",
        f"an agency of the name {name} is known: {ids}; if it is the same one, put that id into "
        "the column hub_id; if it is another one, put new into that column, or use --new",
    )


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
