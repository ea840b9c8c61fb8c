"""Lay out an axis: its members in order, and which value stands at which of them.

Areas and agencies are dated: a province belongs to the cluster of that fiscal year's edition, an
office to the ministry it was under on that year's 1 October, so their values are placed year by
year. A value that is no member itself stands at its nearest ancestor that is one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from hub.domain.agencies import ActorLevel, AgencyKind
from hub.domain.areas import Area, AreaLevel
from hub.domain.budget import FundingSource
from hub.domain.linkages import LinkageStatus
from hub.domain.matrix.labels import LABELS
from hub.domain.matrix.layout import AxisOrdinals
from hub.domain.matrix.question import (
    AxisQuestion,
    DimensionKind,
    MatrixQuestion,
    MemberSelector,
)
from hub.domain.matrix.result import Member
from hub.domain.text import LocalizedText, TranslationOrigin, thai_sort_key
from hub.domain.time import FiscalYear
from hub.domain.value_chain import ValueChain
from hub.errors import Invalid

if TYPE_CHECKING:
    from hub.store.unit_of_work import UnitOfWork

HUMAN: Final = TranslationOrigin.HUMAN


@dataclass(slots=True)
class MemberOfAxis:
    """A member before it is numbered: its key, what it is called, and the record behind it."""

    key: str
    label: LocalizedText
    path: list[LocalizedText]
    record: Member | None
    sort_key: str


@dataclass(slots=True)
class LaidOut:
    """An axis before anything is counted: members in natural order, values by year."""

    question: AxisQuestion
    members: list[MemberOfAxis]
    values: dict[tuple[str, int | None], str]
    """(value, fiscal year CE or null for any) → key of the member it stands at."""

    def places(self, order: Sequence[str], *, unassigned: bool) -> AxisOrdinals:
        """The axis with its members at the ordinals of `order`, then UNASSIGNED, then what was cut.

        Where nothing is unassigned what was cut follows the members, so that ordinals have no hole.
        """
        ordinal = {key: at for at, key in enumerate(order)}
        elsewhere = len(order) if unassigned else len(order) + 1
        cut = len(order) + 1 if unassigned else len(order)
        return AxisOrdinals(
            self.question.dimension,
            frozenset((v, year, ordinal.get(k, cut)) for (v, year), k in self.values.items()),
            unassigned_ordinal=elsewhere,
        )


@dataclass(slots=True)
class Ground:
    """What both axes and the filter stand on: the question, its chain, and dated editions."""

    unit: "UnitOfWork"
    question: MatrixQuestion
    chain: ValueChain | None
    known_at: datetime | None

    def day(self, year: FiscalYear) -> date:
        """The day whose edition of areas is meant for a fiscal year."""
        return self.question.areas_on or year.starts_on


def named(kind: ActorLevel | FundingSource | LinkageStatus) -> MemberOfAxis:
    """A member of an enum dimension, worded by us."""
    th, en = LABELS[kind]
    return MemberOfAxis(
        kind.value, LocalizedText(th, en, HUMAN, HUMAN), [], None, thai_sort_key(th)
    )


async def lay_out_axis(ground: Ground, axis: AxisQuestion, field: str) -> LaidOut:
    """The members of an axis; `Invalid(field)` for one that cannot be had as it was asked."""
    match axis.dimension:
        case DimensionKind.ACTOR_LEVEL:
            default = ground.chain.actor_levels if ground.chain else list(ActorLevel)
            return of_enum(axis, default, ActorLevel, field)
        case DimensionKind.FUNDING:
            return of_enum(axis, list(FundingSource), FundingSource, field)
        case DimensionKind.LINKAGE_STATUS:
            return of_enum(axis, list(LinkageStatus), LinkageStatus, field)
        case DimensionKind.FISCAL_YEAR:
            return of_years(ground, axis, field)
        case DimensionKind.STAGE:
            return await of_stages(ground, axis, field)
        case DimensionKind.ISSUE:
            return await of_issues(ground, axis, field)
        case DimensionKind.AREA:
            return await of_areas(ground, axis, field)
        case DimensionKind.AGENCY:
            return await of_agencies(ground, axis, field)


def chosen(axis: AxisQuestion, known: Iterable[str], field: str) -> list[str] | None:
    """The ids or codes a selector names, each of them known; null where it names none."""
    selector = axis.members
    if selector is None:
        return None
    asked = selector.codes if selector.codes is not None else selector.ids
    if asked is None:
        raise unsuitable(axis.dimension, field)
    held = set(known)
    for missing in (key for key in asked if key not in held):
        raise unknown_member(missing, f"{field}.members")
    return list(dict.fromkeys(asked))


def unknown_member(key: str, field: str) -> Invalid:
    """The axis has no such member."""
    return Invalid(field, f"ไม่รู้จัก {key!r} ในมิตินี้", f"no {key!r} in this dimension")


def unsuitable(dimension: DimensionKind, field: str) -> Invalid:
    """A selector of another dimension."""
    return Invalid(
        f"{field}.members",
        f"เลือกสมาชิกแบบนี้ใช้กับมิติ {dimension.value} ไม่ได้ ใช้ codes หรือ ids",
        f"this way to choose members does not fit {dimension.value}; use codes or ids",
    )


def of_enum(
    axis: AxisQuestion,
    default: Sequence[ActorLevel | FundingSource | LinkageStatus],
    kind: type[ActorLevel] | type[FundingSource] | type[LinkageStatus],
    field: str,
) -> LaidOut:
    """An axis over the members of an enum; `codes` are their names."""
    keys = chosen(axis, [m.value for m in kind], field)
    members = default if keys is None else [kind(key) for key in keys]
    return LaidOut(
        axis, [named(member) for member in members], {(m.value, None): m.value for m in members}
    )


def of_years(ground: Ground, axis: AxisQuestion, field: str) -> LaidOut:
    """The fiscal years of the range; `codes` are Buddhist years."""
    years = {str(year.be): year for year in ground.question.fiscal_years}
    keys = chosen(axis, years, field)
    keys = list(years) if keys is None else keys
    return LaidOut(
        axis,
        [MemberOfAxis(key, years[key].label, [], None, key) for key in keys],
        {(str(years[key].ce), None): key for key in keys},
    )


async def of_stages(ground: Ground, axis: AxisQuestion, field: str) -> LaidOut:
    """The stages of the one value chain the question is about, grouped as on slide 38."""
    if ground.chain is None:
        raise Invalid(
            field,
            "แกน STAGE ต้องระบุห่วงโซ่คุณค่าเดียวใน filter.valueChains "
            "หรือประเด็นที่มีห่วงโซ่เดียวใน filter.issues",
            "a STAGE axis needs exactly one value chain: name it in filter.valueChains, "
            "or issues of one chain in filter.issues",
        )
    stages = (await ground.unit.chains.stages_by_chain([ground.chain.id], ground.known_at))[
        ground.chain.id
    ]
    by_key = {stage.code: stage for stage in stages}
    by_key_or_id = {**by_key, **{stage.id: stage for stage in stages}}
    keys = chosen(axis, by_key_or_id, field)
    kept = stages if keys is None else list(dict.fromkeys(by_key_or_id[key] for key in keys))
    return LaidOut(
        axis,
        [
            MemberOfAxis(s.code, s.name, [s.group] if s.group else [], s, thai_sort_key(s.name.th))
            for s in kept
        ],
        {(s.id, None): s.code for s in kept},
    )


async def of_issues(ground: Ground, axis: AxisQuestion, field: str) -> LaidOut:
    """The issues of the filtered areas and years, by area and rank."""
    question = ground.question
    asked = axis.members
    if asked is not None:
        ids = asked.ids if asked.ids is not None else asked.codes
        if ids is None:
            raise unsuitable(axis.dimension, field)
        found = await ground.unit.plans.issues_by_id(ids, ground.known_at)
        issues = [found[chosen_id] for chosen_id in chosen(axis, found, field) or []]
    elif question.filter.issues:
        found = await ground.unit.plans.issues_by_id(question.filter.issues, ground.known_at)
        issues = [found[i] for i in question.filter.issues if i in found]
    else:
        areas = await areas_meant(ground)
        issues = await ground.unit.plans.list_issues(areas, question.fiscal_years, ground.known_at)
    areas_by_id = await ground.unit.areas.by_id([i.area_id for i in issues if i.area_id])
    return LaidOut(
        axis,
        [
            MemberOfAxis(
                i.id,
                i.name,
                [areas_by_id[i.area_id].name] if i.area_id in areas_by_id else [],
                i,
                i.sort_key,
            )
            for i in issues
        ],
        {(i.id, None): i.id for i in issues},
    )


async def areas_meant(ground: Ground) -> set[str] | None:
    """The filtered areas with all below them in any edition meant; null where none is filtered."""
    asked = ground.question.filter.areas
    if not asked:
        return None
    reached: set[str] = set()
    for day in sorted({ground.day(year) for year in ground.question.fiscal_years}):
        for below in (await ground.unit.areas.descendants(asked, day)).values():
            reached |= below
    return reached


async def of_areas(ground: Ground, axis: AxisQuestion, field: str) -> LaidOut:
    """Areas of a level, provinces by default, that were in force in a year of the question."""
    question, areas = ground.question, ground.unit.areas
    days = {year: ground.day(year) for year in question.fiscal_years}
    selector = axis.members or MemberSelector(
        area_level=AreaLevel.PROVINCE,
    )
    if selector.area_level is not None:
        if selector.under is not None and not await areas.by_id([selector.under]):
            raise unknown_member(selector.under, f"{field}.members.areaLevel.under")
        within = await areas_meant(ground) if axis.members is None else None
        members: dict[str, Area] = {}
        for day in sorted(set(days.values())):
            for area in await areas.list_in_force(selector.area_level, selector.under, day):
                if within is None or area.id in within:
                    members[area.id] = area
        kept = sorted(members.values(), key=lambda a: (a.sort_key, a.id))
    else:
        ids = selector.codes if selector.codes is not None else selector.ids
        if ids is None:
            raise unsuitable(axis.dimension, field)
        found = await areas.by_id(ids)
        kept = [found[key] for key in chosen(axis, found, field) or []]
    keys = {area.id for area in kept}
    values: dict[tuple[str, int | None], str] = {}
    for year, day in days.items():
        edges = await areas.parents_by_child(day)
        for value in set(edges) | keys:
            if (at := nearest(value, keys, edges)) is not None:
                values[value, year.ce] = at
    return LaidOut(axis, [MemberOfAxis(a.id, a.name, [], a, a.sort_key) for a in kept], values)


def nearest(value: str, keys: set[str], edges: Mapping[str, Sequence[str]]) -> str | None:
    """The value itself or its nearest ancestor among the keys, breadth first."""
    level: list[str] = [value]
    for _ in range(10):
        for one in level:
            if one in keys:
                return one
        level = [up for one in level for up in edges.get(one, ())]
    return None


async def of_agencies(ground: Ground, axis: AxisQuestion, field: str) -> LaidOut:
    """Agencies of a kind, ministries by default, in force in a year of the question."""
    agencies = ground.unit.agencies
    days = {year: year.starts_on for year in ground.question.fiscal_years}
    selector = axis.members or MemberSelector(agency_kind=AgencyKind.MINISTRY)
    last = max(days.values())
    if selector.agency_kind is not None:
        if selector.under is not None and not await agencies.by_id([selector.under], last):
            raise unknown_member(selector.under, f"{field}.members.agencies.under")
        found = {
            agency.id: agency
            for day in sorted(set(days.values()))
            for agency in await agencies.list_in_force(selector.agency_kind, selector.under, day)
        }
        kept = sorted(found.values(), key=lambda a: (a.sort_key, a.id))
    else:
        ids = selector.codes if selector.codes is not None else selector.ids
        if ids is None:
            raise unsuitable(axis.dimension, field)
        named_so = (
            await agencies.by_codes(ids, last)
            if selector.codes is not None
            else await agencies.by_id(ids, last)
        )
        kept = [named_so[key] for key in chosen(axis, named_so, field) or []]
    keys = {agency.id for agency in kept}
    values: dict[tuple[str, int | None], str] = {}
    for year, day in days.items():
        edges = {child: [up] for child, up in (await agencies.parents_on(day)).items()}
        for value in set(edges) | keys:
            if (at := nearest(value, keys, edges)) is not None:
                values[value, year.ce] = at
    return LaidOut(axis, [MemberOfAxis(a.id, a.name, [], a, a.sort_key) for a in kept], values)
