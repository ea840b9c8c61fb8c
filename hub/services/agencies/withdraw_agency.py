"""Withdraw an agency that people added by mistake, if nothing refers to it.

It was then never in force, so that no name means it; rows that waited because two agencies had a
name are read again by the next run. The same list or assertion adds it again.
"""

from hub.errors import Conflict, Invalid
from hub.services.agencies.create_agency import build_audit_entry
from hub.services.identity.agencies import resolve_agency
from hub.store.agency_references import count_agency_references, is_added_by_people
from hub.store.agency_register import withdraw_agency as withdraw_stored_agency
from hub.store.database import Database
from hub.store.identity.audit_log import append_entries


async def withdraw_agency(database: Database, named: str, by: str) -> str:
    """Withdraw an agency by its id or code, write it to the audit log, and return its id.

    `NotFound` without exactly one agency; `Invalid` for one of the reference data; `Conflict` lists
    what refers to it, with counts.
    """
    agency_id = await resolve_agency(database, named)
    async with database.write_transaction() as connection:
        if not await is_added_by_people(connection, agency_id):
            raise Invalid(
                "AGENCY",
                f"{agency_id} มาจากข้อมูลอ้างอิงหรือแหล่งข้อมูล ถอนได้เฉพาะหน่วยงานที่นำเข้าหรือยืนยันเอง",
                f"{agency_id} is of the reference data or a source; only agencies that were "
                "imported or asserted can be withdrawn",
            )
        if counts := await count_agency_references(connection, agency_id):
            listed = ", ".join(f"{place} {rows:,}" for place, rows in sorted(counts.items()))
            raise Conflict(
                f"ถอน {agency_id} ไม่ได้ มีข้อมูลอ้างถึง: {listed} แก้ข้อมูลหรือยกเลิกคำวินิจฉัยเหล่านั้นก่อน "
                f"· {agency_id} cannot be withdrawn, it is referred to by {listed}; "
                "change these or revoke the rulings first"
            )
        await withdraw_stored_agency(connection, agency_id)
        await append_entries(connection, [build_audit_entry((agency_id,), "agency withdraw", by)])
    return agency_id
