"""Written forms of agencies' names that mean one thing resolve; look-alikes of them wait."""

import pytest

from hub.domain.sources.ledger import Outcome
from hub.domain.sources.records import (
    Doubt,
    NameKind,
    RawName,
)
from hub.domain.time import FiscalYear
from hub.ingest.resolve_names import NameResolver
from hub.ingest.run import ingest
from hub.store.database import Database
from hub.store.ingest.names import list_dated_names
from tests.ingest.made_up_source import SPEC, build_input, build_row, read

WAITS = None


@pytest.fixture
async def resolver(database: Database) -> NameResolver:
    async with database.pool.acquire() as connection:
        return NameResolver(await list_dated_names(connection), [])


def resolve(
    resolver: NameResolver,
    name: str,
    ministry: str | None = None,
    *,
    kind: NameKind = NameKind.AGENCY,
    year: int = 2565,
    extracted: bool = False,
) -> str | None:
    raw_name = RawName(kind, name, parent_name=ministry, extracted=extracted)
    found = resolver(raw_name, FiscalYear.from_be(year), None, "owner")
    return WAITS if isinstance(found, Doubt) else found.target


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("มท.", "ministry:15"),
        ("กก.", "ministry:05"),
        ("อว.", "ministry:MHESI"),
        ("MOI", "ministry:15"),
        ("สศช.", "department:01012"),
        ("มท", WAITS),
        ("กกท", WAITS),
        ("ก.", WAITS),
    ],
)
async def test_published_short_name_resolves_and_a_shorter_one_waits(
    resolver: NameResolver, name: str, target: str | None
) -> None:
    assert resolve(resolver, name) == target


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("อบจ.ชลบุรี", "lao:20-PAO"),
        ("อบจ. ชลบุรี", "lao:20-PAO"),
        ("อบจ ชลบุรี", "lao:20-PAO"),
        ("อบจ.จ.ชลบุรี", "lao:20-PAO"),
        ("ทน.แหลมฉบัง", "lao:20-CITY-02"),
        ("ทม. แสนสุข", "lao:20-TOWN-08"),
        ("เทศบาลเมืองแสนสุข อ.เมือง จ.ชลบุรี", "lao:20-TOWN-08"),
        ("ทมแสนสุข", WAITS),
        ("ทต.แสนสุข", WAITS),
        ("ทน.แสนสุข", WAITS),
        ("แสนสุข", WAITS),
        ("ทนายความแหลมฉบัง", WAITS),
    ],
)
async def test_fixed_forms_of_local_authorities_resolve_with_their_own_type_only(
    resolver: NameResolver, name: str, target: str | None
) -> None:
    assert resolve(resolver, name) == target
    assert resolve(resolver, name, kind=NameKind.AREA) == target


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("เทศบาลเมืองในพื้นที่จังหวัดสงขลา เทศบาลเมืองกำแพงเพชร", "90"),
        ("เทศบาลเมืองในพื้นที่จังหวัดกำแพงเพชร เทศบาลเมืองกำแพงเพชร", "62"),
        ("เทศบาลเมืองในพื้นที่จังหวัดกำแพงเพชร กำแพงเพชร", "62"),
        ("เทศบาลนครในพื้นที่จังหวัดตาก เทศบาลนครแม่สอด", "63"),
        ("เทศบาลเมืองกำแพงเพชร", WAITS),
        ("เทศบาลเมืองในพื้นที่จังหวัดตาก เทศบาลเมืองกำแพงเพชร", WAITS),
        ("เทศบาลเมืองในพื้นที่จังหวัดอุบลราธานี เทศบาลเมืองพิบูลมังสาหาร", WAITS),
        ("เทศบาลนครในพื้นที่จังหวัดกำแพงเพชร เทศบาลเมืองกำแพงเพชร", WAITS),
        ("เทศบาลเมืองในพื้นที่จังหวัดนราธิวาส", WAITS),
    ],
)
async def test_municipality_is_found_in_the_province_that_is_written(
    resolver: NameResolver, name: str, target: str | None
) -> None:
    found = resolve(resolver, name, kind=NameKind.AREA)
    assert (found and found.split(":")[1][:2]) == target
    assert resolve(resolver, name) == found


@pytest.mark.parametrize(
    ("name", "ministry", "target"),
    [
        ("สำนักงานปลัดกระทรวง", "กระทรวงการคลัง", "department:03002"),
        ("สำนักงานปลัด", "กระทรวงมหาดไทย", "department:15002"),
        ("สำนักงานปลัดกระทรวง", "กระทรวงการอุดมศึกษา วิทยาศาสตร์ วิจัยและนวัตกรรม (2)", "unit:BKN-033"),
        ("สำนักงานรัฐมนตรี", "กระทรวงการคลัง (1)", "department:03001"),
        ("สำนักงานรัฐมนตรี", "มท.", "department:15001"),
        ("สำนักงานปลัดกระทรวง", None, WAITS),
        ("สำนักงานปลัดกระทรวง", "รัฐวิสาหกิจ", WAITS),
        ("สำนักงานปลัดกระทรวง", "กระทรวงที่ไม่มี", WAITS),
        ("สำนักงานรัฐมนตรี", None, WAITS),
        ("สำนักงานรัฐมนตรี", "รัฐวิสาหกิจ", WAITS),
        ("กรมการข้าว", "กระทรวงเกษตรและสหกรณ์", "department:07018"),
        ("กรมการข้าว", "กระทรวงการคลัง", WAITS),
        ("การกีฬาแห่งประเทศไทย", "กระทรวงการท่องเที่ยวและกีฬา", "department:50604"),
    ],
)
async def test_same_name_in_several_ministries_needs_its_ministry(
    resolver: NameResolver, name: str, ministry: str | None, target: str | None
) -> None:
    assert resolve(resolver, name, ministry) == target


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("สถาบันพัฒนาองค์กรชุมชน", "department:06006"),
        ("หอภาพยนตร์", "department:18009"),
        ("การกีฬาแห่งประเทศไทย (องค์การมหาชน)", "department:50604"),
        ("หอภาพยนตร์ (มหาชน)", WAITS),
        ("ศูนย์คุณธรรม (ชั่วคราว)", WAITS),
    ],
)
async def test_legal_form_may_be_left_out_but_no_other_addition(
    resolver: NameResolver, name: str, target: str | None
) -> None:
    assert resolve(resolver, name) == target


