"""Types that all nouns use: texts, years, money and pages."""

from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

import strawberry

from hub.domain import money, paging, provenance, text, time
from hub.domain.budget import BudgetPhase
from hub.domain.sources import ledger
from hub.domain.text import TranslationOrigin
from hub.errors import Invalid
from resolvers import paging as paging_resolvers
from resolvers import text as resolvers_text
from schema.binding import field, input_type, output_type, resolver_field
from schema.cost import Cost
from schema.node import Node

Item = TypeVar("Item")


@output_type(text.LocalizedText)
class LocalizedText:
    """A text in Thai, and in English if there is a translation (ข้อความสองภาษา)."""

    th: str = field("In Thai (ภาษาไทย)")
    en: str | None = field("In English (ภาษาอังกฤษ); null if there is no translation")
    text: str = resolver_field(
        resolvers_text.in_locale, "In the given language; Thai if there is no English"
    )
    th_origin: TranslationOrigin | None = field("Who worded the Thai text; null: as in the source")
    en_origin: TranslationOrigin | None = field(
        "Who worded the English text; null: as in the source"
    )


@output_type(money.Money)
class Money:
    """An exact amount as a decimal string (จำนวนเงิน)."""

    amount: Decimal = field("Baht with two decimals (จำนวนเงิน บาท)")
    currency: str = field("Always THB (สกุลเงิน)")


@output_type(ledger.PhaseAmount)
class PhaseAmount:
    """Money of one phase; phases are never added to one another (จำนวนเงินตามขั้นของงบประมาณ)."""

    phase: BudgetPhase = field("Phase (ขั้นของงบประมาณ)")
    amount: Money = field("Amount (จำนวนเงิน)")


@output_type(text.Notice)
class Notice:
    """A notice about figures (ข้อสังเกต)."""

    code: str = field(
        "UNASSIGNED, BEYOND_LIMIT, SHARE_UNKNOWN, UNLINKED_IN_SCOPE, AREA_NOT_IN_FORCE, "
        "AREAS_NOT_RECORDED, CHAIN_OF_OTHER_AREA, ISSUE_NOT_LINKED, MADE_UP_DATA, or one of a "
        "source; others may follow (รหัส)"
    )
    text: LocalizedText = field("Text (ข้อความ)")
    path: list[str] | None = field("Part of the response that it is about (ส่วนที่เกี่ยวข้อง)")
    count: int | None = field("Number of things it is about; null: not counted (จำนวน)")
    amounts: list[PhaseAmount] = field("Money it is about, by phase (จำนวนเงิน)")
    subjects: list[Node] = field(
        "The first 100 things it is about, such as the area that was not in force and its "
        "successors (สิ่งที่เกี่ยวข้อง)"
    )
    link: str | None = field("Path on this hub that lists all of them; null: none (ลิงก์)")


@output_type(time.FiscalYear)
class FiscalYear:
    """A Thai fiscal year: FY 2555 BE is 1 Oct 2011 to 30 Sep 2012 (ปีงบประมาณ)."""

    be: int = field("Buddhist year (พ.ศ.)")
    ce: int = field("Common Era year in which it ends (ค.ศ.)")
    label: str = resolver_field(resolvers_text.year_label, "Display name (ชื่อปี)")
    starts_on: date = field("1 October (วันเริ่ม)")
    ends_on: date = field("30 September (วันสิ้นสุด)")


@output_type(provenance.ExternalId)
class ExternalId:
    """An id in another system (รหัสภายนอก)."""

    scheme: str = field("System or list of codes (ชุดรหัส)")
    value: str = field("Code in that system (รหัส)")


@output_type(paging.PageInfo)
class PageInfo:
    """Position of the page in its list (ข้อมูลหน้า)."""

    has_next_page: bool = field("Whether there are more items (มีหน้าถัดไป)")
    has_previous_page: bool = field("Whether the page starts after a cursor (มีหน้าก่อนหน้า)")
    start_cursor: str | None = field("Cursor of the first item (เคอร์เซอร์แรก)")
    end_cursor: str | None = field("Cursor of the last item; send it as `after` (เคอร์เซอร์สุดท้าย)")


@strawberry.type(description="An item of a page with its cursor (รายการ)")
class Edge(Generic[Item]):
    """Published for each item type as `<Item>Edge`."""

    cursor: str = field("Position of the item in the list (เคอร์เซอร์)")
    node: Item = field("The item (รายการ)")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        """Return whether a value is a domain edge."""
        return isinstance(obj, paging.Edge)


@strawberry.type(description="One page of a list (หน้าหนึ่งของรายการ)")
class Connection(Generic[Item]):
    """Published for each item type as `<Item>Connection`."""

    edges: list[Edge[Item]] = field("The items with their cursors (รายการพร้อมเคอร์เซอร์)")
    nodes: list[Item] = field("The items (รายการ)")
    page_info: PageInfo = field("Position of the page (ข้อมูลหน้า)")
    total_count: int | None = resolver_field(
        paging_resolvers.total_count,
        "Number of all items; null if not counted (จำนวนทั้งหมด)",
        cost=Cost(weight=20),
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        """Return whether a value is a domain connection."""
        return isinstance(obj, paging.Connection)


@input_type(time.FiscalYear, one_of=True)
class FiscalYearInput:
    """A fiscal year in exactly one of two eras, which prevents 543-year errors."""

    be: int | None = strawberry.field(default=strawberry.UNSET, description="Buddhist year (พ.ศ.)")
    ce: int | None = strawberry.field(
        default=strawberry.UNSET, description="Common Era year in which it ends (ค.ศ.)"
    )

    def to_domain(self, field: str) -> time.FiscalYear:
        """Return the year; `Invalid` when out of range, or not exactly one era is set."""
        if isinstance(self.be, int):
            return time.FiscalYear.from_be(self.be, f"{field}.be")
        if isinstance(self.ce, int):
            return time.FiscalYear.from_ce(self.ce, f"{field}.ce")
        raise Invalid(field, "ระบุ be หรือ ce อย่างใดอย่างหนึ่ง", "exactly one of be and ce is required")


@input_type(time.FiscalYearRange)
class FiscalYearRange:
    """Fiscal years from first to last, both included, at most 30 (ช่วงปีงบประมาณ)."""

    from_: FiscalYearInput = strawberry.field(name="from", description="First year (ปีแรก)")
    to: FiscalYearInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="Last year; default: the first, for one year (ปีสุดท้าย)",
    )

    def to_domain(self, field: str) -> time.FiscalYearRange:
        """Return the range; `Invalid` when it is reversed or too long."""
        first = self.from_.to_domain(f"{field}.from")
        if not isinstance(self.to, FiscalYearInput):
            return time.FiscalYearRange(first, first)
        return time.FiscalYearRange(first, self.to.to_domain(f"{field}.to"))
