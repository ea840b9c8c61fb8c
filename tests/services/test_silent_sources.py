"""A gap is a gap only where those who should tell of it did, and cells say how fresh they are."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from hub.domain.agencies import ActorLevel
from hub.domain.matrix.question import AxisQuestion, DimensionKind, MatrixFilter, MatrixQuestion
from hub.domain.provenance import Cadence, Source, SourceHealth
from hub.domain.sources.coverage import CellScope, Coverage
from hub.domain.sources.freshness import SourceCoverage
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.errors import SourceUnreachable
from hub.ingest.run import SourceInput, ingest
from hub.services.matrix.assess_sources import ReportingObligations
from hub.store.database import Database
from tests.conftest import Asking
from tests.ingest.made import RETRIEVED_AT, SPEC, build_input, build_row, read
from tests.services.by_hand import silent_by_hand

NOW = datetime.now(UTC)
THIS_YEAR = FiscalYear.from_date(NOW.date())
MINISTRIES = Coverage(
    frozenset({ActorLevel.MINISTRY}), frozenset(), frozenset(), FiscalYear(2017), None
)
DAILY = replace(SPEC, cadence=Cadence.DAILY, covers=MINISTRIES)
MATRIX = """
query ($i: MatrixInput!) { matrix(input: $i) {
  cells { row { key } column { key } state stateReasons { code text { th en } } projectCount
          freshness { status oldestRetrievedAt reportingAgencies expectedAgencies } }
  sources { source { id } status failed asOf message { th en } } notices { code path } } }