@pytest.mark.parametrize(
    ("name", "ministry", "target"),
    [
        ("กรมการข้าว P.", "กระทรวงเกษตรและสหกรณ์", "department:07018"),
        ("กรมการข้าว de u", "กระทรวงเกษตรและสหกรณ์", "department:07018"),
        ("กรมการข้าว ส่", "กระทรวงเกษตรและสหกรณ์", "department:07018"),
        ("สำนักงานทรัพยากรนำแห่งชาติ", "สำนักนายกรัฐมนตรี", "unit:BKN-003"),
        ("กรมการขาว", "กระทรวงเกษตรและสหกรณ์", "department:07018"),
        ("กรมการข้าว ภาค 2", "กระทรวงเกษตรและสหกรณ์", WAITS),
        ("กรมการข้าว ใหม่", "กระทรวงเกษตรและสหกรณ์", WAITS),
        ("กรมการขาว", None, WAITS),
        ("กรมการขาว", "กระทรวงการคลัง", WAITS),
        ("กรมสรรพกร", "กระทรวงการคลัง", WAITS),
    ],
)
async def test_fragments_and_lost_marks_of_print_are_read_in_printed_sources_only(
    resolver: NameResolver, name: str, ministry: str | None, target: str | None
) -> None:
    assert resolve(resolver, name, ministry, extracted=True) == target
    assert resolve(resolver, name, ministry) is WAITS


async def test_cluster_that_lost_its_number_waits_whatever_follows_it(
    resolver: NameResolver,
) -> None:
    for name in ("กลุ่มจังหวัดภาคตะวันออก", "กลุ่มจังหวัดภาคตะวันออก l", "กลุ่มจังหวัดภาคใต้ชายแดน I"):
        assert resolve(resolver, name, kind=NameKind.AREA, extracted=True) is WAITS


async def test_agency_that_moved_is_below_the_ministry_of_its_year(resolver: NameResolver) -> None:
    science, new_science = (
        "กระทรวงวิทยาศาสตร์และเทคโนโลยี",
        "กระทรวงการอุดมศึกษา วิทยาศาสตร์ วิจัยและนวัตกรรม",
    )
    for ministry, year, target in (
        (science, 2560, "department:19003"),
        (new_science, 2565, "department:19003"),
        (science, 2565, WAITS),
    ):
        assert resolve(resolver, "กรมวิทยาศาสตร์บริการ", ministry, year=year) == target
    assert resolve(resolver, "สำนักงานการวิจัยแห่งชาติ", new_science) == "department:25005"


async def test_name_that_a_source_declares_means_its_own_authority(database: Database) -> None:
    async with database.pool.acquire() as connection:
        names = await list_dated_names(connection)
    [official] = [one for one in names if one.kind is NameKind.AGENCY and one.target == "lao:20-PAO"
                  and one.name == one.official_name]  # fmt: skip
    values = {field: getattr(official, field) for field in type(official).__annotations__}
    own = type(official)(**{**values, "target": "local:L-3"})
    for declared, target in ((["local:L-3"], "local:L-3"), ([], WAITS)):
        resolver = NameResolver([*names, own], [], declared)
        assert resolve(resolver, "อบจ.ชลบุรี") == target


@pytest.mark.parametrize(
    ("owner", "area", "stored"),
    [
        ("เทศบาลนครแหลมฉบัง", "ชลบุรี", 1),
        ("เทศบาลนครแหลมฉบัง", "ระยอง", 0),  # there may be one of that name in Rayong
        ("อบจ.ชลบุรี", "ตราด", 0),
        ("ทน.แหลมฉบัง", "ส่วนกลาง", 1),  # no province is named
        ("กรมการข้าว", "ระยอง", 1),  # a department works everywhere
        ("จังหวัดชลบุรี", "ระยอง", 1),
        ("เทศบาลเมืองกำแพงเพชร", "กำแพงเพชร", 1),  # two have that name
        ("เทศบาลเมืองกำแพงเพชร", "สงขลา", 1),
        ("เทศบาลเมืองกำแพงเพชร", "เทศบาลนครสงขลา", 1),
        ("เทศบาลเมืองกำแพงเพชร", "ตราด", 0),
        ("เทศบาลเมืองกำแพงเพชร", "ส่วนกลาง", 0),
    ],
)
async def test_local_authority_is_sought_in_the_provinces_of_its_record(
    fresh_database: Database, owner: str, area: str, stored: int
) -> None:
    row = build_row(1, owner=owner, area=area)
    result = await ingest(fresh_database, SPEC, read, build_input([row]))
    assert result.ledger.count_of(Outcome.NEW) == stored
    assert result.ledger.count_of(Outcome.QUARANTINED) == 1 - stored
