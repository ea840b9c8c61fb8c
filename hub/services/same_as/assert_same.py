"""Assert that projects are one activity, so that amounts are counted once.

The agency asserts it of its own projects: those of `others`, whose amounts no longer count beside
those of `keep`. So no agency takes the projects of another one out of the totals.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from hub.domain.global_id import GlobalId
from hub.domain.history import ChangeKind
from hub.domain.identity.viewer import Permission
from hub.domain.lookups import Lookup
from hub.domain.projects import Project
from hub.domain.same_as import (
    MAX_OTHERS,
    REPORTED_PREFIX,
    ReportedProject,
    SameAs,
    SameAsAssertCommand,
    find_evidence,
    find_groups,
    stated_reason,
)
from hub.domain.user_errors import UserError, to_user_error
from hub.errors import Ambiguous, Duplicate, Forbidden, HubError, Invalid, NotFound
from hub.services.commands.acting import Acting
from hub.services.commands.execute import Refused
from hub.store.activities import (
    Activities,
    fetch_activities,
    lock_activities,
    recompute_activities,
)
from hub.store.database import StoreConnection
from hub.store.history import NewEntry, append_history
from hub.store.linkage_rights import SideRight, fetch_function_rights
from hub.store.linkage_targets import TargetProject, find_projects
from hub.store.same_as import insert_assertion

NOT_OWN: Final = (
    "โครงการนี้ไม่ใช่ของหน่วยงานของท่าน ให้เจ้าของเป็นผู้ยืนยันว่าซ้ำ หรือส่งโครงการของท่านใน others "
    "· this project is not of your agency: its owner can assert that it repeats the other, or send "
    "your own project in others"
)


async def assert_same(
    connection: StoreConnection, acting: Acting, command: SameAsAssertCommand, at: datetime
) -> str:
    """Insert an assertion and return its id; raise `Refused` or a `HubError` if it is refused."""
    if not 1 <= len(command.others) <= MAX_OTHERS:
        raise Invalid(
            "input.others",
            f"ต้องระบุรายการซ้ำ 1–{MAX_OTHERS} โครงการ",
            f"1 to {MAX_OTHERS} other projects are required",
        )
    await lock_activities(connection)
    keep_id, *other_ids = await find_named(connection, acting, [command.keep, *command.others])
    found = await fetch_activities(connection, [keep_id, *other_ids])
    refuse_if_any(find_contradictions(found, keep_id, other_ids))
    rights = await fetch_function_rights(connection, [keep_id, *other_ids], acting.viewer.agency_id)
    agency_id = find_author(acting, rights, keep_id, other_ids)
    keep, others = found.projects[keep_id], [found.projects[key] for key in other_ids]
    reasons = [stated_reason("STATED", command.reason), *find_evidence(keep, others)]
    same_as_id = uuid.uuid4().hex
    await insert_assertion(connection, same_as_id, [keep_id, *other_ids], agency_id, reasons)
    await recompute_activities(connection, [keep_id, *other_ids])
    entry = NewEntry(
        subject=str(GlobalId(SameAs.TYPE, same_as_id)),
        version=1,
        author=acting.author(agency_id, at),
        side=None,
        kind=ChangeKind.ADDED,
        field=None,
        before=None,
        after=" ".join([keep_id, *other_ids]),
        reason=command.reason,
        because_of=acting.because_of,
    )
    await append_history(connection, [entry])
    return same_as_id


def field_of(position: int) -> str:
    """Return the field of a named project: `keep` is the first, then `others`."""
    return "input.keep" if position == 0 else f"input.others.{position - 1}"


def build_error(position: int, error: HubError, current_gid: str | None = None) -> UserError:
    """Return an expected error of a named project."""
    found = to_user_error(error, current_gid)
    return found if found.field else replace(found, field=field_of(position).split("."))


def refuse_if_any(errors: Sequence[UserError]) -> None:
    """Raise `Refused` if there are errors."""
    if errors:
        raise Refused(errors)


async def find_named(
    connection: StoreConnection, acting: Acting, lookups: Sequence[Lookup[Project]]
) -> list[str]:
    """Return the ids of the projects that a command names; `Refused` if one is not visible."""
    found = await find_projects(connection, acting.viewer, lookups)
    errors, ids = [], []
    for position, lookup in enumerate(lookups):
        try:
            ids.append(require_one(found[lookup], field_of(position)).id)
        except HubError as error:
            errors.append(build_error(position, error))
    refuse_if_any(errors)
    return ids


def require_one(targets: Sequence[TargetProject], field: str) -> TargetProject:
    """Return the only project of a lookup; `NotFound` or `Ambiguous` otherwise."""
    if not targets:
        raise NotFound("ไม่พบโครงการนี้ หรือท่านดูไม่ได้ · there is no such project that you may see")
    if len(targets) > 1:
        raise Ambiguous(field, [str(GlobalId("Project", one.id)) for one in targets])
    return targets[0]


def find_contradictions(
    found: Activities, keep_id: str, other_ids: Sequence[str]
) -> list[UserError]:
    """Return why projects cannot be one activity, an error for each that cannot."""
    errors: list[UserError] = []
    keep = found.projects[keep_id]
    groups = find_groups(found.repeats, found.assertions)
    group_of = {key: group for group in groups for key in group}
    asserted = {key for one in found.assertions for key in one.project_ids}

    def _sources_of(key: str) -> set[str | None]:
        members = [one for one in group_of[key] if one == key or one in asserted]
        return {found.projects[one].source_id for one in members}

    if keep.activity_id != keep_id:
        errors.append(to_user_error(counted_as_another("input.keep")))
    sources = _sources_of(keep_id)
    seen = {keep_id}
    for position, key in enumerate(other_ids, start=1):
        field, other = field_of(position), found.projects[key]
        if key in seen:
            errors.append(to_user_error(named_twice(field)))
        elif group_of[key] == group_of[keep_id]:
            error = Duplicate(
                "โครงการนี้นับเป็นกิจกรรมเดียวกับโครงการหลักอยู่แล้ว "
                "· this project is counted as the same activity already"
            )
            errors.append(build_error(position, error, find_current(found, keep_id, key)))
        elif problem := find_problem(field, keep, other, sources & _sources_of(key)):
            errors.append(to_user_error(problem))
        seen.add(key)
        sources |= _sources_of(key)
    return errors


def find_problem(
    field: str, keep: ReportedProject, other: ReportedProject, common_sources: set[str | None]
) -> Invalid | None:
    """Return why another project cannot be the same activity as the one that is kept."""
    if other.activity_id != other.id:
        return counted_as_another(field)
    if common_sources:
        return Invalid(
            field,
            "มาจากแหล่งเดียวกับรายการอื่น แหล่งเดียวแยกไว้เป็นคนละโครงการ จึงรวมที่นี่ไม่ได้ ให้แก้ที่แหล่งข้อมูล",
            "it is of the same source as another one, which reports them as two projects; correct "
            "it in the source",
        )
    if keep.id == other.parent_id or other.id == keep.parent_id:
        return Invalid(
            field,
            "เป็นโครงการแม่หรือโครงการย่อยของอีกรายการ จึงไม่ใช่กิจกรรมเดียวกัน",
            "one is the parent of the other, so they are not the same activity",
        )
    if keep.years and other.years and not set(keep.years) & set(other.years):
        years = " / ".join(
            ", ".join(str(year + 543) for year in sorted(one.years)) for one in (keep, other)
        )
        return Invalid(
            field,
            f"ไม่มีปีงบประมาณร่วมกัน ({years}) จึงไม่มียอดใดซ้ำกัน",
            f"they have no fiscal year in common ({years} BE), so no amount is counted twice",
        )
    return None


def counted_as_another(field: str) -> Invalid:
    """Return the error of a project that repeats another one already."""
    return Invalid(
        field,
        "โครงการนี้นับเป็นรายการซ้ำของโครงการอื่นอยู่แล้ว ให้ส่งโครงการหลักของรายการนั้น (ดู identity)",
        "this project is counted as another one already; send that one (see its identity)",
    )


def named_twice(field: str) -> Invalid:
    """Return the error of a project that a command names twice."""
    return Invalid(field, "ระบุโครงการเดียวกันสองครั้ง", "the same project is named twice")


def find_current(found: Activities, keep_id: str, other_id: str) -> str:
    """Return the assertion by which two projects are one activity already."""
    both = {keep_id, other_id}
    about = [one for one in found.assertions if both & set(one.project_ids)]
    about.sort(key=lambda one: not both <= set(one.project_ids))
    repeated = found.repeats[other_id] or found.repeats[keep_id] or keep_id
    key = about[0].id if about else f"{REPORTED_PREFIX}{repeated}"
    return str(GlobalId(SameAs.TYPE, key))


def find_author(
    acting: Acting, rights: Mapping[str, SideRight], keep_id: str, other_ids: Sequence[str]
) -> str:
    """Return the agency in whose name the viewer asserts; `Refused` names what is not its own.

    All projects of `others` with an owner must be of the agency, or of a department of it; if none
    of them has an owner, the one that is kept. A steward asserts in the name of an owner.
    """
    viewer = acting.viewer
    owned = [key for key in other_ids if rights[key].agency_id is not None] or [keep_id]
    positions = {key: position for position, key in enumerate([keep_id, *other_ids])}
    denied = [key for key in owned if not rights[key].allowed]
    if not denied and viewer.agency_id is not None:
        return viewer.agency_id
    owner = next((one for key in owned if (one := rights[key].agency_id)), viewer.agency_id)
    if viewer.has_permission(Permission.STEWARD) and owner is not None:
        return owner
    raise Refused([build_error(positions[key], Forbidden(NOT_OWN)) for key in denied or owned])
