"""One row: an item of a project of a ministry's department, a province or a cluster.

A volume carries the fiscal year of its act in its name (2022.3.13(1)); amounts of that year are
appropriated, those of other years belong to obligations and are planned.
"""

from collections.abc import Mapping
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

UNITS: Final = (
    ("กลุ่มจังหวัด", ActorLevel.CLUSTER, FundingSource.CLUSTER),
    ("จังหวัด", ActorLevel.PROVINCE, FundingSource.PROVINCE),
)


def read(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """The project of the row, and its one line."""
    row: Mapping[str, Any] = raw.payload
    volume, unit = thai.text(row["REF_DOC"]), thai.text(row["BUDGETARY_UNIT"])
    key = thai.text(row["ITEM_ID"]) or None
    act = thai.year(volume.partition(".")[0], spec.era, "REF_DOC")
    year = thai.year(row["FISCAL_YEAR"], spec.era, "FISCAL_YEAR")
    satang = thai.amount(row["AMOUNT"], spec.money_unit, "AMOUNT")
    doubts = [found for found in (act, year, satang) if isinstance(found, Doubt)]
    if satang is None:
        why = ("ไม่มีจำนวนเงิน", "there is no amount")
        doubts.append(thai.doubt(QuarantineReason.MISSING_VALUE, "AMOUNT", row["AMOUNT"], *why))
    if not unit:
        why = ("ไม่มีหน่วยรับงบประมาณ", "there is no budgetary unit")
        doubts.append(thai.doubt(QuarantineReason.MISSING_VALUE, "BUDGETARY_UNIT", unit, *why))
    counted = thai.believed(satang)
    if isinstance(act, Doubt) or isinstance(year, Doubt) or counted is None:
        return SourceEntry(key, volume, doubts=tuple(doubts), block=unit)
    level, funding, owner, area = holder(unit, thai.text(row["MINISTRY"]))
    plan = thai.text(row["BUDGET_PLAN"])
    title = thai.text(row["PROJECT"]) or thai.text(row["OUTPUT"]) or plan
    line = ParsedBudgetLine(
        key="amount",
        fiscal_year=year,
        phase=BudgetPhase.APPROPRIATED if year == act else BudgetPhase.PLANNED,
        funding=funding,
        satang=counted,
        area=area,
    )
    return SourceEntry(
        key=key,
        scope=volume,
        project=ParsedProject(
            key="|".join((volume, thai.text(row["MINISTRY"]), unit, plan, title)),
            name_th=title,
            actor_level=level,
            owner=owner,
            areas=(area,) if area else (),
        ),
        lines=(line,),
        doubts=tuple(doubts),
        block=unit,
        year=act,
    )


def holder(
    unit: str, ministry: str
) -> tuple[ActorLevel | None, FundingSource, RawName, RawName | None]:
    """Who holds the money, and where: provinces and clusters at home, others nowhere stated."""
    for prefix, level, funding in UNITS:
        if unit.startswith(prefix):
            area = RawName(NameKind.AREA, unit)
            return level, funding, area, area
    agency = RawName(NameKind.AGENCY, unit, parent_name=ministry or None)
    return None, FundingSource.MINISTRY, agency, None
