"""Texts, years, money and pages: what every noun is made of."""

from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

import strawberry

from hub.domain import money, paging, provenance, text, time
from hub.domain.text import TranslationOrigin
from hub.errors import Invalid
from resolvers import text as resolvers_text
from schema.binding import accepts, describes, resolved, said

Item = TypeVar("Item")


@describes(text.LocalizedText)
class LocalizedText:
    """A text in Thai, and in English where somebody worded it (ข้อความสองภาษา)."""

    th: str = said("In Thai (ภาษาไทย)")
    en: str | None = said("In English (ภาษาอังกฤษ); null where nobody worded it")
    text: str = resolved(
        resolvers_text.in_locale, "In that language; in Thai where English is missing"
    )
    th_origin: TranslationOrigin | None = said("Who worded the Thai; null: as in the source")
    en_origin: TranslationOrigin | None = said("Who worded the English; null: as in the source")


@describes(text.Notice)
class Notice:
    """Something a reader of the figures should know (ข้อสังเกต)."""

    code: str = said("What it is about (รหัส)")
    text: LocalizedText = said("In words (ข้อความ)")
    path: list[str] | None = said("The part of the answer it is about (ส่วนที่เกี่ยวข้อง)")


@describes(money.Money)
class Money:
    """An exact amount; a decimal string, never a float (จำนวนเงิน)."""

    amount: Decimal = said("In baht with two decimals (จำนวนเงิน บาท)")
    currency: str = said("Always THB (สกุลเงิน)")


@describes(time.FiscalYear)
class FiscalYear:
    """A Thai fiscal year: FY 2555 BE is 1 Oct 2011 to 30 Sep 2012 (ปีงบประมาณ)."""

    be: int = said("Buddhist year (พ.ศ.)")
    ce: int = said("Common Era year it ends in (ค.ศ.)")
    label: str = resolved(resolvers_text.year_label, "As people write it (ชื่อปี)")
    starts_on: date = said("1 October (วันเริ่ม)")
    ends_on: date = said("30 September (วันสิ้นสุด)")


@describes(provenance.ExternalId)
class ExternalId:
    """A name in somebody else's system (รหัสภายนอก)."""

    scheme: str = said("Which system or list (ชุดรหัส)")
    value: str = said("The code in it (รหัส)")


@describes(paging.PageInfo)
class PageInfo:
    """Where this page stands in its list (ข้อมูลหน้า)."""

    has_next_page: bool = said("Whether more follow (มีหน้าถัดไป)")
    has_previous_page: bool = said("Whether it started behind a cursor (มีหน้าก่อนหน้า)")
    start_cursor: str | None = said("Cursor of the first item (เคอร์เซอร์แรก)")
    end_cursor: str | None = said("Cursor of the last item; give it as `after` (เคอร์เซอร์สุดท้าย)")


@strawberry.type(description="One item of a page with its cursor (รายการ)")
class Edge(Generic[Item]):
    """Published for each kind of item as `<Item>Edge`."""

    cursor: str = said("Where the item stands in the list (เคอร์เซอร์)")
    node: Item = said("The item (รายการ)")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        """Hub edges flow through."""
        return isinstance(obj, paging.Edge)


@strawberry.type(description="One page of a list (หน้าหนึ่งของรายการ)")
class Connection(Generic[Item]):
    """Published for each kind of item as `<Item>Connection`."""

    edges: list[Edge[Item]] = said("The items with their cursors (รายการพร้อมเคอร์เซอร์)")
    nodes: list[Item] = said("The items (รายการ)")
    page_info: PageInfo = said("Where this page stands (ข้อมูลหน้า)")
    total_count: int | None = said("How many in all; null where it was not counted (จำนวนทั้งหมด)")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        """Hub connections flow through."""
        return isinstance(obj, paging.Connection)


@accepts(time.FiscalYear, one_of=True)
class FiscalYearInput:
    """A fiscal year by exactly one of its two names, so a 543-year slip cannot be expressed."""

    be: int | None = strawberry.field(default=strawberry.UNSET, description="Buddhist year (พ.ศ.)")
    ce: int | None = strawberry.field(
        default=strawberry.UNSET, description="Common Era year it ends in (ค.ศ.)"
    )

    def record(self, field: str) -> time.FiscalYear:
        """The year; `Invalid` outside its range, or where neither or both are given."""
        if isinstance(self.be, int):
            return time.FiscalYear.from_be(self.be, f"{field}.be")
        if isinstance(self.ce, int):
            return time.FiscalYear.from_ce(self.ce, f"{field}.ce")
        raise Invalid(field, "ระบุ be หรือ ce อย่างใดอย่างหนึ่ง", "give exactly one of be and ce")


@accepts(time.FiscalYearRange)
class FiscalYearRange:
    """Fiscal years from first to last, both included, at most 30 (ช่วงปีงบประมาณ)."""

    from_: FiscalYearInput = strawberry.field(name="from", description="First year (ปีแรก)")
    to: FiscalYearInput = strawberry.field(description="Last year (ปีสุดท้าย)")

    def record(self, field: str) -> time.FiscalYearRange:
        """The range; `Invalid` where it runs backwards or too long."""
        return time.FiscalYearRange(
            self.from_.record(f"{field}.from"), self.to.record(f"{field}.to")
        )
