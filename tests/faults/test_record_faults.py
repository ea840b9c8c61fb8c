"""Tests faults 18 to 31: invalid records of a source, fetched over HTTP and stored in tables."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from connectors.kit.oauth import TokenCache
from connectors.kit.paging import create_http_pages
from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.quarantine import ReviewQuestion
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
from hub.store.ingest.raw_records import decompress_payload
from tests.sandbox.sandbox_source import FakeSleep, serve_agency

RECORD_COUNT = 30
SUMS_QUERY = (
    "select phase, sum(amount)::bigint from budget_line b "
    "join source_record r on r.id = b.record_id where r.source_id = $1 group by 1"
)
QUARANTINED_PAYLOAD = """select payload, dictionary, reason
    from raw_record join quarantine using (hash)
    join raw_dictionary on raw_dictionary.id = dictionary_id where part = 'RECORD'"""


class HostileSource:
    """A sandbox agency that corrupts its first record, and the database that ingests it."""

    def __init__(self, agency: SandboxAgency, address: str, database: Database) -> None:
        self.agency = agency
        self.address = address
        self.database = database

    async def run_ingest(
        self, fault: str | None, api: str = "ministry", **changes: Any
    ) -> RunResult:
        self.agency.faults = [Fault.parse(fault)] if fault else []
        connector = load_sandbox_sources()[f"sandbox_{api}"]
        spec = replace(with_address(connector.spec, self.address), **changes)
        reader = create_http_pages(
            spec, SECRETS.__getitem__, TokenCache(), timing=FakeSleep().timing
        )
        result = await ingest(self.database, spec, connector.read, SourceInput(reader, "hostile"))
        assert result.ledger.balanced
        assert result.ledger.read == sum(result.ledger.counts.values())
        return result

    async def ingest_quarantined(
        self, fault: str, api: str = "ministry", **changes: Any
    ) -> QuarantineReason:
        """Ingest one corrupt record; return the reason of its quarantine. The others are stored."""
        result = await self.run_ingest(f"{fault}x1", api, **changes)
        assert (
            result.ledger.count_of(Outcome.NEW),
            result.ledger.count_of(Outcome.QUARANTINED),
        ) == (
            RECORD_COUNT - 1,
            1,
        )
        questions = await self.list_record_questions()
        assert all(question.th and question.en for question in questions)
        [(payload, dictionary, _)] = await self.database.pool.fetch(QUARANTINED_PAYLOAD)
        assert len(decompress_payload(payload, dictionary)) > 10
        [reason] = {question.reason for question in questions}
        return reason

    async def list_record_questions(self) -> list[ReviewQuestion]:
        """Return the questions about records; linkages wait because the hub has no such plans."""
        reasons = await self.database.pool.fetch(
            "select distinct reason from quarantine where part = 'RECORD'"
        )
        return [
            one
            for one in await list_waiting_questions(self.database)
            if one.reason.value in {row["reason"] for row in reasons}
        ]

    async def ingest_stored(self, fault: str, api: str = "ministry", **changes: Any) -> Any:
        """Ingest one corrupt record that is stored like the others; return its project."""
        result = await self.run_ingest(f"{fault}x1", api, **changes)
        assert result.ledger.count_of(Outcome.NEW) == RECORD_COUNT
        key = {"ministry": "ministry-00000000", "contracts": "65000000000"}[api]
        return await self.database.pool.fetchrow(
            "select * from project where source_id = $1 and source_key = $2", f"sandbox_{api}", key
        )

    async def fetch_sums(self, api: str = "ministry") -> dict[str, int]:
        return dict(await self.database.pool.fetch(SUMS_QUERY, f"sandbox_{api}"))


@pytest.fixture
def hostile(fresh_database: Database) -> Iterator[HostileSource]:
    agency = SandboxAgency(GeneratedRecords(RECORD_COUNT))
    with serve_agency(agency) as address:
        yield HostileSource(agency, address, fresh_database)


def expected_satang(hostile: HostileSource, phase: str = "requested") -> int:
    return int(hostile.agency.compute_truth()["ministry"][phase].replace(".", ""))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("nan", QuarantineReason.NOT_A_NUMBER),
        ("infinity", QuarantineReason.NOT_A_NUMBER),
        ("huge-number", QuarantineReason.AMOUNT_TOO_LARGE),
    ],
)
async def test_18_amount_that_is_not_a_finite_number_is_quarantined(
    hostile: HostileSource, fault: str, reason: QuarantineReason
) -> None:
    assert await hostile.ingest_quarantined(fault) is reason


async def test_19_negative_amount_is_quarantined_and_in_no_sum(hostile: HostileSource) -> None:
    assert await hostile.ingest_quarantined("negative") is QuarantineReason.NEGATIVE_AMOUNT
    own = int(hostile.agency.data.project(0, "ministry")["amounts"][0]["baht"].replace(".", ""))
    assert (await hostile.fetch_sums())["REQUESTED"] == expected_satang(hostile) - own


async def test_20_thai_digits_are_parsed(hostile: HostileSource) -> None:
    project = await hostile.ingest_stored("thai-digits")
    assert project["fiscal_years"] == [2022]
    assert (await hostile.fetch_sums())["REQUESTED"] == expected_satang(hostile)


async def test_21_thousands_separators_are_parsed(hostile: HostileSource) -> None:
    await hostile.ingest_stored("separators")
    assert (await hostile.fetch_sums())["REQUESTED"] == expected_satang(hostile)


async def test_21_misplaced_separator_is_quarantined(hostile: HostileSource) -> None:
    assert await hostile.ingest_quarantined("misplaced") is QuarantineReason.MISPLACED_SEPARATOR


@pytest.mark.parametrize("fault", ["ce-year", "short-year"])
async def test_22_year_in_either_era_is_the_same_fiscal_year(
    hostile: HostileSource, fault: str
) -> None:
    assert (await hostile.ingest_stored(fault))["fiscal_years"] == [2022]


async def test_22_two_digit_year_of_a_common_era_source_is_quarantined(
    hostile: HostileSource,
) -> None:
    assert (
        await hostile.ingest_quarantined("short-year", era=Era.CE)
        is QuarantineReason.AMBIGUOUS_YEAR
    )


async def test_22_impossible_year_is_quarantined(hostile: HostileSource) -> None:
    assert await hostile.ingest_quarantined("no-year") is QuarantineReason.IMPOSSIBLE_YEAR


async def test_23_byte_order_mark_is_ignored(hostile: HostileSource) -> None:
    await hostile.ingest_stored("bom", "contracts")


async def test_23_undecodable_bytes_are_quarantined_unchanged(hostile: HostileSource) -> None:
    assert await hostile.ingest_quarantined("bad-bytes") is QuarantineReason.UNDECODABLE
    [(payload, dictionary, _)] = await hostile.database.pool.fetch(QUARANTINED_PAYLOAD)
    assert b"\xff\xfe" in decompress_payload(payload, dictionary)
    replacement_count = "select count(*) from project where name_th like '%' || chr(65533) || '%'"
    assert not await hostile.database.pool.fetchval(replacement_count)


@pytest.mark.parametrize("api", ["ministry", "contracts", "catalog", "budget"])
async def test_24_unknown_province_is_quarantined(hostile: HostileSource, api: str) -> None:
    assert (
        await hostile.ingest_quarantined("unknown-province", api) is QuarantineReason.UNKNOWN_NAME
    )


async def test_24_code_and_name_of_different_provinces_are_quarantined_with_both_proposed(
    hostile: HostileSource,
) -> None:
    assert await hostile.ingest_quarantined("wrong-province") is QuarantineReason.AMBIGUOUS_NAME
    [question] = await hostile.list_record_questions()
    assert {one.target for one in question.proposals} == {"22", "23"}


async def test_25_renamed_agency_resolves_to_the_same_agency(hostile: HostileSource) -> None:
    assert (await hostile.ingest_stored("renamed-agency"))["owner_id"] == "department:21005"


async def test_25_new_agency_name_is_unknown_before_its_valid_from(hostile: HostileSource) -> None:
    await hostile.database.pool.execute(
        "update alias set valid_from = $1 where target = 'department:21005'", date(2023, 10, 1)
    )
    assert await hostile.ingest_quarantined("renamed-agency") is QuarantineReason.UNKNOWN_NAME


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("nul", QuarantineReason.UNSAFE_TEXT),
        ("surrogate", QuarantineReason.UNSAFE_TEXT),
        ("long-name", QuarantineReason.TOO_LARGE),
    ],
)
async def test_26_text_that_cannot_be_stored_is_quarantined(
    hostile: HostileSource, fault: str, reason: QuarantineReason
) -> None:
    assert await hostile.ingest_quarantined(fault) is reason


@pytest.mark.parametrize(("fault", "name"), [("bidi", "ถนน"), ("decomposed", "น้ำประปา หมู่บ้าน")])
async def test_26_invisible_characters_and_mark_order_are_normalized(
    hostile: HostileSource, fault: str, name: str
) -> None:
    assert (await hostile.ingest_stored(fault))["name_th"] == name


async def test_27_record_without_a_key_is_quarantined(hostile: HostileSource) -> None:
    assert await hostile.ingest_quarantined("no-key") is QuarantineReason.MISSING_KEY


async def test_27_key_with_two_values_is_quarantined_with_both(
    hostile: HostileSource,
) -> None:
    result = await hostile.run_ingest("same-keyx1")
    assert (result.ledger.read, result.ledger.count_of(Outcome.QUARANTINED)) == (
        RECORD_COUNT + 1,
        2,
    )
    [question] = await hostile.list_record_questions()
    assert (question.reason, len(question.rows)) == (QuarantineReason.CONFLICTING_VALUES, 2)
    assert (
        await hostile.database.pool.fetchval("select count(*) from raw_record") == RECORD_COUNT + 1
    )


@pytest.mark.parametrize("api", ["ministry", "contracts", "catalog", "budget"])
@pytest.mark.parametrize(
    ("fault", "column"), [("new-column", "คอลัมน์ใหม่"), ("renamed-column", "_new")]
)
async def test_28_renamed_or_added_column_fails_the_run_with_its_name(
    hostile: HostileSource, fault: str, column: str, api: str
) -> None:
    with pytest.raises(SourceRefused, match=column):
        await hostile.run_ingest(fault, api)
    assert await hostile.fetch_sums(api) == {}
    assert await hostile.database.pool.fetchval("select status from source_run") == "REFUSED"


@pytest.mark.parametrize("api", ["ministry", "contracts", "catalog", "budget"])
async def test_28_column_of_another_type_quarantines_each_record(
    hostile: HostileSource, api: str
) -> None:
    assert await hostile.ingest_quarantined("wrong-type", api) is QuarantineReason.WRONG_TYPE


@pytest.mark.parametrize("api", ["ministry", "contracts"])
async def test_29_removed_record_is_still_answered_as_of_before(
    hostile: HostileSource, api: str
) -> None:
    await hostile.run_ingest(None, api)
    id_, before_change = await fetch_first_project(hostile, api)
    before = await fetch_amounts(hostile, id_)
    result = await hostile.run_ingest("gone", api)
    assert result.ledger.count_of(Outcome.CHANGED) + result.ledger.vanished == 1
    assert await fetch_amounts(hostile, id_) == []
    assert await fetch_amounts(hostile, id_, at=before_change) == before != []


async def test_30_late_correction_does_not_change_answers_as_of_before(
    hostile: HostileSource,
) -> None:
    await hostile.run_ingest(None)
    id_, before_change = await fetch_first_project(hostile, "ministry")
    before = await fetch_amounts(hostile, id_)
    result = await hostile.run_ingest("late-correctionx1")
    assert result.ledger.count_of(Outcome.CHANGED) == 1
    assert 777_700 in await fetch_amounts(hostile, id_)
    assert await fetch_amounts(hostile, id_, at=before_change) == before
    assert 777_700 not in before


async def test_31_contract_signed_at_midnight_in_bangkok_is_in_the_new_fiscal_year(
    hostile: HostileSource,
) -> None:
    assert (await hostile.ingest_stored("boundary", "contracts"))["fiscal_years"] == [2025]


async def fetch_first_project(hostile: HostileSource, api: str) -> tuple[str, Any]:
    """Return the id of the first project, and the current time of the database."""
    id_ = await hostile.database.pool.fetchval(
        "select id from project where source_id = $1 order by source_key limit 1", f"sandbox_{api}"
    )
    return id_, await hostile.database.pool.fetchval("select clock_timestamp()")


async def fetch_amounts(hostile: HostileSource, id_: str, at: Any = None) -> list[int]:
    """Return the amounts of a project in satang, sorted, now or as of a time."""
    async with hostile.database.read_transaction() as transaction:
        found = await BudgetLines(transaction, ANONYMOUS).by_projects([id_], at=at)
    return sorted(line.amount.satang for lines in found.values() for line in lines)
