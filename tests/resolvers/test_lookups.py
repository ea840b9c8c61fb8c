"""Lookups: projects by the ids of their records, codes of several projects, sources, rules."""

from typing import Any

import pytest

from hub.domain.identity.viewer import Viewer
from hub.ingest.run import ingest
from hub.store.database import Database
from tests.conftest import GraphQLApi
from tests.ingest.joined_sources import import_budget, import_spending
from tests.ingest.made_up_source import SPEC, build_input, build_row, read

INSERT_PROJECT = (
    "insert into project (id, code, name_th, sort_key, owner_id, fiscal_years, visibility, "
    "duplicate_of, source_id, source_key) "
    "values ($1, $2, $1, $1, $3, '{2024}', $4, $5, $6, $7)"
)


async def insert_project(
    database: Database,
    key: str,
    code: str,
    visibility: str = "PUBLISHED",
    duplicate_of: str | None = None,
    source: tuple[str, str] | None = None,
) -> None:
    await database.pool.execute(
        INSERT_PROJECT,
        key,
        code,
        "province:20",
        visibility,
        duplicate_of,
        *(source or (None, None)),
    )


async def insert_external_id(database: Database, scheme: str, value: str, project: str) -> None:
    await database.pool.execute(
        "insert into external_id (scheme, value, subject) values ($1, $2, $3)",
        scheme,
        value,
        f"gid://hub/Project/{project}",
    )


async def find_by_external_id(
    api: GraphQLApi, database: Database, scheme: str, value: str, arguments: str = ""
) -> dict[str, Any]:
    return await api(
        "query ($scheme: String!, $value: String!) { project(by: {external: {scheme: $scheme, "
        f"value: $value}}}}{arguments}) {{ name {{ th }} externalIds {{ scheme value }} }} }}",
        {"scheme": scheme, "value": value},
        database=database,
    )


@pytest.mark.parametrize("number", [1, 2, 3])
async def test_ingested_project_is_found_by_the_id_of_its_record_and_lists_it(
    api: GraphQLApi, fresh_database: Database, number: int
) -> None:
    rows = [build_row(1), build_row(2, year="2568"), build_row(3, area="ส่วนกลาง")]
    await ingest(fresh_database, SPEC, read, build_input(rows))
    answer = await find_by_external_id(api, fresh_database, "made_up", f"r{number}")
    found = answer["data"]["project"]
    assert found["name"] == {"th": f"งาน {number}"}
    assert found["externalIds"] == [{"scheme": "made_up", "value": f"r{number}"}]


