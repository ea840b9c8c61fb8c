"""CONFLICTING_SOURCES findings: sources that report otherwise than an agreement, since then."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from hub.domain.findings import FindingKind, FindingRow
from hub.domain.findings_of_projects import digest_of, project_gid
from hub.domain.linkages import Reason
from hub.domain.sessions.agreed_facts import FINDING_PREFIX, FactReport, FactTerms
from hub.domain.sessions.kinds import AgreedField, FactStatus
from hub.domain.text import Locale, LocalizedText, localized_text

NAMES: Final = {
    AgreedField.LINKAGE: ("ความเชื่อมโยง", "linkage"),
    AgreedField.SHARE: ("สัดส่วนของความเชื่อมโยง", "share of a linkage"),
    AgreedField.LEAD: ("หน่วยงานหลัก", "lead agency"),
    AgreedField.AMOUNT: ("วงเงิน", "amount"),
    AgreedField.IDENTITY: ("รายการเดียวกัน", "identity"),
    AgreedField.INDICATOR_OWNERS: ("ผู้รับผิดชอบตัวชี้วัด", "owners of an indicator"),
}
SEVERITY: Final = 4


def find_agreement_conflicts(
    facts: Iterable[FactTerms],
    reports: Mapping[str, Sequence[FactReport]],
    sources: Mapping[str, LocalizedText],
) -> dict[str, FindingRow]:
    """Return the finding of each fact from which a source differs since the agreement, by fact."""
    return {
        one.id: build_finding(one, reports[one.id], sources)
        for one in facts
        if one.project_id is not None
        and one.find_status(reports.get(one.id, ())) is FactStatus.CONFLICTING
    }


def build_finding(
    fact: FactTerms, reports: Sequence[FactReport], sources: Mapping[str, LocalizedText]
) -> FindingRow:
    """Return the finding of a fact; its cause changes with what one of both says."""
    th, en = NAMES[fact.field]
    different = [one for one in reports if one.at > fact.asserted_at and not one.agrees]
    subjects = [project_gid(fact.project_id or "")]
    if fact.subject_gid not in subjects:
        subjects.insert(0, fact.subject_gid)
    return FindingRow(
        id=f"{FINDING_PREFIX}{fact.id}",
        kind=FindingKind.CONFLICTING_SOURCES,
        severity=SEVERITY,
        summary=localized_text(
            f"แหล่งข้อมูลรายงาน{th}ไม่ตรงกับข้อตกลง", f"A source reports another {en} than was agreed"
        ),
        reasons=tuple(build_reason(fact, one, sources[one.source_id]) for one in different),
        rule_code=None,
        subjects=tuple(subjects),
        projects=(fact.project_id or "",),
        areas=(fact.area_id,) if fact.area_id else (),
        years=(fact.year,) if fact.year else (),
        parties=tuple(sorted(set(fact.parties))),
        cause=digest_of(fact.text, [(one.source_id, one.text) for one in different]),
    )


def build_reason(fact: FactTerms, report: FactReport, source: LocalizedText) -> Reason:
    """Return what was agreed, and what a source reports."""
    th, en = NAMES[fact.field]
    text = localized_text(
        f"{th}ตามข้อตกลง {fact.text}; {source.th} รายงาน {report.text}",
        f"{en} as agreed: {fact.text}; {source.text(Locale.EN)} reports {report.text}",
    )
    return Reason("AGREEMENT_DIFFERS", text, Decimal(1))
