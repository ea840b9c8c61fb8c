"""A closed joint session with an agreement and an objection, and what its files have."""

import io
from typing import Any, Final

import httpx2
from docx import Document
from openpyxl import load_workbook

from tests.web.graphql.negotiation import Negotiation, first_stage, link
from tests.web.graphql.session_client import RESOLVE, TAKE

HIDDEN_NAME: Final = "โครงการลับสุดยอด"
FORMULA: Final = '=HYPERLINK("http://x")'


async def conclude_and_close(talks: Negotiation) -> None:
    """Agree on one project with a condition that is carried, object to another, and close."""
    pool = talks.host.instance.database.pool
    await pool.execute("update project set name_th = $1 where id = 'p1'", HIDDEN_NAME)
    stage = await first_stage(talks)
    agreed, refused = [await talks.propose(link(key, stage)) for key in ("p1", "p2")]
    await talks.accept(agreed, talks.host)
    taken = await talks.function.done(
        TAKE,
        proposal=agreed["id"],
        read=agreed["version"],
        stance="ACCEPT_WITH_CONDITION",
        condition=FORMULA,
    )
    [condition] = [one["condition"] for one in taken["proposal"]["positions"] if one["condition"]]
    await talks.function.done(
        RESOLVE,
        condition=condition["id"],
        read=condition["version"],
        agency="gid://hub/Agency/province:20",
    )
    await talks.conclude(agreed)
    for stance, reason in (("ABSTAIN", None), ("OBJECT", "@SUM(A1)\u0007\uffff ไม่ตรงกับแผน")):
        await talks.host.done(
            TAKE, proposal=refused["id"], read=refused["version"], stance=stance, reason=reason
        )
    talks.session = await talks.host.step("sessionClose", talks.session)


def list_tables(response: httpx2.Response) -> dict[str, list[list[str]]]:
    """Return the tables of a document by the heading above, each with its head."""
    assert response.status_code == 200, response.text
    document = Document(io.BytesIO(response.content))
    found: dict[str, list[list[str]]] = {}
    heading = ""
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            found[heading] = [[cell.text for cell in row.cells] for row in block.rows]
        elif block.style is not None and block.style.name == "Heading 1":
            heading = block.text
    return found


def read_text(response: httpx2.Response) -> str:
    """Return all text of a file."""
    assert response.status_code == 200, response.text
    if "wordprocessing" in response.headers["content-type"]:
        document = Document(io.BytesIO(response.content))
        cells = [c.text for table in document.tables for row in table.rows for c in row.cells]
        header = document.sections[0].header.paragraphs
        return "\n".join([one.text for one in (*document.paragraphs, *header)] + cells)
    book = load_workbook(io.BytesIO(response.content))
    return "\n".join(
        str(cell) for sheet in book.worksheets for row in sheet.values for cell in row if cell
    )


def list_rows(response: httpx2.Response, sheet: str) -> list[dict[str, Any]]:
    """Return the rows of a sheet by heading."""
    assert response.status_code == 200, response.text
    book = load_workbook(io.BytesIO(response.content))
    head, *rows = book[sheet].values
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]
