"""One row: an item of a project of a budget unit: a ministry's department, the Central Fund, a
province, a cluster, a local authority or another body.

The name of a volume contains the fiscal year of its act (2022.3.13(1)); amounts of that year are
appropriated, those of other years are obligations and planned.
"""

from collections.abc import Mapping
from typing import Any, Final

from connectors.kit import thai
from hub.domain import agency_names
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

UNIT_PREFIXES: Final = (
    ("กลุ่มจังหวัด", ActorLevel.CLUSTER, FundingSource.CLUSTER),
    ("จังหวัด", ActorLevel.PROVINCE, FundingSource.PROVINCE),
)
CENTRAL_FUND: Final = "งบกลาง"
"""The heading and the unit of the Central Fund."""
LOCAL_HEADING: Final = "องค์กรปกครองส่วนท้องถิ่น"
"""The heading of local authorities."""


def read(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """Return the project of the row with its line."""
    row: Mapping[str, Any] = raw.payload
    volume, unit = thai.clean_text(row["REF_DOC"]), thai.clean_text(row["BUDGETARY_UNIT"])
    key = thai.clean_text(row["ITEM_ID"]) or None
    act_year = thai.parse_fiscal_year(volume.partition(".")[0], spec.era, "REF_DOC")
    year = thai.parse_fiscal_year(row["FISCAL_YEAR"], spec.era, "FISCAL_YEAR")
    satang = thai.parse_amount(row["AMOUNT"], spec.money_unit, "AMOUNT")
    doubts = [found for found in (act_year, year, satang) if isinstance(found, Doubt)]
    if satang is None:
        messages = ("ไม่มีจำนวนเงิน", "there is no amount")
        doubts.append(
            thai.build_doubt(QuarantineReason.MISSING_VALUE, "AMOUNT", row["AMOUNT"], *messages)
        )
    if not unit:
        messages = ("ไม่มีหน่วยรับงบประมาณ", "there is no budgetary unit")
        doubts.append(
            thai.build_doubt(QuarantineReason.MISSING_VALUE, "BUDGETARY_UNIT", unit, *messages)
        )
    satang_amount = thai.readable_satang(satang)
    if isinstance(act_year, Doubt) or isinstance(year, Doubt) or satang_amount is None:
        return SourceEntry(key, volume, doubts=tuple(doubts), block=unit)
    level, funding, owner, area = classify_unit(unit, thai.clean_text(row["MINISTRY"]))
    plan = thai.clean_text(row["BUDGET_PLAN"])
    title = thai.clean_text(row["PROJECT"]) or thai.clean_text(row["OUTPUT"]) or plan
    line = ParsedBudgetLine(
        key="amount",
        fiscal_year=year,
        phase=BudgetPhase.APPROPRIATED if year == act_year else BudgetPhase.PLANNED,
        funding=funding,
        satang=satang_amount,
        area=area,
    )
    return SourceEntry(
        key=key,
        scope=volume,
        project=ParsedProject(
            key="|".join((volume, thai.clean_text(row["MINISTRY"]), unit, plan, title)),
            name_th=title,
            actor_level=level,
            owner=owner,
            areas=(area,) if area else (),
        ),
        lines=(line,),
        doubts=tuple(doubts),
        block=unit,
        year=act_year,
    )


def classify_unit(
    unit: str, ministry: str
) -> tuple[ActorLevel | None, FundingSource, RawName, RawName | None]:
    """Return level, funding, owner and area of a unit.

    Provinces, clusters and local authorities are their own area; others have none. A level is
    null if the unit's is that of its agency.
    """
    for prefix, level, funding in UNIT_PREFIXES:
        if unit.startswith(prefix):
            area = RawName(NameKind.AREA, unit, extracted=True)
            return level, funding, area, area
    if agency_names.strip_volume_number(ministry) == LOCAL_HEADING:
        area = RawName(NameKind.AREA, unit, extracted=True)
        return None, FundingSource.MINISTRY, area, area
    agency = RawName(NameKind.AGENCY, unit, parent_name=ministry or None, extracted=True)
    is_central = CENTRAL_FUND in (unit, ministry)
    return None, FundingSource.CENTRAL_FUND if is_central else FundingSource.MINISTRY, agency, None
