"""`hub matrix explain`: how the hub counts a matrix, and what PostgreSQL does for it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from hub.cli.bilingual import Group
from hub.cli.console import in_database, json_option, option, print_json
from hub.cli.plan_lines import format_plan
from hub.errors import Invalid

if TYPE_CHECKING:
    from hub.bootstrap.explain_matrix import Explanation
    from hub.store.database import Database
    from hub.store.explain import ExplainedStatement, MatrixPart, RollupState

PART_NAMES: Final = {
    "FIGURES": "ตัวเลขของทุกช่องและยอดรวม · Figures of all cells and totals",
    "CONTRIBUTIONS": "รายการที่ประกอบเป็นตัวเลข · The lines that make up figures",
    "PROJECTS": "โครงการในช่อง · The projects in cells",
}


@click.group(cls=Group, help="อธิบายการนับเมทริกซ์ · Explain how matrices are counted")
def matrix() -> None:
    """Group the commands of matrices."""


@matrix.command(
    "explain",
    help="แสดงว่าเมทริกซ์นับจากตารางสรุปหรือตารางข้อเท็จจริง เพราะอะไร พร้อม SQL แผนของ PostgreSQL "
    "และแถวที่อ่าน ไม่แสดงคำตอบ · Show whether a matrix is counted from the rollup or the tables of "
    "facts, and why, with the SQL, PostgreSQL's plans and the rows read; not the answer",
)
@click.argument(
    "question",
    metavar="FILE|KEY",
    help="ไฟล์ GraphQL หรือคีย์ของเมทริกซ์ · A file with a GraphQL query, or the key of a matrix",
)
@option(
    "--variables",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="ตัวแปรของคำถาม (JSON) · The variables of the query (JSON)",
)
@option(
    "--operation",
    metavar="NAME",
    help="ชื่อ operation ถ้าไฟล์มีหลายรายการ · The operation, if the file has several",
)
@option(
    "--as",
    "agency",
    metavar="AGENCY",
    help="ถามแทนหน่วยงาน ถ้าไม่ระบุคือผู้ไม่ลงชื่อเข้าใช้ · Ask as an agency; without it nobody is signed in",
)
@option(
    "--analyze",
    is_flag=True,
    show_default=False,
    help="รันแต่ละคำสั่งอีกครั้งเพื่อนับแถว บัฟเฟอร์ และเวลาจริง · "
    "Execute each statement once more to count rows, buffers and time",
)
@json_option
def explain(
    question: str,
    variables: Path | None,
    operation: str | None,
    agency: str | None,
    analyze: bool,
    as_json: bool,
) -> None:
    """Explain the matrices of a query or a key; nothing is written."""
    from datetime import UTC, datetime

    from hub.bootstrap.explain_matrix import explain_document
    from hub.domain.identity.viewer import ANONYMOUS, Viewer
    from hub.services.identity.agencies import resolve_agency
    from hub.settings import Settings

    text, values = read_question(question, variables)
    settings = Settings.from_environment()

    async def _run(database: "Database") -> "Explanation":
        viewer = ANONYMOUS
        if agency is not None:
            viewer = Viewer("operator", await resolve_agency(database, agency))
        return await explain_document(
            settings,
            database,
            text,
            viewer,
            datetime.now(UTC),
            variables=values,
            operation_name=operation,
            analyze=analyze,
        )

    found = in_database(_run, settings)
    if as_json:
        print_json(
            {
                "analyzed": analyze,
                "notedProjects": found.rollup.noted,
                "liveProjects": found.rollup.live,
                "parts": [describe_part(part) for part in found.parts],
                "otherStatements": [describe_statement(one) for one in found.others],
            }
        )
        return
    for number, part in enumerate(found.parts, start=1):
        click.echo(f"{number}. {PART_NAMES[part.kind.value]}")
        for line in format_part(part, found.rollup, analyze=analyze):
            click.echo(f"   {line}")
        click.echo()
    rows = sum(sum(one.rows.values()) for one in found.others)
    click.echo(
        f"คำสั่งอื่นของคำขอ {len(found.others)} คำสั่ง (แกน ตัวกรอง แหล่งข้อมูล) "
        f"{count_label(rows, 'th', analyze)} ดูได้ด้วย --json "
        f"· {len(found.others)} other statements of the request "
        f"(axes, filter, sources), {count_label(rows, 'en', analyze)}; --json shows them"
    )


def read_question(question: str, variables: Path | None) -> tuple[str, Mapping[str, Any]]:
    """Return the document and variables of a file or of a matrix key; `Invalid` names the fault."""
    from hub.bootstrap.explain_matrix import DOCUMENT_OF_KEY
    from hub.domain.matrix.key import decode_matrix_key

    try:
        decode_matrix_key(question, "FILE|KEY")
    except Invalid as no_key:
        text = read_text(question)
        if text is None:
            raise Invalid(
                "FILE|KEY",
                f"ไม่มีไฟล์ {question[:80]} และไม่ใช่คีย์ของเมทริกซ์ที่ครบถ้วน",
                f"there is no file {question[:80]}, and it is not a complete matrix key",
            ) from no_key
        return text, read_variables(variables)
    if variables is not None:
        raise Invalid(
            "--variables", "ใช้กับไฟล์เท่านั้น คีย์ไม่มีตัวแปร", "is for files only; a key has no variables"
        )
    return DOCUMENT_OF_KEY, {"key": question}


def read_text(path: str | Path) -> str | None:
    """Return the text of a file in UTF-8; null when there is no such file."""
    try:
        return Path(path).read_text("utf-8")
    except UnicodeDecodeError as odd:
        raise Invalid(str(path), "ต้องเป็นข้อความ UTF-8", "must be text in UTF-8") from odd
    except (OSError, ValueError):
        return None


def read_variables(file: Path | None) -> Mapping[str, Any]:
    """Return the variables of a JSON file; `Invalid` when it is missing or not an object."""
    if file is None:
        return {}
    text = read_text(file)
    if text is None:
        raise Invalid("--variables", f"ไม่มีไฟล์ {file}", f"there is no file {file}")
    try:
        values = json.loads(text)
    except ValueError as odd:
        raise Invalid("--variables", f"ไม่ใช่ JSON: {odd}", f"is not JSON: {odd}") from odd
    if not isinstance(values, dict):
        raise Invalid("--variables", "ต้องเป็นออบเจกต์ JSON", "must be a JSON object")
    return values


def describe_part(part: "MatrixPart") -> dict[str, Any]:
    """Return a part of a matrix as JSON."""
    plan = part.plan
    return {
        "part": part.kind.value,
        "servedBy": "ROLLUP" if plan is not None and plan.by_rollup else "FACTS",
        "reasons": [{"th": r.th, "en": r.en} for r in plan.reasons] if plan else [],
        "hiddenServedBy": None
        if plan is None or not plan.counts_hidden
        else ("ROLLUP" if plan.hidden_by_rollup else "FACTS"),
        "readsDrafts": plan is not None and plan.reads_drafts,
        "statements": [describe_statement(one) for one in part.statements],
    }


def describe_statement(statement: "ExplainedStatement") -> dict[str, Any]:
    """Return a statement as JSON."""
    return {"sql": statement.sql, "rowsRead": dict(statement.rows), "plan": statement.plan}


def format_part(part: "MatrixPart", rollup: "RollupState", *, analyze: bool) -> Iterator[str]:
    """Yield the lines of a part: who serves it and why, rows read, then SQL and plans."""
    yield from format_decision(part, rollup)
    yield format_rows([one for one in part.statements if one.rows], analyze=analyze)
    for statement in part.statements:
        yield ""
        yield from statement.sql.splitlines()
        yield ""
        yield from format_plan(statement.plan)


def format_decision(part: "MatrixPart", rollup: "RollupState") -> Iterator[str]:
    """Yield whether the rollup or the facts serve a part, why, and what the facts add."""
    plan = part.plan
    if plan is None:
        yield "จากตารางข้อเท็จจริง: ตารางสรุปไม่มีรายการ · From the facts: the rollup has no single lines"
        return
    if plan.by_rollup:
        yield "จากตารางสรุป (rollup) · From the rollup"
        yield (
            f"และนับ {rollup.live:,} โครงการจากตารางข้อเท็จจริง ในจำนวนนี้ "
            f"{rollup.noted:,} โครงการเขียนหลังสรุปล่าสุด · and {rollup.live:,} projects from the "
            f"facts, of which {rollup.noted:,} were written since the last compaction"
        )
        if plan.reads_drafts:
            yield (
                "และร่างที่หน่วยงานเห็น จากตารางข้อเท็จจริง "
                "· and the drafts that the agency may see from the facts"
            )
    for reason in plan.reasons:
        yield f"จากตารางข้อเท็จจริง: {reason.th} · From the facts: {reason.en}"
    if plan.counts_hidden:
        th, en = (
            ("ตารางสรุป", "the rollup") if plan.hidden_by_rollup else ("ตารางข้อเท็จจริง", "the facts")
        )
        yield f"จำนวนที่ปกปิดจาก{th} · The number of hidden projects from {en}"


def format_rows(statements: Sequence["ExplainedStatement"], *, analyze: bool) -> str:
    """Return how many rows were read of each table."""
    by_table: dict[str, int] = {}
    for statement in statements:
        for table, rows in statement.rows.items():
            by_table[table] = by_table.get(table, 0) + rows
    total = sum(by_table.values())
    tables = ", ".join(
        f"{table} {rows:,}" for table, rows in sorted(by_table.items(), key=lambda one: -one[1])
    )
    return f"{count_label(total, 'th', analyze)} · {count_label(total, 'en', analyze)}: {tables}"


def count_label(rows: int, language: str, analyze: bool) -> str:
    """Return a number of rows, read or expected."""
    if language == "th":
        return f"อ่าน {rows:,} แถว" if analyze else f"คาดว่าอ่าน {rows:,} แถว"
    return f"{rows:,} rows read" if analyze else f"{rows:,} rows expected to be read"
