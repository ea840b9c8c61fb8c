"""Resolve an axis: its members in order, and the member of each value per fiscal year.

Areas and agencies are dated: a province belongs to the cluster of that fiscal year's edition, an
office to its ministry on 1 October of that year. Values are therefore mapped per year. A value that
is not a member is mapped to its nearest ancestor that is one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from hub.domain.agencies import ActorLevel, AgencyKind
from hub.domain.areas import Area, AreaLevel
from hub.domain.budget import FundingSource
from hub.domain.labels import LABELS
from hub.domain.linkages import LinkageStatus
from hub.domain.matrix.layout import AxisOrdinals
from hub.domain.matrix.question import (
    AxisQuestion,
    DimensionKind,
    MemberSelector,
)
from hub.domain.matrix.result import Member
from hub.domain.text import LocalizedText, TranslationOrigin, thai_sort_key
from hub.domain.time import FiscalYear
from hub.errors import Invalid
from hub.services.matrix.axis_values import AxisValues, find_values
from hub.services.matrix.resolve_scope import AxisContext

HUMAN: Final = TranslationOrigin.HUMAN


@dataclass(slots=True)
class AxisMember:
    """A member of an axis without ordinal: key, label, groups, and its record if it has one."""

    key: str
    label: LocalizedText
    path: list[LocalizedText]
    record: Member | None
    sort_key: str


@dataclass(slots=True)
class ResolvedAxis:
    """An axis before counting: members in natural order, and values per fiscal year."""

    question: AxisQuestion
    members: list[AxisMember]
    values: AxisValues
    unrecorded: tuple[AreaLevel, tuple[FiscalYear, ...]] | None = None
    """The level of areas of which none is recorded for some years."""
    areas: dict[str, Area] = field(default_factory=dict)
    """The areas that members refer to, by id."""
    under: Area | None = None
    """The area that the selector names: members are below it."""

    def assign_ordinals(self, order: Sequence[str], *, unassigned: bool) -> AxisOrdinals:
        """Return the axis with ordinals: members in `order`, then UNASSIGNED, then BEYOND_LIMIT.

        Without unassigned values BEYOND_LIMIT follows the members, so that ordinals are contiguous.
        """
        unassigned_ordinal = len(order) if unassigned else len(order) + 1
        beyond_limit_ordinal = len(order) + 1 if unassigned else len(order)
        return AxisOrdinals(
            self.question.dimension,
            self.values.assign_ordinals(order, beyond_limit_ordinal),
            unassigned_ordinal=unassigned_ordinal,
        )


def build_enum_member(member: ActorLevel | FundingSource | LinkageStatus) -> AxisMember:
    """Return the member of an enum value, with our label."""
    th, en = LABELS[member]
    return AxisMember(
        member.value, LocalizedText(th, en, HUMAN, HUMAN), [], None, thai_sort_key(th)
    )


async def resolve_axis(context: AxisContext, axis: AxisQuestion, field: str) -> ResolvedAxis:
    """Return a resolved axis; `Invalid(field)` when its selector is invalid."""
    match axis.dimension:
        case DimensionKind.ACTOR_LEVEL:
            default = context.chain.actor_levels if context.chain else list(ActorLevel)
            return resolve_enum_axis(axis, default, ActorLevel, field)
        case DimensionKind.FUNDING:
            return resolve_enum_axis(axis, list(FundingSource), FundingSource, field)
        case DimensionKind.LINKAGE_STATUS:
            return resolve_enum_axis(axis, list(LinkageStatus), LinkageStatus, field)
        case DimensionKind.FISCAL_YEAR:
            return resolve_year_axis(context, axis, field)
        case DimensionKind.STAGE:
            return await resolve_stage_axis(context, axis, field)
        case DimensionKind.ISSUE:
            return await resolve_issue_axis(context, axis, field)
        case DimensionKind.AREA:
            return await resolve_area_axis(context, axis, field)
        case DimensionKind.AGENCY:
            return await resolve_agency_axis(context, axis, field)


def validate_selected_keys(
    axis: AxisQuestion, valid_keys: Iterable[str], field: str
) -> list[str] | None:
    """Return the selected ids or codes; null without a selector, `Invalid` when one is unknown."""
    selector = axis.members
    if selector is None:
        return None
    selected = selector.codes if selector.codes is not None else selector.ids
    if selected is None:
        raise selector_mismatch_error(axis.dimension, field)
    existing = set(valid_keys)
    for missing in (key for key in selected if key not in existing):
        raise unknown_member_error(missing, f"{field}.members")
    return list(dict.fromkeys(selected))


def unknown_member_error(key: str, field: str) -> Invalid:
    """Return the error for an unknown member."""
    return Invalid(field, f"ไม่มี {key!r} ในมิตินี้", f"{key!r} is not in this dimension")


def selector_mismatch_error(dimension: DimensionKind, field: str) -> Invalid:
    """Return the error for a selector of another dimension."""
    return Invalid(
        f"{field}.members",
        f"วิธีเลือกสมาชิกนี้ใช้กับมิติ {dimension.value} ไม่ได้ ใช้ codes หรือ ids",
        f"this selector is not available for {dimension.value}; use codes or ids",
    )


def resolve_enum_axis(
    axis: AxisQuestion,
    default: Sequence[ActorLevel | FundingSource | LinkageStatus],
    enum_type: type[ActorLevel] | type[FundingSource] | type[LinkageStatus],
    field: str,
) -> ResolvedAxis:
    """Return an axis of enum members; `codes` are their names."""
    keys = validate_selected_keys(axis, [m.value for m in enum_type], field)
    members = default if keys is None else [enum_type(key) for key in keys]
    return ResolvedAxis(
        axis,
        [build_enum_member(member) for member in members],
        AxisValues({(m.value, None): m.value for m in members}),
    )


def resolve_year_axis(context: AxisContext, axis: AxisQuestion, field: str) -> ResolvedAxis:
    """Return the fiscal years of the question; `codes` are Buddhist years."""
    years = {str(year.be): year for year in context.question.fiscal_years}
    keys = validate_selected_keys(axis, years, field)
    keys = list(years) if keys is None else keys
    return ResolvedAxis(
        axis,
        [AxisMember(key, years[key].label, [], None, key) for key in keys],
        AxisValues({(str(years[key].ce), None): key for key in keys}),
    )


async def resolve_stage_axis(context: AxisContext, axis: AxisQuestion, field: str) -> ResolvedAxis:
    """Return the stages of the question's only value chain, grouped as on slide 38."""
    if context.chain is None:
        raise Invalid(
            field,
            "แกน STAGE ต้องระบุห่วงโซ่คุณค่าเดียวใน filter.valueChains "
            "หรือประเด็นที่มีห่วงโซ่เดียวใน filter.issues",
            "a STAGE axis needs exactly one value chain: name it in filter.valueChains, "
            "or issues of one chain in filter.issues",
        )
    stages = (await context.unit.chains.stages_by_chain([context.chain.id], context.as_of_time))[
        context.chain.id
    ]
    by_key = {stage.code: stage for stage in stages}
    by_key_or_id = {**by_key, **{stage.id: stage for stage in stages}}
    keys = validate_selected_keys(axis, by_key_or_id, field)
    selected_stages = (
        stages if keys is None else list(dict.fromkeys(by_key_or_id[key] for key in keys))
    )
    return ResolvedAxis(
        axis,
        [
            AxisMember(s.code, s.name, [s.group] if s.group else [], s, thai_sort_key(s.name.th))
            for s in selected_stages
        ],
        AxisValues({(s.id, None): s.code for s in selected_stages}),
    )


