"""The made-up plans of the local agency: which areas have one, and that a hub stores them all."""

import json
from datetime import date

from hub.domain.identity.viewer import ANONYMOUS
from hub.sandbox.agency import SandboxAgency
from hub.sandbox.fill_plans import fill_plans
from hub.sandbox.plans import MADE_UP, YEARS, generate_plans
from hub.sandbox.records import GeneratedRecords
from hub.services.plans.plan_json import parse_plan
from hub.services.plans.render_plan_json import render_plan
from hub.store.database import Database
from hub.store.unit_of_work import UnitOfWork
from tests.conftest import GraphQLApi

TODAY = date(2023, 1, 15)
QUERY = """{ issues(fiscalYears: {from: {be: 2566}}, first: 1) { totalCount nodes { code
  name { th } planVersion { plan { title { th } } } provenance { source { id madeUp } } } }
  plans(fiscalYears: {from: {be: 2570}}, first: 1) { totalCount } }"""


def test_every_cluster_of_2560_and_every_province_has_a_marked_plan() -> None:
    plans = list(generate_plans(1))
    assert len(plans) == 18 + 76
    assert all(one.title.startswith(MADE_UP) and one.years == YEARS for one in plans)
    assert plans == list(generate_plans(1))
    assert plans != list(generate_plans(2))


def test_plan_is_written_as_json_and_read_back_without_loss() -> None:
    for one in generate_plans(3):
        assert parse_plan(json.loads(json.dumps(render_plan(one)))) == one


async def test_fill_stores_every_plan_once_and_marks_it_as_made_up(
    fresh_database: Database, api: GraphQLApi
) -> None:
    agency = SandboxAgency(GeneratedRecords(1, 1))
    first = await fill_plans(fresh_database, agency, TODAY)
    assert (first.stored, first.unchanged) == (94, 0)
    again = await fill_plans(fresh_database, agency, TODAY)
    assert (again.stored, again.unchanged) == (0, 94)
    answer = await api(QUERY.replace(" madeUp", ""), database=fresh_database)
    assert "errors" not in answer, answer
    assert answer["data"]["issues"]["totalCount"] == 94 * 4
    assert answer["data"]["plans"]["totalCount"] == 94
    [node] = answer["data"]["issues"]["nodes"]
    assert node["planVersion"]["plan"]["title"]["th"].startswith(MADE_UP)
    async with fresh_database.read_transaction() as transaction:
        unit = UnitOfWork(transaction, ANONYMOUS)
        sources = await unit.provenance.sources_by_id(["generated-plans"])
    assert sources["generated-plans"].is_made_up
