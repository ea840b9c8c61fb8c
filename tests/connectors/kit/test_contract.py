"""What agencies read and what the hub checks is one contract, and the sandbox keeps it."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.kit.contract_check import CheckResult, CheckStatus, ConformanceCheck
from connectors.kit.contract_rules import (
    AMOUNT_FIELDS,
    PROJECT_FIELDS,
    TOMBSTONE_FIELDS,
    FieldRule,
    find_violations,
)
from connectors.kit.credentials import Anonymous
from connectors.kit.paging import create_credentials
from hub.domain.budget import BudgetPhase
from hub.sandbox.endpoints import DEFAULT_LIMIT, MAX_LIMIT, SandboxEndpoints
from hub.sandbox.records import GeneratedRecords
from tests.sandbox.served import SECRETS, Source

ROOT = Path(__file__).parents[3]
PUBLISHED = yaml.safe_load((ROOT / "docs" / "source-contract.yaml").read_text("utf-8"))
SCHEMAS = PUBLISHED["components"]["schemas"]


@pytest.mark.parametrize(
    ("name", "fields"),
    [("Project", PROJECT_FIELDS), ("Tombstone", TOMBSTONE_FIELDS), ("Amount", AMOUNT_FIELDS)],
)
def test_the_published_fields_are_those_the_hub_checks(
    name: str, fields: dict[str, FieldRule]
) -> None:
    schema = SCHEMAS[name]
    assert schema["additionalProperties"] is False
    assert schema["properties"].keys() == fields.keys()
    assert set(schema["required"]) == {n for n, field in fields.items() if field.is_required}


def test_the_published_phases_and_limits_are_the_hubs() -> None:
    assert SCHEMAS["Amount"]["properties"]["phase"]["enum"] == [p.value for p in BudgetPhase]
    [limit] = [
        p for p in PUBLISHED["paths"]["/projects"]["get"]["parameters"] if p["name"] == "limit"
    ]
    assert (limit["schema"]["default"], limit["schema"]["maximum"]) == (DEFAULT_LIMIT, MAX_LIMIT)


def test_every_reference_within_the_document_leads_somewhere() -> None:
    def walk(part: Any) -> None:
        for name, value in part.items() if isinstance(part, dict) else enumerate(part):
            if name == "$ref":
                assert value.removeprefix("#/components/schemas/") in SCHEMAS
            elif isinstance(value, dict | list):
                walk(value)

    walk(PUBLISHED)


GOOD = GeneratedRecords(10).project(3, "ministry")


@pytest.mark.parametrize("kind", ["ministry", "local"])
def test_generated_projects_keep_the_contract(kind: str) -> None:
    assert [
        fault for n in range(10) for fault in find_violations(GeneratedRecords(10).project(n, kind))
    ] == []


def amount(**changes: Any) -> dict[str, Any]:
    return {"amounts": [{**GOOD["amounts"][0], **changes}]}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"id": ""}, "id must be"),
        ({"id": ["x"]}, "id must be"),
        ({"updated_at": "2025-01-01T00:00:00"}, "updated_at must be"),
        ({"updated_at": "2025-13-01T00:00:00Z"}, "updated_at must be"),
        ({"fiscal_year_be": 2025}, "fiscal_year_be must be"),
        ({"fiscal_year_be": True}, "fiscal_year_be must be"),
        ({"province_code": "๒๐"}, "province_code must be"),
        ({"extra": 1}, "extra is not in the contract"),
        ({"amounts": {}}, "amounts must be a list"),
        ({"amounts": [1]}, "amounts[0] is no object"),
        (amount(baht=1.5), "amounts[0].baht must be"),
        (amount(baht="1,000"), "amounts[0].baht must be"),
        (amount(baht="-1"), "amounts[0].baht must be"),
        (amount(baht="1.005"), "amounts[0].baht must be"),
        (amount(phase="SPENT"), "amounts[0].phase must be"),
        (amount(phase=["PLANNED"]), "amounts[0].phase must be"),
        ({"deleted": True}, "title_th is not in the contract"),
    ],
)
def test_a_field_that_breaks_the_contract_is_named(changes: dict[str, Any], told: str) -> None:
    assert any(en.startswith(told) for _, en in find_violations(GOOD | changes))


@pytest.mark.parametrize(
    "name", [name for name, field in PROJECT_FIELDS.items() if field.is_required]
)
def test_a_missing_field_is_named(name: str) -> None:
    lacking = {k: v for k, v in GOOD.items() if k != name}
    assert [en for _, en in find_violations(lacking)] == [f"{name} is missing"]


async def report(source: Source) -> list[CheckResult]:
    spec = source.spec("ministry")
    credentials = create_credentials(spec, SECRETS.__getitem__, source.grants)
    asking = ConformanceCheck(
        spec.url or "", credentials, source.limits, source.slept.waiting, page_size=20
    )
    return [point async for point in asking.run_checks()]


async def test_the_sandbox_keeps_every_point_of_the_contract(source: Source) -> None:
    source.agency.delete_record("ministry", 5)
    points = await report(source)
    assert [
        (point.en, point.violations) for point in points if point.status is not CheckStatus.PASSED
    ] == []
    assert len(points) == 13


async def test_what_there_is_nothing_of_is_unseen_and_not_broken(source: Source) -> None:
    unkept = [p for p in await report(source) if p.status is not CheckStatus.PASSED]
    assert [(p.en, p.status) for p in unkept] == [
        ("removed records stay as tombstones", CheckStatus.UNTESTED)
    ]


Spoil = Callable[[dict[str, Any]], None]


def unsorted(page: dict[str, Any]) -> None:
    page["items"].reverse()


def floats(page: dict[str, Any]) -> None:
    for item in page["items"]:
        item["amounts"][0]["baht"] = 1.5


def extra(page: dict[str, Any]) -> None:
    page["items"][0]["note"] = "x"


def twice(page: dict[str, Any]) -> None:
    page["items"].append(page["items"][0])


def total(page: dict[str, Any]) -> None:
    page["total"] += 1


def stuck(page: dict[str, Any]) -> None:
    page["next_cursor"] = "YXQw"


def naked(page: dict[str, Any]) -> None:
    del page["next_cursor"]


@pytest.mark.parametrize(
    ("spoil", "point"),
    [
        (unsorted, "in the order of updated_at, then id"),
        (floats, "every record keeps the contract"),
        (extra, "every record keeps the contract"),
        (twice, "no key comes twice"),
        (twice, "no more records than `limit`"),
        (total, "`total` is what can be counted"),
        (stuck, "pages in the shape of the contract, with a token of client credentials"),
        (naked, "pages in the shape of the contract, with a token of client credentials"),
    ],
)
async def test_a_system_that_breaks_a_point_is_told_which(
    source: Source, monkeypatch: pytest.MonkeyPatch, spoil: Spoil, point: str
) -> None:
    def spoilt(page: dict[str, Any]) -> dict[str, Any]:
        made = copy.deepcopy(page)
        spoil(made)
        return made

    monkeypatch.setattr(SandboxEndpoints, "finish_page", staticmethod(spoilt))
    broken = {p.en: p.violations for p in await report(source) if p.status is CheckStatus.FAILED}
    assert point in broken
    assert all(th and en for th, en in broken[point])


async def test_a_system_that_is_down_breaks_the_point_that_meets_it(source: Source) -> None:
    source.behave("500")
    points = await report(source)
    assert points[-1].status is CheckStatus.FAILED
    assert "HTTP 500" in points[-1].violations[0][1]


async def test_a_system_that_answers_anybody_is_told_so(source: Source) -> None:
    asking = ConformanceCheck(f"{source.address}/elsewhere", Anonymous(), source.limits)
    points = [point async for point in asking.run_checks()]
    assert points[0].violations == (("ตอบข้อมูลโดยไม่ถามโทเค็น", "it answers data to anybody"),)
    assert points[-1].status is CheckStatus.FAILED