async def resolve_issue_axis(context: AxisContext, axis: AxisQuestion, field: str) -> ResolvedAxis:
    """Return the issues of the filtered areas and years, by area and rank."""
    question = context.question
    selector = axis.members
    if selector is not None:
        ids = selector.ids if selector.ids is not None else selector.codes
        if ids is None:
            raise selector_mismatch_error(axis.dimension, field)
        found = await context.unit.plans.issues_by_id(ids, context.as_of_time)
        issues = [found[issue_id] for issue_id in validate_selected_keys(axis, found, field) or []]
    elif question.filter.issues:
        found = await context.unit.plans.issues_by_id(question.filter.issues, context.as_of_time)
        issues = [found[i] for i in question.filter.issues if i in found]
    else:
        areas = await fetch_filtered_area_ids(context)
        issues = await context.unit.plans.list_issues(
            areas, question.fiscal_years, context.as_of_time
        )
    max_rank = question.filter.max_rank
    if max_rank is not None:
        issues = [one for one in issues if one.rank is not None and one.rank <= max_rank]
    areas_by_id = await context.unit.areas.by_id([i.area_id for i in issues if i.area_id])
    return ResolvedAxis(
        axis,
        [
            AxisMember(
                i.id,
                i.name,
                [areas_by_id[i.area_id].name] if i.area_id in areas_by_id else [],
                i,
                i.sort_key,
            )
            for i in issues
        ],
        AxisValues({(i.id, None): i.id for i in issues}),
        areas=areas_by_id,
    )


async def fetch_filtered_area_ids(context: AxisContext) -> set[str] | None:
    """Return the filtered areas and their descendants in all editions; null without a filter."""
    filter_ids = context.question.filter.areas
    if not filter_ids:
        return None
    area_ids: set[str] = set()
    for day in sorted({context.edition_date(year) for year in context.question.fiscal_years}):
        for descendant_ids in (await context.unit.areas.descendants(filter_ids, day)).values():
            area_ids |= descendant_ids
    return area_ids


