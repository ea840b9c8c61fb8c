"""A new reading of the sources leaves people's assertions alone, and is combined with them."""

from hub.store.database import Database
from tests.ingest.joined_sources import (
    BUDGET_ROW,
    SPENDING_ROW,
    fetch_join_states,
    fetch_line_sources,
    import_budget,
    import_spending,
)
from tests.ingest.made_up_source import build_row
from tests.services.same_as.same_activity import STEWARD, SameActivity

LATER_ROW = build_row(9, name="โครงการ ค")
IDS = "select source_id, id from project where source_id in ('made_up', 'spent')"


async def read_ids(database: Database) -> dict[str, str]:
    """Return a project of each of the two sources."""
    return {row["source_id"]: row["id"] for row in await database.pool.fetch(IDS)}


async def test_joined_later_and_asserted_projects_are_one_activity_until_both_end(
    fresh_database: Database,
) -> None:
    activity = SameActivity(fresh_database)
    await activity.insert("first", years=[2024])
    await import_spending(fresh_database, SPENDING_ROW)
    spent = (await read_ids(fresh_database))["spent"]
    same_as_id = await activity.accept(STEWARD, "first", spent)
    await import_spending(fresh_database, SPENDING_ROW)
    assert await activity.counted(spent) == [(spent, None, "first")]

    await import_budget(fresh_database, BUDGET_ROW, LATER_ROW)
    [(state, target)] = [one for one in await fetch_join_states(fresh_database) if one[1]]
    assert (state, await fetch_line_sources(fresh_database)) == ("KEPT", {"r7": "spent"})
    assert target is not None
    assert await activity.counted("first", spent, target) == sorted(
        [("first", None, "first"), (spent, target, "first"), (target, None, "first")]
    )
    [asserted, reported] = await activity.identity(spent)
    assert (asserted.id, reported.id) == (same_as_id, f"reported:{target}")
    assert (reported.agency_id, reported.project_ids) == (None, [target, spent])
    refused = await activity.undo(STEWARD, reported.id)
    assert [one.code.value for one in refused.user_errors] == ["WRONG_STATUS"]

    assert not (await activity.undo(STEWARD, same_as_id)).user_errors
    assert await activity.counted(spent, target) == sorted(
        [(spent, target, None), (target, None, None)]
    )


async def test_assertion_remains_when_the_sources_stop_reporting_both(
    fresh_database: Database,
) -> None:
    activity = SameActivity(fresh_database)
    await activity.insert("first", years=[2024])
    await import_budget(fresh_database, BUDGET_ROW, LATER_ROW)
    budget = await fresh_database.pool.fetchval(
        "select id from project where name_th = 'โครงการ ก'"
    )
    same_as_id = await activity.accept(STEWARD, "first", budget)
    await import_spending(fresh_database, SPENDING_ROW)
    assert await fetch_line_sources(fresh_database) == {"r7": "made_up"}
    await import_budget(fresh_database, LATER_ROW)
    assert await activity.counted("first", budget) == sorted(
        [("first", None, "first"), (budget, None, "first")]
    )
    [one] = await activity.identity("first")
    assert (one.id, one.undone_at) == (same_as_id, None)
    await import_budget(fresh_database, BUDGET_ROW, LATER_ROW)
    assert await activity.counted(budget) == [(budget, None, "first")]