"""


async def unread(_: str | None) -> AsyncIterator[Any]:
    raise SourceUnreachable
    yield


BROKEN = SourceInput(unread, "made-up", "broken")


def tourism(year: int, **more: Any) -> dict[str, Any]:
    return {
        "i": {
            "rows": {"dimension": "ACTOR_LEVEL"},
            "columns": {"dimension": "STAGE"},
            "filter": {"valueChains": ["gid://hub/ValueChain/tourism-east"]},
            "fiscalYears": {"from": {"ce": year}, "to": {"ce": year}},
            **more,
        }
    }


def places(year: int, **more: Any) -> dict[str, Any]:
    return tourism(
        year,
        rows={"dimension": "AREA", "members": {"codes": ["20", "23"]}},
        columns={"dimension": "FISCAL_YEAR"},
        filter={},
        **more,
    )


async def asked(
    ask: Asking, database: Database, question: dict[str, Any], now: datetime | None = None
) -> dict[str, Any]:
    answer = await ask(MATRIX, question, database=database, now=now)
    assert "errors" not in answer, answer
    matrix: dict[str, Any] = answer["data"]["matrix"]
    return matrix


def states(matrix: dict[str, Any]) -> Counter[tuple[str, str]]:
    return Counter((cell["row"]["key"], cell["state"]) for cell in matrix["cells"])


async def test_a_year_nobody_told_of_is_not_reported_where_somebody_should_have(
    ask: Asking, fresh_database: Database
) -> None:
    await ingest(fresh_database, DAILY, read, build_input([build_row(1)]))  # of 2567 alone
    told = states(await asked(ask, fresh_database, tourism(2024)))
    assert {state for _, state in told} == {"GAP"}
    silent = await asked(ask, fresh_database, tourism(2025))
    assert states(silent)["MINISTRY", "NOT_REPORTED"] == 6
    assert {state for key, state in states(silent) if key != "MINISTRY"} == {"GAP"}
    [reason] = next(c for c in silent["cells"] if c["state"] == "NOT_REPORTED")["stateReasons"]
    assert reason["code"] == "NOT_REPORTED"
    assert reason["text"]["th"]
    assert reason["text"]["en"]


async def test_what_the_deck_says_of_2554_stays_as_it_is(
    ask: Asking, fresh_database: Database
) -> None:
    before = await asked(ask, fresh_database, tourism(2011))
    await ingest(fresh_database, DAILY, read, build_input([build_row(1)]))
    assert await asked(ask, fresh_database, tourism(2011)) | {"key": ""} == before | {"key": ""}


async def test_a_source_nobody_began_to_read_makes_nothing_unreported(
    ask: Asking, fresh_database: Database
) -> None:
    await ingest(fresh_database, DAILY, read, build_input([build_row(1)]))
    async with fresh_database.write_transaction() as connection:
        await connection.execute("update source set last_success_at = null where id = 'made_up'")
    assert {s for _, s in states(await asked(ask, fresh_database, tourism(2025)))} == {"GAP"}
    with pytest.raises(SourceUnreachable):
        await ingest(fresh_database, DAILY, read, BROKEN)
    silent = states(await asked(ask, fresh_database, tourism(2024)))
    assert silent["MINISTRY", "NOT_REPORTED"] == 6


@pytest.mark.parametrize(
    ("days", "status", "state"),
    [(1, "FRESH", "GAP"), (2, "LATE", "GAP"), (4, "STALE", "NOT_REPORTED")],
)
async def test_cells_turn_late_and_stale_as_time_goes_on(
    ask: Asking, fresh_database: Database, days: int, status: str, state: str
) -> None:
    await ingest(fresh_database, DAILY, read, build_input([build_row(1, year=str(THIS_YEAR.be))]))
    later = datetime.now(UTC) + timedelta(days=days)
    matrix = await asked(ask, fresh_database, places(THIS_YEAR.ce), later)
    cells = {cell["row"]["key"]: cell for cell in matrix["cells"]}
    assert cells["23"]["projectCount"] == 1  # Trat, where the made-up record stands
    assert cells["23"]["freshness"] == {
        "status": status,
        "oldestRetrievedAt": RETRIEVED_AT.isoformat(),
        "reportingAgencies": 1,
        "expectedAgencies": 1,
    }
    assert cells["20"]["freshness"]["status"] == status
    assert [use["status"] for use in matrix["sources"]] == [status]
    late = [notice["code"] for notice in matrix["notices"]].count("SOURCE_LATE")
    assert late == (status != "FRESH")
    chain = states(await asked(ask, fresh_database, tourism(THIS_YEAR.ce), later))
    assert chain["MINISTRY", state] == 6


async def test_what_was_told_of_a_year_that_was_over_stays_told(
    ask: Asking, fresh_database: Database
) -> None:
    await ingest(fresh_database, DAILY, read, build_input([build_row(1)]))
    later = NOW + timedelta(days=400)
    assert {s for _, s in states(await asked(ask, fresh_database, tourism(2024), later))} == {"GAP"}


async def test_a_source_that_is_down_leaves_its_figures_and_those_of_others(
    ask: Asking, fresh_database: Database
) -> None:
    other = replace(
        DAILY, id="other", title=LocalizedText("อีกแหล่ง", "Another"), agency="ministry:05"
    )
    await ingest(fresh_database, other, read, build_input([build_row(7)]))
    await ingest(fresh_database, DAILY, read, build_input([build_row(1)]))
    for _ in range(3):
        with pytest.raises(SourceUnreachable):
            await ingest(fresh_database, DAILY, read, BROKEN)
    matrix = await asked(ask, fresh_database, places(2024))
    uses = {use["source"]["id"].rpartition("/")[2]: use for use in matrix["sources"]}
    assert [(key, uses[key]["failed"]) for key in sorted(uses)] == [
        ("made_up", True),
        ("other", False),
    ]
    assert uses["other"]["message"] is None
    assert "อ่านครั้งล่าสุดไม่สำเร็จ" in uses["made_up"]["message"]["th"]
    assert [n["path"] for n in matrix["notices"] if n["code"] == "SOURCE_FAILED"] == [
        ["sources", "made_up"]
    ]
    [trat] = [cell for cell in matrix["cells"] if cell["row"]["key"] == "23"]
    assert (trat["projectCount"], trat["freshness"]["reportingAgencies"]) == (2, 2)


async def test_freshness_is_what_was_known_then(ask: Asking, fresh_database: Database) -> None:
    then = await fresh_database.pool.fetchval("select clock_timestamp()")
    await ingest(fresh_database, DAILY, read, build_input([build_row(1)]))
    past = await asked(
        ask, fresh_database, places(2024, asOf={"instant": then.isoformat()}), datetime.now(UTC)
    )
    assert past["sources"] == []
    assert {cell["freshness"]["status"] for cell in past["cells"]} == {"NEVER"}
    assert {cell["state"] for cell in past["cells"]} == {"NOT_EXPECTED"}


async def test_freshness_of_every_cell_costs_one_statement_and_sources_another(
    ask: Asking,
) -> None:
    plain = "query ($i: MatrixInput!) { matrix(input: $i) { cells { state } } }"
    await ask(plain, tourism(2011))
    before = ask.statements
    await ask(plain.replace("state }", "state freshness { status } }"), tourism(2011))
    assert ask.statements == before + 1, ask.sent
    await asked(ask, ask.database, tourism(2011))
    assert ask.statements == before + 2, ask.sent


some = st.frozensets
levels, agencies, areas = st.sampled_from(ActorLevel), st.sampled_from("ab"), st.sampled_from("xy")
years = st.integers(2015, 2027)
sources = st.builds(
    Source,
    id=st.just("s"),
    name=st.just(LocalizedText("ก")),
    kind=st.just("REGISTER"),
    note=st.none(),
    health=st.sampled_from(SourceHealth),
    last_success_at=st.none()
    | st.datetimes(datetime(2016, 1, 1), datetime(2026, 1, 1)).map(  # noqa: DTZ001
        lambda moment: moment.replace(tzinfo=UTC)
    ),
    owner_id=st.none(),
    cadence=st.sampled_from(Cadence),
)
coverages = st.builds(
    Coverage,
    levels=some(levels, min_size=1),
    agencies=some(agencies),
    areas=some(areas),
    first=years.map(FiscalYear),
    last=st.none() | years.map(FiscalYear),
)
promises = st.builds(SourceCoverage, sources, coverages, some(years)).map(
    lambda p: p if p.source.last_success_at else SourceCoverage(p.source, p.coverage, frozenset())
)


@drawn(
    promised=st.lists(promises, max_size=3),
    asked_levels=some(levels, max_size=2),
    asked_agencies=some(agencies, max_size=1),
    asked_areas=some(areas, max_size=2),
    level=levels,
    year=years,
    days=st.integers(0, 500),
)
def test_who_is_silent_is_what_a_reader_of_the_promises_would_say(
    promised: list[SourceCoverage],
    asked_levels: frozenset[ActorLevel],
    asked_agencies: frozenset[str],
    asked_areas: frozenset[str],
    level: ActorLevel,
    year: int,
    days: int,
) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days)
    question = MatrixQuestion(
        AxisQuestion(DimensionKind.STAGE),
        AxisQuestion(DimensionKind.ACTOR_LEVEL),
        FiscalYearRange(FiscalYear(year), FiscalYear(year + 1)),
        MatrixFilter(
            actor_levels=tuple(asked_levels),
            agencies=tuple(asked_agencies),
            areas=tuple(asked_areas),
        ),
    )
    place = CellScope(
        frozenset({level}), asked_agencies or None, asked_areas or None, (year, year + 1)
    )
    found = ReportingObligations(question, promised, at).is_unreported(
        ("any", None), (level.value, None)
    )
    assert found is silent_by_hand(promised, place, at)
