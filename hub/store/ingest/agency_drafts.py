"""Create the agency of a ruling: one that a source names and the register does not have.

It has a code of the hub's own, which begins with `hub:`, unless the draft has a code.
"""

import hashlib
from typing import Final

import asyncpg

from hub.domain.agencies import AgencyKind
from hub.domain.global_id import GlobalId
from hub.domain.sources.rulings import AgencyDraft
from hub.domain.text import thai_sort_key
from hub.domain.thai_text import find_unsafe_character, normalize_text
from hub.errors import Invalid
from hub.store.tables import agency, agency_placement, alias, provenance
from hub.store.upsert import upsert

LEVELS: Final = {
    AgencyKind.MINISTRY: "MINISTRY",
    AgencyKind.DEPARTMENT: "MINISTRY",
    AgencyKind.PROVINCE: "PROVINCE",
    AgencyKind.CLUSTER: "CLUSTER",
    AgencyKind.LOCAL_AUTHORITY: "LOCAL",
    AgencyKind.PRIVATE: "PRIVATE",
    AgencyKind.CIVIL_SOCIETY: "CIVIL_SOCIETY",
}
"""The level of an agency of a kind; other kinds have none."""
SELECT_SAME_NAME: Final = """
select id from agency where name_th = $1 and area_id is not distinct from $2 order by id limit 1
"""


async def insert_agency(connection: asyncpg.Connection, source_id: str, draft: AgencyDraft) -> str:
    """Insert the agency of a draft and return its id.

    `Invalid` names the part of the draft that is wrong: no name, an unknown parent or area, or an
    agency that exists already, which the ruling should name instead.
    """
    name = normalize_text(draft.name)
    if not name or find_unsafe_character(name):
        raise Invalid("agency.name", "ต้องมีชื่อที่อ่านได้", "a readable name is required")
    if draft.area and not await exists(connection, "area", draft.area):
        raise Invalid("agency.area", f"ไม่มีพื้นที่รหัส {draft.area}", f"there is no area {draft.area}")
    if draft.parent and not await exists(connection, "agency", draft.parent):
        raise Invalid(
            "agency.parent",
            f"ไม่มีหน่วยงานรหัส {draft.parent}",
            f"there is no agency {draft.parent}",
        )
    if same_id := await connection.fetchval(SELECT_SAME_NAME, name, draft.area):
        raise Invalid(
            "agency.name",
            f"มีหน่วยงานชื่อนี้แล้ว ใช้รหัส {same_id}",
            f"an agency with this name exists; use its code {same_id}",
        )
    digest = hashlib.sha256(f"{name}\0{draft.area or ''}".encode()).hexdigest()[:10]
    agency_id = draft.code or f"hub:{digest}"
    if await exists(connection, "agency", agency_id):
        raise Invalid("agency.code", f"รหัส {agency_id} มีผู้ใช้แล้ว", f"the code {agency_id} is taken")
    dates = {
        "valid_from": draft.valid_from and draft.valid_from.isoformat(),
        "valid_to": draft.valid_to and draft.valid_to.isoformat(),
    }
    row = {
        "id": agency_id,
        "kind": draft.kind.value,
        "level": LEVELS.get(draft.kind),
        "name_th": name,
        "name_en": draft.name_en,
        "short_th": draft.short_name,
        "sort_key": thai_sort_key(name),
        "area_id": draft.area,
        "juristic_person": draft.kind is not AgencyKind.GROUP,
        **dates,
    }
    await upsert(connection, agency, [row])
    placement = {"id": f"{agency_id}:-", "agency_id": agency_id, "code": draft.code or agency_id}
    await upsert(connection, agency_placement, [placement | {"parent_id": draft.parent} | dates])
    aliases = [
        {"id": f"{agency_id}|{one}", "kind": "AGENCY", "target": agency_id, "name": one, **dates}
        for one in draft.aliases
    ]
    await upsert(connection, alias, aliases)
    source_row = {
        "subject": str(GlobalId("Agency", agency_id)),
        "ordinal": 0,
        "source_id": source_id,
        "asserted": "ASSUMED",
        "confidence": "MEDIUM",
        "citation": name,
    }
    await upsert(connection, provenance, [source_row])
    return agency_id


async def exists(connection: asyncpg.Connection, table: str, key: str) -> bool:
    """Return whether an area or agency has this id."""
    statement = f"select exists (select from {table} where id = $1)"  # noqa: S608 - our own tables
    return bool(await connection.fetchval(statement, key))
