"""Every question printed in the papers is asked of a served hub, and answers what is printed."""

import json
import re
import shutil
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from tests.docs.conftest import Served
from tests.docs.papers import ADDRESS, HOWTO, PAPERS, README, ROOT, Block, asked, blocks, differs

QUESTIONS = [pair for path in [README, *HOWTO] for pair in asked(path)]
TARGET = re.compile(r"\bmake ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)*)")
CODE = re.compile(r"`([^`\n]+)`")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on this machine")
@pytest.mark.parametrize(("question", "answer"), QUESTIONS, ids=lambda b: str(b) if b else "")
def test_a_printed_question_is_answered_as_printed(
    served: Served, question: Block, answer: Block | None
) -> None:
    assert ADDRESS in question.text
    done = subprocess.run(
        ["/bin/sh", "-c", question.text.replace(ADDRESS, served.address)],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    came = json.loads(done.stdout)
    if answer is None or "errors" not in answer.text:
        assert "errors" not in came, came
        assert all(value is not None for value in came["data"].values()), came
    if answer is not None:
        if '"cost"' not in answer.text:
            del came["extensions"]  # every answer says what it cost; the papers print it once
        assert differs(json.loads(answer.text), came) is None


def test_the_officers_page_tells_where_the_projects_of_the_east_really_stand(
    served: Served,
) -> None:
    question = """{ matrix(input: {
        rows: { dimension: AREA }, columns: { dimension: ACTOR_LEVEL }
        filter: { valueChains: ["gid://hub/ValueChain/tourism-east"]
                  areas: ["gid://hub/Area/C2552-09"] }
        fiscalYears: { from: { be: 2554 }, to: { be: 2554 } }
    }) { rows { headers { label { en } total { projectCount } } } } }"""
    address = f"{served.address}/graphql?{urllib.parse.urlencode({'query': question})}"
    with urllib.request.urlopen(address, timeout=30) as answer:
        headers = json.load(answer)["data"]["matrix"]["rows"]["headers"]
    stand = {header["label"]["en"]: header["total"]["projectCount"] for header in headers}
    assert stand == {"Chanthaburi": 1, "Chon Buri": 2, "Trat": 1, "Rayong": 0, "Unassigned": 11}
    page = (ROOT / "docs" / "howto" / "read-a-matrix.md").read_text("utf-8")
    assert "2 stand in Chon Buri, 1 in Chanthaburi, 1 in Trat and 11 are unassigned" in page
    assert "อยู่ชลบุรี 2\nจันทบุรี 1 ตราด 1 และไม่ระบุ 11" in page


def test_the_readme_shows_the_eastern_tourism_matrix_with_its_answer() -> None:
    first, answer = asked(README)[0]
    assert "gid://hub/ValueChain/tourism-east" in first.text
    assert answer is not None


@pytest.mark.parametrize("path", ["/", "/query", "/sources", "/healthz", "/readyz"])
def test_an_address_the_readme_names_answers(served: Served, path: str) -> None:
    assert f"{ADDRESS}{path}" in README.read_text("utf-8")
    with urllib.request.urlopen(served.address + path, timeout=10) as answer:
        assert answer.status == 200


def spoken_targets(path: Path) -> set[str]:
    """The targets of make that a paper tells people to use, in blocks and in running text."""
    code = [block.text for block in blocks(path) if block.language == "sh"]
    code += CODE.findall(path.read_text("utf-8"))
    return {target for piece in code for words in TARGET.findall(piece) for target in words.split()}


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.name)
def test_a_make_target_named_in_a_paper_exists(path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    known = {
        name
        for names in re.findall(r"^([a-z][a-z -]*):(?!=)", makefile, re.MULTILINE)
        for name in names.split()
    }
    assert spoken_targets(path) <= known


def test_the_readme_needs_two_commands_and_fits_on_three_screens() -> None:
    text = README.read_text("utf-8")
    assert {"run", "test"} <= spoken_targets(README)
    assert text.count("\n") < 150


def links(path: Path) -> set[str]:
    """Where a paper points to inside the repository."""
    found = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
    return {link for link in found if "://" not in link}


@pytest.mark.parametrize(
    "path",
    [*PAPERS, *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs/decisions").glob("*"))],
    ids=lambda path: path.name,
)
def test_a_link_in_a_paper_leads_somewhere(path: Path) -> None:
    assert {link for link in links(path) if not (path.parent / link).exists()} == set()
