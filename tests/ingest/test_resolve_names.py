"""Names are resolved to codes if certain; similar names are only proposed."""

import pytest

from hub.domain.sources.records import Doubt, NameKind, QuarantineReason, RawName
from hub.domain.sources.rulings import NameDecision
from hub.domain.time import FiscalYear
from hub.ingest.resolve_names import NameResolver, ResolvedName
from hub.store.database import Database
from hub.store.ingest.names import list_dated_names

fiscal_year_be = FiscalYear.from_be


@pytest.fixture
async def resolver(database: Database) -> NameResolver:
    async with database.pool.acquire() as connection:
        names = await list_dated_names(connection)
    east = "กลุ่มจังหวัดภาคตะวันออก"
    decisions = [
        NameDecision(
            NameKind.AREA, east, "v|x#1", fiscal_year_be(2565), fiscal_year_be(2565), "C2560-08"
        ),
        NameDecision(
            NameKind.AREA, east, "v|x#2", fiscal_year_be(2565), fiscal_year_be(2565), "C2560-09"
        ),
        NameDecision(NameKind.AREA, "ทั่วไป", None, fiscal_year_be(2560), fiscal_year_be(2570), None),
    ]
    return NameResolver(names, decisions)


def area(name: str) -> RawName:
    return RawName(NameKind.AREA, name)


@pytest.mark.parametrize(
    ("name", "year", "target"),
    [
        ("ตราด", 2562, "23"),
        ("จังหวัดตราด", 2562, "23"),
        ("จ.ตราด", 2562, "23"),
        ("จ. ตราด\u200b", 2562, "23"),
        ("กทม.", 2562, "10"),
        ("อยุธยา", 2562, "14"),
        ("ส่วนกลาง", 2562, None),
        ("ทั่วไป", 2565, None),
        ("กลุ่มจังหวัดภาคตะวันออก", 2554, "C2552-09"),
        ("กลุ่มจังหวัดภาคใต้ชายแดน", 2554, "C2552-08"),
        ("กลุ่มจังหวัดภาคใต้ชายแดน", 2565, "C2560-07"),
        ("กลุ่มจังหวัดภาคเหนือตอนล่าง๒", 2565, "C2560-18"),
    ],
)
async def test_name_resolves_to_what_it_named_in_that_year(
    resolver: NameResolver, name: str, year: int, target: str | None
) -> None:
    found = resolver(area(name), fiscal_year_be(year), None, "area")
    assert isinstance(found, ResolvedName)
    assert found.target == target


@pytest.mark.parametrize(
    ("name", "reason", "proposed"),
    [
        ("จังหวัดสิงค์บุรี", QuarantineReason.UNKNOWN_NAME, ["17"]),
        ("สุราษฎ์ธานี", QuarantineReason.UNKNOWN_NAME, ["84"]),
        ("กลุ่มจังหวัดภาคตะวันออก", QuarantineReason.AMBIGUOUS_NAME, ["C2560-08", "C2560-09"]),
        ("จังหวัดภาคตะวันออก", QuarantineReason.UNKNOWN_NAME, []),
        ("ดาวอังคาร", QuarantineReason.UNKNOWN_NAME, []),
        ("", QuarantineReason.UNKNOWN_NAME, []),
    ],
)
async def test_uncertain_name_is_proposed_and_not_resolved(
    resolver: NameResolver, name: str, reason: QuarantineReason, proposed: list[str]
) -> None:
    found = resolver(area(name), fiscal_year_be(2565), None, "area")
    assert isinstance(found, Doubt)
    assert found.reason is reason
    assert [one.target for one in found.proposals] == proposed


async def test_province_is_unknown_before_it_existed(resolver: NameResolver) -> None:
    assert isinstance(resolver(area("บึงกาฬ"), fiscal_year_be(2554), None, "area"), Doubt)
    assert resolver(area("บึงกาฬ"), fiscal_year_be(2555), None, "area") == ResolvedName(
        "38", "PROVINCE"
    )


async def test_decision_applies_only_in_its_block_and_years(resolver: NameResolver) -> None:
    name = area("กลุ่มจังหวัดภาคตะวันออก")
    for block, year, target in (("v|x#1", 2565, "C2560-08"), ("v|x#2", 2565, "C2560-09")):
        found = resolver(name, fiscal_year_be(year), block, "area")
        assert isinstance(found, ResolvedName)
        assert found.target == target
    assert isinstance(resolver(name, fiscal_year_be(2565), "v|x#3", "area"), Doubt)
    assert isinstance(resolver(name, fiscal_year_be(2566), "v|x#1", "area"), Doubt)


async def test_agency_is_resolved_by_code_alias_or_ministry(
    resolver: NameResolver,
) -> None:
    def resolve_agency(name: str, code: str | None = None, within: str | None = None) -> str | None:
        written = RawName(NameKind.AGENCY, name, code, within)
        found = resolver(written, fiscal_year_be(2562), None, "owner")
        return found.target if isinstance(found, ResolvedName) else found.reason.value

    assert resolve_agency("สนง.ปลัดกระทรวงมหาดไทย", "15002") == "department:15002"
    assert resolve_agency("สนง.ปลัดกระทรวงมหาดไทย") == "department:15002"
    assert resolve_agency("สำนักงานราชบัณฑิตยสภา") == "department:25006"
    assert resolve_agency("สำนักงานรัฐมนตรี") == "AMBIGUOUS_NAME"
    assert resolve_agency("สำนักงานรัฐมนตรี", within="กระทรวงการท่องเที่ยวและกีฬา") == "department:05001"
    assert resolve_agency("กรมที่ไม่มี", "99999") == "UNKNOWN_NAME"
