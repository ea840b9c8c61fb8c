"""Apply one change to each linkage of a batch: locks, versions, rights, shares, history."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from hub.domain.conflict_findings import DeclaredState
from hub.domain.global_id import GlobalId
from hub.domain.history import Author, ChangeKind
from hub.domain.identity.audit_log import AuditedResource
from hub.domain.linkage_commands import LinkageResult
from hub.domain.linkage_decisions import Action
from hub.domain.linkage_declarations import Declaration
from hub.domain.linkage_history import describe_change
from hub.domain.linkage_shares import OPEN_STATUSES, check_total, counted_share
from hub.domain.linkages import Linkage, LinkageDeclaration, LinkageState, Side
from hub.domain.record import record
from hub.errors import Duplicate, HubError, NotFound, StaleVersion
from hub.services.commands.acting import Acting
from hub.services.commands.batch import build_item_error
from hub.services.linkages.batch import BatchOutcome, fail_others
from hub.services.linkages.side_rights import SideRights, choose_side, fetch_side_rights
from hub.store.conflict_findings import update_conflict_findings
from hub.store.database import StoreConnection
from hub.store.history import NewEntry, append_history, fetch_undoable_actions, mark_undone
from hub.store.linkage_changes import (
    OpenLinkage,
    list_open_linkages,
    lock_linkages,
    update_states,
)


class ChangeItem(Protocol):
    """An item of a batch: the linkage, and the version of it that the client has read."""

    @property
    def linkage_id(self) -> str:
        """Return the id of the linkage."""
        ...

    @property
    def expected_version(self) -> int:
        """Return the version that the client has read."""
        ...


Item = TypeVar("Item", bound=ChangeItem)


@record
class LinkageInput:
    """What a change of one linkage is computed from.

    `agencies` are the sides that the viewer may act for, each with the agency in whose name;
    `actions` those of the history that are not undone, oldest first.
    """

    linkage: Linkage
    agencies: Mapping[Side, str]
    actions: Sequence[Action]

    @property
    def state(self) -> LinkageState:
        """Return the state of the linkage."""
        return self.linkage.state


@record
class LinkageChange:
    """A change of one linkage by a side: its next state, the reason, and the action it undoes."""

    state: LinkageState
    side: Side
    author: Author
    reason: str | None
    undone: Action | None = None


ComputeChange = Callable[[Item, LinkageInput, datetime], LinkageChange]
"""Return the change of an item at an instant; raise a `HubError` to refuse it."""


class LinkageChanges(Generic[Item]):
    """The changes of one batch, collected before they are written."""

    def __init__(
        self,
        linkages: Mapping[str, Linkage],
        open_linkages: Iterable[OpenLinkage],
        rights: SideRights,
        actions: Mapping[str, Sequence[Action]],
    ) -> None:
        self._linkages = linkages
        self._rights = rights
        self._actions = actions
        self._open = {one.id: one for one in open_linkages}
        self.changes: dict[str, LinkageChange] = {}

    def apply(
        self, index: int, item: Item, compute: ComputeChange[Item], at: datetime
    ) -> LinkageResult:
        """Apply one item; return its result, with the reason if it is refused."""
        linkage = self._linkages.get(item.linkage_id)
        if linkage is None:
            error = NotFound(
                f"ไม่พบความเชื่อมโยง {item.linkage_id} · there is no linkage {item.linkage_id}"
            )
            return LinkageResult(index, user_errors=build_item_error(index, error))
        try:
            change = self.compute_change(item, linkage, compute, at)
        except HubError as error:
            current = linkage.gid if isinstance(error, StaleVersion) else None
            if isinstance(error, Duplicate):
                current = error.current_gid
            return LinkageResult(
                index, linkage.id, user_errors=build_item_error(index, error, current)
            )
        if change is None:
            return LinkageResult(index, linkage.id)
        self.changes[linkage.id] = change
        self._open[linkage.id] = OpenLinkage(
            linkage.id, linkage.project_id, linkage.issue_id, linkage.stage_id, change.state
        )
        return LinkageResult(index, linkage.id, changed=True)

    def compute_change(
        self, item: Item, linkage: Linkage, compute: ComputeChange[Item], at: datetime
    ) -> LinkageChange | None:
        """Return the change of an item, null if it changes nothing; raise if it is refused."""
        agencies = self._rights.agencies(linkage.project_id, linkage.issue_id)
        choose_side(agencies, ())
        version = linkage.version + (linkage.id in self.changes)
        if item.expected_version != version or linkage.id in self.changes:
            raise StaleVersion(
                f"ความเชื่อมโยงนี้เป็นรุ่น {version} แล้ว ไม่ใช่ {item.expected_version} "
                "อ่านใหม่ก่อนส่งคำสั่งถัดไป "
                f"· this linkage has version {version}, not {item.expected_version}; "
                "read it again before the next command"
            )
        actions = self._actions.get(linkage.gid, [])
        change = compute(item, LinkageInput(linkage, agencies, actions), at)
        if change.state == linkage.state:
            return None
        self.check_project(linkage, change.state)
        return change

    def check_project(self, linkage: Linkage, state: LinkageState) -> None:
        """Raise when the next state exceeds the shares of its project, or repeats a linkage."""
        others = [
            one
            for one in self._open.values()
            if one.project_id == linkage.project_id and one.id != linkage.id
        ]
        if counted_share(state) > counted_share(linkage.state):
            check_total([one.state for one in others], state)
        if linkage.status not in OPEN_STATUSES and state.status in OPEN_STATUSES:
            check_duplicate(others, linkage.issue_id, linkage.stage_id)


def check_duplicate(
    others: Iterable[OpenLinkage], issue_id: str | None, stage_id: str | None
) -> None:
    """Raise `Duplicate`, with the id, if an open linkage is to the same issue and stage."""
    for one in others:
        is_same = (one.issue_id, one.stage_id) == (issue_id, stage_id)
        if is_same and one.state.status in OPEN_STATUSES:
            raise Duplicate(
                "โครงการนี้เชื่อมโยงกับประเด็นและขั้นนี้แล้ว ให้ตัดสินใจที่ความเชื่อมโยงเดิม "
                "· the project has a linkage to this issue and stage already; decide on that one",
                current_gid=str(GlobalId(Linkage.TYPE, one.id)),
            )


async def change_linkages(
    connection: StoreConnection,
    acting: Acting,
    items: Sequence[Item],
    compute: ComputeChange[Item],
    at: datetime,
    *,
    atomic: bool = False,
) -> BatchOutcome:
    """Apply a change to each linkage of a batch and write them; return the results in order."""
    ids = [item.linkage_id for item in items]
    linkages = await lock_linkages(connection, acting.viewer, ids)
    project_ids = {one.project_id for one in linkages.values()}
    issue_ids = {one.issue_id for one in linkages.values()}
    batch: LinkageChanges[Item] = LinkageChanges(
        linkages,
        await list_open_linkages(connection, sorted(project_ids)),
        await fetch_side_rights(connection, acting.viewer, project_ids, issue_ids),
        await fetch_undoable_actions(connection, [one.gid for one in linkages.values()]),
    )
    results = [batch.apply(index, item, compute, at) for index, item in enumerate(items)]
    if atomic and any(one.user_errors for one in results):
        return BatchOutcome(fail_others(results), [])
    changes = [(linkages[key], change) for key, change in batch.changes.items()]
    await write_changes(connection, acting, changes)
    return BatchOutcome(results, [audited(linkage) for linkage, _ in changes])


async def write_changes(
    connection: StoreConnection, acting: Acting, changes: Sequence[tuple[Linkage, LinkageChange]]
) -> None:
    """Write changes of locked linkages, and their history."""
    if not changes:
        return
    await update_states(connection, {linkage.id: change.state for linkage, change in changes})
    entries = [build_entry(acting, linkage, change) for linkage, change in changes]
    entry_ids = await append_history(connection, entries)
    undone = {
        change.undone.entry_id: entry_ids[linkage.gid]
        for linkage, change in changes
        if change.undone is not None
    }
    if undone:
        await mark_undone(connection, undone)
    declared = [
        build_declared_state(linkage, linkage.declaration, change.state)
        for linkage, change in changes
        if linkage.declaration is not None
    ]
    if declared:
        await update_conflict_findings(connection, declared)


def build_declared_state(
    linkage: Linkage, declaration: LinkageDeclaration, state: LinkageState
) -> DeclaredState:
    """Return a declared linkage in its next state, as its finding compares it."""
    declared = Declaration(
        declaration.current, declaration.share, declaration.stage_code, declaration.stage_id
    )
    return DeclaredState(
        linkage.id,
        linkage.project_id,
        declaration.source_id,
        state.status,
        state.share,
        linkage.stage_id,
        declared,
    )


def build_entry(acting: Acting, linkage: Linkage, change: LinkageChange) -> NewEntry:
    """Return the history entry of a change: the field that changed, before and after."""
    name, before, after = describe_change(linkage.state, change.state, change.side)
    return NewEntry(
        subject=linkage.gid,
        version=linkage.version + 1,
        author=change.author,
        side=change.side,
        kind=ChangeKind.CHANGED,
        field=name,
        before=before,
        after=after,
        reason=change.reason,
        because_of=acting.because_of,
        earlier=linkage.state,
    )


def audited(linkage: Linkage) -> AuditedResource:
    """Return a linkage for the audit log; its owner is the agency that proposed it."""
    return AuditedResource(Linkage.TYPE, linkage.id, linkage.proposed_by_id)
