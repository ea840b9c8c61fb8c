"""Expected errors: `code` is the public error code, the docstring the default message.

The message is in Thai and English, because people read it.

HubError
├─ NotFound         there is no such record, or it is not visible
├─ Forbidden        the viewer lacks a permission
├─ Unauthenticated  the viewer is not logged in
├─ Invalid(field)   an argument is invalid; names it and the fix
├─ Ambiguous(field) a code or id matches several records; has the ids of all
├─ Conflict         the data was changed by another request
│  ├─ IdempotencyKeyReused   the key was used for another command
│  ├─ StaleVersion           the client has not seen the current version
│  └─ Duplicate              it exists already
├─ WrongStatus      not possible in the current status of the thing
│  └─ TooLate       the other side has acted since
├─ ShareExceeded    the shares of a project would exceed 1
├─ TooMany          more items than a command may have
├─ BatchFailed      another item of an atomic batch failed
├─ RuleViolation    a rule of the deck prevents the command
├─ CursorExpired    changes after a cursor are no longer stored
├─ TooCostly        the request exceeds a limit
├─ RateLimited      too many requests of one client; has the delay in seconds
├─ UnknownDocument  no document is stored for a persisted query's hash
├─ NotReady         the hub cannot answer yet, or currently
├─ SourceError      a run or a live request failed at the source
│  ├─ SourceRefused              the data is not as declared; nothing was written
│  ├─ SourceUnreachable          try again later
│  └─ SourceCredentialsRejected  a person must fix the credentials
└─ StoreUnusable    the database cannot be used until a person acts (startup only)
"""

from collections.abc import Sequence
from typing import ClassVar, Final

MAX_SHOWN_IDS: Final = 10
"""Ids that the message of an error repeats."""


class HubError(Exception):
    """เกิดข้อผิดพลาด · Something went wrong."""

    code: ClassVar[str] = "ERROR"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__ or self.code)

    @property
    def message(self) -> str:
        """Return the message that is shown to people."""
        return str(self.args[0])


class NotFound(HubError):
    """ไม่พบข้อมูลที่ระบุ · The specified data was not found."""

    code = "NOT_FOUND"


class Forbidden(HubError):
    """ไม่มีสิทธิ์ทำรายการนี้ · You do not have permission."""

    code = "FORBIDDEN"

    def __init__(self, message: str | None = None, *, source_id: str | None = None) -> None:
        super().__init__(message)
        self.source_id = source_id


class Unauthenticated(HubError):
    """กรุณาลงชื่อเข้าใช้ · Sign in first."""

    code = "UNAUTHENTICATED"


class Invalid(HubError):
    """ค่าที่ส่งมาไม่ถูกต้อง · An argument is not valid."""

    code = "INVALID"

    def __init__(self, field: str, th: str, en: str) -> None:
        super().__init__(f"{field}: {th} · {en}")
        self.field = field
        self.th = th
        self.en = en


class Ambiguous(HubError):
    """รหัสตรงกับหลายรายการ ระบุด้วย id · The code matches several things; identify one by its id."""

    code = "AMBIGUOUS"

    def __init__(self, field: str, ids: Sequence[str]) -> None:
        shown = ", ".join(ids[:MAX_SHOWN_IDS]) + (", …" if len(ids) > MAX_SHOWN_IDS else "")
        super().__init__(
            f"{field}: รหัสนี้ตรงกับ {len(ids)} รายการ ระบุ id ของรายการที่ต้องการ: {shown} "
            f"· this code matches {len(ids)} things; send the id of the one you mean: {shown}"
        )
        self.field = field
        self.ids = ids


class Conflict(HubError):
    """ข้อมูลถูกแก้ไขไปก่อนแล้ว · The data was changed by another request."""

    code = "CONFLICT"


class IdempotencyKeyReused(Conflict):
    """idempotencyKey นี้ใช้กับคำสั่งอื่นแล้ว · This idempotencyKey was used for another command."""

    code = "IDEMPOTENCY_CONFLICT"


class StaleVersion(Conflict):
    """มีผู้แก้ไขก่อนแล้ว โหลดใหม่แล้วลองอีกครั้ง · Somebody changed it meanwhile; read it again and retry."""

    code = "STALE_VERSION"


