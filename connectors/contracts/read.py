"""One record: a project that was put out to contract, and the amount of each contract.

Each contract is a line. The year is the budget year of the record or, if that is missing, the
fiscal year of the contract's date.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.kit import dates, thai
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


def read(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """Return the project and a line for each contract; without contracts, one for the sum."""
    row: Mapping[str, Any] = raw.payload
    key = thai.clean_text(row["project_id"])
    doubts: list[Doubt] = []
    budget_year = parse_budget_year(row, spec, doubts)
    lines = tuple(parse_lines(row, spec, budget_year, doubts))
    years = (
        (budget_year,) if budget_year else tuple(dict.fromkeys(line.fiscal_year for line in lines))
    )
    return SourceEntry(
        key=key,
        scope=str(years[0].be) if years else "",
        project=ParsedProject(
            key=key,
            name_th=thai.clean_text(row["project_name"]),
            actor_level=None,
            owner=RawName(NameKind.AGENCY, thai.clean_text(row["dept_name"])),
            years=years,
            code=key or None,
        ),
        lines=lines,
        doubts=tuple(doubts),
    )


def parse_budget_year(
    row: Mapping[str, Any], spec: SourceSpec, doubts: list[Doubt]
) -> FiscalYear | None:
    """Return the budget year of a record; null if it has none or it is doubted."""
    if thai.clean_text(row.get("budget_year")) in thai.EMPTY_MARKS:
        return None
    year = thai.parse_fiscal_year(row["budget_year"], spec.era, "budget_year")
    if isinstance(year, Doubt):
        doubts.append(year)
        return None
    return year


def parse_lines(
    row: Mapping[str, Any], spec: SourceSpec, budget_year: FiscalYear | None, doubts: list[Doubt]
) -> Iterator[ParsedBudgetLine]:
    """Yield a line for each agreed amount; their sum must be the record's total."""
    contracts = row["contract"] or []
    if not isinstance(contracts, list) or not all(isinstance(one, Mapping) for one in contracts):
        messages = ("ไม่ใช่รายการ", "is not a list of contracts")
        doubts.append(
            thai.build_doubt(QuarantineReason.WRONG_TYPE, "contract", contracts, *messages)
        )
        return
    declared_total = thai.parse_amount(row["sum_price_agree"], spec.money_unit, "sum_price_agree")
    if isinstance(declared_total, Doubt):
        doubts.append(declared_total)
    amounts = [
        (build_contract_label(one), one.get("price_agree"), one.get("contract_date"))
        for one in contracts
    ]
    if not amounts:
        amounts = [("sum", row["sum_price_agree"], row.get("transaction_date"))]
    area = thai.clean_text(row["province"])
    if not area:
        messages = ("ไม่มีจังหวัด", "there is no province")
        doubts.append(thai.build_doubt(QuarantineReason.MISSING_VALUE, "province", "", *messages))
    total = 0
    line_counts: Counter[str] = Counter()
    for label, price, signed_on in amounts:
        satang = thai.parse_amount(price, spec.money_unit, "contract.price_agree")
        if contracts and isinstance(satang, Doubt):
            doubts.append(satang)
        satang_amount = thai.readable_satang(satang)
        year = budget_year or contract_year(signed_on, doubts)
        if satang_amount is None or year is None:
            continue
        total += satang_amount
        line_counts[label] += 1
        yield ParsedBudgetLine(
            key=f"{label}|{line_counts[label]}",
            fiscal_year=year,
            phase=BudgetPhase.CONTRACTED,
            funding=FundingSource.MINISTRY,
            satang=satang_amount,
            area=RawName(NameKind.AREA, area) if area else None,
        )
    if isinstance(declared_total, int) and declared_total != total and not doubts:
        messages = ("ไม่เท่ากับผลรวมของสัญญา", "is not the sum of the contracts")
        field = "sum_price_agree"
        doubts.append(
            thai.build_doubt(QuarantineReason.TOTALS_DISAGREE, field, row[field], *messages)
        )


def build_contract_label(contract: Mapping[str, Any]) -> str:
    """Return the label of a contract, with its number if it has one."""
    return f"contract {thai.clean_text(contract.get('contract_no'))}".strip()


def contract_year(signed_on: Any, doubts: list[Doubt]) -> FiscalYear | None:
    """Return the fiscal year of a contract's date; null, with a doubt, if it is missing or
    invalid.
    """
    year = dates.parse_year_of_date(signed_on, "contract.contract_date")
    if year is None:
        messages = ("ไม่มีทั้งปีงบประมาณและวันที่", "there is neither a budget year nor a date")
        doubts.append(
            thai.build_doubt(QuarantineReason.MISSING_VALUE, "budget_year", "", *messages)
        )
        return None
    if isinstance(year, Doubt):
        doubts.append(year)
        return None
    return year
