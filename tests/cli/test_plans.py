"""Tests `hub plan`: template, import and export of plans."""

import json
from pathlib import Path

from hub.sandbox.plans import generate_plans
from hub.services.plans.render_plan_json import render_plan
from tests.cli.conftest import RunCommand, expect_failure, expect_success


def test_plan_goes_in_as_json_out_as_workbook_and_in_again(hub: RunCommand, tmp_path: Path) -> None:
    source, workbook = tmp_path / "plan.json", tmp_path / "plan.xlsx"
    plan = next(generate_plans(1))
    source.write_text(json.dumps(render_plan(plan), ensure_ascii=False), "utf-8")
    checked = expect_success(hub("plan", "import", "--check", str(source)))
    assert "nothing was stored" in checked
    stored = json.loads(expect_success(hub("plan", "import", "--json", str(source))))
    assert stored["version"].endswith("-v1")
    expect_success(hub("plan", "export", stored["version"], str(workbook)))
    again = json.loads(expect_success(hub("plan", "import", "--json", str(workbook))))
    assert (again["version"], again["issues"]) == (stored["version"][:-1] + "2", [])
    expect_failure(hub("plan", "export", "no-such-version", str(workbook)), 1, "no plan version")


def test_template_is_written_and_names_what_is_missing(hub: RunCommand, tmp_path: Path) -> None:
    workbook = tmp_path / "template.xlsx"
    expect_success(hub("plan", "template", "--kind", "CLUSTER_DEVELOPMENT", str(workbook)))
    expect_failure(hub("plan", "import", str(workbook)), 2, "owner: ")
