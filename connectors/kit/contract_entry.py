"""A record of the source contract as the hub takes it in; ministries' and local systems share it.

Reading is more patient than `hub source check`: a number that can be read for certain is read,
however it is written. What cannot be is doubted, field by field.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.kit import thai
from hub.domain.agencies import ActorLevel
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.record import value
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


@value
class Standpoint:
    """Whose system it is: on which level it acts (null: the owner's own), whose money it spends,
    and where, by the record.
    """

    level: ActorLevel | None
    funding: FundingSource
    area: RawName | None


def entry(raw: RawRecord, spec: SourceSpec, point: Standpoint) -> SourceEntry:
    """The project, and a line for each amount."""
    row: Mapping[str, Any] = raw.payload
    key = thai.text(row["id"])
    year = thai.year(row["fiscal_year_be"], spec.era, "fiscal_year_be")
    if isinstance(year, Doubt):
        return SourceEntry(key, doubts=(year,))
    doubts: list[Doubt] = []
    lines = tuple(lines_of(row["amounts"], spec, point, doubts))
    if row["deleted"] is not False:
        why = ("ต้องเป็น true หรือ false", "must be true or false")
        doubts.append(thai.doubt(QuarantineReason.WRONG_TYPE, "deleted", row["deleted"], *why))
    return SourceEntry(
        key=key,
        project=ParsedProject(
            key=key,
            name_th=thai.text(row["title_th"]),
            actor_level=point.level,
            owner=RawName(
                NameKind.AGENCY, thai.text(row["agency_name"]), thai.text(row["agency_code"])
            ),
            years=(year,),
            areas=(point.area,) if point.area else (),
            code=key or None,
            name_en=thai.text(row.get("title_en")) or None,
        ),
        lines=lines,
        doubts=tuple(doubts),
    )


def lines_of(
    amounts: Any, spec: SourceSpec, point: Standpoint, doubts: list[Doubt]
) -> Iterator[ParsedBudgetLine]:
    """A line for each amount whose phase and year are known; what is not is doubted."""
    if not isinstance(amounts, list) or not all(isinstance(one, Mapping) for one in amounts):
        why = ("ไม่ใช่รายการ", "is no list of amounts")
        doubts.append(thai.doubt(QuarantineReason.WRONG_TYPE, "amounts", amounts, *why))
        return
    times: Counter[tuple[BudgetPhase, FiscalYear]] = Counter()
    for one in amounts:
        year = thai.year(one.get("fiscal_year_be"), spec.era, "amounts.fiscal_year_be")
        satang = thai.amount(one.get("baht"), spec.money_unit, "amounts.baht")
        phase = phase_of(one.get("phase"))
        doubts += [found for found in (year, satang, phase) if isinstance(found, Doubt)]
        if satang is None:
            why = ("ไม่มีจำนวนเงิน", "there is no amount")
            doubts.append(
                thai.doubt(QuarantineReason.MISSING_VALUE, "amounts.baht", one.get("baht"), *why)
            )
        counted = thai.believed(satang)
        if isinstance(year, Doubt) or isinstance(phase, Doubt) or counted is None:
            continue
        times[phase, year] += 1
        key = f"{phase.value}|{year.be}|{times[phase, year]}"
        yield ParsedBudgetLine(key, year, phase, point.funding, counted, point.area)


def phase_of(found: Any) -> BudgetPhase | Doubt:
    """The phase of an amount."""
    for phase in BudgetPhase:
        if phase.value == found:
            return phase
    why = ("ไม่ใช่ขั้นของงบประมาณ", "is no phase of the budget")
    return thai.doubt(QuarantineReason.WRONG_TYPE, "amounts.phase", found, *why)


def province_of(row: Mapping[str, Any]) -> RawName | None:
    """The province a record names by code, by name, or by both; null where it names none."""
    code, name = thai.text(row.get("province_code")), thai.text(row.get("province_name"))
    return RawName(NameKind.AREA, name or code, code or None) if name or code else None
