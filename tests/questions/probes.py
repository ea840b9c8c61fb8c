"""Queries that could reveal a draft: every root field, the fields below it, filters, orders, pages
and errors.

They are generated from the published schema, so a new field is included automatically.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from hub.domain.matrix.key import encode_matrix_key
from hub.domain.matrix.question import AxisQuestion, DimensionKind, MatrixFilter, MatrixQuestion
from hub.domain.paging import encode_cursor
from hub.domain.time import FiscalYear, FiscalYearRange
from tests.questions.planted_drafts import CHAIN, MARK, MINISTERIAL, PROVINCIAL, SOURCE

ROOT: Final = Path(__file__).parents[2]
QUESTIONS: Final = sorted(Path(__file__).parent.glob("*.graphql"))
MARKS: Final = (MINISTERIAL.mark, PROVINCIAL.mark)
YEARS: Final = "fiscalYears: {from: {ce: 2010}, to: {ce: 2012}}"
SECRET_IDS: Final = [
    f"gid://hub/{kind}/{key}"
    for m in MARKS
    for kind, key in (
        ("Project", m),
        ("Project", f"{m}-again"),
        ("Linkage", f"{m}-link"),
        ("Linkage", f"{m}-link-open"),
        ("Plan", f"{m}-plan"),
        ("PlanVersion", f"{m}-v"),
        ("StrategicIssue", f"{m}-issue"),
        ("WorkRequest", f"{m}-request"),
        ("LinkageSuggestion", f'["{m}","s42-east-1","{CHAIN}.attractions"]'),
        ("Task", f"LINKAGE_DECIDE:FUNCTION:{m}-link-waiting"),
        ("Task", f"LINKAGE_DECIDE:AREA:{m}-link-waiting"),
    )
]
FILTERS: Final = [
    "",
    f'text: "{MARK}"',
    f'text: "{MARKS[0]}"',
    'text: "hidden"',
    'text: "%"',
    'agencies: ["gid://hub/Agency/department:05003", "gid://hub/Agency/province:20"]',
    'agencies: ["gid://hub/Agency/ministry:05"], agencyRole: HOLDER',
    "funding: [LOAN]",
    "linkageStatus: [DISPUTED]",
    "linked: true",
    "linked: false",
    'issues: ["gid://hub/StrategicIssue/s42-east-1"]',
    f'issues: ["gid://hub/StrategicIssue/{MARKS[0]}-issue"]',
    'areas: ["gid://hub/Area/21"]',
    'areas: ["gid://hub/Area/20"], areaRole: HELD_BY',
    "actorLevels: [MINISTRY]",
    f'valueChains: ["gid://hub/ValueChain/{CHAIN}"]',
]
ORDERS: Final = ["NAME", "AMOUNT", "AMOUNT, phase: REQUESTED", "UPDATED_AT", "CODE"]
TYPE_PATTERN: Final = re.compile(r"gid://hub/(\w+)/")
AXES: Final = [
    ("ACTOR_LEVEL", "STAGE", f'valueChains: ["gid://hub/ValueChain/{CHAIN}"]'),
    ("AREA", "AGENCY", ""),
    ("FUNDING", "FISCAL_YEAR", ""),
    ("ISSUE", "LINKAGE_STATUS", 'areas: ["gid://hub/Area/C2552-09"]'),
    ("ACTOR_LEVEL", "FISCAL_YEAR", ""),
]
EAST_MATRIX: Final = MatrixQuestion(
    AxisQuestion(DimensionKind.ACTOR_LEVEL),
    AxisQuestion(DimensionKind.STAGE),
    FiscalYearRange(FiscalYear(2010), FiscalYear(2012)),
    MatrixFilter(chains=(CHAIN,)),
)
MATRIX_FIELDS: Final = """
  key asOf
  rows { truncated headers { key label { th } total {
    projectCount budget { amount } sumOfCells { amount } states { state cells }
    rate(of: APPROPRIATED) { percent } yearOnYear(fiscalYear: {ce: 2011}) { percent
      numerator { amount { amount } } denominator { amount { amount } } } } } }
  columns { truncated headers { key label { th } total { projectCount budget { amount } } } }
  cells { id state projectCount hiddenProjects budget { amount } linkageCount
    stateReasons { code text { th en } weight }
    freshness { status oldestRetrievedAt reportingAgencies expectedAgencies } }
  total { projectCount additive budget { amount } contributions(first: 100) {
    totalCount nodes { treatment counted { amount } project { id } linkage { id }
      line { amount { amount } } } } }
  sources { source { id } status asOf failed message { th } }
  notices { code path text { th } }
