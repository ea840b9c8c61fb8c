"""Faults 18 to 31: what a hostile source puts into single records, read over HTTP into tables."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from connectors.kit.oauth import TokenCache
from connectors.kit.paging import create_http_pages
from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.records import QuarantineReason
from hub.domain.sources.spec import Era
from hub.errors import SourceRefused
from hub.ingest.run import RunResult, SourceInput, ingest
from hub.sandbox.agency import SandboxAgency
from hub.sandbox.faults import Fault
from hub.sandbox.fill import SECRETS, load_sandbox_sources, with_address
from hub.sandbox.records import GeneratedRecords
from hub.services.sources.source_status import list_waiting_questions
from hub.store.budget import BudgetLines
from hub.store.database import Database
from tests.sandbox.served import Slept, served

COUNT = 30
SUMS = (
    "select phase, sum(amount)::bigint from budget_line b "
    "join source_record r on r.id = b.record_id where r.source_id = $1 group by 1"
)


class Hostile:
    """A local agency that spoils its first record, and a hub that takes it in."""

    def __init__(self, agency: SandboxAgency, address: str, database: Database) -> None:
        self.agency = agency
        self.address = address
        self.database = database

    async def read(self, fault: str | None, api: str = "ministry", **changes: Any) -> RunResult:
        self.agency.faults = [Fault.parse(fault)] if fault else []
        one = load_sandbox_sources()[f"sandbox_{api}"]
        spec = replace(with_address(one.spec, self.address), **changes)
        reader = create_http_pages(spec, SECRETS.__getitem__, TokenCache(), timing=Slept().waiting)
        done = await ingest(self.database, spec, one.read, SourceInput(reader, "hostile"))
        assert done.ledger.balanced
        assert done.ledger.read == sum(done.ledger.counts.values())
        return done

    async def spoilt(self, fault: str, api: str = "ministry", **changes: Any) -> QuarantineReason:
        """The reason why the one spoilt record waits; the others are stored."""
        done = await self.read(f"{fault}x1", api, **changes)
        assert (done.ledger.count_of(Outcome.NEW), done.ledger.count_of(Outcome.QUARANTINED)) == (
            COUNT - 1,
            1,
        )
        left = await list_waiting_questions(self.database)
        assert all(asked.th and asked.en for asked in left)
        whole = "select length(payload) from raw_record r join quarantine q on q.hash = r.hash"
        assert await self.database.pool.fetchval(whole) > 10
        [reason] = {asked.reason for asked in left}
        return reason

    async def stored(self, fault: str, api: str = "ministry", **changes: Any) -> Any:
        """The project of the spoilt record, which is stored like the others."""
        done = await self.read(f"{fault}x1", api, **changes)
        assert done.ledger.count_of(Outcome.NEW) == COUNT
        key = {"ministry": "ministry-00000000", "contracts": "65000000000"}[api]
        return await self.database.pool.fetchrow(
            "select * from project where source_id = $1 and source_key = $2", f"sandbox_{api}", key
        )

    async def sums(self, api: str = "ministry") -> dict[str, int]:
        return dict(await self.database.pool.fetch(SUMS, f"sandbox_{api}"))


@pytest.fixture
def hostile(fresh_database: Database) -> Iterator[Hostile]:
    agency = SandboxAgency(GeneratedRecords(COUNT))
    with served(agency) as address:
        yield Hostile(agency, address, fresh_database)


def truth(hostile: Hostile, phase: str = "requested") -> int:
    return int(hostile.agency.compute_truth()["ministry"][phase].replace(".", ""))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("nan", QuarantineReason.NOT_A_NUMBER),
        ("infinity", QuarantineReason.NOT_A_NUMBER),
        ("huge-number", QuarantineReason.AMOUNT_TOO_LARGE),
    ],
)
async def test_18_an_amount_that_is_no_finite_number_waits(
    hostile: Hostile, fault: str, reason: QuarantineReason
) -> None:
    assert await hostile.spoilt(fault) is reason


async def test_19_a_negative_amount_waits_and_is_in_no_sum(hostile: Hostile) -> None:
    assert await hostile.spoilt("negative") is QuarantineReason.NEGATIVE_AMOUNT
    own = int(hostile.agency.data.project(0, "ministry")["amounts"][0]["baht"].replace(".", ""))
    assert (await hostile.sums())["REQUESTED"] == truth(hostile) - own


async def test_20_thai_digits_are_read(hostile: Hostile) -> None:
    project = await hostile.stored("thai-digits")
    assert project["fiscal_years"] == [2022]
    assert (await hostile.sums())["REQUESTED"] == truth(hostile)


async def test_21_thousands_separators_are_read(hostile: Hostile) -> None:
    await hostile.stored("separators")
    assert (await hostile.sums())["REQUESTED"] == truth(hostile)


async def test_21_a_separator_out_of_place_waits(hostile: Hostile) -> None:
    assert await hostile.spoilt("misplaced") is QuarantineReason.MISPLACED_SEPARATOR


@pytest.mark.parametrize("fault", ["ce-year", "short-year"])
async def test_22_a_year_of_either_era_is_the_same_year(hostile: Hostile, fault: str) -> None:
    assert (await hostile.stored(fault))["fiscal_years"] == [2022]


async def test_22_two_digits_of_a_common_era_source_wait(hostile: Hostile) -> None:
    assert await hostile.spoilt("short-year", era=Era.CE) is QuarantineReason.AMBIGUOUS_YEAR


async def test_22_a_year_that_cannot_be_waits(hostile: Hostile) -> None:
    assert await hostile.spoilt("no-year") is QuarantineReason.IMPOSSIBLE_YEAR


async def test_23_a_byte_order_mark_is_no_part_of_a_record(hostile: Hostile) -> None:
    await hostile.stored("bom", "contracts")


async def test_23_bytes_that_do_not_decode_wait_as_they_came(hostile: Hostile) -> None:
    assert await hostile.spoilt("bad-bytes") is QuarantineReason.UNDECODABLE
    kept = await hostile.database.pool.fetchval(
        "select payload from raw_record r join quarantine q on q.hash = r.hash"
    )
    assert b"\xff\xfe" in kept
    replaced = "select count(*) from project where name_th like '%' || chr(65533) || '%'"
    assert not await hostile.database.pool.fetchval(replaced)


@pytest.mark.parametrize("api", ["ministry", "contracts", "catalog", "budget"])
async def test_24_a_province_that_is_none_waits(hostile: Hostile, api: str) -> None:
    assert await hostile.spoilt("unknown-province", api) is QuarantineReason.UNKNOWN_NAME


async def test_24_a_code_beside_another_provinces_name_waits_with_both_proposed(
    hostile: Hostile,
) -> None:
    assert await hostile.spoilt("wrong-province") is QuarantineReason.AMBIGUOUS_NAME
    [asked] = await list_waiting_questions(hostile.database)
    assert {one.target for one in asked.proposals} == {"22", "23"}


async def test_25_a_renamed_agency_is_the_same_agency(hostile: Hostile) -> None:
    assert (await hostile.stored("renamed-agency"))["owner_id"] == "department:21005"


async def test_25_a_new_name_does_not_hold_before_its_day(hostile: Hostile) -> None:
    await hostile.database.pool.execute(
        "update alias set valid_from = $1 where target = 'department:21005'", date(2023, 10, 1)
    )
    assert await hostile.spoilt("renamed-agency") is QuarantineReason.UNKNOWN_NAME


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("nul", QuarantineReason.UNSAFE_TEXT),
        ("surrogate", QuarantineReason.UNSAFE_TEXT),
        ("long-name", QuarantineReason.TOO_LARGE),
    ],
)
async def test_26_a_text_that_cannot_be_kept_waits(
    hostile: Hostile, fault: str, reason: QuarantineReason
) -> None:
    assert await hostile.spoilt(fault) is reason


@pytest.mark.parametrize(("fault", "name"), [("bidi", "ถนน"), ("decomposed", "น้ำประปา หมู่บ้าน")])
async def test_26_unseen_characters_and_the_order_of_marks_are_put_right(
    hostile: Hostile, fault: str, name: str
) -> None:
    assert (await hostile.stored(fault))["name_th"] == name


async def test_27_a_record_without_a_key_waits(hostile: Hostile) -> None:
    assert await hostile.spoilt("no-key") is QuarantineReason.MISSING_KEY


async def test_27_a_key_with_two_values_waits_with_both_and_neither_is_stored(
    hostile: Hostile,
) -> None:
    done = await hostile.read("same-keyx1")
    assert (done.ledger.read, done.ledger.count_of(Outcome.QUARANTINED)) == (COUNT + 1, 2)
    [asked] = await list_waiting_questions(hostile.database)
    assert (asked.reason, len(asked.rows)) == (QuarantineReason.CONFLICTING_VALUES, 2)
    assert await hostile.database.pool.fetchval("select count(*) from raw_record") == COUNT + 1


@pytest.mark.parametrize("api", ["ministry", "contracts", "catalog", "budget"])
@pytest.mark.parametrize(
    ("fault", "column"), [("new-column", "คอลัมน์ใหม่"), ("renamed-column", "_new")]
)
async def test_28_a_column_renamed_or_added_fails_the_run_with_its_name(
    hostile: Hostile, fault: str, column: str, api: str
) -> None:
    with pytest.raises(SourceRefused, match=column):
        await hostile.read(fault, api)
    assert await hostile.sums(api) == {}
    assert await hostile.database.pool.fetchval("select status from source_run") == "REFUSED"


@pytest.mark.parametrize("api", ["ministry", "contracts", "catalog", "budget"])
async def test_28_a_column_of_another_type_waits_record_by_record(
    hostile: Hostile, api: str
) -> None:
    assert await hostile.spoilt("wrong-type", api) is QuarantineReason.WRONG_TYPE


@pytest.mark.parametrize("api", ["ministry", "contracts"])
async def test_29_a_removed_record_is_gone_now_and_still_answered_as_of_before(
    hostile: Hostile, api: str
) -> None:
    await hostile.read(None, api)
    id_, then = await first_of(hostile, api)
    before = await amounts(hostile, id_)
    done = await hostile.read("gone", api)
    assert done.ledger.count_of(Outcome.CHANGED) + done.ledger.vanished == 1
    assert await amounts(hostile, id_) == []
    assert await amounts(hostile, id_, at=then) == before != []


async def test_30_a_late_correction_is_a_new_version_and_the_answer_as_of_before_stays(
    hostile: Hostile,
) -> None:
    await hostile.read(None)
    id_, then = await first_of(hostile, "ministry")
    before = await amounts(hostile, id_)
    done = await hostile.read("late-correctionx1")
    assert done.ledger.count_of(Outcome.CHANGED) == 1
    assert 777_700 in await amounts(hostile, id_)
    assert await amounts(hostile, id_, at=then) == before
    assert 777_700 not in before


async def test_31_what_is_signed_at_midnight_in_bangkok_is_of_the_year_that_begins(
    hostile: Hostile,
) -> None:
    assert (await hostile.stored("boundary", "contracts"))["fiscal_years"] == [2025]


async def first_of(hostile: Hostile, api: str) -> tuple[str, Any]:
    """The first project, and a moment at which it is known."""
    id_ = await hostile.database.pool.fetchval(
        "select id from project where source_id = $1 order by source_key limit 1", f"sandbox_{api}"
    )
    return id_, await hostile.database.pool.fetchval("select clock_timestamp()")


async def amounts(hostile: Hostile, id_: str, at: Any = None) -> list[int]:
    """The satang of a project as it is known, now or then."""
    async with hostile.database.read_transaction() as reading:
        found = await BudgetLines(reading, ANONYMOUS).by_projects([id_], at=at)
    return sorted(line.amount.satang for lines in found.values() for line in lines)