async def test_id_of_a_record_of_another_scheme_finds_nothing(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await ingest(fresh_database, SPEC, read, build_input([build_row(1)]))
    for scheme, value in (("another", "r1"), ("made_up", "r9"), ("made_up", "R1")):
        answer = await find_by_external_id(api, fresh_database, scheme, value)
        assert answer == {"data": {"project": None}}


async def test_project_is_found_by_records_of_every_source_that_reports_it(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await import_budget(fresh_database, build_row(1, name="B-1"))
    await import_spending(fresh_database, build_row("s", name="B-1"))
    for scheme, value in (("made_up", "r1"), ("spent", "rs")):
        answer = await find_by_external_id(api, fresh_database, scheme, value)
        assert answer["data"]["project"] == {
            "name": {"th": "B-1"},
            "externalIds": [
                {"scheme": "made_up", "value": "r1"},
                {"scheme": "spent", "value": "rs"},
            ],
        }


async def test_external_id_as_of_an_instant_finds_the_project_of_that_time(
    api: GraphQLApi, fresh_database: Database
) -> None:
    [before] = await fresh_database.pool.fetch("select clock_timestamp() as at")
    await ingest(fresh_database, SPEC, read, build_input([build_row(1)]))
    [after] = await fresh_database.pool.fetch("select clock_timestamp() as at")
    for at, expected in ((before["at"], None), (after["at"], {"th": "งาน 1"})):
        answer = await find_by_external_id(
            api,
            fresh_database,
            "made_up",
            "r1",
            f', asOf: {{instant: "{at.isoformat()}"}}',
        )
        found = answer["data"]["project"]
        assert (found and found["name"]) == expected


@pytest.mark.parametrize("way", ["code", "external id", "source key"])
async def test_code_of_two_projects_is_refused_with_the_ids_of_both(
    api: GraphQLApi, fresh_database: Database, way: str
) -> None:
    await fresh_database.pool.execute(
        "insert into source (id, name_th, kind, health) values ('mots', 'ก', 'OWN', 'OK')"
    )
    await insert_project(fresh_database, "first", "C-1", source=("mots", "M-1"))
    await insert_project(fresh_database, "second", "C-1")
    await insert_external_id(fresh_database, "mots", "M-1", "second")
    await insert_external_id(fresh_database, "emenscr", "E-1", "first")
    await insert_external_id(fresh_database, "emenscr", "E-1", "second")
    by, field = {
        "code": ('{code: "C-1"}', "by.code"),
        "external id": ('{external: {scheme: "emenscr", value: "E-1"}}', "by.external"),
        "source key": ('{external: {scheme: "mots", value: "M-1"}}', "by.external"),
    }[way]
    answer = await api(f"{{ project(by: {by}) {{ id }} }}", database=fresh_database)
    ids = ["gid://hub/Project/first", "gid://hub/Project/second"]
    [error] = answer["errors"]
    assert answer["data"] == {"project": None}
    assert error["extensions"]["code"] == "AMBIGUOUS"
    assert (error["extensions"]["field"], error["extensions"]["ids"]) == (field, ids)
    assert all(one in error["message"] for one in ids)


@pytest.mark.parametrize("hidden", ["PRIVATE", "LISTED"])
async def test_code_of_a_published_project_and_a_hidden_draft_finds_the_published_one(
    api: GraphQLApi, fresh_database: Database, hidden: str
) -> None:
    await insert_project(fresh_database, "open", "C-1")
    await insert_project(fresh_database, "draft", "C-1", hidden)
    for key in ("open", "draft"):
        await insert_external_id(fresh_database, "emenscr", "E-1", key)
    await insert_external_id(fresh_database, "emenscr", "E-2", "draft")
    for by in ('{code: "C-1"}', '{external: {scheme: "emenscr", value: "E-1"}}'):
        query = f"{{ project(by: {by}) {{ id }} }}"
        answer = await api(query, database=fresh_database)
        assert answer == {"data": {"project": {"id": "gid://hub/Project/open"}}}
        owner = await api(query, viewer=Viewer("o", "province:20"), database=fresh_database)
        assert owner["errors"][0]["extensions"]["code"] == "AMBIGUOUS"
    hidden_only = await find_by_external_id(api, fresh_database, "emenscr", "E-2")
    assert hidden_only == {"data": {"project": None}}


async def test_code_of_two_reports_of_one_activity_finds_the_one_that_is_repeated(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_project(fresh_database, "main", "C-1")
    await insert_project(fresh_database, "again", "C-1", duplicate_of="main")
    answer = await api('{ project(by: {code: "C-1"}) { id } }', database=fresh_database)
    assert answer == {"data": {"project": {"id": "gid://hub/Project/main"}}}


async def test_agency_code_that_two_agencies_have_today_is_refused_with_both(
    api: GraphQLApi, fresh_database: Database
) -> None:
    query = '{ agency(by: {code: "05003"}) { id } }'
    only_one = await api(query, database=fresh_database)
    assert only_one == {"data": {"agency": {"id": "gid://hub/Agency/department:05003"}}}
    await fresh_database.pool.execute(
        "insert into agency_placement (id, agency_id, code) values ('p', 'ministry:07', '05003')"
    )
    await fresh_database.pool.execute(
        "update agency_placement set valid_to = '2000-01-01' where agency_id = 'ministry:07' "
        "and id <> 'p'"
    )
    [error] = (await api(query, database=fresh_database))["errors"]
    assert error["extensions"]["ids"] == [
        "gid://hub/Agency/department:05003",
        "gid://hub/Agency/ministry:07",
    ]


@pytest.mark.parametrize("arguments", ['by: {code: "made_up"}', 'id: "gid://hub/Source/made_up"'])
async def test_source_is_found_by_code_and_by_the_deprecated_id(
    api: GraphQLApi, fresh_database: Database, arguments: str
) -> None:
    await ingest(fresh_database, SPEC, read, build_input([build_row(1)]))
    answer = await api(f"{{ source({arguments}) {{ id code }} }}", database=fresh_database)
    assert answer["data"]["source"] == {"id": "gid://hub/Source/made_up", "code": "made_up"}


@pytest.mark.parametrize("arguments", ["", '(by: {code: "a"}, id: "gid://hub/Source/a")'])
async def test_source_without_one_identification_is_rejected(
    api: GraphQLApi, arguments: str
) -> None:
    [error] = (await api(f"{{ source{arguments} {{ id }} }}"))["errors"]
    assert error["extensions"]["field"] == "by"


async def test_rule_is_found_by_its_global_id(api: GraphQLApi) -> None:
    listed = (await api("{ rules { id code updatedAt } }"))["data"]["rules"]
    assert len(listed) > 60
    ids = [rule["id"] for rule in listed[:3]]
    answer = await api(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Rule { code updatedAt } } }",
        {"ids": [*ids, "gid://hub/Rule/R999"]},
    )
    assert answer["data"]["nodes"] == [*listed[:3], None]


async def test_updated_at_is_the_time_of_the_last_change_and_follows_as_of(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_project(fresh_database, "p", "C-1")
    first = await fresh_database.pool.fetchval("select known_from from project where id = 'p'")
    await fresh_database.pool.execute("update project set name_th = 'ใหม่' where id = 'p'")
    last = await fresh_database.pool.fetchval("select known_from from project where id = 'p'")
    assert first < last
    for arguments, expected in (
        ("", last),
        (f', asOf: {{instant: "{first.isoformat()}"}}', first),
    ):
        answer = await api(
            f'{{ project(by: {{code: "C-1"}}{arguments}) {{ updatedAt }} }}',
            database=fresh_database,
        )
        assert answer["data"]["project"]["updatedAt"] == expected.isoformat()


YEAR_QUERIES = {
    "plans": "{{ plans({years}, first: 100) {{ totalCount nodes {{ id }} }} }}",
    "issues": "{{ issues({years}, first: 100) {{ totalCount nodes {{ id }} }} }}",
    "issues of an area": (
        '{{ area(by: {{code: "C2552-09"}}) {{ issues({years}) {{ totalCount }} }} }}'
    ),
}


@pytest.mark.parametrize("name", YEAR_QUERIES)
@pytest.mark.parametrize("be", [2553, 2556, 2562])
async def test_years_without_an_end_are_one_year_as_the_deprecated_argument(
    api: GraphQLApi, name: str, be: int
) -> None:
    query = YEAR_QUERIES[name]
    answers = [
        await api(query.format(years=years))
        for years in (
            f"fiscalYears: {{from: {{be: {be}}}}}",
            f"fiscalYears: {{from: {{be: {be}}}, to: {{be: {be}}}}}",
            f"fiscalYear: {{be: {be}}}",
        )
    ]
    assert "errors" not in answers[0]
    assert answers[0] == answers[1] == answers[2]


async def test_both_forms_of_years_are_rejected_together(api: GraphQLApi) -> None:
    query = "{ plans(fiscalYears: {from: {be: 2553}}, fiscalYear: {be: 2553}) { totalCount } }"
    [error] = (await api(query))["errors"]
    assert error["extensions"]["field"] == "fiscalYear"


async def test_matrix_without_an_end_of_years_has_one_year(api: GraphQLApi) -> None:
    answer = await api(
        "{ matrix(input: {rows: {dimension: ACTOR_LEVEL}, columns: {dimension: FISCAL_YEAR}, "
        "fiscalYears: {from: {be: 2553}}}) { columns { headers { key } } } }"
    )
    assert [one["key"] for one in answer["data"]["matrix"]["columns"]["headers"]] == ["2553"]
