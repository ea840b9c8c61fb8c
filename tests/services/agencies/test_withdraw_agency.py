"""An agency that people added by mistake is withdrawn if nothing refers to it."""

import pytest

from connectors.kit.plain_table import read_day
from hub.domain.agencies import AgencyDraft, AgencyKind
from hub.errors import Conflict, Invalid, NotFound
from hub.services.agencies.create_agency import create_agency
from hub.services.agencies.import_agencies import AgencyList, import_agencies
from hub.services.agencies.withdraw_agency import withdraw_agency
from hub.store.database import Database
from hub.store.ingest.names import list_dated_names

HEADER = ("code", "name_th", "kind", "province", "parent")
ROWS = (
    (2, ("1", "ฝ่ายสวน", "OTHER", "", "")),
    (3, ("2", "เทศบาลตำบลหาดทราย", "LOCAL_AUTHORITY", "20", "")),
    (4, ("3", "กองสวน", "OTHER", "", "1")),
)


@pytest.fixture
async def listed(fresh_database: Database) -> Database:
    agency_list = AgencyList("list.csv", HEADER, ROWS, read_day)
    await import_agencies(fresh_database, agency_list, "own", "somsri")
    return fresh_database


async def list_meanings(database: Database, name: str) -> set[str]:
    async with database.pool.acquire() as connection:
        names = await list_dated_names(connection)
    return {one.target for one in names if one.name == name and one.valid_to is None}


async def test_withdrawn_agency_is_meant_by_no_name_and_is_in_the_audit_log(
    listed: Database,
) -> None:
    for agency_id, name in (("own:2", "เทศบาลตำบลหาดทราย"), ("own:3", "กองสวน")):
        assert await withdraw_agency(listed, agency_id, "somsri") == agency_id
        assert await list_meanings(listed, name) == set()
    entry = await listed.pool.fetchval(
        "select entry::text from access_log order by number desc limit 1"
    )
    assert "agency withdraw" in entry
    assert "gid://hub/Agency/own:3" in entry


async def test_same_list_restores_a_withdrawn_agency(listed: Database) -> None:
    await withdraw_agency(listed, "own:3", "somsri")
    result = await import_agencies(
        listed, AgencyList("list.csv", HEADER, ROWS, read_day), "own", "somsri"
    )
    assert result.changed == ("own:3",)
    assert await list_meanings(listed, "กองสวน") == {"own:3"}


async def test_name_of_a_withdrawn_agency_is_free_again(listed: Database) -> None:
    await withdraw_agency(listed, "own:3", "somsri")
    other = AgencyList("b.csv", HEADER, [(2, ("9", "กองสวน", "OTHER", "", ""))], read_day)
    assert (await import_agencies(listed, other, "other", "somsri")).added == ("other:9",)


INSERT_PROJECT = (
    "insert into project (id, name_th, sort_key, owner_id, fiscal_years, visibility) "
    "values ('p', 'ก', 'ก', 'own:3', '{2024}', 'PUBLISHED')"
)
INSERT_CHILD = (
    "insert into agency_placement (id, agency_id, parent_id) "
    "values ('x', 'department:07018', 'own:3')"
)
INSERT_RULING = (
    "insert into ruling (source_id, kind, name_kind, name, first_year, last_year, target, "
    "row_count, amounts, decided_by, decided_at) values ('hub-operators', 'NAME', 'AGENCY', 'ก', "
    "2020, 2021, 'own:3', 1, '{}', 'somsri', now())"
)


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        (INSERT_PROJECT, "project.owner_id 1"),
        (INSERT_CHILD, "agency_placement.parent_id 1"),
        (INSERT_RULING, "ruling.target 1"),
    ],
)
async def test_agency_that_something_refers_to_stays_and_the_error_lists_it(
    listed: Database, statement: str, place: str
) -> None:
    await listed.pool.execute(statement)
    with pytest.raises(Conflict, match=place):
        await withdraw_agency(listed, "own:3", "somsri")
    assert await list_meanings(listed, "กองสวน") == {"own:3"}


async def test_parent_of_a_listed_agency_and_an_area_with_projects_stay(listed: Database) -> None:
    with pytest.raises(Conflict, match=r"agency_placement\.parent_id 1"):
        await withdraw_agency(listed, "own:1", "somsri")
    await listed.pool.execute(
        "insert into project (id, name_th, sort_key, fiscal_years, visibility) "
        "values ('p', 'ก', 'ก', '{2024}', 'PUBLISHED')"
    )
    await listed.pool.execute(
        "insert into project_area (project_id, area_id, basis) values ('p', 'own:2', 'UNKNOWN')"
    )
    with pytest.raises(Conflict, match=r"project_area\.area_id 1"):
        await withdraw_agency(listed, "own:2", "somsri")


async def test_agency_of_the_reference_data_is_not_withdrawn(listed: Database) -> None:
    for agency_id in ("department:05004", "lao:20-PAO"):
        with pytest.raises(Invalid, match="reference data"):
            await withdraw_agency(listed, agency_id, "somsri")
    with pytest.raises(NotFound):
        await withdraw_agency(listed, "own:404", "somsri")


async def test_asserted_agency_is_withdrawn_too(listed: Database) -> None:
    draft = AgencyDraft("กองทุนสวน", AgencyKind.FUND)
    async with listed.write_transaction() as connection:
        agency_id = await create_agency(connection, draft, "somsri")
    assert await withdraw_agency(listed, agency_id, "somsri") == agency_id
