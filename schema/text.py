"""Texts, years, money and pages: what every noun is made of."""

from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

import strawberry

from hub.domain import money, paging, provenance, text, time
from hub.domain.text import TranslationOrigin
from hub.errors import Invalid
from resolvers import text as resolvers_text
from schema.binding import field, input_type, output_type, resolver_field

Item = TypeVar("Item")


@output_type(text.LocalizedText)
class LocalizedText:
    """A text in Thai, and in English where somebody worded it (ข้อความสองภาษา)."""

    th: str = field("In Thai (ภาษาไทย)")
    en: str | None = field("In English (ภาษาอังกฤษ); null where nobody worded it")
    text: str = resolver_field(
        resolvers_text.in_locale, "In that language; in Thai where English is missing"
    )
    th_origin: TranslationOrigin | None = field("Who worded the Thai; null: as in the source")
    en_origin: TranslationOrigin | None = field("Who worded the English; null: as in the source")


@output_type(text.Notice)
class Notice:
    """Something a reader of the figures should know (ข้อสังเกต)."""

    code: str = field("What it is about (รหัส)")
    text: LocalizedText = field("In words (ข้อความ)")
    path: list[str] | None = field("The part of the answer it is about (ส่วนที่เกี่ยวข้อง)")


@output_type(money.Money)
class Money:
    """An exact amount; a decimal string, never a float (จำนวนเงิน)."""

    amount: Decimal = field("In baht with two decimals (จำนวนเงิน บาท)")
    currency: str = field("Always THB (สกุลเงิน)")


@output_type(time.FiscalYear)
class FiscalYear:
    """A Thai fiscal year: FY 2555 BE is 1 Oct 2011 to 30 Sep 2012 (ปีงบประมาณ)."""

    be: int = field("Buddhist year (พ.ศ.)")
    ce: int = field("Common Era year it ends in (ค.ศ.)")
    label: str = resolver_field(resolvers_text.year_label, "As people write it (ชื่อปี)")
    starts_on: date = field("1 October (วันเริ่ม)")
    ends_on: date = field("30 September (วันสิ้นสุด)")


@output_type(provenance.ExternalId)
class ExternalId:
    """A name in somebody else's system (รหัสภายนอก)."""

    scheme: str = field("Which system or list (ชุดรหัส)")
    value: str = field("The code in it (รหัส)")


@output_type(paging.PageInfo)
class PageInfo:
    """Where this page stands in its list (ข้อมูลหน้า)."""

    has_next_page: bool = field("Whether more follow (มีหน้าถัดไป)")
    has_previous_page: bool = field("Whether it started behind a cursor (มีหน้าก่อนหน้า)")
    start_cursor: str | None = field("Cursor of the first item (เคอร์เซอร์แรก)")
    end_cursor: str | None = field("Cursor of the last item; give it as `after` (เคอร์เซอร์สุดท้าย)")


@strawberry.type(description="One item of a page with its cursor (รายการ)")
class Edge(Generic[Item]):
    """Published for each kind of item as `<Item>Edge`."""

    cursor: str = field("Where the item stands in the list (เคอร์เซอร์)")
    node: Item = field("The item (รายการ)")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        """Hub edges flow through."""
        return isinstance(obj, paging.Edge)


@strawberry.type(description="One page of a list (หน้าหนึ่งของรายการ)")
class Connection(Generic[Item]):
    """Published for each kind of item as `<Item>Connection`."""

    edges: list[Edge[Item]] = field("The items with their cursors (รายการพร้อมเคอร์เซอร์)")
    nodes: list[Item] = field("The items (รายการ)")
    page_info: PageInfo = field("Where this page stands (ข้อมูลหน้า)")
    total_count: int | None = field("How many in all; null where it was not counted (จำนวนทั้งหมด)")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        """Hub connections flow through."""
        return isinstance(obj, paging.Connection)


@input_type(time.FiscalYear, one_of=True)
class FiscalYearInput:
    """A fiscal year by exactly one of its two names, so a 543-year slip cannot be expressed."""

    be: int | None = strawberry.field(default=strawberry.UNSET, description="Buddhist year (พ.ศ.)")
    ce: int | None = strawberry.field(
        default=strawberry.UNSET, description="Common Era year it ends in (ค.ศ.)"
    )

    def to_domain(self, field: str) -> time.FiscalYear:
        """The year; `Invalid` outside its range, or where neither or both are given."""
        if isinstance(self.be, int):
            return time.FiscalYear.from_be(self.be, f"{field}.be")
        if isinstance(self.ce, int):
            return time.FiscalYear.from_ce(self.ce, f"{field}.ce")
        raise Invalid(field, "ระบุ be หรือ ce อย่างใดอย่างหนึ่ง", "give exactly one of be and ce")


@input_type(time.FiscalYearRange)
class FiscalYearRange:
    """Fiscal years from first to last, both included, at most 30 (ช่วงปีงบประมาณ)."""

    from_: FiscalYearInput = strawberry.field(name="from", description="First year (ปีแรก)")
    to: FiscalYearInput = strawberry.field(description="Last year (ปีสุดท้าย)")

    def to_domain(self, field: str) -> time.FiscalYearRange:
        """The range; `Invalid` where it runs backwards or too long."""
        return time.FiscalYearRange(
            self.from_.to_domain(f"{field}.from"), self.to.to_domain(f"{field}.to")
        )
