"""Parse the linkages that records declare: of the source contract, and of mapped columns.

A value that cannot be read is a doubt about its linkage alone; the project is stored without it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from connectors.kit import thai
from hub.domain.linkage_shares import SHARE_DECIMALS
from hub.domain.record import record
from hub.domain.sources.declaration import DeclarationTable
from hub.domain.sources.linkages import DeclaredLinkage, LinkageColumns, WrittenStrategy
from hub.domain.sources.records import Doubt, QuarantineReason
from hub.domain.sources.spec import Era
from hub.domain.thai_text import find_unsafe_character, to_arabic_digits
from hub.domain.time import FiscalYear

MAX_CODE_LENGTH: Final = 200
LINKAGE_KEYS: Final = {"area", "fiscal_year", "issue_code", "stage_code", "share"}
"""Keys of `[[mapping.linkages]]`; each names a column."""


@record
class ParsedLinkages:
    """The linkages of a record that can be read, and the doubts about the others."""

    linkages: tuple[DeclaredLinkage, ...] = ()
    doubts: tuple[Doubt, ...] = ()


NO_LINKAGES: Final = ParsedLinkages()


def parse_linkages(declared: Any, era: Era) -> ParsedLinkages:
    """Return the linkages of a record of the source contract; `declared` is their list."""
    if declared is None:
        return NO_LINKAGES
    if not isinstance(declared, list):
        messages = ("ไม่ใช่รายการ", "is not a list of linkages")
        doubt = thai.build_doubt(QuarantineReason.WRONG_TYPE, "linkages", declared, *messages)
        return ParsedLinkages(doubts=(doubt,))
    return collect_linkages(
        parse_linkage(one, era) if isinstance(one, Mapping) else [not_a_linkage_doubt(one)]
        for one in declared
    )


def parse_mapped_linkages(
    row: Mapping[str, Any], columns: Iterable[LinkageColumns], era: Era, year: FiscalYear | None
) -> ParsedLinkages:
    """Return the linkages of a row; columns that are all empty declare none."""
    found = []
    for one in columns:
        fields = {
            name: row.get(column)
            for name, column in (
                ("area", one.area),
                ("issue_code", one.issue_code),
                ("stage_code", one.stage_code),
                ("share", one.share),
                ("fiscal_year_be", one.fiscal_year),
            )
            if column is not None
        }
        written = [fields.get(name) for name in ("area", "issue_code", "stage_code", "share")]
        if all(thai.clean_text(value) in thai.EMPTY_MARKS for value in written):
            continue
        has_own_year = one.fiscal_year is not None
        found.append(parse_linkage(fields, era, None if has_own_year else year))
    return collect_linkages(found) if found else NO_LINKAGES


def collect_linkages(found: Iterable[DeclaredLinkage | list[Doubt]]) -> ParsedLinkages:
    """Return parsed linkages and doubts, each in their order and once."""
    linkages: list[DeclaredLinkage] = []
    doubts: list[Doubt] = []
    for one in found:
        if isinstance(one, DeclaredLinkage):
            linkages.append(one)
        else:
            doubts += one
    return ParsedLinkages(tuple(linkages), tuple(dict.fromkeys(doubts)))


def parse_linkage(
    fields: Mapping[str, Any], era: Era, row_year: FiscalYear | None = None
) -> DeclaredLinkage | list[Doubt]:
    """Return one linkage, or all doubts about it."""
    doubts: list[Doubt] = []
    area = parse_code(fields, "area", doubts)
    issue_code = parse_code(fields, "issue_code", doubts)
    stage_code = parse_code(fields, "stage_code", doubts, required=False)
    year = row_year or thai.parse_fiscal_year(
        fields.get("fiscal_year_be"), era, "linkages.fiscal_year_be"
    )
    share = parse_share(fields.get("share"))
    doubts += [found for found in (year, share) if isinstance(found, Doubt)]
    if doubts or isinstance(year, Doubt) or isinstance(share, Doubt):
        return doubts
    return DeclaredLinkage(area, year, issue_code, stage_code or None, share)


def parse_code(
    fields: Mapping[str, Any], name: str, doubts: list[Doubt], *, required: bool = True
) -> str:
    """Return a code, empty if there is none; an unusable one is added to the doubts."""
    written = fields.get(name)
    code = to_arabic_digits(thai.clean_text(written))
    if code in thai.EMPTY_MARKS:
        if required:
            messages = ("ไม่มีค่าที่ต้องมี", "is missing")
            doubts.append(
                thai.build_doubt(
                    QuarantineReason.MISSING_VALUE, f"linkages.{name}", written or "", *messages
                )
            )
        return ""
    if unsafe := find_unsafe_character(code):
        messages = (f"มีอักขระ {unsafe} ที่เก็บไม่ได้", f"contains {unsafe}, which is not allowed")
        doubts.append(
            thai.build_doubt(QuarantineReason.UNSAFE_TEXT, f"linkages.{name}", code, *messages)
        )
    elif len(code) > MAX_CODE_LENGTH:
        messages = (f"ยาวเกิน {MAX_CODE_LENGTH} ตัวอักษร", f"is over {MAX_CODE_LENGTH} characters")
        doubts.append(
            thai.build_doubt(QuarantineReason.TOO_LARGE, f"linkages.{name}", code, *messages)
        )
    return code


def parse_share(written: Any) -> Decimal | Doubt | None:
    """Return a share of more than 0 and at most 1, null if none is stated; else a doubt.

    60 and 60% are not read as 0.6: which of them a source means is not certain.
    """
    if isinstance(written, bool):
        return build_share_doubt(written)
    text = to_arabic_digits(thai.clean_text(written))
    if text in thai.EMPTY_MARKS:
        return None
    try:
        share = Decimal(text)
    except ArithmeticError:
        return build_share_doubt(written)
    if not share.is_finite() or not 0 < share <= 1 or share != round(share, SHARE_DECIMALS):
        return build_share_doubt(written)
    return share


def build_share_doubt(written: Any) -> Doubt:
    """Return the doubt about a share that is none."""
    return thai.build_doubt(
        QuarantineReason.IMPOSSIBLE_SHARE,
        "linkages.share",
        written,
        f"ต้องมากกว่า 0 ไม่เกิน 1 ทศนิยมไม่เกิน {SHARE_DECIMALS} ตำแหน่ง เช่น 0.6",
        f"must be more than 0 and at most 1, with at most {SHARE_DECIMALS} decimals, such as 0.6",
    )


def not_a_linkage_doubt(written: Any) -> Doubt:
    """Return the doubt about an element that is no object."""
    messages = ("ไม่ใช่ความเชื่อมโยง", "is not a linkage")
    return thai.build_doubt(QuarantineReason.WRONG_TYPE, "linkages", written, *messages)


def parse_linkage_columns(
    mapping_table: DeclarationTable, normalize: Callable[[str], str] = str
) -> Iterator[LinkageColumns]:
    """Yield the columns of `[[mapping.linkages]]`; `Invalid` names a missing or unknown key."""
    for part in mapping_table.subtables("linkages", LINKAGE_KEYS):
        optional = [part.optional_text(name) for name in ("fiscal_year", "stage_code", "share")]
        yield LinkageColumns(
            normalize(part.required_text("area")),
            normalize(part.required_text("issue_code")),
            *(None if name is None else normalize(name) for name in optional),
        )


def list_strategies(row: Mapping[str, Any], columns: Iterable[str]) -> tuple[WrittenStrategy, ...]:
    """Return the texts of these columns word for word, without those that are empty."""
    return tuple(
        WrittenStrategy(column, text)
        for column in columns
        if isinstance(text := row.get(column), str)
        and thai.clean_text(text) not in thai.EMPTY_MARKS
    )
