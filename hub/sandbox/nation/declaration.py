"""The declaration of the generated source, and the reader of its records."""

import csv
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from connectors.kit import thai
from connectors.kit.contract_entry import parse_phase
from connectors.registry import Connector
from hub.domain.budget import FundingSource
from hub.domain.sources.local_authorities import LocalAuthority
from hub.domain.sources.records import (
    Doubt,
    NameKind,
    ParsedBudgetLine,
    ParsedProject,
    RawName,
    RawRecord,
    SourceEntry,
)
from hub.domain.sources.spec import SourceSpec, parse_source_spec
from hub.domain.text import LocalizedText
from hub.domain.thai_text import CENTRAL_NAMES
from hub.sandbox.reference_names import list_provinces

SOURCE_ID: Final = "generated_nation"
FOLDER: Final = Path(__file__).parent
AUTHORITY_KINDS: Final = (
    ("pao", "องค์การบริหารส่วนจังหวัดจำลอง", "Made-up provincial organisation"),
    ("municipalities", "เทศบาลจำลอง", "Made-up municipality"),
    ("tao", "องค์การบริหารส่วนตำบลจำลอง", "Made-up subdistrict organisation"),
)
"""Columns of local_authorities.csv, and how the authorities are named."""


@cache
def load_declaration() -> SourceSpec:
    """Return the declaration of the source, with every local authority."""
    content = (FOLDER / "source.toml").read_bytes()
    digest = hashlib.sha256(content + (FOLDER / "local_authorities.csv").read_bytes()).hexdigest()
    table = tomllib.loads(content.decode("utf-8"))
    return replace(
        parse_source_spec(SOURCE_ID, table, digest, "nation/source.toml"),
        authorities=list_local_authorities(),
    )


def load_nation_source() -> Connector:
    """Return the source with its reader."""
    return Connector(load_declaration(), read, FOLDER)


@cache
def list_local_authorities() -> tuple[LocalAuthority, ...]:
    """Return made-up local authorities, as many in each province as there are."""
    names = {province.code: province.name for province in list_provinces()}
    authorities: list[LocalAuthority] = []
    with (FOLDER / "local_authorities.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            province, number = row["province_code"], 0
            for kind, th, en in AUTHORITY_KINDS:
                for ordinal in range(1, int(row[kind]) + 1):
                    number += 1
                    name = LocalizedText(
                        f"{th} {ordinal} {names[province]}", f"{en} {ordinal} of TH-{province}"
                    )
                    authorities.append(LocalAuthority(f"G{province}-{number:03}", name, province))
    return tuple(authorities)


def read(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """Return the project in the areas of its amounts, and a line for each amount."""
    row: Mapping[str, Any] = raw.payload
    key = thai.clean_text(row["id"])
    lines: list[ParsedBudgetLine] = []
    doubts: list[Doubt] = []
    for one in row["amounts"]:
        phase = parse_phase(one["phase"])
        year = thai.parse_fiscal_year(one["fiscal_year_be"], spec.era, "amounts.fiscal_year_be")
        satang = thai.parse_amount(one["baht"], spec.money_unit, "amounts.baht")
        if isinstance(phase, Doubt) or isinstance(year, Doubt) or not isinstance(satang, int):
            doubts += [found for found in (phase, year, satang) if isinstance(found, Doubt)]
            continue
        area = thai.clean_text(one["area"])
        lines.append(
            ParsedBudgetLine(
                f"{phase.value}|{year.be}|{area}",
                year,
                phase,
                FundingSource(row["funding"]),
                satang,
                RawName(NameKind.AREA, area),
            )
        )
    areas = [line.area for line in lines if line.area and line.area.name not in CENTRAL_NAMES]
    owner = RawName(
        NameKind.AGENCY,
        thai.clean_text(row["agency_name"]),
        thai.clean_text(row["agency_code"]) or None,
    )
    return SourceEntry(
        key=key,
        project=ParsedProject(
            key=key,
            name_th=thai.clean_text(row["title_th"]),
            actor_level=None,
            owner=owner,
            areas=tuple(dict.fromkeys(areas)),
            code=key,
        ),
        lines=tuple(lines),
        doubts=tuple(doubts),
    )
