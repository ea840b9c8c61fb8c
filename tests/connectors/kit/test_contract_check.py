"""The published source contract equals the fields that the hub checks, and the sandbox conforms."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.kit.check_result import CheckResult, CheckStatus
from connectors.kit.contract_check import ConformanceCheck
from connectors.kit.contract_rules import (
    AMOUNT_FIELDS,
    LINKAGE_FIELDS,
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
from tests.sandbox.sandbox_source import SECRETS, SandboxSource

ROOT = Path(__file__).parents[3]
OPENAPI = yaml.safe_load((ROOT / "docs" / "source-contract.yaml").read_text("utf-8"))
SCHEMAS = OPENAPI["components"]["schemas"]


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("Project", PROJECT_FIELDS),
        ("Tombstone", TOMBSTONE_FIELDS),
        ("Amount", AMOUNT_FIELDS),
        ("Linkage", LINKAGE_FIELDS),
    ],
)
def test_published_fields_equal_the_fields_the_hub_checks(
    name: str, fields: dict[str, FieldRule]
) -> None:
    schema = SCHEMAS[name]
    assert schema["additionalProperties"] is False
    assert schema["properties"].keys() == fields.keys()
    assert set(schema["required"]) == {n for n, field in fields.items() if field.is_required}


def test_published_phases_and_limits_equal_those_of_the_hub() -> None:
    assert SCHEMAS["Amount"]["properties"]["phase"]["enum"] == [p.value for p in BudgetPhase]
    [limit] = [
        p for p in OPENAPI["paths"]["/projects"]["get"]["parameters"] if p["name"] == "limit"
    ]
    assert (limit["schema"]["default"], limit["schema"]["maximum"]) == (DEFAULT_LIMIT, MAX_LIMIT)


def test_every_reference_in_the_document_resolves() -> None:
    def walk(part: Any) -> None:
        for name, value in part.items() if isinstance(part, dict) else enumerate(part):
            if name == "$ref":
                assert value.removeprefix("#/components/schemas/") in SCHEMAS
            elif isinstance(value, dict | list):
                walk(value)

    walk(OPENAPI)


VALID_PROJECT = GeneratedRecords(10).project(3, "ministry")


@pytest.mark.parametrize("kind", ["ministry", "local"])
def test_generated_projects_conform_to_the_contract(kind: str) -> None:
    assert [
        fault for n in range(10) for fault in find_violations(GeneratedRecords(10).project(n, kind))
    ] == []


def with_amount_changes(**changes: Any) -> dict[str, Any]:
    return {"amounts": [{**VALID_PROJECT["amounts"][0], **changes}]}


@pytest.mark.parametrize(
    ("changes", "message"),
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
        (with_amount_changes(baht=1.5), "amounts[0].baht must be"),
        (with_amount_changes(baht="1,000"), "amounts[0].baht must be"),
        (with_amount_changes(baht="-1"), "amounts[0].baht must be"),
        (with_amount_changes(baht="1.005"), "amounts[0].baht must be"),
        (with_amount_changes(phase="SPENT"), "amounts[0].phase must be"),
        (with_amount_changes(phase=["PLANNED"]), "amounts[0].phase must be"),
        ({"deleted": True}, "title_th is not in the contract"),
    ],
)
def test_invalid_field_is_named_in_the_violation(changes: dict[str, Any], message: str) -> None:
    assert any(en.startswith(message) for _, en in find_violations(VALID_PROJECT | changes))


@pytest.mark.parametrize(
    "name", [name for name, field in PROJECT_FIELDS.items() if field.is_required]
)
def test_missing_field_is_named_in_the_violation(name: str) -> None:
    incomplete = {k: v for k, v in VALID_PROJECT.items() if k != name}
    assert [en for _, en in find_violations(incomplete)] == [f"{name} is missing"]


async def run_contract_check(source: SandboxSource) -> list[CheckResult]:
    spec = source.spec("ministry")
    credentials = create_credentials(spec, SECRETS.__getitem__, source.token_cache)
    check = ConformanceCheck(
        spec.url or "", credentials, source.limits, source.fake_sleep.timing, page_size=20
    )
    return [point async for point in check.run_checks()]


async def test_sandbox_passes_every_contract_check(source: SandboxSource) -> None:
    source.agency.delete_record("ministry", 5)
    results = await run_contract_check(source)
    assert [
        (result.en, result.violations)
        for result in results
        if result.status is not CheckStatus.PASSED
    ] == []
    assert len(results) == 13


async def test_check_without_matching_data_is_untested(source: SandboxSource) -> None:
    not_passed = [p for p in await run_contract_check(source) if p.status is not CheckStatus.PASSED]
    assert [(p.en, p.status) for p in not_passed] == [
        ("deleted records stay as tombstones", CheckStatus.UNTESTED)
    ]


AlterPage = Callable[[dict[str, Any]], None]


def reverse_items(page: dict[str, Any]) -> None:
    page["items"].reverse()


def use_float_amounts(page: dict[str, Any]) -> None:
    for item in page["items"]:
        item["amounts"][0]["baht"] = 1.5


def add_unknown_field(page: dict[str, Any]) -> None:
    page["items"][0]["note"] = "x"


def repeat_first_item(page: dict[str, Any]) -> None:
    page["items"].append(page["items"][0])


def increment_total(page: dict[str, Any]) -> None:
    page["total"] += 1


def repeat_cursor(page: dict[str, Any]) -> None:
    page["next_cursor"] = "YXQw"


def remove_cursor(page: dict[str, Any]) -> None:
    del page["next_cursor"]


@pytest.mark.parametrize(
    ("alter", "check"),
    [
        (reverse_items, "in the order of updated_at, then id"),
        (use_float_amounts, "every record follows the contract"),
        (add_unknown_field, "every record follows the contract"),
        (repeat_first_item, "no key is repeated"),
        (repeat_first_item, "no more records than `limit`"),
        (increment_total, "`total` equals the number of records"),
        (repeat_cursor, "pages in the shape of the contract, with a token of client credentials"),
        (remove_cursor, "pages in the shape of the contract, with a token of client credentials"),
    ],
)
async def test_failed_check_is_reported_with_its_violations(
    source: SandboxSource, monkeypatch: pytest.MonkeyPatch, alter: AlterPage, check: str
) -> None:
    def alter_copy(page: dict[str, Any]) -> dict[str, Any]:
        altered = copy.deepcopy(page)
        alter(altered)
        return altered

    monkeypatch.setattr(SandboxEndpoints, "finish_page", staticmethod(alter_copy))
    failed = {
        p.en: p.violations
        for p in await run_contract_check(source)
        if p.status is CheckStatus.FAILED
    }
    assert check in failed
    assert all(th and en for th, en in failed[check])


async def test_status_500_fails_the_check_that_receives_it(source: SandboxSource) -> None:
    source.set_faults("500")
    results = await run_contract_check(source)
    assert results[-1].status is CheckStatus.FAILED
    assert "HTTP 500" in results[-1].violations[0][1]


async def test_data_without_a_token_is_reported_as_a_violation(source: SandboxSource) -> None:
    check = ConformanceCheck(f"{source.address}/elsewhere", Anonymous(), source.limits)
    results = [result async for result in check.run_checks()]
    assert results[0].violations == (("ตอบข้อมูลโดยไม่ต้องมีโทเค็น", "it returns data without a token"),)
    assert results[-1].status is CheckStatus.FAILED
