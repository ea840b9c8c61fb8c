"""Create an agency that no list has: an assertion by a person, for example to settle a name.

    agency_id = await create_agency(connection, AgencyDraft("กองทุนสวนผลไม้", …), by)

It is written in the caller's transaction, so that a ruling and the agency it creates are stored
together or not at all.
"""

import hashlib
from typing import Final

from hub.domain.agencies import AgencyDraft, AgencyKind
from hub.domain.agency_list import LEVEL_OF_KIND, NOT_IMPORTED, DatedText, ListedAgency
from hub.domain.global_id import GlobalId
from hub.domain.identity.audit_context import AuditContext
from hub.domain.identity.audit_log import AccessKind, AuditEntry, Caller, Operation
from hub.domain.text import LocalizedText
from hub.domain.thai_text import find_unsafe_character, fold_name, normalize_text
from hub.errors import Invalid
from hub.store.agency_register import (
    AgencyCitation,
    RegisteredNames,
    WriteConnection,
    upsert_operator_source,
    write_agency,
    write_names,
    write_provenance,
)

ASSERTED_SCHEME: Final = "asserted"
"""The first part of the ids of agencies that a person asserted."""


async def create_agency(connection: WriteConnection, draft: AgencyDraft, by: str) -> str:
    """Insert an agency with the provenance "assertion by a person", and return its id.

    The same assertion again returns the same id and changes nothing. `Invalid` names the field of
    the draft that is wrong; for an agency that exists already it is the name.
    """
    name = normalize_text(draft.name)
    check_draft(draft, name)
    registered = await RegisteredNames.read(connection)
    parent_id = find_parent(registered, draft.parent, "parent") if draft.parent else None
    province_id = registered.find_province(draft.area) if draft.area else None
    if draft.area and province_id is None:
        raise Invalid("area", f"ไม่มีจังหวัด {draft.area}", f"there is no province {draft.area}")
    place = "|".join((fold_name(name), parent_id or "", province_id or ""))
    agency_id = f"{ASSERTED_SCHEME}:{hashlib.sha256(place.encode()).hexdigest()[:12]}"
    same = registered.find_same(name, parent_id, province_id)
    if not draft.parent and not draft.area:
        # Without its place nothing distinguishes it from the known one.
        same = registered.find_named(name)
    if others := same - {agency_id}:
        raise Invalid(
            "name",
            f"มีหน่วยงานชื่อนี้แล้ว ใช้รหัส {min(others)}",
            f"an agency with this name exists; use its code {min(others)}",
        )
    if draft.code and registered.find_agencies(draft.code) - {agency_id}:
        raise Invalid("code", f"รหัส {draft.code} มีผู้ใช้แล้ว", f"the code {draft.code} is taken")
    listed = ListedAgency(
        row=0,
        code=draft.code or "",
        name=LocalizedText(name, draft.name_en),
        short_th=draft.short_name,
        kind=draft.kind,
        level=LEVEL_OF_KIND.get(draft.kind),
        parent=draft.parent,
        province=draft.area,
        other_names=(),
        valid_from=draft.valid_from,
        valid_to=draft.valid_to,
    )
    await upsert_operator_source(connection)
    scheme = ASSERTED_SCHEME if draft.code else None
    await write_agency(connection, agency_id, listed, parent_id, province_id, scheme)
    is_local = draft.kind is AgencyKind.LOCAL_AUTHORITY
    names = [DatedText(one, draft.valid_from, draft.valid_to) for one in draft.aliases]
    await write_names(connection, agency_id, names, None, is_local=is_local)
    citation = AgencyCitation(
        "ASSUMED", f"assertion by a person: {by}", "หน่วยงานที่บุคคลยืนยัน · asserted by a person"
    )
    await write_provenance(connection, agency_id, citation, is_local=is_local)
    return agency_id


def check_draft(draft: AgencyDraft, name: str) -> None:
    """Raise `Invalid` with the field of an assertion that is wrong by itself."""
    if not name or find_unsafe_character(name):
        raise Invalid(
            "name", "ต้องมีชื่อ และไม่มีอักขระควบคุม", "must be a text without control characters"
        )
    if draft.kind in NOT_IMPORTED:
        raise Invalid(
            "kind",
            f"{draft.kind.value} มีครบในข้อมูลอ้างอิงแล้ว",
            f"the reference data has every {draft.kind.value}",
        )
    if draft.kind is AgencyKind.LOCAL_AUTHORITY and not draft.area:
        raise Invalid("area", "อปท. ต้องมีจังหวัด", "a local authority needs its province")
    if draft.valid_from and draft.valid_to and draft.valid_from >= draft.valid_to:
        raise Invalid("validTo", "ต้องอยู่หลังวันเริ่ม", "must be after the first day")


def find_parent(registered: RegisteredNames, written: str, field: str) -> str:
    """Return the id of a parent by id, code or name; `Invalid(field)` without exactly one."""
    found = registered.find_agencies(written)
    if len(found) == 1:
        return next(iter(found))
    if not found:
        raise Invalid(field, f"ไม่มีหน่วยงาน {written}", f"there is no agency {written}")
    ids = ", ".join(sorted(found)[:5])
    raise Invalid(
        field,
        f"{written} เป็นได้หลายหน่วยงาน ใส่รหัส: {ids}",
        f"{written} is the name of several agencies; use an id: {ids}",
    )


def build_audit_entry(
    agency_ids: tuple[str, ...],
    operation: str,
    by: str,
    audit_context: AuditContext | None = None,
    count: int | None = None,
) -> AuditEntry:
    """Return the audit entry of agencies that a request, or else an operator, added."""
    return AuditEntry(
        AccessKind.WRITE,
        audit_context.caller if audit_context else Caller.from_terminal(by),
        audit_context.operation if audit_context else Operation("command", operation),
        records=tuple(str(GlobalId("Agency", one)) for one in agency_ids),
        count=len(agency_ids) if count is None else count,
    )
