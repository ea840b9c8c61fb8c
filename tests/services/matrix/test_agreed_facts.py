"""What agreements change in a matrix, by basis; reports stay beside them."""

from typing import Any

import pytest

from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.store.database import Database
from hub.store.rollup import compact_rollup
from tests.conftest import GraphQLApi
from tests.store.agreements import insert_agreement, insert_amount, insert_fact

QUERY = """
query ($i: MatrixInput!) { matrix(input: $i) { key basis unratified { id status }
  cells(states: [COVERED, DISPUTED]) { row { key } column { key } projectCount linkageCount
    budget { amount } }
  total { projectCount budget { amount }
    contributions { nodes { project { id } treatment counted { amount }
      line { asserted amount { amount } agreement { id } provenance { source { id } } } } } }
  notices { code count text { th en } } } }
"""
YEAR = {"be": 2554}
HOST = Viewer(subject="the host", agency_id="ministry:22")
BASES = ("REPORTED", "RATIFIED", "AGREED")


async def insert_projects(database: Database, *ids: str, visibility: str = "PUBLISHED") -> None:
    """Insert projects of FY 2554 in Chon Buri with 100 baht each, and nothing else."""
    await database.pool.execute(
        "delete from linkage; delete from project_area; delete from project_implementer; "
        "delete from budget_line where not project_id like 'p%'; "
        "delete from project where not id like 'p%'"
    )
    for key in ids:
        await database.pool.execute(
            "insert into project (id, name_th, sort_key, actor_level, owner_id, fiscal_years, "
            "visibility) values ($1, $1, $1, 'LOCAL', 'ministry:22', '{2011}', $2)",
            key,
            visibility,
        )
        await database.pool.execute(
            "insert into budget_line (id, project_id, area_id, fiscal_year, phase, funding, "
            "amount) values ($1, $1, '20', 2011, 'APPROPRIATED', 'LOCAL', 10000)",
            key,
        )


async def fetch(
    api: GraphQLApi,
    database: Database,
    basis: str | None = None,
    rows: str = "ACTOR_LEVEL",
    columns: str = "AREA",
    viewer: Viewer = ANONYMOUS,
    **options: Any,
) -> dict[str, Any]:
    """Return the matrix of FY 2554 on a basis."""
    question: dict[str, Any] = {
        "rows": {"dimension": rows, "includeEmpty": False},
        "columns": {"dimension": columns, "includeEmpty": False},
        "fiscalYears": {"from": YEAR, "to": YEAR},
        **options,
    }
    if basis is not None:
        question["basis"] = basis
    answer = await api(QUERY, {"i": question}, viewer=viewer, database=database)
    assert "errors" not in answer, answer
    matrix: dict[str, Any] = answer["data"]["matrix"]
    return matrix


def total(matrix: dict[str, Any]) -> str:
    return str(matrix["total"]["budget"]["amount"])


