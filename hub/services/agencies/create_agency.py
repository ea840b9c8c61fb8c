"""Create an agency that no list has: an assertion by a person, for example to settle a name.

    agency_id = await create_agency(connection, NewAgency(LocalizedText("กองทุนสวนผลไม้"), …), by)

It is written in the caller's transaction, so that a ruling and the agency it creates are stored
together or not at all.
"""

import hashlib
from datetime import date
from typing import Final

from hub.domain.agencies import ActorLevel, AgencyKind
from hub.domain.agency_list import LEVEL_OF_KIND, NOT_IMPORTED, ListedAgency
from hub.domain.global_id import GlobalId
from hub.domain.identity.audit_context import AuditContext
from hub.domain.identity.audit_log import AccessKind, AuditEntry, Caller, Operation
from hub.domain.record import value
from hub.domain.text import LocalizedText
from hub.domain.thai_text import find_unsafe_character, fold_name, normalize_text
from hub.errors import Conflict, Invalid
from hub.store.agency_register import (
    AgencyCitation,
    RegisteredNames,
    WriteConnection,
    upsert_operator_source,
    write_agency,
    write_provenance,
)

ASSERTED_SCHEME: Final = "asserted"
"""The first part of the ids of agencies that a person asserted."""


@value
class NewAgency:
    """An agency as a person asserts it (หน่วยงานที่บุคคลยืนยัน).

    `level` null: that of its kind. `parent` and `province` are ids, codes or names; a local
    authority needs a province.
    """

    name: LocalizedText
    kind: AgencyKind
    level: ActorLevel | None = None
    parent: str | None = None
    province: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


async def create_agency(connection: WriteConnection, new: NewAgency, by: str) -> str:
    """Insert an agency with the provenance "assertion by a person", and return its id.

    The same assertion again returns the same id and changes nothing. `Invalid` names the field that
    is wrong; `Conflict` when the hub has an agency of that name there.
    """
    name = normalize_text(new.name.th)
    check_new_agency(new, name)
    registered = await RegisteredNames.read(connection)
    parent_id = find_parent(registered, new.parent, "parent") if new.parent else None
    province_id = registered.find_province(new.province) if new.province else None
    if new.province and province_id is None:
        raise Invalid(
            "province", f"ไม่มีจังหวัด {new.province}", f"there is no province {new.province}"
        )
    place = "|".join((fold_name(name), parent_id or "", province_id or ""))
    agency_id = f"{ASSERTED_SCHEME}:{hashlib.sha256(place.encode()).hexdigest()[:12]}"
    if others := registered.find_same(name, parent_id, province_id) - {agency_id}:
        raise Conflict(
            f"มีหน่วยงานชื่อนี้แล้ว: {min(others)} · there is an agency of that name: {min(others)}"
        )
    listed = ListedAgency(
        row=0,
        code="",
        name=LocalizedText(name, new.name.en),
        short_th=None,
        kind=new.kind,
        level=new.level or LEVEL_OF_KIND.get(new.kind),
        parent=new.parent,
        province=new.province,
        other_names=(),
        valid_from=new.valid_from,
        valid_to=new.valid_to,
    )
    await upsert_operator_source(connection)
    await write_agency(connection, agency_id, listed, parent_id, province_id, None)
    citation = AgencyCitation(
        "ASSUMED", f"assertion by a person: {by}", "หน่วยงานที่บุคคลยืนยัน · asserted by a person"
    )
    is_local = new.kind is AgencyKind.LOCAL_AUTHORITY
    await write_provenance(connection, agency_id, citation, is_local=is_local)
    return agency_id


def check_new_agency(new: NewAgency, name: str) -> None:
    """Raise `Invalid` with the field of an assertion that is wrong by itself."""
    if not name or find_unsafe_character(name):
        raise Invalid(
            "name", "ต้องมีชื่อ และไม่มีอักขระควบคุม", "must be a text without control characters"
        )
    if new.kind in NOT_IMPORTED:
        raise Invalid(
            "kind",
            f"{new.kind.value} มีครบในข้อมูลอ้างอิงแล้ว",
            f"the reference data has every {new.kind.value}",
        )
    if new.kind is AgencyKind.LOCAL_AUTHORITY and not new.province:
        raise Invalid("province", "อปท. ต้องมีจังหวัด", "a local authority needs its province")
    if new.valid_from and new.valid_to and new.valid_from >= new.valid_to:
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
