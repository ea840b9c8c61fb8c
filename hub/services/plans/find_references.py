"""Find references of a plan's content to things that the hub does not have."""

from collections.abc import Iterator

from hub.domain.identity.viewer import Viewer
from hub.domain.plan_content import IndicatorContent, IssueContent, ItemContent, PlanContent
from hub.domain.plan_lineage import iterate_paths
from hub.errors import Invalid
from hub.store.plan_submission import WriteConnection, list_existing
from hub.store.projects import Projects
from hub.store.read_transaction import ReadTransaction

NAMES = {
    "agency": ("หน่วยงาน", "agency"),
    "area": ("จังหวัด", "province"),
    "chain": ("ห่วงโซ่คุณค่า", "value chain"),
    "stage": ("ขั้นของห่วงโซ่คุณค่า", "stage of the chain"),
    "project": ("โครงการ", "project"),
}


async def find_reference_problems(
    connection: WriteConnection, content: PlanContent, viewer: Viewer
) -> list[Invalid]:
    """Return an error per unknown agency, province, chain, stage or project, in plan order.

    A project that the viewer may not see is unknown.
    """
    references = list(iterate_references(content))
    existing: dict[str, set[str]] = {}
    for kind in NAMES:
        ids = {key for _, one, key in references if one == kind}
        if not ids:
            existing[kind] = set()
        elif kind == "project":
            reader = ReadTransaction.from_connection(connection)
            found = await Projects(reader, viewer.without_session()).by_id(sorted(ids))
            existing[kind] = set(found)
        else:
            existing[kind] = await list_existing(connection, kind, ids)
    return [unknown(path, kind, key) for path, kind, key in references if key not in existing[kind]]


def unknown(path: str, kind: str, key: str) -> Invalid:
    """Return the error of an unknown reference."""
    th, en = NAMES[kind]
    return Invalid(
        path,
        f"ไม่มี{th} {key} ตรวจรหัส หรือเว้นว่าง",
        f"there is no {en} {key}; check the code, or leave it empty",
    )


def iterate_references(content: PlanContent) -> Iterator[tuple[str, str, str]]:
    """Yield path, kind and id of what the content refers to."""
    chains = {issue.code: issue.chain for issue in content.issues}
    for path, element in iterate_paths(content):
        if isinstance(element, IssueContent) and element.chain:
            yield f"{path}.valueChain", "chain", element.chain
        if isinstance(element, IndicatorContent):
            for i, owner in enumerate(element.owners):
                yield f"{path}.owners.{i}", "agency", owner
        if isinstance(element, ItemContent):
            yield from iterate_item_references(path, element, chains.get(element.issue_code or ""))


def iterate_item_references(
    path: str, item: ItemContent, chain: str | None
) -> Iterator[tuple[str, str, str]]:
    """Yield path, kind and id of what an item refers to; `chain` is that of its issue."""
    if item.stage and chain:
        yield f"{path}.stageCode", "stage", f"{chain}|{item.stage}"
    if item.project:
        yield f"{path}.project", "project", item.project
    if item.responsible:
        yield f"{path}.responsible", "agency", item.responsible
    if item.province:
        yield f"{path}.responsibleProvince", "area", item.province
    for i, one in enumerate(item.responsibilities):
        yield f"{path}.responsibilities.{i}.agency", "agency", one.agency
