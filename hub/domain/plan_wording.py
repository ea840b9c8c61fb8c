"""The wording of plans (slide 48): broad texts, and indicators that rest on outside factors.

A marker is found as a word of the text, so that a longer word with other meaning is not one: GPP,
but not GPPS; ส่งออก in มูลค่าการส่งออก.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from hub.domain.plan_content import GoalContent, PlanContent
from hub.domain.text import LocalizedText, localized_text

UNCONTROLLED_MARKERS: Final = (
    "GPP",
    "GRP",
    "GDP",
    "ผลิตภัณฑ์มวลรวม",
    "มูลค่าการส่งออก",
    "มูลค่าส่งออก",
    "export value",
    "มูลค่าการค้าชายแดน",
    "มูลค่าการค้าระหว่างประเทศ",
    "อัตราเงินเฟ้อ",
    "อัตราแลกเปลี่ยน",
    "ราคายางพาราในตลาดโลก",
    "ราคาน้ำมัน",
    "ราคาตลาดโลก",
)
"""Words of indicators outside a province's control; the slide names GPP and export value."""
CONTROLLED_CONTEXTS: Final = ("สัดส่วนผู้ประกอบการที่", "จำนวนผู้ประกอบการที่", "จำนวนครั้งที่รายงาน")
"""An indicator that begins with these counts what the province does, whatever the subject is."""
BROAD_TERMS: Final = (
    "อย่างยั่งยืน",
    "น่าอยู่",
    "มั่งคั่ง",
    "ก้าวหน้า",
    "สู่ความเป็นเลิศ",
    "ชั้นนำ",
    "ระดับสากล",
    "บูรณาการทุกภาคส่วน",
    "พัฒนาคุณภาพชีวิต",
    "พัฒนาเศรษฐกิจ",
    "พัฒนาสังคม",
    "ส่งเสริมและพัฒนา",
    "เพิ่มศักยภาพ",
    "เสริมสร้างความเข้มแข็ง",
)
"""Words that name no work by themselves; a text of nothing else is broad."""
MIN_VISION_LENGTH: Final = 20
MAX_VISION_LENGTH: Final = 300
MIN_SPECIFIC_LENGTH: Final = 18
"""Characters that must remain of a text without its broad words; our own choice, a setting."""
TRIGRAM: Final = 3
MIN_SHARED_TRIGRAMS: Final = 1


def find_markers(text: str, markers: Iterable[str]) -> list[str]:
    """Return the markers that a text has; an abbreviation must be a word of its own."""
    if text.strip().startswith(CONTROLLED_CONTEXTS):
        return []
    return [
        one
        for one in markers
        if re.search(rf"(?<![A-Za-z]){re.escape(one)}(?![A-Za-z])", text, re.IGNORECASE)
    ]


def list_texts(content: PlanContent) -> list[tuple[str, str, str]]:
    """Return the texts that R17 is about: kind in Thai, kind in English, Thai text."""
    texts = [("วิสัยทัศน์", "vision", content.vision.th)] if content.vision else []
    for issue in content.issues:
        texts.append(("ประเด็น", "issue", issue.name.th))
        texts += [("เป้าประสงค์", "goal", goal.name.th) for goal in issue.goals]
        texts += [("กลยุทธ์", "strategy", one.name.th) for one in issue.strategies]
    texts += [("เป้าประสงค์", "goal", goal.name.th) for goal in content.goals]
    return texts


def wording_remarks(content: PlanContent) -> list[tuple[LocalizedText, list[str]]]:
    """Return a remark per text that is too short, too long or broad, with what matched."""
    remarks = []
    for th, en, text in list_texts(content):
        broad = [term for term in BROAD_TERMS if term in text]
        if en == "vision" and len(text) < MIN_VISION_LENGTH:
            reason = "สั้นเกินไปจนไม่สื่อความหมาย", "too short to mean anything"
        elif en == "vision" and len(text) > MAX_VISION_LENGTH:
            reason = "ยาวเกินไป", "too long"
        elif broad and is_unspecific(text, broad):
            reason = "มีความหมายกว้าง ไม่เห็นงานที่ชัดเจน", "wide in meaning, no clear work"
        else:
            continue
        remark = localized_text(f"{th} “{text}” {reason[0]}", f"{en} “{text}”: {reason[1]}")
        remarks.append((remark, broad))
    return remarks


def is_unspecific(text: str, broad: Sequence[str]) -> bool:
    """Return whether little is left of a text without its broad words."""
    for term in broad:
        text = text.replace(term, "")
    return len(text.replace(" ", "")) < MIN_SPECIFIC_LENGTH


def list_unrelated(goals: Iterable[GoalContent]) -> list[str]:
    """Return the names of indicators that share no word part with their goal.

    Thai has no spaces between words, so runs of three letters are compared. Sharing one is a weak
    sign of a relation; sharing none is a reason to look.
    """
    return [
        indicator.name.th
        for goal in goals
        for indicator in goal.indicators
        if len(trigrams(goal.name.th) & trigrams(indicator.name.th)) < MIN_SHARED_TRIGRAMS
    ]


def trigrams(text: str) -> set[str]:
    """Return the runs of three letters of a text."""
    letters = "".join(one for one in text if one.isalnum())
    return {letters[i : i + TRIGRAM] for i in range(len(letters) - TRIGRAM + 1)}
