"""One record: a project that was put out to contract, and what was agreed in each contract.

Each contract is a line of its own. The year is the budget's where the record tells it; where it
does not, it is that of the day of the contract.
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
from hub.domain.sources.spec import Era, SourceSpec
from hub.domain.time import FiscalYear


def read(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """The project, and a line for each contract; without a contract, one for the sum."""
    row: Mapping[str, Any] = raw.payload
    key = thai.text(row["project_id"])
    doubts: list[Doubt] = []
    stated = stated_year(row, spec, doubts)
    lines = tuple(lines_of(row, spec, stated, doubts))
    years = (stated,) if stated else tuple(dict.fromkeys(line.fiscal_year for line in lines))
    return SourceEntry(
        key=key,
        scope=str(years[0].be) if years else "",
        project=ParsedProject(
            key=key,
            name_th=thai.text(row["project_name"]),
            actor_level=None,
            owner=RawName(NameKind.AGENCY, thai.text(row["dept_name"])),
            years=years,
            code=key or None,
        ),
        lines=lines,
        doubts=tuple(doubts),
    )


def stated_year(row: Mapping[str, Any], spec: SourceSpec, doubts: list[Doubt]) -> FiscalYear | None:
    """The budget year a record tells; null where it tells none."""
    if thai.text(row.get("budget_year")) in thai.NOTHING:
        return None
    year = thai.year(row["budget_year"], spec.era, "budget_year")
    if isinstance(year, Doubt):
        doubts.append(year)
        return None
    return year


def lines_of(
    row: Mapping[str, Any], spec: SourceSpec, stated: FiscalYear | None, doubts: list[Doubt]
) -> Iterator[ParsedBudgetLine]:
    """A line for each amount agreed; their sum must be the record's own."""
    contracts = row["contract"] or []
    if not isinstance(contracts, list) or not all(isinstance(one, Mapping) for one in contracts):
        why = ("ไม่ใช่รายการ", "is no list of contracts")
        doubts.append(thai.doubt(QuarantineReason.WRONG_TYPE, "contract", contracts, *why))
        return
    whole = thai.amount(row["sum_price_agree"], spec.money_unit, "sum_price_agree")
    if isinstance(whole, Doubt):
        doubts.append(whole)
    told = [(numbered(one), one.get("price_agree"), one.get("contract_date")) for one in contracts]
    if not told:
        told = [("sum", row["sum_price_agree"], row.get("transaction_date"))]
    area = thai.text(row["province"])
    if not area:
        why = ("ไม่มีจังหวัด", "there is no province")
        doubts.append(thai.doubt(QuarantineReason.MISSING_VALUE, "province", "", *why))
    found = 0
    times: Counter[str] = Counter()
    for number, price, signed in told:
        satang = thai.amount(price, spec.money_unit, "contract.price_agree")
        if contracts and isinstance(satang, Doubt):
            doubts.append(satang)
        counted = thai.believed(satang)
        year = stated or year_of(signed, doubts)
        if counted is None or year is None:
            continue
        found += counted
        times[number] += 1
        yield ParsedBudgetLine(
            key=f"{number}|{times[number]}",
            fiscal_year=year,
            phase=BudgetPhase.CONTRACTED,
            funding=FundingSource.MINISTRY,
            satang=counted,
            area=RawName(NameKind.AREA, area) if area else None,
        )
    if isinstance(whole, int) and whole != found and not doubts:
        why = ("ไม่เท่ากับผลรวมของสัญญา", "is not the sum of the contracts")
        field = "sum_price_agree"
        doubts.append(thai.doubt(QuarantineReason.TOTALS_DISAGREE, field, row[field], *why))


def numbered(contract: Mapping[str, Any]) -> str:
    """The number of a contract, as far as it has one."""
    return f"contract {thai.text(contract.get('contract_no'))}".strip()


def year_of(signed: Any, doubts: list[Doubt]) -> FiscalYear | None:
    """The fiscal year of the day of a contract; what is no day, or no year, is doubted."""
    day = dates.day(signed, "contract.contract_date")
    if isinstance(day, Doubt):
        doubts.append(day)
        return None
    if day is None:
        why = ("ไม่มีทั้งปีงบประมาณและวันที่", "there is neither a budget year nor a day")
        doubts.append(thai.doubt(QuarantineReason.MISSING_VALUE, "budget_year", "", *why))
        return None
    year = thai.year(FiscalYear.from_date(day).be, Era.BE, "contract.contract_date")
    if isinstance(year, Doubt):
        doubts.append(year)
        return None
    return year
