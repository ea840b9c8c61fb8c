"""A cell is a gap only if the sources that cover it have reported; cells have a freshness."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
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
from tests.conftest import GraphQLApi
from tests.ingest.made_up_source import RETRIEVED_AT, SPEC, build_input, build_row, read
from tests.services.matrix.expected_figures import is_expected_unreported

NOW = datetime.now(UTC)
THIS_YEAR = FiscalYear.from_date(NOW.date())
MINISTRIES = Coverage(
    frozenset({ActorLevel.MINISTRY}), frozenset(), frozenset(), FiscalYear(2017), None
)
DAILY = replace(SPEC, cadence=Cadence.DAILY, covers=MINISTRIES)
MATRIX_QUERY = """
query ($i: MatrixInput!) { matrix(input: $i) {
  cells { row { key } column { key } state stateReasons { code text { th en } } projectCount
          freshness { status oldestRetrievedAt reportingAgencies expectedAgencies } }
  sources { source { id } status failed asOf message { th en } } notices { code path } } }
"""


async def fetch_unreachable_page(_: str | None) -> AsyncIterator[Any]:
    raise SourceUnreachable
    yield


UNREACHABLE_INPUT = SourceInput(fetch_unreachable_page, "made-up", "broken")


def build_stage_variables(year: int, **options: Any) -> dict[str, Any]:
    return {
        "i": {
            "rows": {"dimension": "ACTOR_LEVEL"},
            "columns": {"dimension": "STAGE"},
            "filter": {"valueChains": ["gid://hub/ValueChain/jasmine-rice-roi-et"]},
            "fiscalYears": {"from": {"ce": year}, "to": {"ce": year}},
            **options,
        }
    }


def build_area_variables(year: int, **options: Any) -> dict[str, Any]:
    return build_stage_variables(
        year,
        rows={"dimension": "AREA", "members": {"codes": ["20", "23"]}},
        columns={"dimension": "FISCAL_YEAR"},
        filter={},
        **options,
    )


@pytest.fixture
async def planned_database(fresh_database: Database) -> Database:
    """A database in which the plan of Roi Et, whose issue follows the chain, lasts until 2575."""
    async with fresh_database.write_transaction() as connection:
        await connection.execute(
            "update plan set last_year = $1 where id = 'plan-45-2553'", FiscalYear.from_be(2575).ce
        )
    return fresh_database


async def fetch_matrix(
    api: GraphQLApi, database: Database, question: dict[str, Any], now: datetime | None = None
) -> dict[str, Any]:
    answer = await api(MATRIX_QUERY, question, database=database, now=now)
    assert "errors" not in answer, answer
    matrix: dict[str, Any] = answer["data"]["matrix"]
    return matrix


def count_states(matrix: dict[str, Any]) -> Counter[tuple[str, str]]:
    return Counter((cell["row"]["key"], cell["state"]) for cell in matrix["cells"])


async def test_year_without_data_is_not_reported_where_a_source_covers_it(
    api: GraphQLApi, planned_database: Database
) -> None:
    await ingest(planned_database, DAILY, read, build_input([build_row(1)]))  # only of 2567
    reported = count_states(await fetch_matrix(api, planned_database, build_stage_variables(2024)))
    assert {state for _, state in reported} == {"GAP"}
    silent = await fetch_matrix(api, planned_database, build_stage_variables(2025))
    assert count_states(silent)["MINISTRY", "NOT_REPORTED"] == 11
    assert {state for key, state in count_states(silent) if key != "MINISTRY"} == {"GAP"}
    [reason] = next(c for c in silent["cells"] if c["state"] == "NOT_REPORTED")["stateReasons"]
    assert reason["code"] == "NOT_REPORTED"
    assert reason["text"]["th"]
    assert reason["text"]["en"]


async def test_reference_year_2554_is_unchanged_by_an_ingest(
    api: GraphQLApi, fresh_database: Database
) -> None:
    before = await fetch_matrix(api, fresh_database, build_stage_variables(2011))
    await ingest(fresh_database, DAILY, read, build_input([build_row(1)]))
    assert await fetch_matrix(api, fresh_database, build_stage_variables(2011)) | {
        "key": ""
    } == before | {"key": ""}


async def test_source_never_read_makes_no_cell_not_reported(
    api: GraphQLApi, planned_database: Database
) -> None:
    await ingest(planned_database, DAILY, read, build_input([build_row(1)]))
    async with planned_database.write_transaction() as connection:
        await connection.execute("update source set last_success_at = null where id = 'made_up'")
    assert {
        s
        for _, s in count_states(
            await fetch_matrix(api, planned_database, build_stage_variables(2025))
        )
    } == {"GAP"}
    with pytest.raises(SourceUnreachable):
        await ingest(planned_database, DAILY, read, UNREACHABLE_INPUT)
    silent = count_states(await fetch_matrix(api, planned_database, build_stage_variables(2024)))
    assert silent["MINISTRY", "NOT_REPORTED"] == 11


@pytest.mark.parametrize(
    ("days", "status", "state"),
    [(1, "FRESH", "GAP"), (2, "LATE", "GAP"), (4, "STALE", "NOT_REPORTED")],
)
async def test_cells_become_late_and_stale_over_time(
    api: GraphQLApi, planned_database: Database, days: int, status: str, state: str
) -> None:
    await ingest(planned_database, DAILY, read, build_input([build_row(1, year=str(THIS_YEAR.be))]))
    later = datetime.now(UTC) + timedelta(days=days)
    matrix = await fetch_matrix(api, planned_database, build_area_variables(THIS_YEAR.ce), later)
    cells = {cell["row"]["key"]: cell for cell in matrix["cells"]}
    assert cells["23"]["projectCount"] == 1  # Trat, the area of the made-up record
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
    stage_matrix = count_states(
        await fetch_matrix(api, planned_database, build_stage_variables(THIS_YEAR.ce), later)
    )
    assert stage_matrix["MINISTRY", state] == 11


async def test_closed_year_stays_reported_when_the_source_is_stale(
    api: GraphQLApi, planned_database: Database
) -> None:
    await ingest(planned_database, DAILY, read, build_input([build_row(1)]))
    later = NOW + timedelta(days=400)
    assert {
        s
        for _, s in count_states(
            await fetch_matrix(api, planned_database, build_stage_variables(2024), later)
        )
    } == {"GAP"}


async def test_failed_source_keeps_its_figures_and_those_of_others(
    api: GraphQLApi, fresh_database: Database
) -> None:
    other = replace(
        DAILY, id="other", title=LocalizedText("อีกแหล่ง", "Another"), agency="ministry:05"
    )
    await ingest(fresh_database, other, read, build_input([build_row(7)]))
    await ingest(fresh_database, DAILY, read, build_input([build_row(1)]))
    for _ in range(3):
        with pytest.raises(SourceUnreachable):
            await ingest(fresh_database, DAILY, read, UNREACHABLE_INPUT)
    matrix = await fetch_matrix(api, fresh_database, build_area_variables(2024))
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


async def test_freshness_is_computed_as_of_the_instant(
    api: GraphQLApi, fresh_database: Database
) -> None:
    then = await fresh_database.pool.fetchval("select clock_timestamp()")
    await ingest(fresh_database, DAILY, read, build_input([build_row(1)]))
    past = await fetch_matrix(
        api,
        fresh_database,
        build_area_variables(2024, asOf={"instant": then.isoformat()}),
        datetime.now(UTC),
    )
    assert past["sources"] == []
    assert {cell["freshness"]["status"] for cell in past["cells"]} == {"NEVER"}
    assert {cell["state"] for cell in past["cells"]} == {"NOT_JUDGED"}


async def test_freshness_sources_and_unlinked_projects_take_one_statement_each(
    api: GraphQLApi,
) -> None:
    plain = "query ($i: MatrixInput!) { matrix(input: $i) { cells { state } } }"
    for _ in range(2):  # the first reads the editions, which are kept
        await api(plain, build_stage_variables(2011))
    before = api.statement_count
    await api(plain.replace("state }", "state freshness { status } }"), build_stage_variables(2011))
    assert api.statement_count == before + 1, api.sent_statements
    await fetch_matrix(api, api.database, build_stage_variables(2011))
    assert api.statement_count == before + 3, api.sent_statements


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
source_coverages = st.builds(SourceCoverage, sources, coverages, some(years)).map(
    lambda p: p if p.source.last_success_at else SourceCoverage(p.source, p.coverage, frozenset())
)


@given(
    covering_sources=st.lists(source_coverages, max_size=3),
    filter_levels=some(levels, max_size=2),
    filter_agencies=some(agencies, max_size=1),
    filter_areas=some(areas, max_size=2),
    level=levels,
    year=years,
    days=st.integers(0, 500),
)
def test_unreported_cells_equal_those_computed_by_hand(
    covering_sources: list[SourceCoverage],
    filter_levels: frozenset[ActorLevel],
    filter_agencies: frozenset[str],
    filter_areas: frozenset[str],
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
            actor_levels=tuple(filter_levels),
            agencies=tuple(filter_agencies),
            areas=tuple(filter_areas),
        ),
    )
    cell_scope = CellScope(
        frozenset({level}), filter_agencies or None, filter_areas or None, (year, year + 1)
    )
    found = ReportingObligations(question, covering_sources, at).is_unreported(
        ("any", None), (level.value, None)
    )
    assert found is is_expected_unreported(covering_sources, cell_scope, at)
