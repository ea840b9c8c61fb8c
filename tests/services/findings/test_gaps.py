"""Gaps found in the background are the gaps of the matrix."""

from collections import defaultdict

from hub.services.findings.refresh import refresh_findings
from hub.store.database import Database
from hub.store.rollup import compact_rollup
from tests.conftest import GraphQLApi
from tests.services.matrix.matrix_questions import fetch, question

LEVELS = "ACTOR_LEVEL:MINISTRY,CLUSTER,PROVINCE,LOCAL,PRIVATE,CIVIL_SOCIETY"
ISSUES = """
select distinct r.chain_id, p.area_id from issue_revision r
join plan_version v on v.id = r.version_id join plan p on p.id = v.plan_id
where r.chain_id is not null and v.visibility = 'PUBLISHED'
"""
FOUND = """
select f.id, f.fiscal_years, f.reasons::text from finding f
join issue_revision r on r.issue_id = f.issue_id
where f.kind = 'GAP' and f.status = 'OPEN' and r.chain_id = $1 and f.areas = array[$2]
"""


async def gaps_of_matrix(
    api: GraphQLApi, database: Database, chain: str, area: str, year: int
) -> set[tuple[str, str]]:
    """Return level and stage of the cells that are gaps in a fiscal year (BE)."""
    variables = question(LEVELS, "STAGE", year, chain=chain, areas=(area,))
    cells = (await fetch(api, variables, database))["cells"]
    return {(one["row"]["key"], one["column"]["key"]) for one in cells if one["state"] == "GAP"}


async def gaps_of_findings(
    database: Database, chain: str, area: str
) -> dict[int, set[tuple[str, str]]]:
    """Return level and stage of the open findings by fiscal year (BE)."""
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for row in await database.pool.fetch(FOUND, chain, area):
        _, _, stage, level = row["id"].split(":")
        for year in row["fiscal_years"]:
            found[year + 543].add((level, stage))
    return found


async def test_findings_about_gaps_are_the_gaps_of_the_matrix(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await compact_rollup(fresh_database)
    await refresh_findings(fresh_database)
    followed = await fresh_database.pool.fetch(ISSUES)
    assert {row["chain_id"] for row in followed} >= {"tourism-east", "jasmine-rice-roi-et"}
    for row in followed:
        chain, area = row["chain_id"], row["area_id"]
        found = await gaps_of_findings(fresh_database, chain, area)
        for year in (2553, 2556, 2557):
            in_matrix = await gaps_of_matrix(api, fresh_database, chain, area, year)
            assert found[year] == in_matrix, (chain, area, year)
        assert found[2556]
        assert not found[2557]


async def test_gaps_of_a_mapped_chain_have_the_roles_of_the_role_chain(
    fresh_database: Database,
) -> None:
    await compact_rollup(fresh_database)
    await refresh_findings(fresh_database)
    reasons = "select reasons from finding where id like 'GAP:%:marketing:CLUSTER'"
    assert "slide 73" in await fresh_database.pool.fetchval(reasons)
    await fresh_database.pool.execute("delete from stage_mapping")
    assert await refresh_findings(fresh_database) > 0
    assert "EVERY_STAGE" in await fresh_database.pool.fetchval(reasons)


async def test_no_gap_is_found_in_a_year_that_no_source_has_reported(
    fresh_database: Database,
) -> None:
    await fresh_database.pool.execute(
        "insert into source (id, name_th, kind, health, cadence, last_success_at, covers, "
        "reported_years) values ('z', 'ก', 'OWN', 'OK', 'DAILY', now(), "
        """'{"levels": ["LOCAL"], "agencies": [], "areas": [], "first": 2000, "last": null}', """
        "'{2012}')"
    )
    await compact_rollup(fresh_database)
    await refresh_findings(fresh_database)
    years = await fresh_database.pool.fetch(
        "select distinct fiscal_years from finding where kind = 'GAP' and id like '%:LOCAL'"
    )
    assert [list(row["fiscal_years"]) for row in years] == [[2012]]
