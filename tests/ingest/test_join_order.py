"""Property: joins depend on what is stored and not on the order in which it was imported."""

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.ingest.record_facts import short_digest
from hub.store.database import Database
from tests.ingest.joined_sources import (
    INSERT_LINKAGE,
    fetch_line_sources,
    import_budget,
    import_spending,
)
from tests.ingest.made_up_source import Row, build_row
from tests.long_run import costly_examples

code_strategy = st.sampled_from(["โครงการ ก", "โครงการ ข"])
year_strategy = st.sampled_from(["2567", "2568"])
budget_strategy = st.dictionaries(
    st.integers(1, 3), st.tuples(code_strategy, year_strategy), min_size=1
)
spending_strategy = st.dictionaries(st.integers(7, 9), code_strategy, min_size=1)


def build_rows(step: dict[int, Any]) -> list[Row]:
    pairs = {n: one if isinstance(one, tuple) else (one, "2567") for n, one in step.items()}
    return [build_row(n, name=name, year=year) for n, (name, year) in pairs.items()]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=costly_examples() // 3
)
@given(st.lists(st.one_of(budget_strategy, spending_strategy), max_size=5), st.integers(0, 5))
async def test_joins_depend_on_stored_records_and_not_on_import_order(
    fresh_database: Database, steps: list[dict[int, Any]], linkage_step: int
) -> None:
    stored_rows: dict[str, dict[int, Any]] = {}
    await fresh_database.pool.execute("delete from linkage where id like 'lspent:%'")
    first_steps: list[dict[int, Any]] = [{7: "โครงการ ก"}, {1: ("โครงการ ก", "2567")}]
    for position, step in enumerate([*steps[:2], *first_steps, *steps[2:]]):
        is_budget = min(step) < 7
        stored_rows["made_up" if is_budget else "spent"] = step
        await (import_budget if is_budget else import_spending)(fresh_database, *build_rows(step))
        if position == linkage_step:
            await fresh_database.pool.execute(INSERT_LINKAGE.replace("'l'", "'l' || id"), "spent")
    await import_budget(fresh_database, *build_rows(stored_rows["made_up"]))
    linked = {r[0] for r in await fresh_database.pool.fetch("select project_id from linkage")}
    match_counts = Counter(code for code, year in stored_rows["made_up"].values() if year == "2567")
    found = await fetch_line_sources(fresh_database)
    assert found.keys() == {f"r{n}" for n in stored_rows["spent"]}
    for n, code in stored_rows["spent"].items():
        own = f"spent:{short_digest(f'r{n}')}"
        keeps_own = match_counts[code] != 1 or own in linked
        assert found[f"r{n}"] == ("spent" if keeps_own else "made_up")
        is_duplicate = await fresh_database.pool.fetchval(
            "select duplicate_of is not null from project where id = $1", own
        )
        assert is_duplicate == ((match_counts[code] == 1) if keeps_own else None)
    lines = await fresh_database.pool.fetchval("select count(*) from budget_line")
    assert lines == len(stored_rows["made_up"]) + len(stored_rows["spent"])
