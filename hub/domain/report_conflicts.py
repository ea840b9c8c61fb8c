"""CONFLICTING_SOURCES findings: sources that report one activity with different facts.

One activity is a project with the lines of several sources, or projects that are marked as the same
activity. Amounts are compared by year and phase, as they are counted (ADR 6); owners and areas by
report. An agency and the one above it, and a place and the one that contains it, agree.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Final

from hub.domain.findings import FindingKind, FindingRow
from hub.domain.findings_of_projects import digest_of, project_gid
from hub.domain.linkages import Reason
from hub.domain.record import record
from hub.domain.text import Locale, LocalizedText, join_texts, localized_text

LEAST_DIFFERENCE: Final = 1_000_00
"""In satang: documents print thousands of baht, so a smaller difference may be rounding."""


@record
class SourceAmount:
    """What a source reports for an activity in a year and phase, in satang: the sum of its lines
    on one project.
    """

    activity_id: str
    project_id: str
    source_id: str
    year: int
    phase: str
    amount: int


@record
class SourceReport:
    """What a source reports of an activity: owner and areas, as far as it states them."""

    activity_id: str
    project_id: str
    source_id: str
    owner_id: str | None
    areas: frozenset[str]


@record
class ReportNames:
    """Names and nesting of what reports name: `above` an agency or area by its id."""

    sources: Mapping[str, LocalizedText]
    agencies: Mapping[str, LocalizedText]
    areas: Mapping[str, LocalizedText]
    above: Mapping[str, frozenset[str]]

    def agree(self, one: str, other: str) -> bool:
        """Return whether two ids are equal, or one is directly above the other."""
        none: frozenset[str] = frozenset()
        return (
            one == other or other in self.above.get(one, none) or one in self.above.get(other, none)
        )


def find_conflicts(
    amounts: Iterable[SourceAmount], reports: Iterable[SourceReport], names: ReportNames
) -> list[FindingRow]:
    """Return a finding for each activity that sources report differently, by activity."""
    amounts_of: dict[str, list[SourceAmount]] = defaultdict(list)
    reports_of: dict[str, list[SourceReport]] = defaultdict(list)
    for amount in amounts:
        amounts_of[amount.activity_id].append(amount)
    for report in reports:
        reports_of[report.activity_id].append(report)
    found = []
    for key in sorted({*amounts_of, *reports_of}):
        reasons = [
            *differing_amounts(amounts_of[key], names),
            *differing_owners(reports_of[key], names),
            *differing_areas(reports_of[key], names),
        ]
        if reasons:
            found.append(build_finding(key, reasons, amounts_of[key], reports_of[key]))
    return found


def build_finding(
    key: str,
    reasons: Sequence[Reason],
    amounts: Sequence[SourceAmount],
    reports: Sequence[SourceReport],
) -> FindingRow:
    """Return the finding of an activity for these reasons."""
    named = {one.project_id for one in amounts} | {one.project_id for one in reports}
    projects = sorted({key, *named})
    return FindingRow(
        id=f"CONFLICTING_SOURCES:{key}",
        kind=FindingKind.CONFLICTING_SOURCES,
        severity=4 if reasons[0].code == "AMOUNTS_DIFFER" else 3,
        summary=localized_text(
            "แหล่งข้อมูลรายงานกิจกรรมเดียวกันไม่ตรงกัน",
            "Sources report one activity differently",
        ),
        reasons=tuple(reasons),
        rule_code=None,
        subjects=tuple(project_gid(one) for one in projects),
        projects=tuple(projects),
        areas=tuple(sorted({area for one in reports for area in one.areas})),
        years=tuple(sorted({one.year for one in amounts})),
        parties=tuple(sorted({one.owner_id for one in reports if one.owner_id})),
        cause=digest_of([(one.code, one.text.th) for one in reasons]),
    )


def differing_amounts(amounts: Iterable[SourceAmount], names: ReportNames) -> list[Reason]:
    """Return a reason for each year and phase in which sources differ by a thousand baht or more.

    Of one source the activity's own project counts, or the first one marked as the same.
    """
    by_phase: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    for one in sorted(amounts, key=lambda o: (o.project_id != o.activity_id, o.project_id)):
        by_phase[one.year, one.phase].setdefault(one.source_id, one.amount)
    reasons = []
    for (year, phase), by_source in sorted(by_phase.items()):
        if max(by_source.values()) - min(by_source.values()) < LEAST_DIFFERENCE:
            continue
        listed = sorted(by_source.items())
        th = "; ".join(f"{names.sources[key].th} {amount / 100:,.2f} บาท" for key, amount in listed)
        en = "; ".join(
            f"{names.sources[key].text(Locale.EN)} {amount / 100:,.2f} baht"
            for key, amount in listed
        )
        text = localized_text(f"{phase} ปี {year + 543}: {th}", f"{phase} FY {year + 543}: {en}")
        reasons.append(Reason("AMOUNTS_DIFFER", text, Decimal(1)))
    return reasons


def differing_owners(reports: Sequence[SourceReport], names: ReportNames) -> list[Reason]:
    """Return the reason that sources name owners of which neither is above the other."""
    owned = [one for one in reports if one.owner_id]
    differ = any(
        one.source_id != other.source_id
        and not names.agree(one.owner_id or "", other.owner_id or "")
        for one, other in combinations(owned, 2)
    )
    stated = [(one.source_id, [names.agencies[one.owner_id or ""]]) for one in owned]
    text = describe_statements("หน่วยงานเจ้าของ", "owner", stated, names)
    return [Reason("OWNERS_DIFFER", text, Decimal("0.8"))] if differ else []


def differing_areas(reports: Sequence[SourceReport], names: ReportNames) -> list[Reason]:
    """Return the reason that sources name areas of which none is, or is in, one of the other."""
    placed = [one for one in reports if one.areas]
    differ = any(
        one.source_id != other.source_id
        and not any(names.agree(a, b) for a in one.areas for b in other.areas)
        for one, other in combinations(placed, 2)
    )
    stated = [(one.source_id, [names.areas[key] for key in sorted(one.areas)]) for one in placed]
    text = describe_statements("พื้นที่", "area", stated, names)
    return [Reason("AREAS_DIFFER", text, Decimal("0.6"))] if differ else []


def describe_statements(
    th: str, en: str, stated: Iterable[tuple[str, list[LocalizedText]]], names: ReportNames
) -> LocalizedText:
    """Return what each source states, in the order of sources."""
    by_source: dict[tuple[str, str], LocalizedText] = {}
    for key, texts in stated:
        joined = join_texts(texts)
        by_source[key, joined.th] = joined
    listed = [(names.sources[key], by_source[key, text]) for key, text in sorted(by_source)]
    texts_th = "; ".join(f"{source.th}: {text.th}" for source, text in listed)
    texts_en = "; ".join(f"{s.text(Locale.EN)}: {t.text(Locale.EN)}" for s, t in listed)
    return localized_text(f"{th} – {texts_th}", f"{en} – {texts_en}")