"""
CELL_FIELDS: Final = """ cells(window: {rowFrom: 0, rowTo: 1, columnFrom: 0, columnTo: 5}) {
  projects(first: 5) { totalCount nodes { id code name { th } sameAs { id } parent { id } } }
  contributions(first: 5) { totalCount nodes { treatment line { provenance {
    retrievedAt record { url payloadHash } } } } } } """


def load_contract() -> GraphQLSchema:
    """Return the published schema, with the directives on its fields."""
    return build_schema((ROOT / "schema" / "schema.graphql").read_text("utf-8"))


def is_public(field: GraphQLField) -> bool:
    """Return whether a field needs no scope: fields that need one are rejected before resolving."""
    directives = (field.ast_node.directives if field.ast_node else None) or ()
    return all(directive.name.value != "requiresScopes" for directive in directives)


def select_fields(graphql_type: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
    """Return a selection of all fields that need no argument, down to a depth of records."""
    parts = ["__typename"]
    for name, field in graphql_type.fields.items():
        if name == "edges" or not is_public(field):
            continue
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        field_type = get_named_type(field.type)
        if is_leaf_type(field_type):
            parts.append(name)
            continue
        assert isinstance(field_type, GraphQLObjectType | GraphQLInterfaceType)
        is_paged = "first" in field.args
        is_wrapper = (
            not isinstance(field_type, GraphQLInterfaceType) and "id" not in field_type.fields
        )
        if depth > 0 or is_wrapper:
            inner = select_fields(field_type, depth - (0 if is_wrapper else 1))
            parts.append(f"{name}{'(first: 3)' if is_paged else ''} {{ {inner} }}")
    return " ".join(dict.fromkeys(parts))


def group_ids_by_type() -> dict[str, list[str]]:
    """Return the secret ids by type: one query cannot select the fields of several types."""
    found: dict[str, list[str]] = {}
    for key in SECRET_IDS:
        found.setdefault(TYPE_PATTERN.findall(key)[0], []).append(key)
    return found


def build_arguments() -> dict[str, list[str]]:
    """Return the arguments of each root field; a test fails if a field is missing here."""
    east, roi_et = "gid://hub/Plan/plan-C2552-09-2553", "gid://hub/Plan/plan-45-2553"
    return {
        "node": [f"id: {json.dumps(key)}" for key in [*SECRET_IDS, f"gid://hub/Source/{SOURCE}"]],
        "nodes": [f"ids: {json.dumps(ids)}" for ids in group_ids_by_type().values()],
        "viewer": [],
        "area": ['by: {code: "21"}', 'by: {code: "45"}'],
        "areas": ['level: PROVINCE, under: "gid://hub/Area/C2560-08"'],
        "agency": ['by: {id: "gid://hub/Agency/department:05003"}'],
        "agencies": ["level: CLUSTER, first: 5"],
        "plan": [f'id: "{key}"' for key in (east, roi_et, f"gid://hub/Plan/{MARKS[0]}-plan")],
        "plans": [
            "",
            'area: "gid://hub/Area/C2552-09"',
            'agency: "gid://hub/Agency/department:05003"',
            "fiscalYears: {from: {ce: 2011}}",
        ],
        "planDiff": [
            *(
                f'by: {{versions: {{from: "gid://hub/PlanVersion/{m}-v", '
                f'to: "gid://hub/PlanVersion/{m}-plan-v"}}}}'
                for m in MARKS
            ),
            (
                'by: {years: {owner: "gid://hub/Area/C2552-09", kind: CLUSTER_DEVELOPMENT, '
                "from: {ce: 2010}, to: {ce: 2012}}}"
            ),
        ],
        "issue": [
            f'id: "gid://hub/StrategicIssue/{key}"' for key in ("s42-east-1", f"{MARKS[0]}-issue")
        ],
        "issues": [
            'area: "gid://hub/Area/C2552-09"',
            f'theme: "{MARKS[0]}"',
            "maxRank: 1, first: 50",
        ],
        "valueChain": [f'by: {{id: "gid://hub/ValueChain/{CHAIN}"}}'],
        "project": [
            *(f'by: {{code: "{m}"}}' for m in MARKS),
            *(f'by: {{external: {{scheme: "emenscr", value: "ext-{m}"}}}}' for m in MARKS),
            *(f'by: {{external: {{scheme: "{SOURCE}", value: "{m}"}}}}' for m in MARKS),
            *(f'by: {{external: {{scheme: "{SOURCE}", value: "{m}-again"}}}}' for m in MARKS),
            'by: {code: "open-2010"}',
            'by: {external: {scheme: "emenscr", value: "shared"}}',
            'by: {code: "s37-01"}',
            'by: {code: "s37-13"}',
            f'by: {{code: "s37-13"}}, asOf: {{planVersion: "gid://hub/PlanVersion/{MARKS[0]}-v"}}',
        ],
        "projects": [f"filter: {{{one}}}, {YEARS}" for one in FILTERS]
        + ["first: 100"]
        + [f"first: 3, orderBy: {{by: {by}, direction: DESC}}" for by in ORDERS],
        "workRequests": ["", 'area: "gid://hub/Area/21"', "status: [OPEN], first: 50"],
        "linkageSuggestions": [
            *(f'for: {{project: "gid://hub/Project/{m}"}}' for m in MARKS),
            *(f'for: {{issue: "gid://hub/StrategicIssue/{m}-issue"}}' for m in MARKS),
            'for: {issue: "gid://hub/StrategicIssue/s42-east-1"}',
            'for: {project: "gid://hub/Project/open-2010"}',
            'for: {area: "gid://hub/Area/C2552-09"}, first: 100',
            'for: {area: "gid://hub/Area/21"}, first: 100',
        ],
        "linkages": [f"filter: {{{one}}}" for one in FILTERS] + ["first: 100"],
        "linkageChanges": ["first: 100", f"filter: {{{FILTERS[1]}}}"],
        "changes": [
            "topics: [LINKAGE, PROJECT], first: 100",
            "topics: [PLAN_VERSION, WORK_REQUEST], first: 100",
            "topics: [FINDING, SOURCE_RUN, AGREEMENT, COMMITMENT], first: 100",
            'area: "gid://hub/Area/20", first: 50',
        ],
        "webhooks": [],  # contain no data; tests/web/graphql/test_webhook_commands.py tests rights
        "findings": [
            "",
            "kind: [DOUBLE_COUNT], first: 1",
            "status: [OPEN, DISMISSED, SETTLED, CLOSED], first: 100",
        ],
        "savedMatrix": ['key: "no-key"', f'key: "{encode_matrix_key(EAST_MATRIX)}"'],
        # No data of agencies or drafts; imports are the sender's (tests/web/test_import_files.py).
        **{key: [] for key in ("rules", "issueCounts", "planGrades", "planningRound", "matrix")},
        **{key: [] for key in ("importJob", "importJobs", "importTemplates", "accessLog")},
        # Seen by who takes part: tests/web/graphql/test_sessions.py and test_session_files.py
        **{key: [] for key in ("session", "sessionBrief", "proposalPreview", "sessions")},
        **{key: ["first: 50"] for key in ("agreements", "commitments")},
        "agreedFacts": [f'subject: "gid://hub/Project/{m}"' for m in MARKS],
        "source": [f'by: {{code: "{SOURCE}"}}'],
        **{key: [""] for key in ("sources", "valueChains")},
    }


def build_matrix_queries() -> Iterator[str]:
    """Yield matrix queries: several axes with no filter, the first axes with every filter."""
    for rows, columns, axis_filter in AXES:
        is_first_axes = (rows, columns) == AXES[0][:2]
        for extra_filter in FILTERS if is_first_axes else FILTERS[:1]:
            combined_filter = ", ".join(
                filter(None, (axis_filter if axis_filter not in extra_filter else "", extra_filter))
            )
            for order, parts in (("", MATRIX_FIELDS), (", orderBy: BUDGET_DESC", CELL_FIELDS)):
                yield (
                    f"{{ matrix(input: {{rows: {{dimension: {rows}{order}, limit: 8}}, "
                    f"columns: {{dimension: {columns}, limit: 8}}, "
                    f"filter: {{{combined_filter}}}, {YEARS}}}) "
                    f"{{ {parts} }} }}"
                )


def build_page_queries() -> Iterator[str]:
    """Yield queries for short pages, with forged cursors just before and after a secret."""
    for m in MARKS:
        for key in (["ก", ""], [f"ก{m}", m], [f"ก{m}", "zz"], ["ข", ""]):
            cursor = encode_cursor(tuple(key))
            yield f'{{ projects(first: 2, after: "{cursor}") {{ {PAGE_FIELDS} }} }}'
        cursor = encode_cursor((f"{m}-link",))
        yield f'{{ linkages(first: 2, after: "{cursor}") {{ {PAGE_FIELDS} }} }}'


def build_task_queries() -> Iterator[str]:
    """Yield queries for tasks: all of them, by area, and after forged cursors."""
    fields = "id title { th en } subject { id } area { code } requestedBy { id } createdAt"
    cursor = encode_cursor((2**31 - 1, 0, ""))
    for arguments in ("first: 100", 'area: "gid://hub/Area/C2552-09"', f'after: "{cursor}"'):
        yield (
            "{ viewer { taskCounts { kind count overdue } "
            f"tasks({arguments}) {{ totalCount nodes {{ {fields} }} }} }} }}"
        )


PAGE_FIELDS: Final = "totalCount pageInfo { hasNextPage endCursor } nodes { id }"


@cache
def build_probes() -> list[str]:
    """Return every query that could reveal a draft, the example questions first."""
    schema = load_contract()
    assert schema.query_type
    found = [question.read_text("utf-8") for question in QUESTIONS]
    for name, variants in build_arguments().items():
        graphql_type = get_named_type(schema.query_type.fields[name].type)
        for one in variants:
            if isinstance(graphql_type, GraphQLInterfaceType):
                selection = " ".join(
                    f"... on {type_name} {{ {select_fields(schema.get_type(type_name), 0)} }}"  # type: ignore[arg-type]
                    for type_name in sorted(set(TYPE_PATTERN.findall(one)))
                    if type_name in schema.type_map
                )
            else:
                assert isinstance(graphql_type, GraphQLObjectType)
                selection = select_fields(
                    graphql_type, 0 if graphql_type.name in {"Matrix", "Area"} else 1
                )
            found.append(f"{{ {name}{f'({one})' if one else ''} {{ {selection} }} }}")
    return [*found, *build_matrix_queries(), *build_page_queries(), *build_task_queries()]
