"""The rows of the rollup: what it stores of a project, and how often."""

from hub.store.database import Database
from hub.store.rollup import compact_rollup


async def test_project_of_one_year_has_one_row_of_counts(fresh_database: Database) -> None:
    await compact_rollup(fresh_database)
    counts = "select fiscal_year, whole, sum(projects)::int from rollup_count group by 1, 2"
    before = {(row[0], row[1]): row[2] for row in await fresh_database.pool.fetch(counts)}
    async with fresh_database.write_transaction() as connection:
        for project, years in (("one", [2031]), ("several", [2032, 2033])):
            await connection.execute(
                "insert into project (id, name_th, sort_key, fiscal_years, visibility) "
                "values ($1, $1, $1, $2, 'PUBLISHED')",
                project,
                years,
            )
    await compact_rollup(fresh_database)
    after = {(row[0], row[1]): row[2] for row in await fresh_database.pool.fetch(counts)}
    added = {key: count - before.get(key, 0) for key, count in after.items()}
    assert {key: count for key, count in added.items() if count} == {
        (2031, True): 1,
        (2032, False): 1,
        (2033, False): 1,
        (0, True): 1,
    }


async def test_amounts_are_stored_once_by_place_and_phase(fresh_database: Database) -> None:
    async with fresh_database.write_transaction() as connection:
        await connection.execute(
            "insert into project (id, name_th, sort_key, fiscal_years, visibility) "
            "values ('p', 'p', 'p', '{2031}', 'PUBLISHED')"
        )
        for number, (phase, amount) in enumerate(
            (("APPROPRIATED", 5), ("APPROPRIATED", 7), ("DISBURSED", 3))
        ):
            await connection.execute(
                "insert into budget_line (id, project_id, area_id, fiscal_year, phase, funding, "
                "amount) values ($1, 'p', '20', 2031, $2, 'MINISTRY', $3)",
                f"line-{number}",
                phase,
                amount,
            )
    await compact_rollup(fresh_database)
    rows = await fresh_database.pool.fetch(
        "select p.phase, m.amount, m.lines from rollup_money m join rollup_place p "
        "on p.id = m.place where p.fiscal_year = 2031 order by 1"
    )
    assert [tuple(row) for row in rows] == [("APPROPRIATED", 12, 2), ("DISBURSED", 3, 1)]
