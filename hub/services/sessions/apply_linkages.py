"""Apply the operations of an agreement that change linkages."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.domain.global_id import GlobalId
from hub.domain.history import ChangeKind
from hub.domain.identity.viewer import Visibility
from hub.domain.linkage_history import describe_change
from hub.domain.linkage_shares import OPEN_STATUSES, check_total
from hub.domain.linkages import Linkage, LinkageState, LinkageStatus, Side
from hub.domain.sessions.kinds import AgreedField, OperationKind
from hub.domain.sessions.linkage_states import (
    SideAuthors,
    agree_linkage,
    end_linkage,
    new_linkage,
    set_agreed_share,
)
from hub.domain.sessions.operations import ProposedOperation
from hub.errors import NotFound
from hub.services.commands.acting import Acting
from hub.services.linkages.change_linkages import check_duplicate
from hub.store.database import StoreConnection
from hub.store.history import NewEntry, append_history
from hub.store.linkage_changes import (
    NewLinkage,
    OpenLinkage,
    insert_linkages,
    list_open_linkages,
    update_states,
)
from hub.store.sessions.facts import IssueArea, ProposedProject

LINKAGE_OPERATIONS = frozenset(
    {
        OperationKind.LINKAGE_ADD,
        OperationKind.LINKAGE_REMOVE,
        OperationKind.LINKAGE_MOVE,
        OperationKind.SHARE_SET,
    }
)
Fact = dict[str, Any]
"""The columns of a fact that an operation asserts."""


class LinkageOperations:
    """The linkages of one agreement, changed in memory and written once.

    `linkages` are those that operations name, locked; `projects` and `areas` what is needed of
    their projects and issues.
    """

    def __init__(
        self,
        acting: Acting,
        linkages: Mapping[str, Linkage],
        projects: Mapping[str, ProposedProject],
        areas: Mapping[str, IssueArea],
        published: Mapping[str, Visibility],
        at: datetime,
    ) -> None:
        self._acting = acting
        self._linkages = linkages
        self._projects = projects
        self._areas = areas
        self._visibility = published
        self._at = at
        self._open: dict[str, OpenLinkage] = {}
        self._before: dict[str, LinkageState] = {}
        self._states: dict[str, LinkageState] = {}
        self._new: list[NewLinkage] = []
        self.facts: list[Fact] = []

    async def load(self, connection: StoreConnection) -> None:
        """Read the open linkages of the projects, visible to the host or not."""
        found = await list_open_linkages(connection, sorted(self._projects))
        self._open = {one.id: one for one in found}

    def apply(self, one: ProposedOperation) -> None:
        """Apply one operation; raise a `HubError` if it is not possible."""
        reason = one.text or "ข้อตกลงในการประชุมร่วม"
        if one.kind is OperationKind.LINKAGE_ADD:
            self._add(one, reason)
            return
        linkage = self._linkages.get(one.target_id or "")
        if linkage is None:
            raise NotFound(f"ไม่พบความเชื่อมโยง {one.target_id} · there is no such linkage")
        state = self._states.get(linkage.id, linkage.state)
        authors = self._authors(linkage.project_id, linkage.issue_id)
        if one.kind is OperationKind.SHARE_SET:
            after = set_agreed_share(state, one.share)
            self._change(linkage.id, linkage, state, after)
            self.facts.append(
                {
                    "field": AgreedField.SHARE.value,
                    "project_id": linkage.project_id,
                    "linkage_id": linkage.id,
                    "share": one.share,
                    "share_before": state.share,
                }
            )
            return
        self._change(linkage.id, linkage, state, end_linkage(state, authors, reason))
        self._assert(linkage.project_id, linkage.id, LinkageStatus.REJECTED, state)
        if one.kind is OperationKind.LINKAGE_MOVE:
            self._add(one, reason)

    def _authors(self, project_id: str, issue_id: str | None) -> SideAuthors:
        """Return in whose names the sides consent: the owner, and the area's own agency."""
        host = self._acting.viewer.agency_id
        owner = self._projects[project_id].owner_id or host
        area = self._areas.get(issue_id or "")
        acting_ids = area.acting_ids if area else []
        home = acting_ids[0] if acting_ids else host
        return SideAuthors(
            self._acting.author(owner, self._at), self._acting.author(home, self._at)
        )

    def _add(self, one: ProposedOperation, reason: str) -> None:
        """Add a linkage, or let both sides agree to the open one at the same place."""
        project_id = one.project_id or ""
        authors = self._authors(project_id, one.issue_id)
        mine = [other for other in self._open.values() if other.project_id == project_id]
        for other in mine:
            is_same = (other.issue_id, other.stage_id) == (one.issue_id, one.stage_id)
            if is_same and other.state.status in OPEN_STATUSES - {LinkageStatus.AGREED}:
                state = agree_linkage(other.state, authors, one.share, reason)
                check_total([x.state for x in mine if x.id != other.id], state)
                self._record(other, other.state, state)
                self._assert(project_id, other.id, state.status, other.state)
                return
        check_duplicate(mine, one.issue_id, one.stage_id)
        state = new_linkage(authors, one.share, reason)
        check_total([other.state for other in mine], state)
        linkage_id = uuid.uuid4().hex
        self._new.append(
            NewLinkage(
                id=linkage_id,
                project_id=project_id,
                issue_id=one.issue_id or "",
                stage_id=one.stage_id,
                visibility=self._visibility[project_id],
                proposed_by_id=authors.function.agency_id or "",
                work_request_id=None,
                reason=reason,
                state=state,
            )
        )
        self._open[linkage_id] = OpenLinkage(
            linkage_id, project_id, one.issue_id, one.stage_id, state
        )
        self._assert(project_id, linkage_id, state.status, None)

    def _change(
        self, key: str, linkage: Linkage, before: LinkageState, after: LinkageState
    ) -> None:
        """Record the next state of a linkage; the shares of its project stay at most 1."""
        others = [
            one.state
            for one in self._open.values()
            if one.project_id == linkage.project_id and one.id != key
        ]
        check_total(others, after)
        found_one = OpenLinkage(key, linkage.project_id, linkage.issue_id, linkage.stage_id, after)
        self._record(found_one, before, after)

    def _record(self, one: OpenLinkage, before: LinkageState, after: LinkageState) -> None:
        self._before.setdefault(one.id, before)
        self._states[one.id] = after
        self._open[one.id] = OpenLinkage(one.id, one.project_id, one.issue_id, one.stage_id, after)

    def _assert(
        self,
        project_id: str,
        linkage_id: str,
        status: LinkageStatus,
        before: LinkageState | None,
    ) -> None:
        """Note the fact that a linkage has a status by the agreement."""
        self.facts.append(
            {
                "field": AgreedField.LINKAGE.value,
                "project_id": project_id,
                "linkage_id": linkage_id,
                "status": status.value,
                "status_before": None if before is None else before.status.value,
                "share_before": None if before is None else before.share,
            }
        )

    async def write(self, connection: StoreConnection, because_of: str) -> Sequence[str]:
        """Write the linkages and their history; return the ids of all that changed."""
        if self._new:
            await insert_linkages(connection, self._new)
        if self._states:
            await update_states(connection, self._states)
        entries = [self._entry(key, because_of) for key in self._states]
        entries += [
            NewEntry(
                subject=str(GlobalId(Linkage.TYPE, one.id)),
                version=1,
                author=one_author(self._acting, one, self._at),
                side=Side.FUNCTION,
                kind=ChangeKind.ADDED,
                field=None,
                before=None,
                after=one.state.status.value,
                reason=one.reason,
                because_of=because_of,
            )
            for one in self._new
        ]
        if entries:
            await append_history(connection, entries)
        return [*self._states, *(one.id for one in self._new)]

    def _entry(self, key: str, because_of: str) -> NewEntry:
        """Return the history entry of a changed linkage."""
        name, before, after = describe_change(self._before[key], self._states[key], Side.FUNCTION)
        one = self._open[key]
        linkage = self._linkages.get(key)
        return NewEntry(
            subject=str(GlobalId(Linkage.TYPE, key)),
            version=(linkage.version if linkage else 1) + 1,
            author=self._authors(one.project_id, one.issue_id).function,
            side=None,
            kind=ChangeKind.CHANGED,
            field=name,
            before=before,
            after=after,
            reason=None,
            because_of=because_of,
        )


def one_author(acting: Acting, one: NewLinkage, at: datetime) -> Any:
    """Return the author of a new linkage: the agency on whose side it is made."""
    return acting.author(one.proposed_by_id, at)
