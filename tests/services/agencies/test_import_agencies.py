"""An operator's list of agencies is imported completely or not at all, and again without change."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from connectors.kit.plain_table import read_day
from hub.domain.sources.records import Doubt, NameKind, RawName
from hub.domain.time import FiscalYear
from hub.errors import Invalid
from hub.ingest.resolve_names import NameResolver
from hub.services.agencies.import_agencies import AgencyList, ImportResult, import_agencies
from hub.store.database import Database
from hub.store.ingest.names import list_dated_names

HEADER = ("รหัส", "ชื่อ", "ประเภท", "จังหวัด", "ต้นสังกัด", "ชื่ออื่น", "ตั้งแต่", "ถึงก่อน")
TOWNS: tuple[Sequence[Any], ...] = (
    ("5200101", "เทศบาลตำบลหาดทราย", "อปท.", "ชลบุรี", "", "เทศบาลหาดทราย", "", "1/10/2563"),
    ("5200101", "เทศบาลเมืองหาดทราย", "อปท.", "ชลบุรี", "", "", "2563-10-01", ""),
    ("5200102", "อบต.บ้านไร่", "LOCAL_AUTHORITY", "จังหวัดชลบุรี", "", "", "", ""),
    ("5730103", "องค์การบริหารส่วนตำบลบ้านไร่", "LOCAL_AUTHORITY", "73", "", "", "", ""),
    ("5200001", "องค์การบริหารส่วนจังหวัดชลบุรี", "อปท.", "20", "", "อบจ.ชล", "", ""),
)


async def run_import(
    database: Database,
    rows: Sequence[Sequence[Any]] = TOWNS,
    *,
    header: Sequence[str] = HEADER,
    scheme: str = "dla",
    are_new: bool = False,
    dry_run: bool = False,
) -> ImportResult:
    numbered = list(enumerate(rows, 2))
    listed = AgencyList("รายชื่อ.csv", header, numbered, read_day)
    return await import_agencies(
        database, listed, scheme, "somsri", are_new=are_new, dry_run=dry_run
    )


async def resolve(
    database: Database, name: str, year: int, kind: NameKind = NameKind.AGENCY
) -> str | None:
    async with database.pool.acquire() as connection:
        resolver = NameResolver(await list_dated_names(connection), [])
    found = resolver(RawName(kind, name), FiscalYear.from_be(year), None, "owner")
    return found.reason.value if isinstance(found, Doubt) else found.target


async def test_names_of_a_list_resolve_in_their_time_and_province(fresh_database: Database) -> None:
    result = await run_import(fresh_database)
    assert (result.added, result.linked) == (
        ("dla:5200101", "dla:5200102", "dla:5730103"),
        ("lao:20-PAO",),
    )
    for name, year, expected in (
        ("เทศบาลเมืองหาดทราย", 2565, "dla:5200101"),
        ("เทศบาลตำบลหาดทราย", 2562, "dla:5200101"),
        ("เทศบาลตำบลหาดทราย", 2565, "UNKNOWN_NAME"),
        ("เทศบาลหาดทราย", 2563, "dla:5200101"),
        ("เทศบาลหาดทราย", 2565, "UNKNOWN_NAME"),
        ("ทม.หาดทราย", 2565, "dla:5200101"),
        ("อบจ.ชล", 2565, "lao:20-PAO"),
        ("อบต.บ้านไร่", 2565, "AMBIGUOUS_NAME"),
        ("อบต.บ้านไร่ อ.เมือง จ.นครปฐม", 2565, "dla:5730103"),
        ("องค์การบริหารส่วนตำบลบ้านไร่ จังหวัดชลบุรี", 2565, "dla:5200102"),
        ("องค์การบริหารส่วนตำบลบ้านไร่ จังหวัดตราด", 2565, "UNKNOWN_NAME"),
    ):
        assert await resolve(fresh_database, name, year) == expected, name
        assert await resolve(fresh_database, name, year, NameKind.AREA) == expected, name


async def test_list_imported_again_changes_nothing_and_logs_nothing(
    fresh_database: Database,
) -> None:
    await run_import(fresh_database)
    tables = ("agency", "agency_placement", "area", "area_membership", "alias", "external_id",
              "provenance", "access_log")  # fmt: skip
    before = [await fresh_database.pool.fetch(f"select * from {name}") for name in tables]  # noqa: S608
    again = await run_import(fresh_database)
    assert (again.added, again.changed, again.linked, again.unchanged) == ((), (), (), 4)
    after = [await fresh_database.pool.fetch(f"select * from {name}") for name in tables]  # noqa: S608
    assert after == before


async def test_changed_row_changes_its_agency_only(fresh_database: Database) -> None:
    await run_import(fresh_database)
    rows = [*TOWNS[:2], (*TOWNS[2][:5], "ต.บ้านไร่", *TOWNS[2][6:]), *TOWNS[3:]]
    again = await run_import(fresh_database, rows)
    assert (again.changed, again.unchanged) == (("dla:5200102",), 3)


async def test_import_is_in_the_audit_log_and_has_provenance(fresh_database: Database) -> None:
    await run_import(fresh_database)
    entry = await fresh_database.pool.fetchval(
        "select entry::jsonb from access_log order by number desc limit 1"
    )
    assert "agency import" in entry
    assert "somsri" in entry
    assert "gid://hub/Agency/dla:5200101" in entry
    facts = await fresh_database.pool.fetchrow(
        "select source_id, asserted, citation from provenance where subject = $1",
        "gid://hub/Agency/dla:5200101",
    )
    assert tuple(facts) == ("hub-operators", "REPORTED", "รายชื่อ.csv, dla 5200101")
    days = "select valid_from, valid_to from alias where name = 'เทศบาลตำบลหาดทราย' limit 1"
    assert tuple(await fresh_database.pool.fetchrow(days)) == (None, date(2020, 10, 1))


async def test_dry_run_counts_and_stores_nothing(fresh_database: Database) -> None:
    result = await run_import(fresh_database, dry_run=True)
    assert len(result.added) == 3
    assert not await fresh_database.pool.fetchval(
        "select count(*) from agency where id like 'dla:%'"
    )
    assert not await fresh_database.pool.fetchval("select count(*) from access_log")


async def test_parent_may_follow_in_the_list_or_be_an_agency_of_the_hub(
    fresh_database: Database,
) -> None:
    header = ("code", "name_th", "kind", "parent")
    rows = [
        ("2", "ศูนย์ผลไม้", "OTHER", "1"),
        ("1", "กองทุนผลไม้ตะวันออก", "FUND", "กระทรวงเกษตรและสหกรณ์"),
        ("3", "หน่วยทดลองพันธุ์", "DEPARTMENT", "07"),
    ]
    await run_import(fresh_database, rows, header=header, scheme="fruit")
    parents = await fresh_database.pool.fetch(
        "select agency_id, parent_id from agency_placement "
        "where agency_id like 'fruit:%' order by 1"
    )
    assert [tuple(row) for row in parents] == [
        ("fruit:1", "ministry:07"),
        ("fruit:2", "fruit:1"),
        ("fruit:3", "ministry:07"),
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("1", "", "อปท.", "20"), r"แถว 2 name_th: ต้องระบุ · row 2 name_th: must be given"),
        (("1", "ก", "วัด", "20"), r"row 2 kind: must be one of MINISTRY"),
        (("1", "ก", "PROVINCE", "20"), r"row 2 kind: must be one of"),
        (("1", "ก", "อปท.", ""), r"row 2 province: a local authority needs its province"),
        (("1", "ก", "อปท.", "ดาวอังคาร"), r"row 2 province: there is no province ดาวอังคาร"),
        (("1 2", "ก", "อปท.", "20"), r"row 2 code: the code 1 2 may have"),
        (("1", "ก", "FUND", "", "กรมที่ไม่มี"), r"row 2 parent: there is no agency กรมที่ไม่มี"),
        (("1", "ก", "FUND", "", "สำนักงานรัฐมนตรี"), r"row 2 parent: .* several agencies; use an id"),
        (("1", "ก", "FUND", "", "1"), r"row 2 parent: leads back to itself"),
        (("1", "ก", "FUND", "", "", "", "31/2/2565"), r"row 2 valid_from: the date 31/2/2565"),
        (
            ("1", "ก", "FUND", "", "", "", "2565-01-02", "2565-01-01"),
            r"row 2 valid_to: must be after",
        ),
    ],
)
async def test_wrong_cell_is_named_by_row_and_column_in_both_languages(
    fresh_database: Database, row: Sequence[str], message: str
) -> None:
    with pytest.raises(Invalid, match=message):
        await run_import(fresh_database, [row])
    assert not await fresh_database.pool.fetchval(
        "select count(*) from source where id = 'hub-operators'"
    )


async def test_all_errors_of_a_list_are_reported_at_once(fresh_database: Database) -> None:
    rows = [("1", "ก", "วัด"), ("2", "ข", "FUND"), ("2", "ค", "FUND"), ("", "ง", "FUND")]
    with pytest.raises(Invalid) as caught:
        await run_import(fresh_database, rows)
    for place in ("row 2 kind", "row 4 valid_from", "row 5 code"):
        assert place in caught.value.en
    with pytest.raises(Invalid, match=r"row 1 สี: is not a known column") as caught:
        await run_import(fresh_database, rows, header=("รหัส", "ชื่อ", "สี"))
    assert "row 1 kind: the column kind is missing" in caught.value.en


@pytest.mark.parametrize("scheme", ["department", "local", "Dla", "asserted"])
async def test_scheme_of_the_hub_itself_is_refused(fresh_database: Database, scheme: str) -> None:
    with pytest.raises(Invalid, match="--scheme"):
        await run_import(fresh_database, scheme=scheme)


HEADER_WITH_ID = ("code", "name_th", "kind", "parent", "hub_id")


@pytest.mark.parametrize(
    ("name", "kind", "parent", "ids"),
    [
        ("กรมการท่องเที่ยว", "DEPARTMENT", "", "department:05004"),
        ("กรมการท่องเที่ยว", "DEPARTMENT", "กระทรวงมหาดไทย", "department:05004"),
        ("กรม การท่องเที่ยว", "DEPARTMENT", "", "department:05004"),
        ("สำนักงานราชบัณฑิตยสภา", "OTHER", "กระทรวงศึกษาธิการ", "department:25006"),
        ("สำนักงานรัฐมนตรี", "OTHER", "", "department:03001, department:04001"),
    ],
)
async def test_name_that_the_hub_has_elsewhere_is_refused_with_its_code(
    fresh_database: Database, name: str, kind: str, parent: str, ids: str
) -> None:
    with pytest.raises(Invalid, match=f"row 2 name_th: .* is known: .*{ids}") as caught:
        await run_import(fresh_database, [("1", name, kind, parent)], header=HEADER_WITH_ID)
    for fix in ("hub_id", "--new"):
        assert fix in caught.value.en
    assert not await fresh_database.pool.fetchval(
        "select count(*) from external_id where scheme = 'dla'"
    )


async def test_list_states_that_an_agency_is_one_of_the_hub_or_another_one(
    fresh_database: Database,
) -> None:
    existing, other = "กรมการท่องเที่ยว", "กรมการข้าว"
    rows = [("1", existing, "DEPARTMENT", "", "department:05004"), ("2", other, "OTHER", "", "ใหม่")]
    result = await run_import(fresh_database, rows, header=HEADER_WITH_ID)
    assert (result.linked, result.added) == (("department:05004",), ("dla:2",))
    assert await resolve(fresh_database, existing, 2565) == "department:05004"
    assert await resolve(fresh_database, other, 2565) == "AMBIGUOUS_NAME"
    again = await run_import(fresh_database, [row[:4] for row in rows], header=HEADER_WITH_ID[:4])
    assert (again.added, again.changed, again.linked, again.unchanged) == ((), (), (), 2)


async def test_whole_list_may_be_of_other_agencies(fresh_database: Database) -> None:
    rows = [("1", "กรมการท่องเที่ยว", "OTHER", "")]
    result = await run_import(fresh_database, rows, header=HEADER_WITH_ID[:4], are_new=True)
    assert result.added == ("dla:1",)


async def test_same_name_in_another_place_that_the_list_states_is_no_second_one(
    fresh_database: Database,
) -> None:
    rows = [
        ("1", "กรมการท่องเที่ยว", "DEPARTMENT", "กก."),  # the known one, below its own ministry
        ("2", "ฝ่ายเลขานุการสวน", "OTHER", "1"),
        ("3", "ฝ่ายเลขานุการสวน", "OTHER", "กระทรวงมหาดไทย"),
    ]
    result = await run_import(fresh_database, rows, header=HEADER_WITH_ID[:4])
    assert result.linked == ("department:05004",)
    assert set(result.added) == {"dla:2", "dla:3"}


async def test_two_codes_of_one_name_and_place_in_a_list_are_refused(
    fresh_database: Database,
) -> None:
    rows = [("1", "ฝ่ายสวน", "OTHER", ""), ("2", "ฝ่ายสวน", "OTHER", "")]
    with pytest.raises(Invalid, match=r"row 3 name_th: .* is known: dla:1"):
        await run_import(fresh_database, rows, header=HEADER_WITH_ID[:4])


@pytest.mark.parametrize(
    "day",
    ["2566-10-01", "2023-10-01", "1/10/2566", "01.10.2566", "1 ต.ค. 2566", "๑ ตุลาคม ๒๕๖๖",
     "25661001", "2023-10-01 00:00:00", "2023-10-01T00:00:00"],
)  # fmt: skip
async def test_days_are_read_as_sources_write_them(fresh_database: Database, day: str) -> None:
    header = ("code", "name_th", "kind", "valid_from")
    await run_import(fresh_database, [("1", "ฝ่ายสวน", "OTHER", day)], header=header)
    start = await fresh_database.pool.fetchval("select valid_from from agency where id = 'dla:1'")
    assert start == date(2023, 10, 1)


@pytest.mark.parametrize("day", ["1/10/66", "45200", "10/2566", "31.02.2566", "ต้นปี 2566"])
async def test_day_that_may_mean_another_is_refused(fresh_database: Database, day: str) -> None:
    header = ("code", "name_th", "kind", "valid_from")
    with pytest.raises(Invalid, match=r"row 2 valid_from: the date .* is not readable"):
        await run_import(fresh_database, [("1", "ฝ่ายสวน", "OTHER", day)], header=header)
