"""Other names of a record narrow a name; a short name of two agencies waits otherwise."""

from collections import defaultdict
from collections.abc import Sequence

import pytest

from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.record import value
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
from hub.store.database import Database
from hub.store.ingest.names import list_dated_names
from tests.ingest.made_up_source import RETRIEVED_AT, SPEC

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
