"""The difference between two versions of plans, as a list of changes (R20, slide 49).

    comparison = compare(earlier, later)
    apply_changes(flatten(earlier), comparison)  # is flatten(later)

A plan is flattened to its elements by kind and lineage id; each element has a parent and fields.
An element of another plan (two years, two plans) is matched by its code, else by its name.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from hub.domain.history import ChangeKind
from hub.domain.plan_content import PlanContent
from hub.domain.plan_flat import (
    PARENT_FIELDS,
    PLANNED,
    RANK,
    DiffedKind,
    FlatElement,
    FlatPlan,
    Key,
    flatten,
    satang_of,
)
from hub.domain.record import value


@value
class FlatChange:
    """A change of an element: of one field, or (`field` null) of the whole element.

    `key` is that of the later plan, for a removed element that of the earlier one; `earlier_key` is
    that of the earlier plan. `element` is what was added.
    """

    kind: ChangeKind
    key: Key
    earlier_key: Key | None
    field: str | None = None
    before: str | None = None
    after: str | None = None
    element: FlatElement | None = None
    budget_delta: int | None = None


@value
class PlanComparison:
    """The changes between two plans; `renamed` are the later keys of earlier elements.

    Within a plan a key stays the same; two plans have different keys of the same element.
    """

    changes: tuple[FlatChange, ...]
    renamed: Mapping[Key, Key]

    @property
    def budget_delta(self) -> int | None:
        """Return the change of the planned money in satang; null when no change has an amount."""
        deltas = [one.budget_delta for one in self.changes if one.budget_delta is not None]
        return sum(deltas) if deltas else None


def compare(earlier: PlanContent, later: PlanContent) -> PlanComparison:
    """Return the changes that make the later plan of the earlier one, in the later one's order.

    Removed elements come last, in the order of the earlier plan.
    """
    before, after = flatten(earlier), flatten(later)
    partner = match_elements(before, after)
    renamed = {old: new for new, old in partner.items()}
    changes: list[FlatChange] = []
    for key, element in after.items():
        old = before.get(partner[key]) if key in partner else None
        if old is None:
            delta = satang_of(element)
            changes.append(
                FlatChange(ChangeKind.ADDED, key, None, element=element, budget_delta=delta)
            )
        else:
            changes += compare_elements(old, element, renamed)
    for key, element in before.items():
        if key not in renamed:
            delta = satang_of(element)
            changes.append(
                FlatChange(
                    ChangeKind.REMOVED,
                    key,
                    key,
                    budget_delta=None if delta is None else -delta,
                )
            )
    return PlanComparison(tuple(changes), renamed)


def match_elements(before: FlatPlan, after: FlatPlan) -> dict[Key, Key]:
    """Return the earlier key of each element that both plans have: by id, code, else name."""
    partner = {key: key for key in after if key in before}
    for name in ("code", "name"):
        free = [one for key, one in before.items() if key not in set(partner.values())]
        candidates: dict[tuple[DiffedKind, str], Key] = {}
        for one in free:
            if written := one.get(name):
                candidates.setdefault((one.key[0], written), one.key)
        for key, one in after.items():
            written = one.get(name)
            if key not in partner and written:
                found = candidates.pop((key[0], written), None)
                if found:
                    partner[key] = found
    return partner


def compare_elements(
    old: FlatElement, new: FlatElement, renamed: Mapping[Key, Key]
) -> Iterator[FlatChange]:
    """Yield a change per field; parents are compared by the lineage that `renamed` has."""
    before, after = translate_parents(dict(old.fields), renamed), dict(new.fields)
    moved = [name for name in PARENT_FIELDS if before.get(name) != after.get(name)]
    if moved:
        place_before, place_after = (
            " / ".join(fields.get(name) or "-" for name in moved) for fields in (before, after)
        )
        yield FlatChange(
            ChangeKind.MOVED,
            new.key,
            old.key,
            "+".join(moved),
            place_before,
            place_after,
            element=new,
        )
    for name in [*after, *(one for one in before if one not in after)]:
        if name in PARENT_FIELDS or before.get(name) == after.get(name):
            continue
        delta = None
        if name == PLANNED:
            delta = (satang_of(new) or 0) - (satang_of(old) or 0)
        kind = ChangeKind.RERANKED if name == RANK else ChangeKind.CHANGED
        yield FlatChange(
            kind,
            new.key,
            old.key,
            name,
            before.get(name),
            after.get(name),
            budget_delta=delta,
        )


PARENT_KINDS: Final = {"issue": DiffedKind.ISSUE, "goal": DiffedKind.GOAL}


def translate_parents(fields: dict[str, str], renamed: Mapping[Key, Key]) -> dict[str, str]:
    """Return fields with the ids of parents as the later plan has them."""
    for name, kind in PARENT_KINDS.items():
        if name in fields and (kind, fields[name]) in renamed:
            fields[name] = renamed[kind, fields[name]][1]
    return fields


def apply_changes(plan: FlatPlan, comparison: PlanComparison) -> dict[Key, FlatElement]:
    """Return the earlier plan after the changes; the order of its elements has no meaning."""
    changes, renamed = comparison.changes, comparison.renamed
    removed = {change.key for change in changes if change.kind is ChangeKind.REMOVED}
    result: dict[Key, dict[str, str]] = {}
    for key, element in plan.items():
        if key not in removed:
            fields = translate_parents(dict(element.fields), renamed)
            result[renamed.get(key, key)] = fields
    for change in changes:
        if change.kind is ChangeKind.ADDED and change.element:
            result[change.key] = dict(change.element.fields)
        elif change.kind is ChangeKind.MOVED and change.element:
            for name in PARENT_FIELDS:
                set_field(result[change.key], name, change.element.get(name))
        elif change.field is not None:
            set_field(result[change.key], change.field, change.after)
    return {key: FlatElement(key, tuple(sorted(fields.items()))) for key, fields in result.items()}


def set_field(fields: dict[str, str], name: str, written: str | None) -> None:
    """Set a field, or remove it."""
    if written is None:
        fields.pop(name, None)
    else:
        fields[name] = written
