"""The reasons of a suggestion or of an abstention in words, from its evidence."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from hub.domain.linkages import Reason
from hub.domain.suggestions.evidence import Evidence, EvidenceKind, weightiest_first
from hub.domain.suggestions.ranking import Ranker, Ranking
from hub.domain.suggestions.trigrams import longest_common_part
from hub.domain.text import LocalizedText, localized_text
from hub.services.suggestions.candidates import Candidate

MAX_REASONS: Final = 6
"""Reasons of a suggestion besides that of place and year."""
PLACE_AND_YEAR_WEIGHT: Final = 0.5
LEAST_COMMON_PART: Final = 4
"""Characters of a role's words that a title shares; shorter parts are not quoted."""
CENT: Final = Decimal("0.01")

Explanation = Callable[[str], tuple[str, str]]
EXPLANATIONS: Final[dict[EvidenceKind, Explanation]] = {
    EvidenceKind.TITLE: lambda found: (
        f"ชื่อโครงการมีคำว่า “{found}”",
        f"the title contains “{found}”",
    ),
    EvidenceKind.STATED_STRATEGY: lambda found: (
        f"ยุทธศาสตร์ที่แหล่งข้อมูลระบุมีคำว่า “{found}”",
        f"the strategy that the source states contains “{found}”",
    ),
    EvidenceKind.BUDGET_PLAN: lambda found: (
        f"ชื่อแผนงานงบประมาณมีคำว่า “{found}”",
        f"the name of the budget plan contains “{found}”",
    ),
    EvidenceKind.MANDATE: lambda _: (
        "อยู่ในภารกิจของหน่วยงานเจ้าของโครงการ",
        "it is in the mandate of the agency that owns the project",
    ),
    EvidenceKind.PLACE: lambda _: (
        "เป็นห่วงโซ่คุณค่าของพื้นที่ที่โครงการดำเนินการ",
        "the value chain is that of the area in which the project acts",
    ),
    EvidenceKind.PRECEDENT: lambda found: (
        f"คล้ายกับโครงการ “{found}” ที่ทั้งสองฝ่ายเห็นชอบในขั้นนี้แล้ว",
        f"it is like the project “{found}”, which both sides agreed on at this stage",
    ),
    EvidenceKind.ISSUE_NAME: lambda found: (
        f"ชื่อประเด็นยุทธศาสตร์มีคำว่า “{found}” เช่นกัน",
        f"the name of the strategic issue contains “{found}” too",
    ),
}
IN_FORCE: Final = (
    "ประเด็นนี้อยู่ในแผนของพื้นที่ที่โครงการดำเนินการ ในปีงบประมาณเดียวกัน",
    "the issue is in a plan of the area in which the project acts, for the same fiscal year",
)


def reasons_of(ranker: Ranker, title: str, candidate: Candidate) -> list[Reason]:
    """Return the reasons of a candidate, the weightiest first; their weights add up to about 1."""
    evidence = [item for item in candidate.evidence if item.weight > 0]
    total = sum(item.weight for item in evidence) + PLACE_AND_YEAR_WEIGHT
    found: dict[tuple[str, str], float] = {}
    codes: dict[tuple[str, str], str] = {}
    for item in weightiest_first(evidence):
        texts = _explain(ranker, title, item)
        if texts is not None:
            found[texts] = found.get(texts, 0.0) + item.weight
            codes.setdefault(texts, item.kind.value)
    weighted = sorted(found.items(), key=lambda one: (-one[1], one[0]))[:MAX_REASONS]
    weighted.append((IN_FORCE, PLACE_AND_YEAR_WEIGHT))
    return [
        Reason(
            codes.get(texts, "PLACE_AND_YEAR"),
            localized_text(*texts),
            Decimal(weight / total).quantize(CENT),
        )
        for texts, weight in sorted(weighted, key=lambda one: -one[1])
    ]


def _explain(ranker: Ranker, title: str, item: Evidence) -> tuple[str, str] | None:
    """Return Thai and English words for evidence; null if it is too weak to be explained."""
    if item.kind is not EvidenceKind.ROLE_TEXT:
        return EXPLANATIONS[item.kind](item.detail)
    profile = ranker.stages[item.target]
    texts = [*profile.roles, *profile.names]
    parts = {text: longest_common_part(title, text) for text in texts}
    text = max(texts, key=lambda one: len(parts[one]))
    if len(parts[text]) < LEAST_COMMON_PART:
        return None
    return (
        f"คำว่า “{parts[text]}” อยู่ในบทบาทหรือชื่อของขั้น “{text}”",
        f"“{parts[text]}” is in a role or the name of the stage: “{text}”",
    )


def abstention_text(ranking: Ranking) -> LocalizedText:
    """Return why no chain fits."""
    phrases = list(dict.fromkeys(item.detail for item in ranking.no_chain if _is_phrase(item)))
    if not phrases:
        return localized_text(
            "ไม่มีห่วงโซ่คุณค่าใดที่คำในชื่อโครงการและภารกิจของเจ้าของชี้ถึงชัดเจนพอ",
            "the words of the title and the owner's mandate point to no value chain clearly enough",
        )
    quoted = ", ".join(f"“{phrase}”" for phrase in phrases[:3])
    return localized_text(
        f"ไม่มีห่วงโซ่คุณค่าที่เหมาะสม: {quoted} เป็นงานของสำนักงานหรืออยู่นอกห่วงโซ่คุณค่า",
        f"no value chain fits: {quoted} is work of an office, or outside the value chains",
    )


def unfollowed_text(count: int) -> LocalizedText:
    """Return why a chain that fits leads to no suggestion; `count` is that of issues in force."""
    if count == 0:
        return localized_text(
            "ไม่มีประเด็นยุทธศาสตร์ของพื้นที่และปีงบประมาณของโครงการในระบบ",
            "the hub has no strategic issue of the project's area and fiscal years",
        )
    return localized_text(
        f"ประเด็นยุทธศาสตร์ {count} ประเด็นของพื้นที่และปีงบประมาณนี้ไม่ใช้ห่วงโซ่คุณค่าที่เหมาะกับโครงการ",
        f"none of the {count} strategic issues of this area and these years follows a value chain "
        "that fits the project",
    )


def considered_text(considered: int, fitting: int, *, limited: bool) -> LocalizedText:
    """Return how many projects a list was made from."""
    th = f"พิจารณา {considered:,} โครงการที่ยังไม่เชื่อมโยง เสนอแนะได้ {fitting:,} โครงการ"
    en = f"{considered:,} projects without a linkage were considered; {fitting:,} fit"
    if limited:
        th += " (พิจารณาเฉพาะปีล่าสุดจนเต็มจำนวน)"
        en += " (those of the latest years, up to the limit)"
    return localized_text(th, en)


def _is_phrase(item: Evidence) -> bool:
    return item.kind is not EvidenceKind.MANDATE


def sum_score(score: float, half: float = 4.0) -> Decimal:
    """Return a score from 0 to 1: 0.5 for the sum `half`."""
    return Decimal(score / (score + half)).quantize(CENT)
