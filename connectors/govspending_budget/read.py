"""One record: a project of one fiscal year, and what each province was given and spent.

The code is not unique; year, code and expenditure category together are. Budget and disbursement of
one element may belong to different areas, so each amount is a line of its own.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from connectors.kit import thai
from hub.domain.agencies import ActorLevel
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.sources.records import (
    Doubt,
    NameKind,
    ParsedBudgetLine,
    ParsedProject,
    QuarantineReason,
    RawName,
    RawRecord,
    SourceEntry,
)
from hub.domain.sources.spec import SourceSpec
from hub.domain.time import FiscalYear

PHASES: Final = (
    (BudgetPhase.APPROPRIATED, "bb_amount", "bb_province", "amount"),
    (BudgetPhase.DISBURSED, "gf_amount", "gf_province", "gf_amount_sum"),
)


def read(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """The project, and a line for each amount of each phase."""
    row: Mapping[str, Any] = raw.payload
    year = thai.year(row["bb_year"], spec.era, "bb_year")
    code = thai.text(row["bb_code"])
    category = thai.text(row["objc_level1_name"])
    key = f"{thai.text(row['bb_year'])}|{code}|{category}" if code else None
    if isinstance(year, Doubt):
        return SourceEntry(key, doubts=(year,))
    doubts: list[Doubt] = []
    lines = tuple(lines_of(row, spec, year, doubts))
    doubts += totals(row, spec, lines) if not doubts else ()
    owner = RawName(NameKind.AGENCY, thai.text(row["agc"]), thai.text(row["agc_code"]))
    return SourceEntry(
        key=key and f"{year.be}|{code}|{category}",
        scope=f"{year.be}/{thai.text(row['min_code'])}",
        project=ParsedProject(
            key=f"{year.be}|{code}|{category}",
            name_th=thai.text(row["name"]),
            actor_level=ActorLevel.MINISTRY,
            owner=owner,
            years=(year,),
            code=code or None,
        ),
        lines=lines,
        doubts=tuple(doubts),
    )


def lines_of(
    row: Mapping[str, Any], spec: SourceSpec, year: FiscalYear, doubts: list[Doubt]
) -> Iterator[ParsedBudgetLine]:
    """A line for each amount that is there; what cannot be read is doubted."""
    elements = row["compare"]
    if not isinstance(elements, list) or not all(isinstance(one, Mapping) for one in elements):
        why = ("ไม่ใช่รายการ", "is no list of amounts")
        doubts.append(thai.doubt(QuarantineReason.WRONG_TYPE, "compare", elements, *why))
        return
    told: Counter[tuple[BudgetPhase, str]] = Counter()
    for element in elements:
        for phase, amount_field, area_field, _ in PHASES:
            satang = thai.amount(element.get(amount_field), spec.money_unit, amount_field)
            if isinstance(satang, Doubt):
                doubts.append(satang)
            if (counted := thai.believed(satang)) is None:
                continue
            area = thai.text(element.get(area_field))
            if not area:
                why = ("มีจำนวนเงินแต่ไม่มีจังหวัด", "an amount without a province")
                doubts.append(thai.doubt(QuarantineReason.MISSING_VALUE, area_field, "", *why))
                continue
            told[phase, area] += 1
            yield ParsedBudgetLine(
                key=f"{phase.value}|{area}|{told[phase, area]}",
                fiscal_year=year,
                phase=phase,
                funding=FundingSource.MINISTRY,
                satang=counted,
                area=RawName(NameKind.AREA, area),
            )


def totals(
    row: Mapping[str, Any], spec: SourceSpec, lines: tuple[ParsedBudgetLine, ...]
) -> list[Doubt]:
    """Doubts where the record's own total is not the sum of its parts."""
    found: list[Doubt] = []
    for phase, _, _, field in PHASES:
        total = thai.amount(row.get(field), spec.money_unit, field)
        if isinstance(total, Doubt):
            found.append(total)
        elif total is not None and total != sum(o.satang for o in lines if o.phase is phase):
            why = ("ไม่เท่ากับผลรวมของรายการย่อย", "is not the sum of its parts")
            found.append(thai.doubt(QuarantineReason.TOTALS_DISAGREE, field, row.get(field), *why))
    return found
