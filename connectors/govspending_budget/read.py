"""One record: a project of one fiscal year, with budget and disbursement per province.

The code is not unique; year, code and expenditure category together are. Budget and disbursement of
one element may have different areas, so each amount is a line.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from connectors.kit import thai
from connectors.kit.declared_linkages import list_strategies
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

MINISTRY: Final = FundingSource.MINISTRY
PHASE_FIELDS: Final = (
    (BudgetPhase.APPROPRIATED, "bb_amount", "bb_province", "amount"),
    (BudgetPhase.DISBURSED, "gf_amount", "gf_province", "gf_amount_sum"),
)
STRATEGY_FIELDS: Final = ("stg_name",)


def read(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """Return the project, and a line for each amount of each phase."""
    row: Mapping[str, Any] = raw.payload
    year = thai.parse_fiscal_year(row["bb_year"], spec.era, "bb_year")
    code = thai.clean_text(row["bb_code"])
    category = thai.clean_text(row["objc_level1_name"])
    key = f"{thai.clean_text(row['bb_year'])}|{code}|{category}" if code else None
    if isinstance(year, Doubt):
        return SourceEntry(key, doubts=(year,))
    doubts: list[Doubt] = []
    lines = tuple(parse_lines(row, spec, year, doubts))
    doubts += find_total_doubts(row, spec, lines) if not doubts else ()
    owner = RawName(NameKind.AGENCY, thai.clean_text(row["agc"]), thai.clean_text(row["agc_code"]))
    return SourceEntry(
        key=key and f"{year.be}|{code}|{category}",
        scope=f"{year.be}/{thai.clean_text(row['min_code'])}",
        project=ParsedProject(
            key=f"{year.be}|{code}|{category}",
            name_th=thai.clean_text(row["name"]),
            actor_level=None,
            owner=owner,
            years=(year,),
            code=code or None,
        ),
        lines=lines,
        doubts=tuple(doubts),
        strategies=list_strategies(row, STRATEGY_FIELDS),
    )


def parse_lines(
    row: Mapping[str, Any], spec: SourceSpec, year: FiscalYear, doubts: list[Doubt]
) -> Iterator[ParsedBudgetLine]:
    """Yield a line for each amount present; unreadable ones become doubts."""
    elements = row["compare"]
    if not isinstance(elements, list) or not all(
        type(one) is dict or isinstance(one, Mapping) for one in elements
    ):
        messages = ("ไม่ใช่รายการ", "is not a list of amounts")
        doubts.append(thai.build_doubt(QuarantineReason.WRONG_TYPE, "compare", elements, *messages))
        return
    line_counts: dict[tuple[BudgetPhase, str], int] = {}
    for element in elements:
        for phase, amount_field, area_field, _ in PHASE_FIELDS:
            satang = thai.parse_amount(element.get(amount_field), spec.money_unit, amount_field)
            if isinstance(satang, Doubt):
                doubts.append(satang)
            if (satang_amount := thai.readable_satang(satang)) is None:
                continue
            area = thai.clean_text(element.get(area_field))
            if not area:
                messages = ("มีจำนวนเงินแต่ไม่มีจังหวัด", "an amount without a province")
                doubts.append(
                    thai.build_doubt(QuarantineReason.MISSING_VALUE, area_field, "", *messages)
                )
                continue
            number = line_counts[phase, area] = line_counts.get((phase, area), 0) + 1
            yield ParsedBudgetLine(
                key=f"{phase.value}|{area}|{number}",
                fiscal_year=year,
                phase=phase,
                funding=MINISTRY,
                satang=satang_amount,
                area=RawName(NameKind.AREA, area),
            )


def find_total_doubts(
    row: Mapping[str, Any], spec: SourceSpec, lines: tuple[ParsedBudgetLine, ...]
) -> list[Doubt]:
    """Return doubts about totals that differ from the sum of their parts."""
    doubts: list[Doubt] = []
    for phase, _, _, field in PHASE_FIELDS:
        total = thai.parse_amount(row.get(field), spec.money_unit, field)
        if isinstance(total, Doubt):
            doubts.append(total)
        elif total is not None and total != sum(
            line.satang for line in lines if line.phase is phase
        ):
            messages = ("ไม่เท่ากับผลรวมของรายการย่อย", "is not the sum of its parts")
            doubts.append(
                thai.build_doubt(QuarantineReason.TOTALS_DISAGREE, field, row.get(field), *messages)
            )
    return doubts
