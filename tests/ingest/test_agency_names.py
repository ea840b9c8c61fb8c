"""Written forms of agencies' names that mean one thing resolve; look-alikes of them wait."""

from collections import defaultdict
from collections.abc import Sequence

import pytest

from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.record import value
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.records import (
    Doubt,
    NameKind,
    ParsedBudgetLine,
    ParsedProject,
    QuarantineReason,
    RawName,
    RawRecord,
    SourceEntry,
)
from hub.domain.time import FiscalYear
from hub.ingest.name_candidates import build_lookup_key
from hub.ingest.record_facts import RecordFactsBuilder
from hub.ingest.resolve_names import NameResolver
from hub.ingest.run import ingest
from hub.store.database import Database
from hub.store.ingest.names import list_dated_names
from tests.ingest.made_up_source import RETRIEVED_AT, SPEC, build_input, build_row, read

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


@pytest.mark.parametrize(
    ("owner", "areas", "target"),
    [
        ("เทศบาลเมืองกำแพงเพชร", ("กำแพงเพชร", "ตาก"), "62"),
        ("เทศบาลเมืองกำแพงเพชร", ("กลุ่มจังหวัดภาคเหนือตอนล่าง 1",), WAITS),
        ("เทศบาลเมืองกำแพงเพชร", ("สงขลา", "กำแพงเพชร"), WAITS),
        ("เทศบาลเมืองแมเหียะ", ("เชียงใหม่",), "50"),  # printed, a mark lost
        ("เทศบาลเมืองแมเหียะ", ("ตราด",), WAITS),
        ("เทศบาลเมืองแมเหียะ", (), WAITS),
    ],
)
def test_provinces_of_a_record_narrow_every_reading_of_a_name(
    resolver: NameResolver, owner: str, areas: Sequence[str], target: str | None
) -> None:
    entry = build_entry(RawName(NameKind.AGENCY, owner, extracted=True), areas)
    facts = build_facts(resolver, entry)
    found = WAITS if facts is None else str(facts.owner_id).split(":")[1][:2]
    assert found == target


SHORT_FORMS_OF_TWO = {
    "ทช.": ("department:08007", "department:09004"),
    "สผ.": ("department:09011", "department:25011"),
    "อส.": ("department:09009", "department:25009"),
}


@pytest.mark.parametrize("short", SHORT_FORMS_OF_TWO)
async def test_short_form_of_two_agencies_waits_with_both_as_proposals(
    resolver: NameResolver, short: str
) -> None:
    raw_name = RawName(NameKind.AGENCY, short)
    found = resolver(raw_name, FiscalYear.from_be(2565), None, "owner")
    assert isinstance(found, Doubt)
    assert found.reason is QuarantineReason.AMBIGUOUS_NAME
    assert {one.target for one in found.proposals} == set(SHORT_FORMS_OF_TWO[short])


@pytest.mark.parametrize(
    ("short", "ministry", "target"),
    [
        ("ทช.", "กระทรวงคมนาคม", "department:08007"),
        ("ทช.", "ทส.", "department:09004"),
        ("ทช.", "กระทรวงการคลัง", WAITS),
        ("สผ.", "กระทรวงทรัพยากรธรรมชาติและสิ่งแวดล้อม", "department:09011"),
        ("อส.", "กระทรวงทรัพยากรธรรมชาติและสิ่งแวดล้อม", "department:09009"),
        ("ทล.", None, "department:08006"),
    ],
)
async def test_ministry_narrows_a_short_form_of_two(
    resolver: NameResolver, short: str, ministry: str | None, target: str | None
) -> None:
    assert resolve(resolver, short, ministry) == target


@pytest.mark.parametrize(
    ("owner", "holder", "found"),
    [
        ("กระทรวงคมนาคม", "ทช.", ("ministry:08", "department:08007")),
        ("กรมทรัพยากรธรณี", "ทช.", ("department:09005", "department:09004")),
        ("ทช.", "กรมทางหลวง", ("department:08007", "department:08006")),
        ("กระทรวงการคลัง", "ทช.", WAITS),
        ("ทช.", "ทช.", WAITS),
        ("ทช.", None, WAITS),
    ],
)
def test_agency_of_the_record_narrows_a_short_form_of_two(
    resolver: NameResolver, owner: str, holder: str | None, found: tuple[str, str] | None
) -> None:
    held_by = RawName(NameKind.AGENCY, holder) if holder else None
    entry = build_entry(RawName(NameKind.AGENCY, owner), ("ตราด",), held_by)
    facts = build_facts(resolver, entry)
    assert (facts and (facts.owner_id, facts.holder_id)) == found


async def test_each_published_short_name_means_its_agency_or_waits_for_a_person(
    resolver: NameResolver, database: Database
) -> None:
    async with database.pool.acquire() as connection:
        names = await list_dated_names(connection)
    for year in (2555, 2565):
        day = FiscalYear.from_be(year).starts_on
        in_force = [one for one in names if one.is_in_force(day)]
        for kind in NameKind:
            meanings: dict[str, set[str]] = defaultdict(set)
            of_kind = [one for one in in_force if one.kind is kind]
            for one in of_kind:
                meanings[build_lookup_key(kind, one.name)].add(one.target)
            short_names = {one.name for one in of_kind if one.name != one.official_name}
            assert len(short_names) > 70
            for name in short_names:
                targets = meanings[build_lookup_key(kind, name)]
                found = resolver(RawName(kind, name), FiscalYear.from_be(year), None, "owner")
                if isinstance(found, Doubt):
                    assert len(targets) > 1, name
                    assert {one.target for one in found.proposals} == targets, name
                elif len(targets) > 1:
                    # Only areas: of a province and a municipality of that name it is the province.
                    assert (kind, found.level) == (NameKind.AREA, "PROVINCE"), name
                else:
                    assert {found.target} == targets, name


@value
class Owners:
    """The owner of a project, and the holder of its line."""

    owner_id: str | None
    holder_id: str | None


def build_entry(owner: RawName, areas: Sequence[str], holder: RawName | None = None) -> SourceEntry:
    year = FiscalYear.from_be(2565)
    named = tuple(RawName(NameKind.AREA, area) for area in areas)
    project = ParsedProject("1", "งาน", None, owner, (year,), named)
    line = ParsedBudgetLine(
        "amount", year, BudgetPhase.APPROPRIATED, FundingSource.MINISTRY, 100, None, holder
    )
    return SourceEntry("1", project=project, lines=(line,))


def build_facts(resolver: NameResolver, entry: SourceEntry) -> Owners | None:
    """Return the owner and holder of an entry; null when it waits."""
    raw = RawRecord(None, {}, None, RETRIEVED_AT)
    facts = RecordFactsBuilder(SPEC, resolver).build(entry, raw, "0", None)
    if isinstance(facts, tuple) or facts.project is None:
        return None
    return Owners(facts.project.owner_id, facts.lines[0].holder_id)
