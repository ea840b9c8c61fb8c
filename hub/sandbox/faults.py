"""The faults of the local agency: `NAME[xTIMES][@PAGE]`, for example `503x3`, `empty-mid`,
`reset@4`.

`xTIMES` limits how often a fault happens; the default is always. `@PAGE` is the first page request
it happens to: by default the first, or the second for faults in the middle of a list.
"""

import re
from dataclasses import dataclass
from typing import Final

from hub.errors import Invalid
from hub.sandbox.record_faults import RECORD_FAULTS

ERROR_STATUSES: Final = frozenset({"429", "500", "502", "503", "504"})
WIRE_FAULTS: Final = {
    "slow": "คำตอบไม่มา · no response ever begins",
    "slow-loris": "ส่งทีละไบต์ · one byte at a time, for ever",
    "truncated": "JSON ขาดท้าย · the JSON ends half way",
    "short": "สั้นกว่า Content-Length · the body is shorter than its Content-Length",
    "html": "ตอบ HTML · a page of HTML with status 200",
    "bomb": "gzip 300 MB · 300 MB of blanks in a small gzip",
    "reset": "ตัดสาย · the connection is reset within the body",
    "redirect": "ส่งต่อไปเครื่องอื่น · a redirect to another host",
}
PAGE_FAULTS: Final = {
    "empty-mid": "หน้าว่างกลางรายการ · an empty page within the list",
    "duplicate-page": "ส่งหน้าเดิมซ้ำ · the previous page again",
    "shuffled": "สลับลำดับ · the records of a page in another order",
    "cursor-loop": "เคอร์เซอร์วน · a repeated cursor",
    "huge-field": "ช่องใหญ่ 50 MB · a field of 50 MB",
    "big-field": "ช่องใหญ่ 2 MB · a field of 2 MB",
    "not-success": "คลังตอบ success: false · the catalogue answers success: false with status 200",
    "bom": "มี BOM นำหน้า · a byte order mark before the response",
    "expire-token": "โทเค็นหมดอายุ · the tokens issued so far are rejected",
}
SECOND_PAGE_FAULTS: Final = frozenset(
    {"empty-mid", "duplicate-page", "cursor-loop", "expire-token"}
)
FAULT_DESCRIPTIONS: Final = {
    **{s: f"HTTP {s}" for s in sorted(ERROR_STATUSES)},
    **WIRE_FAULTS,
    **PAGE_FAULTS,
    **RECORD_FAULTS,
}
FAULT_PATTERN: Final = re.compile(r"(?P<name>[a-z0-9-]+?)(?:x(?P<times>\d+))?(?:@(?P<page>\d+))?")


@dataclass(slots=True)
class Fault:
    """One fault, and how often it may still happen."""

    name: str
    remaining: int | None = None
    first_page: int = 1

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """Return the fault of a command-line text; `Invalid` lists the names."""
        match = FAULT_PATTERN.fullmatch(text)
        if match is None or match["name"] not in FAULT_DESCRIPTIONS:
            raise Invalid(
                "--fault",
                f"ไม่รู้จัก {text!r} เลือกจาก {' '.join(FAULT_DESCRIPTIONS)} เติม xจำนวนครั้ง หรือ @หน้าที่ ได้",
                f"{text!r} is not one; choose from {' '.join(FAULT_DESCRIPTIONS)}, "
                "with xTIMES or @PAGE where wanted",
            )
        page = int(match["page"] or (2 if match["name"] in SECOND_PAGE_FAULTS else 1))
        return cls(match["name"], int(match["times"]) if match["times"] else None, page)

    def trigger(self, page: int) -> bool:
        """Return whether the fault happens to this page request, and count it if it does."""
        if page < self.first_page or self.remaining == 0:
            return False
        if self.remaining is not None:
            self.remaining -= 1
        return True
