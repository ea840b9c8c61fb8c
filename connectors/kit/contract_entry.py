"""Parse a record of the source contract, for ministries' and local systems.

This is more tolerant than `hub source check`: a number with an unambiguous value is read in any
notation. Other values become doubts, field by field.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from connectors.kit import thai
from connectors.kit.declared_linkages import list_strategies, parse_linkages
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

STRATEGY_FIELDS: Final = ("strategy",)


@value
class SystemProfile:
    """The kind of system: actor level (null: that of the owner), funding, and area of the
    record.
    """

    level: ActorLevel | None
    funding: FundingSource
    area: RawName | None


def parse_contract_entry(raw: RawRecord, spec: SourceSpec, profile: SystemProfile) -> SourceEntry:
    """Return the project, and a line for each amount."""
    row: Mapping[str, Any] = raw.payload
    key = thai.clean_text(row["id"])
    year = thai.parse_fiscal_year(row["fiscal_year_be"], spec.era, "fiscal_year_be")
    if isinstance(year, Doubt):
        return SourceEntry(key, doubts=(year,))
    doubts: list[Doubt] = []
    lines = tuple(parse_lines(row["amounts"], spec, profile, doubts))
    declared = parse_linkages(row.get("linkages"), spec.era)
    if row["deleted"] is not False:
        messages = ("ต้องเป็น true หรือ false", "must be true or false")
        doubts.append(
            thai.build_doubt(QuarantineReason.WRONG_TYPE, "deleted", row["deleted"], *messages)
        )
    return SourceEntry(
        key=key,
        project=ParsedProject(
            key=key,
            name_th=thai.clean_text(row["title_th"]),
            actor_level=profile.level,
            owner=RawName(
                NameKind.AGENCY,
                thai.clean_text(row["agency_name"]),
                thai.clean_text(row["agency_code"]),
            ),
            years=(year,),
            areas=(profile.area,) if profile.area else (),
            code=key or None,
            name_en=thai.clean_text(row.get("title_en")) or None,
        ),
        lines=lines,
        doubts=tuple(doubts),
        linkages=declared.linkages,
        linkage_doubts=declared.doubts,
        strategies=list_strategies(row, STRATEGY_FIELDS),
    )


def parse_lines(
    amounts: Any, spec: SourceSpec, profile: SystemProfile, doubts: list[Doubt]
) -> Iterator[ParsedBudgetLine]:
    """Yield a line for each amount with a known phase and year; others become doubts."""
    if not isinstance(amounts, list) or not all(isinstance(one, Mapping) for one in amounts):
        messages = ("ไม่ใช่รายการ", "is not a list of amounts")
        doubts.append(thai.build_doubt(QuarantineReason.WRONG_TYPE, "amounts", amounts, *messages))
        return
    line_counts: Counter[tuple[BudgetPhase, FiscalYear]] = Counter()
    for one in amounts:
        year = thai.parse_fiscal_year(one.get("fiscal_year_be"), spec.era, "amounts.fiscal_year_be")
        satang = thai.parse_amount(one.get("baht"), spec.money_unit, "amounts.baht")
        phase = parse_phase(one.get("phase"))
        doubts += [found for found in (year, satang, phase) if isinstance(found, Doubt)]
        if satang is None:
            messages = ("ไม่มีจำนวนเงิน", "there is no amount")
            doubts.append(
                thai.build_doubt(
                    QuarantineReason.MISSING_VALUE, "amounts.baht", one.get("baht"), *messages
                )
            )
        satang_amount = thai.readable_satang(satang)
        if isinstance(year, Doubt) or isinstance(phase, Doubt) or satang_amount is None:
            continue
        line_counts[phase, year] += 1
        key = f"{phase.value}|{year.be}|{line_counts[phase, year]}"
        yield ParsedBudgetLine(key, year, phase, profile.funding, satang_amount, profile.area)


def parse_phase(raw_phase: Any) -> BudgetPhase | Doubt:
    """Return the phase of an amount."""
    for phase in BudgetPhase:
        if phase.value == raw_phase:
            return phase
    messages = ("ไม่ใช่ขั้นของงบประมาณ", "is no phase of the budget")
    return thai.build_doubt(QuarantineReason.WRONG_TYPE, "amounts.phase", raw_phase, *messages)


def parse_province(row: Mapping[str, Any]) -> RawName | None:
    """Return the province of a record by code, name or both; null if it has neither."""
    code, name = (
        thai.clean_text(row.get("province_code")),
        thai.clean_text(row.get("province_name")),
    )
    return RawName(NameKind.AREA, name or code, code or None) if name or code else None
