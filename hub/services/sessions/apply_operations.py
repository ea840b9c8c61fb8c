"""Apply the operations of a proposal in one transaction: all of them, or none."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Permission, Visibility
from hub.domain.linkages import Linkage
from hub.domain.lookups import Lookup
from hub.domain.record import record
from hub.domain.same_as import SameAsAssertCommand
from hub.domain.sessions.kinds import (
    AgreedField,
    CommitmentKind,
    CommitmentStatus,
    OperationKind,
)
from hub.domain.sessions.operations import TARGET_TYPES, ProposedOperation
from hub.domain.text import localized_text
from hub.domain.user_errors import UserError, UserErrorCode
from hub.services.commands.acting import Acting
from hub.services.commands.execute import Refused
from hub.services.same_as.assert_same import assert_same
from hub.services.sessions.apply_linkages import LINKAGE_OPERATIONS, Fact, LinkageOperations
from hub.store.database import StoreConnection
from hub.store.findings import decisions
from hub.store.linkage_changes import lock_linkages, lock_projects
from hub.store.sessions.changes import insert_row
from hub.store.sessions.facts import (
    end_facts,
    fetch_issue_areas,
    fetch_projects,
    raise_versions,
    settle_finding,
    supersede,
)
from hub.store.sessions.plan_versions import copy_version
from hub.store.tables import agreed_fact, commitment

VISIBILITIES = "select id, visibility from project where id = any($1::text[])"
FINDING_VERSIONS = "select id, version from finding where id = any($1::text[])"


@record
class Applied:
    """What applying operations did: ids of facts, projects, commitments and plan versions."""

    fact_ids: list[str]
    project_ids: list[str]
    commitment_ids: list[str]
    version_ids: list[str]


def act_for_all(acting: Acting, agreement_gid: str) -> Acting:
    """Return the host acting for the parties, who all accepted: it may change what they may."""
    viewer = acting.viewer
    scopes = viewer.scopes | {Permission.STEWARD.value}
    return replace(acting, viewer=replace(viewer, scopes=scopes), because_of=agreement_gid)


async def lock_targets(
    connection: StoreConnection, acting: Acting, operations: Sequence[ProposedOperation]
) -> dict[str, Linkage]:
    """Lock what operations change; return the linkages. `Refused` names everything stale."""
    linkage_ids = [
        one.target_id
        for one in operations
        if one.kind in LINKAGE_OPERATIONS
        and one.target_id
        and one.kind is not OperationKind.LINKAGE_ADD
    ]
    project_ids = [key for one in operations for key in (one.project_id, one.other_id) if key]
    await lock_projects(connection, project_ids)
    linkages = await lock_linkages(connection, acting.viewer, linkage_ids)
    projects = await fetch_projects(connection, project_ids)
    finding_ids = [
        one.target_id
        for one in operations
        if one.kind is OperationKind.FINDING_SETTLE and one.target_id
    ]
    await decisions.lock_findings(connection, finding_ids)
    rows = await connection.fetch(FINDING_VERSIONS, finding_ids)
    versions: dict[tuple[str, str | None], int] = {
        **{("Project", key): one.version for key, one in projects.items()},
        **{("Linkage", key): one.version for key, one in linkages.items()},
        **{("Finding", row["id"]): row["version"] for row in rows},
    }
    expected: dict[tuple[str, str | None], int | None] = {
        (TARGET_TYPES[one.kind], one.target_id): one.target_version
        for one in operations
        if one.target_id and one.target_version is not None
    }
    expected |= {("Project", one.other_id): one.other_version for one in operations if one.other_id}
    stale = [build_stale(*key) for key, version in expected.items() if versions.get(key) != version]
    if stale:
        raise Refused(stale)
    return linkages


def build_stale(kind: str, key: str | None) -> UserError:
    """Return the error of a thing that has changed since the proposal was made."""
    return UserError(
        UserErrorCode.STALE_VERSION,
        ["input", "proposal"],
        localized_text(
            "รายการที่ข้อเสนอจะเปลี่ยน ถูกแก้ไขหลังจากเสนอ ให้ตรวจแล้วเสนอใหม่",
            "something that the proposal changes has changed since; look at it and propose again",
        ),
        str(GlobalId(kind, key or "")),
    )


async def apply_operations(
    connection: StoreConnection,
    acting: Acting,
    operations: Sequence[ProposedOperation],
    agreement_id: str,
    session_id: str,
    at: datetime,
) -> Applied:
    """Apply operations whose targets are as they were; raise if one of them is not possible."""
    parties = act_for_all(acting, str(GlobalId("Agreement", agreement_id)))
    linkages = await lock_targets(connection, parties, operations)
    project_ids = sorted({one.project_id for one in operations if one.project_id})
    issue_ids = {one.issue_id for one in operations if one.issue_id}
    issue_ids |= {one.issue_id for one in linkages.values() if one.issue_id}
    visibilities = {
        row["id"]: Visibility(row["visibility"])
        for row in await connection.fetch(VISIBILITIES, project_ids)
    }
    batch = LinkageOperations(
        parties,
        linkages,
        await fetch_projects(connection, project_ids),
        await fetch_issue_areas(connection, sorted(issue_ids)),
        visibilities,
        at,
    )
    await batch.load(connection)
    commitments: list[str] = []
    versions: list[str] = []
    others: list[Fact] = []
    for one in operations:
        if one.kind in LINKAGE_OPERATIONS:
            batch.apply(one)
        elif one.kind is OperationKind.GAP_TAKE:
            commitments.append(await insert_pledge(connection, one, agreement_id, session_id, at))
        elif one.kind is OperationKind.FINDING_SETTLE:
            await settle_finding(connection, one.target_id or "")
        else:
            if one.kind is OperationKind.INDICATOR_SHARE:
                version_id = await copy_version(connection, one.target_id or "", one.agency_ids)
                versions += [version_id] if version_id else []
            others.append(await build_fact(connection, parties, one, at))
    await batch.write(connection, parties.because_of or "")
    facts = [*batch.facts, *others]
    fact_ids = await insert_facts(connection, facts, agreement_id, at)
    touched = sorted({fact["project_id"] for fact in facts if fact.get("project_id")})
    await raise_versions(connection, touched)
    return Applied(fact_ids, touched, commitments, versions)


async def build_fact(
    connection: StoreConnection, acting: Acting, one: ProposedOperation, at: datetime
) -> Fact:
    """Return the fact that an operation on a project or indicator asserts."""
    match one.kind:
        case OperationKind.LEAD_SET:
            return {
                "field": AgreedField.LEAD.value,
                "project_id": one.project_id,
                "agency_ids": list(one.agency_ids),
            }
        case OperationKind.BUDGET_SET:
            return {
                "field": AgreedField.AMOUNT.value,
                "project_id": one.project_id,
                "fiscal_year": one.fiscal_year,
                "phase": one.phase and one.phase.value,
                "funding": one.funding and one.funding.value,
                "area_id": one.area_id,
                "amount_satang": one.satang,
            }
        case OperationKind.PROJECT_MERGE:
            command = SameAsAssertCommand(
                uuid.uuid4().hex,
                Lookup(key=one.project_id or ""),
                (Lookup(key=one.other_id or ""),),
                one.text or "ข้อตกลงในการประชุมร่วม",
            )
            same_as_id = await assert_same(connection, acting, command, at)
            return {
                "field": AgreedField.IDENTITY.value,
                "project_id": one.other_id,
                "same_as_id": same_as_id,
            }
        case _:
            return {
                "field": AgreedField.INDICATOR_OWNERS.value,
                "indicator_id": one.target_id,
                "agency_ids": list(one.agency_ids),
            }


async def insert_facts(
    connection: StoreConnection, facts: Sequence[Fact], agreement_id: str, at: datetime
) -> list[str]:
    """Insert facts, and end those that they replace; return their ids in order."""
    replaced: list[str] = []
    ids: list[str] = []
    for fact in facts:
        replaced += await end_facts(connection, fact, at)
        row: dict[str, Any] = {
            "id": uuid.uuid4().hex,
            "agreement_id": agreement_id,
            **fact,
            "asserted_at": at,
            "updated_at": at,
        }
        await insert_row(connection, agreed_fact, row)
        ids.append(row["id"])
    others = [key for key in replaced if key != agreement_id]
    if others:
        await supersede(connection, others, agreement_id)
    return ids


async def insert_pledge(
    connection: StoreConnection,
    one: ProposedOperation,
    agreement_id: str | None,
    session_id: str | None,
    at: datetime,
) -> str:
    """Insert the commitment to take a gap and return its id."""
    place = one.place
    key = uuid.uuid4().hex
    row: dict[str, Any] = {
        "id": key,
        "agency_id": one.agency_ids[0],
        "text": one.text,
        "due_on": one.due_on,
        "kind": CommitmentKind.PLEDGE.value,
        "status": CommitmentStatus.OPEN.value,
        "session_id": session_id,
        "agreement_id": agreement_id,
        "created_at": at,
        "updated_at": at,
    }
    if place is not None:
        row |= {
            "area_id": place.area_id,
            "issue_id": place.issue_id,
            "stage_id": place.stage_id,
            "actor_level": place.actor_level and place.actor_level.value,
            "place_agency_id": place.agency_id,
            "first_year": place.first_year,
            "last_year": place.last_year,
        }
    await insert_row(connection, commitment, row)
    return key
