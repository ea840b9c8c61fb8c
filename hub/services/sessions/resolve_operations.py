"""Resolve the operations of a proposal: what they name, as far as its maker may see it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from hub.domain.findings import Finding, FindingStatus
from hub.domain.linkage_commands import IssueLookup
from hub.domain.linkage_shares import check_share
from hub.domain.linkages import Linkage
from hub.domain.lookups import Lookup
from hub.domain.projects import Project
from hub.domain.sessions.commands import MAX_OPERATIONS
from hub.domain.sessions.drafts import OperationDraft
from hub.domain.sessions.kinds import OperationKind
from hub.domain.sessions.operations import ProposedOperation, RequiredAgency
from hub.domain.sessions.session import JointSession
from hub.domain.user_errors import UserErrorCode
from hub.errors import Invalid, NotFound
from hub.services.commands.acting import Acting
from hub.services.commands.execute import Refused
from hub.services.linkages.create_request import find_stage
from hub.services.linkages.find_targets import issue_gid, project_gid, require_one
from hub.services.sessions.required_agencies import list_required
from hub.services.sessions.resolve_gap import resolve_gap
from hub.services.sessions.run import check_version, refuse, require_part, require_text
from hub.store.database import StoreConnection
from hub.store.linkage_targets import TargetIssue, find_issues, find_projects
from hub.store.read_transaction import ReadTransaction
from hub.store.sessions.facts import fetch_amount, fetch_lead, fetch_projects
from hub.store.unit_of_work import UnitOfWork
from hub.store.work_request_changes import find_missing_agencies


class OperationResolver:
    """Resolves the drafts of one proposal, in the snapshot of its transaction."""

    def __init__(
        self, connection: StoreConnection, acting: Acting, session: JointSession, today: date
    ) -> None:
        self._connection = connection
        self._acting = acting
        self._session = session
        self._today = today
        reader = ReadTransaction.from_connection(connection)
        self._unit = UnitOfWork(reader, acting.viewer.without_session())
        self.issues_of_linkages: list[str] = []
        self.findings: list[Finding] = []

    async def resolve(self, draft: OperationDraft, field: str) -> ProposedOperation:
        """Return the operation of a draft; raise if something that it names is not visible."""
        if draft.kind not in self._session.allowed_operations:
            raise refuse(
                UserErrorCode.WRONG_STATUS,
                field,
                f"การประชุมประเภทนี้ตกลงเรื่อง {draft.kind.value} ไม่ได้",
                f"{draft.kind.value} cannot be agreed in this session",
                self._session.gid,
            )
        match draft.kind:
            case OperationKind.LINKAGE_ADD:
                return await self._add_linkage(draft, field)
            case (
                OperationKind.LINKAGE_REMOVE | OperationKind.LINKAGE_MOVE | OperationKind.SHARE_SET
            ):
                return await self._change_linkage(draft, field)
            case OperationKind.LEAD_SET:
                return await self._set_lead(draft, field)
            case OperationKind.BUDGET_SET:
                return await self._set_amount(draft, field)
            case OperationKind.PROJECT_MERGE:
                return await self._merge(draft, field)
            case OperationKind.INDICATOR_SHARE:
                return await self._share_indicator(draft, field)
            case OperationKind.FINDING_SETTLE:
                return await self._settle(draft, field)
            case OperationKind.GAP_TAKE:
                return await self._take_gap(draft, field)

    async def _project(self, lookup: Lookup[Project], field: str) -> str:
        """Return the id of the only visible project of a lookup."""
        found = await find_projects(self._connection, self._acting.viewer, [lookup])
        return require_one(found[lookup], field, "โครงการ", "project", project_gid).id

    async def _issue(self, lookup: IssueLookup, field: str) -> TargetIssue:
        """Return the only visible issue of a lookup."""
        found = await find_issues(self._connection, self._acting.viewer, [lookup])
        return require_one(found[lookup], field, "ประเด็น", "issue", issue_gid)

    async def _add_linkage(self, draft: OperationDraft, field: str) -> ProposedOperation:
        wanted = require_part(draft.linkage)
        project_id = await self._project(wanted.project, f"{field}.linkageAdd.project")
        issue = await self._issue(wanted.issue, f"{field}.linkageAdd.issue")
        stage_id = wanted.stage_id or await find_stage(self._connection, issue, wanted.stage_code)
        facts = (await fetch_projects(self._connection, [project_id])).get(project_id)
        if facts is None:  # a source has removed it meanwhile
            raise NotFound(f"ไม่พบโครงการ {project_id} · there is no project {project_id}")
        return ProposedOperation(
            draft.kind,
            target_id=project_id,
            target_version=facts.version,
            project_id=project_id,
            issue_id=issue.id,
            stage_id=stage_id,
            share=check_share(wanted.share),
            text=wanted.reason,
        )

    async def _change_linkage(self, draft: OperationDraft, field: str) -> ProposedOperation:
        key = draft.target_id or ""
        linkage = (await self._unit.linkages.by_id([key])).get(key)
        if linkage is None:
            raise NotFound(f"ไม่พบความเชื่อมโยง {key} · there is no linkage {key}")
        check_version(linkage, draft.expected_version or 0)
        if linkage.issue_id is not None:
            self.issues_of_linkages.append(linkage.issue_id)
        base = ProposedOperation(
            draft.kind,
            target_id=linkage.id,
            target_version=linkage.version,
            project_id=linkage.project_id,
            share=linkage.share,
            before=linkage.status.value,
        )
        if draft.kind is OperationKind.SHARE_SET:
            share = check_share(draft.share)
            return replace(
                base, share=share, before=None if linkage.share is None else str(linkage.share)
            )
        if draft.kind is OperationKind.LINKAGE_MOVE:
            return await self._move(base, linkage, draft, field)
        return base

    async def _move(
        self, base: ProposedOperation, linkage: Linkage, draft: OperationDraft, field: str
    ) -> ProposedOperation:
        """Return the operation that moves a linkage to another issue, stage, or both."""
        if draft.issue is None and draft.stage_code is None:
            raise Invalid(
                f"{field}.linkageMove", "ระบุ issue หรือ stageCode", "name an issue or a stageCode"
            )
        lookup = draft.issue or IssueLookup(key=linkage.issue_id)
        issue = await self._issue(lookup, f"{field}.linkageMove.issue")
        stage_id = linkage.stage_id
        if draft.stage_code is not None:
            stage_id = await find_stage(self._connection, issue, draft.stage_code)
        elif issue.id != linkage.issue_id:
            stage_id = None
        if (issue.id, stage_id) == (linkage.issue_id, linkage.stage_id):
            raise Invalid(
                f"{field}.linkageMove",
                "อยู่ที่ประเด็นและขั้นนี้แล้ว",
                "it is at this issue and stage already",
            )
        return replace(base, issue_id=issue.id, stage_id=stage_id)

    async def _fetch_project(self, draft: OperationDraft) -> Project:
        """Return the visible project that a draft names in the version that it names."""
        key = draft.target_id or ""
        project = (await self._unit.projects.by_id([key])).get(key)
        if project is None:
            raise NotFound(f"ไม่พบโครงการ {key} · there is no project {key}")
        if draft.expected_version is not None:
            check_version(project, draft.expected_version)
        return project

    async def _require_agencies(self, ids: Sequence[str], field: str) -> None:
        """Raise `Invalid` for an agency that there is not."""
        if missing := await find_missing_agencies(self._connection, ids):
            raise Invalid(field, f"ไม่มีหน่วยงาน {missing[0]}", f"there is no agency {missing[0]}")

    async def _set_lead(self, draft: OperationDraft, field: str) -> ProposedOperation:
        project = await self._fetch_project(draft)
        await self._require_agencies(draft.agency_ids, f"{field}.leadSet.agency")
        lead = await fetch_lead(self._connection, project.id)
        return ProposedOperation(
            draft.kind,
            target_id=project.id,
            target_version=project.version,
            project_id=project.id,
            agency_ids=draft.agency_ids,
            before=lead or project.owner_id,
        )

    async def _set_amount(self, draft: OperationDraft, field: str) -> ProposedOperation:
        project = await self._fetch_project(draft)
        year = require_part(draft.fiscal_year)
        if draft.area_id is not None:
            found = await self._unit.areas.by_id([draft.area_id])
            if not found:
                raise Invalid(f"{field}.budgetSet.area", "ไม่มีพื้นที่นี้", "there is no such area")
        one = ProposedOperation(
            draft.kind,
            target_id=project.id,
            target_version=project.version,
            project_id=project.id,
            fiscal_year=year.ce,
            phase=draft.phase,
            funding=draft.funding,
            area_id=draft.area_id,
            satang=draft.satang,
        )
        return replace(one, before_satang=await fetch_amount(self._connection, one))

    async def _merge(self, draft: OperationDraft, field: str) -> ProposedOperation:
        project = await self._fetch_project(draft)
        other_id = draft.other_id or ""
        other = (await self._unit.projects.by_id([other_id])).get(other_id)
        if other is None:
            raise NotFound(f"ไม่พบโครงการ {other_id} · there is no project {other_id}")
        if other.id == project.id:
            raise Invalid(
                f"{field}.projectMerge.merge",
                "ระบุโครงการเดียวกันสองครั้ง",
                "the same project is named twice",
            )
        return ProposedOperation(
            draft.kind,
            target_id=project.id,
            target_version=project.version,
            project_id=project.id,
            other_id=other.id,
            other_version=other.version,
        )

    async def _share_indicator(self, draft: OperationDraft, field: str) -> ProposedOperation:
        key = draft.target_id or ""
        indicator = (await self._unit.plan_contents.indicators_by_id([key])).get(key)
        if indicator is None:
            raise NotFound(f"ไม่พบตัวชี้วัด {key} · there is no indicator {key}")
        await self._require_agencies(draft.agency_ids, f"{field}.indicatorShare.owners")
        return ProposedOperation(draft.kind, target_id=key, agency_ids=draft.agency_ids)

    async def _settle(self, draft: OperationDraft, field: str) -> ProposedOperation:
        key = draft.target_id or ""
        finding = (await self._unit.findings.by_id([key])).get(key)
        if finding is None:
            raise NotFound(f"ไม่พบข้อสังเกต {key} · there is no finding {key}")
        check_version(finding, draft.expected_version or 0)
        if finding.status is not FindingStatus.OPEN:
            raise Invalid(
                f"{field}.findingSettle.finding",
                f"ข้อสังเกตนี้อยู่ในสถานะ {finding.status.value}",
                f"the finding is {finding.status.value}",
            )
        self.findings.append(finding)
        text = require_text(draft.text, f"{field}.findingSettle.reason")
        return ProposedOperation(
            draft.kind, target_id=finding.id, target_version=finding.version, text=text
        )

    async def _take_gap(self, draft: OperationDraft, field: str) -> ProposedOperation:
        gap = require_part(draft.gap)
        await self._require_agencies(draft.agency_ids, f"{field}.gapTake.agency")
        place = await resolve_gap(
            self._connection, self._acting, gap, f"{field}.gapTake.gap", self._today
        )
        return ProposedOperation(
            draft.kind,
            agency_ids=draft.agency_ids,
            place=place,
            cell=gap.cell,
            text=require_text(draft.text, f"{field}.gapTake.text"),
            due_on=draft.due_on,
        )


async def resolve_operations(
    connection: StoreConnection,
    acting: Acting,
    session: JointSession,
    drafts: Sequence[OperationDraft],
    today: date,
) -> tuple[list[ProposedOperation], list[RequiredAgency]]:
    """Return the operations of drafts and the required parties; `Refused` if one is refused."""
    if not 1 <= len(drafts) <= MAX_OPERATIONS:
        raise refuse(
            UserErrorCode.TOO_MANY,
            "input.operations",
            f"ต้องมี 1–{MAX_OPERATIONS} การดำเนินการ",
            f"1 to {MAX_OPERATIONS} operations are required",
        )
    resolver = OperationResolver(connection, acting, session, today)
    operations: list[ProposedOperation] = []
    for index, draft in enumerate(drafts):
        field = f"input.operations.{index}"
        try:
            operations.append(await resolver.resolve(draft, field))
        except Refused as refused:
            errors = [
                one if one.field else replace(one, field=field.split(".")) for one in refused.errors
            ]
            raise Refused(errors) from refused
    parties = await list_required(
        connection, operations, resolver.issues_of_linkages, resolver.findings
    )
    return operations, parties
