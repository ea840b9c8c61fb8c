"""The questions that `questions.py` measures: those of analysts, and those of the hub's pages.

Documents are read from where they are used: `tests/questions/analyst`, and the scripts of the pages
(`page_queries`). What they are about is chosen from the database: the areas, the issue, the project
and the source with the most rows.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from bench.benchmark import ROOT
from bench.growth import FISCAL_YEARS, LAST_COMPLETE
from bench.page_queries import read_page_texts

ANALYST_FOLDER = ROOT / "tests/questions/analyst"
FINDINGS_QUERY = "{ findings(first: 20) { nodes { summary { th } projects { totalCount } } } }"
ONE_YEAR = {"from": {"ce": LAST_COMPLETE.ce}}
ALL_YEARS = {"from": {"ce": LAST_COMPLETE.ce - FISCAL_YEARS + 2}, "to": {"ce": LAST_COMPLETE.ce}}
FOUR_YEARS = {"from": {"ce": LAST_COMPLETE.ce - 3}, "to": {"ce": LAST_COMPLETE.ce}}
YEARS = {"01": ALL_YEARS, "04": ALL_YEARS, "05": ALL_YEARS, "06": ALL_YEARS, "07": ALL_YEARS}
"""The fiscal years of the analyst questions that are about several; the others are about one."""
LARGEST_AREA = """
select a.id from area a join area_membership m on m.{place} = a.id
join project_area p on p.area_id = m.{province}
where a.level = $1 and a.valid_to is null and m.valid_to is null
group by a.id order by count(*) desc, a.id limit 1
"""
LARGEST = "select {0} from {1} where {2} $1 group by 1 order by count(*) desc, 1 limit 1"
LARGEST_ISSUE = """
select k.issue_id from linkage k join issue_revision i on i.issue_id = k.issue_id
where k.status = $1 and i.chain_id is not null
group by 1 order by count(*) desc, 1 limit 1
"""
SUBJECTS = {
    "province": (LARGEST_AREA.format(place="child_id", province="child_id"), "PROVINCE"),
    "cluster": (LARGEST_AREA.format(place="parent_id", province="child_id"), "CLUSTER"),
    "issue": (LARGEST_ISSUE, "AGREED"),
    "project": (LARGEST.format("project_id", "linkage", "visibility ="), "PUBLISHED"),
    "linkage": (LARGEST.format("id", "linkage", "visibility ="), "PUBLISHED"),
    "source": (LARGEST.format("source_id", "project", "source_id <>"), "documents"),
    "agency": (LARGEST.format("owner_id", "project", "visibility <>"), "PUBLISHED"),
}
"""The key of what a question is about: the statement and its parameter."""


@dataclass(frozen=True)
class Question:
    """A query with its variables, and whether it can be asked as of an instant."""

    name: str
    query: str
    variables: Mapping[str, Any]
    takes_as_of: bool = False
    needs_viewer: bool = False

    def variables_as_of(self, instant: str) -> dict[str, Any]:
        """Return the variables with an instant, in each input of a matrix or beside them."""
        as_of = {"asOf": {"instant": instant}}
        inputs = {
            name: {**value, **as_of}
            for name, value in self.variables.items()
            if isinstance(value, Mapping) and "fiscalYears" in value
        }
        return {**self.variables, **(inputs or as_of)}


async def fetch_subjects(pool: asyncpg.Pool) -> dict[str, str]:
    """Return the keys of what the questions are about."""
    return {
        name: await pool.fetchval(statement, value) for name, (statement, value) in SUBJECTS.items()
    }


def list_questions(subjects: Mapping[str, str]) -> Iterator[Question]:
    """Yield the ten questions of analysts, then those of the pages."""
    yield from list_analyst_questions(subjects)
    yield from list_matrix_questions(subjects)
    yield from list_place_questions(subjects)
    yield from list_work_questions(subjects)
    sources = read_page_texts("sources/queries.js")["SOURCE_FIELDS"]
    for fetched in ("true", "false"):
        query = f"{{ sources(first: 100, fetched: {fetched}) {{ nodes {{ {sources} }} }} }}"
        yield Question(f"sources: fetched {fetched}", query, {})
    query = f"query($id: ID!) {{ source(by: {{ id: $id }}) {{ {sources} note }} }}"
    yield Question("sources: one source", query, {"id": f"gid://hub/Source/{subjects['source']}"})
    yield Question("root findings", FINDINGS_QUERY, {})


def list_analyst_questions(subjects: Mapping[str, str]) -> Iterator[Question]:
    """Yield the questions of `tests/questions/analyst`, with the variables that each declares."""
    values = {
        "cluster": f"gid://hub/Area/{subjects['cluster']}",
        "province": f"gid://hub/Area/{subjects['province']}",
        "areasOn": "2020-01-01",
        "word": "ถนน",
    }
    for file in sorted(ANALYST_FOLDER.glob("*.graphql")):
        query = file.read_text("utf-8")
        years = YEARS.get(file.stem[:2], ONE_YEAR)
        declared = set(re.findall(r"\$(\w+):", query))
        variables = {name: value for name, value in values.items() if name in declared}
        yield Question(file.stem, query, {**variables, "years": years}, takes_as_of=True)


def list_matrix_questions(subjects: Mapping[str, str]) -> Iterator[Question]:
    """Yield the questions of the explorer: its pickers, matrices, one cell, and the map."""
    page = read_page_texts("queries.js")
    cluster = f"gid://hub/Area/{subjects['cluster']}"
    provinces = {"dimension": "AREA", "members": {"areaLevel": {"level": "PROVINCE"}}}
    clusters = {"dimension": "AREA", "members": {"areaLevel": {"level": "CLUSTER"}}}
    agencies, levels = {"dimension": "AGENCY"}, {"dimension": "ACTOR_LEVEL"}
    chain = {"valueChains": ["gid://hub/ValueChain/tourism-east"]}
    issue = {"issues": [f"gid://hub/StrategicIssue/{subjects['issue']}"]}
    stages, one = {"dimension": "STAGE"}, {"fiscalYears": ONE_YEAR}
    inputs: Mapping[str, dict[str, Any]] = {
        "clusters by levels": {"rows": clusters, "columns": levels, **one},
        "provinces by agencies": {"rows": provinces, "columns": agencies, **one},
        "provinces by agencies, four years": {
            "rows": provinces, "columns": agencies, "fiscalYears": FOUR_YEARS
        },
        "levels by funding": {"rows": levels, "columns": {"dimension": "FUNDING"}, **one},
        "issues of a cluster": {
            "rows": {"dimension": "ISSUE"}, "columns": levels, "filter": {"areas": [cluster]}, **one
        },
        "stages of a chain": {"rows": levels, "columns": stages, "filter": chain, **one},
        "stages of an issue": {"rows": levels, "columns": stages, "filter": issue, **one},
        "linkage status": {
            "rows": provinces, "columns": {"dimension": "LINKAGE_STATUS"}, **one
        },
    }  # fmt: skip
    for name, matrix_input in inputs.items():
        variables = {"input": matrix_input, "phase": "APPROPRIATED"}
        yield Question(f"matrix: {name}", page["MATRIX_QUERY"], variables, takes_as_of=True)
    window = {"rowFrom": 8, "rowTo": 8, "columnFrom": 5, "columnTo": 5}
    for name, text, variables in (
        ("one cell", "cellQuery", {"phase": "APPROPRIATED", "window": window}),
        ("assumptions", "assumptionsQuery", {}),
    ):
        # The page has the key of the matrix; its input is the same question, and can have an asOf.
        query = re.sub(r"savedMatrix\(key: .*?\)\}\)", "matrix(input: $input)", page[text], count=1)
        if variables:
            query = query.replace("query Cell(", "query Cell($input: MatrixInput!, ")
        else:
            query = query.replace("query Assumptions", "query Assumptions($input: MatrixInput!)")
        all_variables = {"input": inputs["provinces by agencies"], **variables}
        yield Question(f"matrix: {name}", query, all_variables, takes_as_of=True)
    pickers = {
        "on": "2024-10-01", "area": subjects["cluster"], "hasArea": True, **one,
        "issue": issue["issues"][0], "hasIssue": True,
    }  # fmt: skip
    yield Question("matrix: pickers", page["PICKER_QUERY"], pickers)
    yield Question("matrix: map", page["MAP_QUERY"], {"on": "2024-10-01"})


def list_place_questions(subjects: Mapping[str, str]) -> Iterator[Question]:
    """Yield the questions of the pages of an area, an issue and a project."""
    page = read_page_texts("places/queries.js")
    for level in ("province", "cluster"):
        yield Question(f"places: a {level}", page["AREA_QUERY"], {"code": subjects[level]})
    issue = f"gid://hub/StrategicIssue/{subjects['issue']}"
    yield Question("places: an issue", page["ISSUE_QUERY"], {"id": issue})
    project = f"gid://hub/Project/{subjects['project']}"
    yield Question("places: a project", page["PROJECT_QUERY"], {"id": project})
    gaps = {
        "rows": {"dimension": "ACTOR_LEVEL"},
        "columns": {"dimension": "STAGE"},
        "filter": {"issues": [issue]},
        "fiscalYears": FOUR_YEARS,
    }
    query = f"query Gaps($m0: MatrixInput!) {{ m0: matrix(input: $m0) {page['GAP_FIELDS']} }}"
    yield Question("places: gaps of an issue", query, {"m0": gaps}, takes_as_of=True)


def list_work_questions(subjects: Mapping[str, str]) -> Iterator[Question]:
    """Yield the questions of the page of work."""
    page = read_page_texts("work/queries.js")
    viewed = {"needs_viewer": True}
    yield Question("work: viewer", page["VIEWER_QUERY"], {}, **viewed)
    tasks = {"kind": None, "first": 50, "after": None}
    yield Question("work: tasks", page["TASKS_QUERY"], tasks, **viewed)
    linkage = {"id": f"gid://hub/Linkage/{subjects['linkage']}"}
    yield Question("work: a linkage", page["linkageQuery"], linkage)
    agency = {"agency": f"gid://hub/Agency/{subjects['agency']}"}
    yield Question("work: own unlinked projects", page["OWN_UNLINKED_QUERY"], agency, **viewed)
    query = (
        "query Suggestions($s0: SuggestFor!) "
        f"{{ s0: linkageSuggestions(for: $s0, first: 20) {page['SUGGESTION_FIELDS']} }}"
    )
    area = {"s0": {"area": f"gid://hub/Area/{subjects['cluster']}"}}
    yield Question("work: suggestions of a cluster", query, area, **viewed)
