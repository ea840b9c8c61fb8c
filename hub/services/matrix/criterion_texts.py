"""Texts of why an empty cell is a gap, is not expected, or cannot be judged."""

from collections.abc import Sequence

from hub.domain.areas import Area
from hub.domain.matrix.absence import AreaChain
from hub.domain.text import Locale, LocalizedText, join_texts, localized_text
from hub.domain.time import FiscalYearRange
from hub.domain.value_chain import ExpectedRole

NO_STAGE_AXIS = localized_text(
    "ไม่มีแกนขั้นของห่วงโซ่คุณค่า จึงไม่มีเกณฑ์ว่าช่องนี้ต้องมีโครงการหรือไม่",
    "there is no axis of stages, so no criterion says whether a project is expected here",
)
AGENCIES_NOT_LISTED = localized_text(
    "รายการกิจกรรมระบุระดับของผู้ดำเนินการ ไม่ระบุหน่วยงาน จึงไม่มีเกณฑ์รายหน่วยงาน",
    "activity lists name levels of actors and no agencies, so there is no criterion for an agency",
)
NO_ACTIVITY_LIST = localized_text(
    "ห่วงโซ่นี้ไม่มีรายการกิจกรรม และไม่มีประเด็นยุทธศาสตร์ของพื้นที่ใดใช้ จึงไม่มีเกณฑ์",
    "this chain has no activity list, and no area's strategic issue follows it, so there is no "
    "criterion",
)
STAGE_NOT_LISTED = localized_text(
    "รายการกิจกรรมของห่วงโซ่นี้ไม่มีขั้นนี้ จึงไม่มีเกณฑ์",
    "the activity list of this chain does not have this stage, so there is no criterion",
)
LEVEL_NOT_LISTED = localized_text(
    "ตารางของห่วงโซ่นี้ไม่มีแถวของผู้ดำเนินการนี้ จึงไม่มีเกณฑ์",
    "the table of this chain has no row for this actor, so there is no criterion",
)
CHAIN_NOT_OF_ISSUE = localized_text(
    "ประเด็นยุทธศาสตร์นี้ไม่ได้ใช้ห่วงโซ่ที่ถาม จึงไม่มีเกณฑ์",
    "this strategic issue does not follow the chain of the question, so there is no criterion",
)
REST = localized_text(
    "ช่องนี้รวมรายการที่เหลือ จึงไม่มีเกณฑ์", "this cell counts the rest, for which there is no criterion"
)
NARROWED = localized_text(
    "คำถามนับเฉพาะบางโครงการ (ตามคำ หน่วยงาน ประเด็น แหล่งเงิน สถานะ ผู้ดำเนินการ หรือที่ไม่ระบุพื้นที่) "
    "จึงบอกไม่ได้ว่าช่องนี้ไม่มีผู้ดำเนินการ",
    "the question counts only some projects (by words, agency, issue, funding, status, "
    "actor, or without an area), so it does not show whether nobody acts here",
)


def describe_missing_roles(roles: Sequence[ExpectedRole]) -> LocalizedText:
    """Return the reason of a gap by an activity list, with its slides."""
    citations = sorted({role.citation for role in roles})
    return localized_text(
        f"มีบทบาทที่คาดหมาย {len(roles)} ข้อ ({cite_th(citations)}) แต่ไม่มีโครงการ",
        f"{len(roles)} role(s) expected ({', '.join(citations)}), no project",
    )


def describe_no_role(citations: Sequence[str]) -> LocalizedText:
    """Return the reason of a cell without an expected role, with the slides of the list."""
    return localized_text(
        f"รายการกิจกรรมของห่วงโซ่นี้ ({cite_th(citations)}) ไม่มีบทบาทในช่องนี้",
        f"the activity list of this chain ({', '.join(citations)}) has no role in this cell",
    )


def describe_unlisted_chain(chain: AreaChain, owners: Sequence[Area]) -> LocalizedText:
    """Return the reason of a gap in the area's own chain, which has no activity list.

    It cites the years of the plans whose issues follow the chain.
    """
    names = describe_owners(chain, owners)
    return localized_text(
        f"ไม่มีโครงการในห่วงโซ่ “{chain.chain.name.th}” ซึ่งเป็นของ{names.th}เอง ห่วงโซ่นี้ยังไม่มีรายการกิจกรรม "
        "ทุกขั้นจึงต้องมีผู้ดำเนินการ",
        f"no project in the chain “{chain.chain.name.text(Locale.EN)}”, which is "
        f"{names.en}'s own; it has no activity list yet, so someone is expected in every stage",
    )


def describe_other_area(chain: AreaChain, owners: Sequence[Area]) -> LocalizedText:
    """Return the reason why a chain is no criterion for an area."""
    names = describe_owners(chain, owners)
    return localized_text(
        f"ห่วงโซ่ “{chain.chain.name.th}” เป็นของ{names.th} ไม่ใช่ของพื้นที่นี้เองในปีนี้ จึงไม่มีเกณฑ์",
        f"the chain “{chain.chain.name.text(Locale.EN)}” belongs to {names.en} and not "
        "to this area in this year, so there is no criterion",
    )


def describe_owners(chain: AreaChain, owners: Sequence[Area]) -> LocalizedText:
    """Return the names of areas, each with the years of the plans whose issues follow a chain."""
    texts = []
    for area in owners:
        periods = format_periods([use.years for use in chain.uses if use.area_id == area.id])
        texts.append(
            localized_text(
                f"{area.name.th} (ปีงบประมาณ พ.ศ. {periods})",
                f"{area.name.text(Locale.EN)} (FY {periods} BE)",
            )
        )
    return join_texts(texts)


def format_periods(periods: Sequence[FiscalYearRange]) -> str:
    """Return periods in Buddhist years, ascending, adjacent ones as one: 2553–2556, 2561."""
    spans: list[list[int]] = []
    for first, last in sorted({(one.first.be, one.last.be) for one in periods}):
        if spans and first <= spans[-1][1] + 1:
            spans[-1][1] = max(spans[-1][1], last)
        else:
            spans.append([first, last])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in spans)


def cite_th(citations: Sequence[str]) -> str:
    """Return citations in Thai: สไลด์ 72."""
    return ", ".join(citation.replace("slide", "สไลด์") for citation in citations)
