"""Assertions that projects are one activity: who asserted it, why, and what is counted then."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Final

from hub.domain.global_id import GlobalId
from hub.domain.linkages import Reason
from hub.domain.lookups import Lookup
from hub.domain.projects import Project
from hub.domain.record import record, value
from hub.domain.text import LocalizedText, localized_text
from hub.domain.user_errors import UserError

MAX_OTHERS: Final = 20
REPORTED_PREFIX: Final = "reported:"
"""Begins the id of an assertion that sources make; the rest is the project that the others repeat.
"""


@record
class SameAs:
    """That projects are one activity, counted once, as `keep_id` (การรวมรายการซ้ำ).

    `agency_id` null: their sources name each other; nobody asserted it.
    """

    TYPE: ClassVar[str] = "SameAs"

    id: str
    version: int
    project_ids: list[str]
    keep_id: str
    reasons: list[Reason]
    agency_id: str | None
    created_at: datetime
    undone_at: datetime | None
    undone_by_id: str | None
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@value
class SameAsAssertCommand:
    """Assert that `others` are the same activity as `keep`."""

    idempotency_key: str
    keep: Lookup[Project]
    others: tuple[Lookup[Project], ...]
    reason: str


@value
class SameAsUndoCommand:
    """Undo an assertion that the client has read in a version."""

    idempotency_key: str
    same_as_id: str
    expected_version: int
    reason: str


@record
class SameAsPayload:
    """The result of a command: the assertion; null if `user_errors`, and nothing was changed."""

    same_as_id: str | None
    user_errors: Sequence[UserError] = ()


@value
class ReportedProject:
    """What an assertion about a project depends on; `activity_id`: as what it is counted now."""

    id: str
    source_id: str | None
    owner_id: str | None
    parent_id: str | None
    years: tuple[int, ...]
    title_hash: int | None
    activity_id: str


@value
class AssertionInForce:
    """An assertion in force: its projects, `keep_id` among them."""

    id: str
    keep_id: str
    project_ids: tuple[str, ...]


def find_groups(
    repeats: Mapping[str, str | None], assertions: Iterable[AssertionInForce]
) -> list[list[str]]:
    """Return the projects grouped by activity, each group in the order of ids.

    `repeats` are all projects, each with the one that it repeats by its source (null: none).
    """
    parents = {key: key for key in repeats}

    def _find(key: str) -> str:
        while parents[key] != key:
            parents[key] = parents[parents[key]]
            key = parents[key]
        return key

    pairs = [(key, other) for key, other in repeats.items() if other is not None]
    pairs += [(one.keep_id, other) for one in assertions for other in one.project_ids]
    for one, other in pairs:
        parents[_find(one)] = _find(other)
    groups: dict[str, list[str]] = {}
    for key in sorted(repeats):
        groups.setdefault(_find(key), []).append(key)
    return list(groups.values())


def find_activities(
    repeats: Mapping[str, str | None], assertions: Sequence[AssertionInForce]
) -> dict[str, str | None]:
    """Return the project as which each is counted by assertions; null: as its source reports.

    Of several assertions about one activity, the last one in their order decides which is kept.
    """
    found: dict[str, str | None] = {}
    for group in find_groups(repeats, assertions):
        keeps = [one.keep_id for one in assertions if one.keep_id in group]
        found |= dict.fromkeys(group, keeps[-1] if keeps else None)
    return found


def stated_reason(code: str, text: str) -> Reason:
    """Return the reason that a person states, in the person's language."""
    return Reason(code, LocalizedText(text), Decimal(1))


def find_evidence(keep: ReportedProject, others: Sequence[ReportedProject]) -> list[Reason]:
    """Return what the records of projects have in common, as reasons."""
    found = []
    th, en = (
        ", ".join(one.source_id or own for one in (keep, *others))
        for own in ("ข้อมูลตั้งต้นของระบบ", "the hub's own data")
    )
    text = localized_text(f"รายงานจากแหล่งต่างกัน: {th}", f"Reported by different sources: {en}")
    found.append(Reason("SOURCES", text, Decimal("0.2")))
    if keep.title_hash is not None and {one.title_hash for one in others} == {keep.title_hash}:
        text = localized_text("ชื่อเดียวกัน", "The same name")
        found.append(Reason("SAME_NAME", text, Decimal("0.5")))
    common = sorted(set(keep.years).intersection(*(one.years for one in others)))
    if common:
        years = ", ".join(str(year + 543) for year in common)
        text = localized_text(f"มีปีงบประมาณร่วมกัน {years}", f"Fiscal years in common: {years} BE")
        found.append(Reason("COMMON_YEARS", text, Decimal("0.2")))
    if keep.owner_id is not None and {one.owner_id for one in others} == {keep.owner_id}:
        text = localized_text("หน่วยงานเจ้าของเดียวกัน", "The same owner")
        found.append(Reason("SAME_OWNER", text, Decimal("0.3")))
    return found


def reported_same_as(keep_id: str, others: Sequence[str], at: datetime) -> SameAs:
    """Return that `others` repeat a project because their sources name it, known since `at`."""
    text = localized_text(
        "แหล่งข้อมูลระบุว่าเป็นรายการเดียวกัน และมีงานที่คนทำไว้กับรายการนี้ จึงคงไว้ทั้งสองรายการ",
        "A source names the other record, and people's work refers to this one, so both remain",
    )
    return SameAs(
        id=f"{REPORTED_PREFIX}{keep_id}",
        version=1,
        project_ids=[keep_id, *sorted(others)],
        keep_id=keep_id,
        reasons=[Reason("REPORTED", text, Decimal(1))],
        agency_id=None,
        created_at=at,
        undone_at=None,
        undone_by_id=None,
        updated_at=at,
    )


def at_field(error: UserError, *path: str) -> UserError:
    """Return an error of one field of the input."""
    return replace(error, field=["input", *path])
