"""Sends every curl example of the docs to a hub and compares the response with the printed one."""

import json
import re
import shutil
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from tests.docs.conftest import ServedHub
from tests.docs.documents import (
    DOCUMENTS,
    HOWTO,
    PRINTED_ADDRESS,
    README,
    ROOT,
    Block,
    curl_examples,
    find_difference,
    parse_blocks,
)

CURL_EXAMPLES = [pair for path in [README, *HOWTO] for pair in curl_examples(path)]
MAKE_TARGET = re.compile(r"\bmake ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)*)")
INLINE_CODE = re.compile(r"`([^`\n]+)`")


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl: install it")
@pytest.mark.parametrize(("question", "answer"), CURL_EXAMPLES, ids=lambda b: str(b) if b else "")
def test_curl_example_gets_its_printed_answer(
    served_hub: ServedHub, question: Block, answer: Block | None
) -> None:
    assert PRINTED_ADDRESS in question.text
    completed = subprocess.run(
        ["/bin/sh", "-c", question.text.replace(PRINTED_ADDRESS, served_hub.address)],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert completed.returncode == 0, completed.stderr
    response = json.loads(completed.stdout)
    if answer is None or "errors" not in answer.text:
        assert "errors" not in response, response
        assert all(value is not None for value in response["data"].values()), response
    if answer is not None:
        if '"cost"' not in answer.text:
            del response["extensions"]  # every response has its cost; the docs print it once
        assert find_difference(json.loads(answer.text), response) is None


def test_officers_page_shows_the_project_counts_of_the_eastern_provinces(
    served_hub: ServedHub,
) -> None:
    question = """{ matrix(input: {
        rows: { dimension: AREA }, columns: { dimension: ACTOR_LEVEL }
        filter: { valueChains: ["gid://hub/ValueChain/tourism-east"]
                  areas: ["gid://hub/Area/C2552-09"] }
        fiscalYears: { from: { be: 2554 }, to: { be: 2554 } }
    }) { rows { headers { label { en } total { projectCount } } } } }"""
    address = f"{served_hub.address}/graphql?{urllib.parse.urlencode({'query': question})}"
    with urllib.request.urlopen(address, timeout=30) as answer:
        headers = json.load(answer)["data"]["matrix"]["rows"]["headers"]
    counts = {header["label"]["en"]: header["total"]["projectCount"] for header in headers}
    assert counts == {
        "Chanthaburi": 1,
        "Chon Buri": 2,
        "Trat": 1,
        "Rayong": 0,
        "Area not stated": 11,
    }
    page = (ROOT / "docs" / "howto" / "read-a-matrix.md").read_text("utf-8")
    assert "2 are in Chon Buri, 1 in Chanthaburi, 1 in Trat and 11 are unassigned" in page
    assert "อยู่ชลบุรี 2\nจันทบุรี 1 ตราด 1 และไม่ระบุ 11" in page


def test_readme_shows_the_eastern_tourism_matrix_with_its_answer() -> None:
    first, answer = curl_examples(README)[0]
    assert "gid://hub/ValueChain/tourism-east" in first.text
    assert answer is not None


@pytest.mark.parametrize("path", ["/", "/query", "/sources", "/healthz", "/readyz"])
def test_address_named_in_the_readme_answers_200(served_hub: ServedHub, path: str) -> None:
    assert f"{PRINTED_ADDRESS}{path}" in README.read_text("utf-8")
    with urllib.request.urlopen(served_hub.address + path, timeout=10) as answer:
        assert answer.status == 200


def list_make_targets(path: Path) -> set[str]:
    """Return the make targets that a document names, in blocks and in inline code."""
    code = [block.text for block in parse_blocks(path) if block.language == "sh"]
    code += INLINE_CODE.findall(path.read_text("utf-8"))
    return {
        target for piece in code for names in MAKE_TARGET.findall(piece) for target in names.split()
    }


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_make_target_named_in_a_document_exists(path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    existing = {
        name
        for names in re.findall(r"^([a-z][a-z -]*):(?!=)", makefile, re.MULTILINE)
        for name in names.split()
    }
    assert list_make_targets(path) <= existing


def test_readme_names_make_run_and_make_test_and_is_under_150_lines() -> None:
    text = README.read_text("utf-8")
    assert {"run", "test"} <= list_make_targets(README)
    assert text.count("\n") < 150


def list_local_links(path: Path) -> set[str]:
    """Return the link targets of a document inside the repository."""
    found = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
    return {link for link in found if "://" not in link}


@pytest.mark.parametrize(
    "path",
    [
        *DOCUMENTS,
        *sorted((ROOT / "docs").glob("*.md")),
        *sorted((ROOT / "docs/decisions").glob("*")),
    ],
    ids=lambda path: path.name,
)
def test_link_in_a_document_resolves(path: Path) -> None:
    assert {link for link in list_local_links(path) if not (path.parent / link).exists()} == set()