def treatments(matrix: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Return each line of the total: who says so, how it was counted, and how much of it."""
    return {
        (part["line"]["asserted"], part["treatment"], part["counted"]["amount"])
        for part in matrix["total"]["contributions"]["nodes"]
    }


@pytest.mark.parametrize(
    ("status", "amounts"),
    [
        ("CONCLUDED", ("200.00", "200.00", "175.00")),
        ("RATIFIED", ("200.00", "175.00", "175.00")),
        ("NOT_RATIFIED", ("200.00", "200.00", "200.00")),
    ],
)
@pytest.mark.parametrize("is_compacted", [True, False], ids=["by rollup", "by facts"])
async def test_an_agreed_amount_counts_instead_of_the_reported_one_on_the_bases_that_count_it(
    api: GraphQLApi,
    fresh_database: Database,
    status: str,
    amounts: tuple[str, str, str],
    is_compacted: bool,
) -> None:
    await insert_projects(fresh_database, "p1", "p2")
    async with fresh_database.write_transaction() as connection:
        key = await insert_agreement(connection, "a", status)
        await insert_amount(connection, "f", key, "p1", 7_500)
        if status == "NOT_RATIFIED":
            await connection.execute("update agreed_fact set ended_at = now()")
    if is_compacted:
        await compact_rollup(fresh_database)
    found = [await fetch(api, fresh_database, basis) for basis in BASES]
    assert tuple(total(matrix) for matrix in found) == amounts
    assert [matrix["basis"] for matrix in found] == list(BASES)


async def test_both_lines_of_an_agreed_amount_are_contributions(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_projects(fresh_database, "p1")
    async with fresh_database.write_transaction() as connection:
        key = await insert_agreement(connection, "a")
        await insert_amount(connection, "f", key, "p1", 7_500)
    agreed = await fetch(api, fresh_database)
    assert treatments(agreed) == {
        ("AGREED", "WHOLE", "75.00"),
        ("REPORTED", "REPLACED_BY_AGREEMENT", "0.00"),
    }
    reported = await fetch(api, fresh_database, "REPORTED")
    assert treatments(reported) == {
        ("AGREED", "EXCLUDED_BASIS", "0.00"),
        ("REPORTED", "WHOLE", "100.00"),
    }
    assert agreed["total"]["projectCount"] == reported["total"]["projectCount"] == 1


@pytest.mark.parametrize(
    "other", [{"area": None}, {"year": 2012}, {"phase": "DISBURSED"}, {"funding": "LOAN"}]
)
async def test_an_amount_about_another_place_replaces_no_report(
    api: GraphQLApi, fresh_database: Database, other: dict[str, Any]
) -> None:
    await insert_projects(fresh_database, "p1")
    async with fresh_database.write_transaction() as connection:
        key = await insert_agreement(connection, "a")
        await insert_amount(connection, "f", key, "p1", 7_500, **other)
    found = await fetch(api, fresh_database)
    assert ("REPORTED", "WHOLE", "100.00") in treatments(found)


async def test_a_linkage_that_an_agreement_made_exists_only_where_the_agreement_counts(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_projects(fresh_database, "p1")
    async with fresh_database.write_transaction() as connection:
        key = await insert_agreement(connection, "a")
        await connection.execute(
            "insert into linkage (id, project_id, stage_id, status, visibility) "
            "values ('k', 'p1', 'tourism-east.marketing', 'AGREED', 'PUBLISHED')"
        )
        await insert_fact(
            connection, "f", key, "LINKAGE", project_id="p1", linkage_id="k", status="AGREED"
        )
    chain = {"valueChains": ["gid://hub/ValueChain/tourism-east"]}
    counts = [
        (await fetch(api, fresh_database, basis, columns="STAGE", filter=chain))["total"][
            "projectCount"
        ]
        for basis in BASES
    ]
    assert counts == [0, 0, 1]


async def test_a_disputed_linkage_is_disputed_again_when_its_agreement_is_not_ratified(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_projects(fresh_database, "p1")
    async with fresh_database.write_transaction() as connection:
        key = await insert_agreement(connection, "a", "NOT_RATIFIED")
        await connection.execute(
            "insert into linkage (id, project_id, stage_id, status, visibility) "
            "values ('k', 'p1', 'tourism-east.marketing', 'AGREED', 'PUBLISHED')"
        )
        await insert_fact(
            connection,
            "f",
            key,
            "LINKAGE",
            project_id="p1",
            linkage_id="k",
            status="AGREED",
            status_before="DISPUTED",
            ended_at=await connection.fetchval("select now()"),
        )

    async def _statuses() -> list[str]:
        matrix = await fetch(api, fresh_database, rows="LINKAGE_STATUS")
        return [cell["row"]["key"] for cell in matrix["cells"]]

    assert await _statuses() == ["DISPUTED"]
    await fresh_database.pool.execute("update linkage set share = 0.5 where id = 'k'")
    assert await _statuses() == ["AGREED"], "somebody has decided since"


async def test_two_reports_are_counted_once_on_the_bases_that_count_their_agreement(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_projects(fresh_database, "p1", "p2")
    async with fresh_database.write_transaction() as connection:
        await connection.execute(
            "insert into same_as (id, keep_id, reasons, agency_id, created_at) "
            "values ('s', 'p1', '[]', 'ministry:22', now()); "
            "insert into same_as_member values ('s', 'p1', 0), ('s', 'p2', 1); "
            "update project set counted_as = 'p1' where id in ('p1', 'p2')"
        )
        key = await insert_agreement(connection, "a")
        await insert_fact(connection, "f", key, "IDENTITY", project_id="p2", same_as_id="s")
    await compact_rollup(fresh_database)
    found = [await fetch(api, fresh_database, basis) for basis in BASES]
    assert [total(matrix) for matrix in found] == ["200.00", "200.00", "100.00"]
    assert [matrix["total"]["projectCount"] for matrix in found] == [2, 2, 1]


async def test_a_fact_counts_from_its_assertion_until_its_end(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_projects(fresh_database, "p1")

    async def _now() -> Any:
        return await fresh_database.pool.fetchval("select clock_timestamp()")

    before = await _now()
    async with fresh_database.write_transaction() as connection:
        key = await insert_agreement(connection, "a")
        await insert_amount(connection, "f", key, "p1", 7_500)
    within = await _now()
    await fresh_database.pool.execute("update agreed_fact set ended_at = clock_timestamp()")
    after = await _now()
    totals = [
        total(await fetch(api, fresh_database, asOf={"instant": at.isoformat()}))
        for at in (before, within, after)
    ]
    assert totals == ["100.00", "75.00", "100.00"]


async def test_the_default_basis_is_not_part_of_the_key(
    api: GraphQLApi, fresh_database: Database
) -> None:
    keys = [(await fetch(api, fresh_database, basis))["key"] for basis in (None, *BASES)]
    assert keys[0] == keys[3]
    assert len(set(keys)) == 3


async def test_a_fact_about_a_draft_is_seen_only_by_who_sees_the_draft(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_projects(fresh_database, "p1", visibility="PRIVATE")
    async with fresh_database.write_transaction() as connection:
        key = await insert_agreement(connection, "a")
        await insert_amount(connection, "f", key, "p1", 7_500)
    query = '{ agreedFacts { totalCount nodes { id } } node(id: "gid://hub/AgreedFact/f") { id } }'
    hidden = await api(query, {}, database=fresh_database)
    assert hidden["data"] == {"agreedFacts": {"totalCount": 0, "nodes": []}, "node": None}
    assert (await fetch(api, fresh_database))["total"]["budget"] is None
    seen = await api(query, {}, viewer=HOST, database=fresh_database)
    assert seen["data"]["agreedFacts"]["totalCount"] == 1
    assert total(await fetch(api, fresh_database, viewer=HOST)) == "75.00"


async def test_a_matrix_names_the_agreements_it_rests_on_that_are_not_ratified(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_projects(fresh_database, "p1", "p2")
    async with fresh_database.write_transaction() as connection:
        for key, project, status in (("a", "p1", "CONCLUDED"), ("b", "p2", "RATIFIED")):
            await insert_agreement(connection, key, status)
            await insert_amount(connection, f"f-{key}", key, project, 7_500)
        await connection.execute("update joint_session set opened_at = now(), status = 'OPEN'")
    found = await fetch(api, fresh_database, viewer=HOST)
    assert [one["id"] for one in found["unratified"]] == ["gid://hub/Agreement/a"]
    [notice] = [one for one in found["notices"] if one["code"] == "UNRATIFIED_AGREEMENTS"]
    assert notice["count"] == 1
    for basis in ("REPORTED", "RATIFIED"):
        other = await fetch(api, fresh_database, basis, viewer=HOST)
        assert other["unratified"] == []
        assert "UNRATIFIED_AGREEMENTS" not in {one["code"] for one in other["notices"]}
