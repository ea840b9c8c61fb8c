"""A person may assert an agency that no list has."""

import pytest

from hub.domain.agencies import ActorLevel, AgencyDraft, AgencyKind
from hub.errors import Invalid
from hub.services.agencies.create_agency import create_agency
from hub.store.database import Database


def new_agency(
    name: str,
    kind: AgencyKind = AgencyKind.FUND,
    *,
    parent: str | None = None,
    province: str | None = None,
) -> AgencyDraft:
    return AgencyDraft(name, kind, parent=parent, area=province)


async def create(database: Database, agency: AgencyDraft) -> str:
    async with database.write_transaction() as connection:
        return await create_agency(connection, agency, "somsri")


async def test_asserted_agency_has_its_person_in_its_provenance_and_is_created_once(
    fresh_database: Database,
) -> None:
    fund = new_agency("กองทุนสวนผลไม้", parent="กระทรวงเกษตรและสหกรณ์")
    agency_id = await create(fresh_database, fund)
    assert await create(fresh_database, fund) == agency_id
    facts = await fresh_database.pool.fetch(
        "select asserted, citation from provenance where subject = $1",
        f"gid://hub/Agency/{agency_id}",
    )
    assert [tuple(row) for row in facts] == [("ASSUMED", "assertion by a person: somsri")]
    parent = "select parent_id from agency_placement where agency_id = $1"
    assert await fresh_database.pool.fetchval(parent, agency_id) == "ministry:07"


async def test_asserted_local_authority_is_on_the_local_row_and_in_its_province(
    fresh_database: Database,
) -> None:
    town = new_agency("เทศบาลตำบลหาดทราย", AgencyKind.LOCAL_AUTHORITY, province="จ.ชลบุรี")
    agency_id = await create(fresh_database, town)
    row = await fresh_database.pool.fetchrow(
        "select a.level, m.parent_id from agency a "
        "join area_membership m on m.child_id = a.area_id where a.id = $1",
        agency_id,
    )
    assert tuple(row) == (ActorLevel.LOCAL.value, "20")


@pytest.mark.parametrize(
    ("agency", "message"),
    [
        (new_agency("กรมการข้าว", AgencyKind.DEPARTMENT, parent="07"), "department:07"),
        (new_agency("กรมการท่องเที่ยว", AgencyKind.DEPARTMENT), "department:05004"),
        (new_agency(""), "name"),
        (new_agency("จังหวัดใหม่", AgencyKind.PROVINCE), "kind"),
        (new_agency("อบต.ใหม่", AgencyKind.LOCAL_AUTHORITY), "area"),
        (new_agency("กองใหม่", parent="สำนักงานรัฐมนตรี"), "several agencies"),
    ],
)
async def test_assertion_that_cannot_be_stored_names_the_field(
    fresh_database: Database, agency: AgencyDraft, message: str
) -> None:
    with pytest.raises(Invalid, match=message):
        await create(fresh_database, agency)
