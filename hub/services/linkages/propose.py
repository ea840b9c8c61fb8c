"""Propose linkages of projects to issues and stages, by the agency of the project or area."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime

from hub.domain.global_id import GlobalId
from hub.domain.history import ChangeKind
from hub.domain.identity.audit_log import AuditedResource
from hub.domain.identity.viewer import Visibility
from hub.domain.linkage_commands import (
    LinkageBatchPayload,
    LinkageDraft,
    LinkageProposeCommand,
    LinkageResult,
)
from hub.domain.linkage_decisions import propose
from hub.domain.linkage_shares import check_total
from hub.domain.linkages import Linkage, Side
from hub.domain.suggestions.suggestion import SuggestionKey
from hub.errors import (
    Duplicate,
    HubError,
    IdempotencyKeyReused,
    Invalid,
)
from hub.services.commands.acting import Acting
from hub.services.commands.batch import build_item_error
from hub.services.linkages.batch import (
    BatchOutcome,
    execute_batch,
    fail_others,
)
from hub.services.linkages.change_linkages import check_duplicate
from hub.services.linkages.find_targets import (
    Targets,
    check_request,
    find_targets,
    issue_gid,
    project_gid,
    require_one,
)
from hub.services.linkages.side_rights import SideRights, choose_side, fetch_side_rights
from hub.store.database import Database, StoreConnection
from hub.store.history import NewEntry, append_history
from hub.store.linkage_changes import (
    LinkageKey,
    NewLinkage,
    OpenLinkage,
    insert_keys,
    insert_linkages,
    list_open_linkages,
)
from hub.store.linkage_targets import (
    TargetIssue,
)


async def propose_linkages(
    database: Database, acting: Acting, command: LinkageProposeCommand
) -> LinkageBatchPayload:
    """Propose linkages; return a result for each, refused ones with the reason."""
    items, atomic = command.items, command.atomic
    return await execute_batch(
        database,
        acting,
        acting.command("linkagePropose", command.idempotency_key, (items, atomic)),
        len(items),
        lambda connection, at: propose_batch(connection, acting, items, at, atomic=atomic),
    )


class Proposals:
    """The proposals of one batch, collected before they are written."""

    def __init__(
        self,
        acting: Acting,
        targets: Targets,
        rights: SideRights,
        open_linkages: Sequence[OpenLinkage],
        at: datetime,
    ) -> None:
        self._acting = acting
        self._targets = targets
        self._rights = rights
        self._open = list(open_linkages)
        self._at = at
        self.linkages: list[NewLinkage] = []
        self.owners: list[str | None] = []
        self.keys: dict[str, LinkageKey] = {}

    def apply(self, index: int, item: LinkageDraft) -> LinkageResult:
        """Apply one item; return its result, with the reason if it is refused."""
        try:
            earlier = self.find_earlier(item)
            if earlier is not None:
                return LinkageResult(index, earlier, key=item.key)
            linkage = self.build_linkage(item)
        except HubError as error:
            current = error.current_gid if isinstance(error, Duplicate) else None
            errors = build_item_error(index, error, current)
            return LinkageResult(index, key=item.key, user_errors=errors)
        self.linkages.append(linkage)
        self._open.append(
            OpenLinkage(
                linkage.id, linkage.project_id, linkage.issue_id, linkage.stage_id, linkage.state
            )
        )
        if item.key is not None:
            self.keys[item.key] = LinkageKey(digest_of(item), linkage.id)
        return LinkageResult(index, linkage.id, changed=True, key=item.key)

    def find_earlier(self, item: LinkageDraft) -> str | None:
        """Return the linkage that the same client proposed under the item's key; null: it is new.

        `IdempotencyKeyReused` if the key was used for another item.
        """
        if item.key is None:
            return None
        earlier = self.keys.get(item.key) or self._targets.keys.get(item.key)
        if earlier is None:
            return None
        if earlier.digest != digest_of(item):
            raise IdempotencyKeyReused(
                "key นี้ใช้กับรายการอื่นแล้ว · this key was used for another item; choose a new one"
            )
        return earlier.linkage_id

    def build_linkage(self, item: LinkageDraft) -> NewLinkage:
        """Return the linkage of an item; raise a `HubError` if it is refused."""
        project = require_one(
            self._targets.projects[item.project], "project", "โครงการ", "project", project_gid
        )
        issue = require_one(self._targets.issues[item.issue], "issue", "ประเด็น", "issue", issue_gid)
        agencies = self._rights.agencies(project.id, issue.id)
        side, agency_id = choose_side(agencies, [Side.FUNCTION])
        stage_id = self.find_stage(item, issue)
        if item.work_request_id is not None:
            check_request(self._targets.requests.get(item.work_request_id), issue.id)
        if item.suggestion is not None:
            check_suggestion(item.suggestion, SuggestionKey(project.id, issue.id, stage_id))
        author = self._acting.author(agency_id, self._at)
        state = propose(side, author, item.share, item.reason)
        others = [one for one in self._open if one.project_id == project.id]
        check_duplicate(others, issue.id, stage_id)
        check_total([one.state for one in others], state)
        self.owners.append(project.owner_id)
        return NewLinkage(
            id=uuid.uuid4().hex,
            project_id=project.id,
            issue_id=issue.id,
            stage_id=stage_id,
            visibility=project.visibility if issue.published else Visibility.PRIVATE,
            proposed_by_id=agency_id,
            work_request_id=item.work_request_id,
            reason=item.reason,
            state=state,
            suggestion_gid=item.suggestion.gid if item.suggestion else None,
        )

    def find_stage(self, item: LinkageDraft, issue: TargetIssue) -> str | None:
        """Return the id of the item's stage in the chain of its issue; null: none is named."""
        if item.stage_code is None:
            return item.stage_id
        if issue.chain_id is None:
            raise Invalid(
                "stageCode",
                "ประเด็นนี้ไม่มีห่วงโซ่คุณค่า จึงระบุขั้นไม่ได้ ไม่ต้องส่ง stageCode",
                "this issue has no value chain, so it has no stages; leave stageCode out",
            )
        stage_id = self._targets.stages.get((issue.chain_id, item.stage_code))
        if stage_id is None:
            raise Invalid(
                "stageCode",
                f"ห่วงโซ่คุณค่า {issue.chain_id} ไม่มีขั้น {item.stage_code}",
                f"the value chain {issue.chain_id} has no stage {item.stage_code}",
            )
        return stage_id