@dataclass(slots=True)
class SelectedAreas:
    """The areas that a selector finds, in Thai order; `under` and `unrecorded` as in
    `ResolvedAxis`.
    """

    areas: list[Area]
    under: Area | None = None
    unrecorded: tuple[AreaLevel, tuple[FiscalYear, ...]] | None = None


async def resolve_area_axis(context: AxisContext, axis: AxisQuestion, field: str) -> ResolvedAxis:
    """Return areas of a level in force in a year of the question; by default provinces."""
    areas = context.unit.areas
    selector = axis.members or MemberSelector(area_level=AreaLevel.PROVINCE)
    if selector.area_level is not None:
        within = await fetch_filtered_area_ids(context) if axis.members is None else None
        selected = await select_areas_of_level(context, selector.area_level, selector.under, field)
        selected.areas = [one for one in selected.areas if within is None or one.id in within]
    else:
        ids = selector.codes if selector.codes is not None else selector.ids
        if ids is None:
            raise selector_mismatch_error(axis.dimension, field)
        found = await areas.by_id(ids)
        selected_keys = validate_selected_keys(axis, found, field) or []
        selected = SelectedAreas([found[key] for key in selected_keys])
    keys = frozenset(area.id for area in selected.areas)
    days = {year.ce: context.edition_date(year) for year in context.question.fiscal_years}

    async def _find_values() -> AxisValues:
        return find_values(
            keys, {year: await areas.parents_by_child(day) for year, day in days.items()}
        )

    values = await context.unit.remember(("areas", keys, tuple(days.items())), _find_values)
    return ResolvedAxis(
        axis,
        [AxisMember(a.id, a.name, [], a, a.sort_key) for a in selected.areas],
        values,
        unrecorded=selected.unrecorded,
        under=selected.under,
    )


async def select_areas_of_level(
    context: AxisContext, level: AreaLevel, under_id: str | None, field: str
) -> SelectedAreas:
    """Return the areas of a level in force in a year of the question, below another area if one is
    given; `Invalid(field)` when that one is unknown.
    """
    areas, under = context.unit.areas, None
    if under_id is not None:
        under = (await areas.by_id([under_id])).get(under_id)
        if under is None:
            raise unknown_member_error(under_id, f"{field}.members.areaLevel.under")
    days = {year: context.edition_date(year) for year in context.question.fiscal_years}
    members: dict[str, Area] = {}
    empty_days: set[date] = set()
    for day in sorted(set(days.values())):
        in_force = await areas.list_in_force(level, under_id, day)
        # Nothing below `under`: either there is nothing, or the whole level is not recorded.
        if not in_force and (under is None or not await areas.list_in_force(level, None, day)):
            empty_days.add(day)
        members |= {area.id: area for area in in_force}
    selected = SelectedAreas(sorted(members.values(), key=lambda a: (a.sort_key, a.id)), under)
    if empty_days:
        empty_years = tuple(year for year, day in days.items() if day in empty_days)
        selected.unrecorded = (level, empty_years)
    return selected


async def resolve_agency_axis(context: AxisContext, axis: AxisQuestion, field: str) -> ResolvedAxis:
    """Return agencies of a kind in force in a year of the question; by default ministries."""
    agencies = context.unit.agencies
    days = {year: year.starts_on for year in context.question.fiscal_years}
    selector = axis.members or MemberSelector(agency_kind=AgencyKind.MINISTRY)
    last_day = max(days.values())
    if selector.agency_kind is not None:
        if selector.under is not None and not await agencies.by_id([selector.under], last_day):
            raise unknown_member_error(selector.under, f"{field}.members.agencies.under")
        found = {
            agency.id: agency
            for day in sorted(set(days.values()))
            for agency in await agencies.list_in_force(selector.agency_kind, selector.under, day)
        }
        selected_agencies = sorted(found.values(), key=lambda a: (a.sort_key, a.id))
    else:
        ids = selector.codes if selector.codes is not None else selector.ids
        if ids is None:
            raise selector_mismatch_error(axis.dimension, field)
        agencies_by_key = (
            await agencies.by_codes(ids, last_day)
            if selector.codes is not None
            else await agencies.by_id(ids, last_day)
        )
        selected_agencies = [
            agencies_by_key[key]
            for key in validate_selected_keys(axis, agencies_by_key, field) or []
        ]
    keys = frozenset(agency.id for agency in selected_agencies)

    async def _find_values() -> AxisValues:
        parents = {year.ce: await agencies.parents_on(day) for year, day in days.items()}
        return find_values(
            keys,
            {
                year: {child: [parent] for child, parent in edges.items()}
                for year, edges in parents.items()
            },
        )

    values = await context.unit.remember(("agencies", keys, tuple(days.items())), _find_values)
    return ResolvedAxis(
        axis, [AxisMember(a.id, a.name, [], a, a.sort_key) for a in selected_agencies], values
    )