class Duplicate(Conflict):
    """มีอยู่แล้ว · It exists already."""

    code = "DUPLICATE"

    def __init__(self, message: str | None = None, *, current_gid: str | None = None) -> None:
        super().__init__(message)
        self.current_gid = current_gid


class WrongStatus(HubError):
    """ทำไม่ได้ในสถานะนี้ · This is not possible in its current status."""

    code = "WRONG_STATUS"


class TooLate(WrongStatus):
    """อีกฝ่ายดำเนินการแล้ว จึงเลิกทำไม่ได้ · The other side has acted since, so it cannot be undone."""

    code = "TOO_LATE"


class ShareExceeded(HubError):
    """สัดส่วนของโครงการรวมกันเกิน 1 · The shares of the project would exceed 1 together."""

    code = "SHARE_EXCEEDED"


class TooMany(HubError):
    """ส่งได้ไม่เกินจำนวนที่กำหนดต่อคำสั่ง · The command has more items than allowed."""

    code = "TOO_MANY"


class BatchFailed(HubError):
    """รายการอื่นไม่ผ่าน จึงไม่บันทึกรายการนี้ · Another item failed, so this one was not stored."""

    code = "BATCH_FAILED"


class RuleViolation(HubError):
    """ขัดกฎเกณฑ์ · A rule is not met."""

    code = "RULE_VIOLATION"

    def __init__(self, message: str | None = None, *, rule_code: str | None = None) -> None:
        super().__init__(message)
        self.rule_code = rule_code


class CursorExpired(HubError):
    """เคอร์เซอร์เก่าเกินไป อ่านรายการใหม่ทั้งหมด · The cursor is too old; read the list again."""

    code = "CURSOR_EXPIRED"


class TooCostly(HubError):
    """คำขอใหญ่เกินเพดานต่อครั้ง · The request exceeds the limit for one request."""

    code = "TOO_COSTLY"

    def __init__(
        self, cost: int, limit: int, unit: str, advice: tuple[str, str] | None = None
    ) -> None:
        """`advice`: what to do instead, in Thai and in English."""
        th, en = (f" {advice[0]}", f"; {advice[1]}") if advice else ("", "")
        super().__init__(
            f"คำขอนี้ใช้ {cost:,} {unit} เกินเพดาน {limit:,}{th} "
            f"· The request needs {cost:,} {unit}; the limit is {limit:,}{en}"
        )
        self.cost = cost
        self.limit = limit
        self.unit = unit


class RateLimited(HubError):
    """ส่งคำขอถี่เกินไป รอสักครู่แล้วลองใหม่ · Too many requests; wait and try again."""

    code = "RATE_LIMITED"

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class UnknownDocument(HubError):
    """ไม่พบคำสั่งของแฮชนี้ ส่งคำสั่งพร้อมแฮช · No document is stored for this hash; send both."""

    code = "PERSISTED_QUERY_NOT_FOUND"


class NotReady(HubError):
    """ระบบยังไม่พร้อม ลองใหม่ภายหลัง · The hub is not ready; try again later."""

    code = "UNREADY"


class StoreUnusable(HubError):
    """ใช้ฐานข้อมูลนี้ไม่ได้ · This database cannot be used."""

    code = "STORE_UNUSABLE"


class SourceError(HubError):
    """อ่านแหล่งข้อมูลไม่สำเร็จ · Reading the source failed."""

    code = "SOURCE_ERROR"


class SourceRefused(SourceError):
    """ข้อมูลไม่ตรงกับข้อกำหนดของแหล่ง จึงไม่นำเข้า · The data does not match the source's declaration."""

    code = "SOURCE_REFUSED"


class SourceUnreachable(SourceError):
    """ติดต่อแหล่งข้อมูลไม่ได้ ลองใหม่ภายหลัง · The source cannot be reached; try again later."""

    code = "SOURCE_UNREACHABLE"


class SourceCredentialsRejected(SourceError):
    """แหล่งข้อมูลปฏิเสธข้อมูลยืนยันตัวตน ต้องแก้ไข · The source rejected the credentials; fix them."""

    code = "SOURCE_REJECTED_US"