def check_suggestion(suggestion: SuggestionKey, proposed: SuggestionKey) -> None:
    """Raise `Invalid` unless the linkage that is proposed is the one that was suggested."""
    if suggestion != proposed:
        raise Invalid(
            "suggestion",
            f"ข้อเสนอแนะนี้เป็นของโครงการ ประเด็น หรือขั้นอื่น ใช้ {suggestion} หรือไม่ต้องส่ง suggestion",
            f"this suggestion is of another project, issue or stage: use {suggestion}, or leave "
            "suggestion out",
        )


def digest_of(item: LinkageDraft) -> str:
    """Return the digest of an item's content."""
    return hashlib.sha256(repr(item).encode()).hexdigest()


async def propose_batch(
    connection: StoreConnection,
    acting: Acting,
    items: Sequence[LinkageDraft],
    at: datetime,
    *,
    atomic: bool,
) -> BatchOutcome:
    """Propose the items of a batch; return the results in order."""
    targets = await find_targets(connection, acting, items)
    project_ids = {one.id for found in targets.projects.values() for one in found}
    issue_ids = {one.id for found in targets.issues.values() for one in found}
    batch = Proposals(
        acting,
        targets,
        await fetch_side_rights(connection, acting.viewer, project_ids, issue_ids),
        await list_open_linkages(connection, sorted(project_ids)),
        at,
    )
    results = [batch.apply(index, item) for index, item in enumerate(items)]
    if atomic and any(one.user_errors for one in results):
        return BatchOutcome(fail_others(results), [])
    await write_proposals(connection, acting, batch, at)
    changed = [
        AuditedResource(Linkage.TYPE, linkage.id, owner)
        for linkage, owner in zip(batch.linkages, batch.owners, strict=True)
    ]
    return BatchOutcome(results, changed)


async def write_proposals(
    connection: StoreConnection, acting: Acting, batch: Proposals, at: datetime
) -> None:
    """Insert the linkages of a batch, their keys and their history."""
    if not batch.linkages:
        return
    await insert_linkages(connection, batch.linkages)
    if batch.keys:
        await insert_keys(connection, acting.sender, batch.keys)
    entries = [
        NewEntry(
            subject=str(GlobalId(Linkage.TYPE, one.id)),
            version=1,
            author=acting.author(one.proposed_by_id, at),
            side=one.state.proposed_side,
            kind=ChangeKind.ADDED,
            field=None,
            before=None,
            after=one.state.status.value,
            reason=one.reason,
            because_of=one.suggestion_gid or acting.because_of,
        )
        for one in batch.linkages
    ]
    await append_history(connection, entries)
