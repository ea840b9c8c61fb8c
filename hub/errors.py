"""The tree of expected errors. The class carries its public code, the docstring is the default
message, in Thai and English because a person may read it.

HubError
├─ NotFound         what was asked for is not here
├─ Forbidden        the viewer may not
├─ Unauthenticated  nobody is signed in
├─ Invalid(field)   an argument is wrong; says which and how to mend it
├─ Conflict         somebody changed it first
│  └─ KeyReused           an idempotency key came back with another command
├─ TooCostly        the question is larger than the hub answers at once
├─ TooMany          one client asks too much; says when to come back
├─ UnknownDocument  a hash of a document that was not sent yet
├─ Unready          the hub cannot answer yet, or not now
├─ SourceError      a connector's run, never a caller's fault
│  ├─ SourceRefused      not as declared; nothing of it was written
│  ├─ SourceUnreachable  try again later
│  └─ SourceRejectedUs   credentials; tell a person
└─ StoreUnusable    the database cannot be used as it is; a person must act (start-up only)
"""

from typing import ClassVar


class HubError(Exception):
    """เกิดข้อผิดพลาด · Something went wrong."""

    code: ClassVar[str] = "ERROR"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__ or self.code)

    @property
    def message(self) -> str:
        """What a person reads."""
        return str(self.args[0])


class NotFound(HubError):
    """ไม่พบสิ่งที่ถามหา · What was asked for is not here."""

    code = "NOT_FOUND"


class Forbidden(HubError):
    """ไม่มีสิทธิ์ · You may not do this."""

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


class Conflict(HubError):
    """มีผู้แก้ไขไปก่อนแล้ว · Somebody changed it first."""

    code = "CONFLICT"


class IdempotencyKeyReused(Conflict):
    """ใช้ idempotencyKey นี้กับคำสั่งอื่นไปแล้ว ส่งค่าใหม่ · This idempotencyKey stands for another command."""

    code = "IDEMPOTENCY_CONFLICT"


class TooCostly(HubError):
    """คำถามใหญ่เกินกว่าที่ตอบได้ในครั้งเดียว · The question is larger than is answered at once."""

    code = "TOO_COSTLY"

    def __init__(self, cost: int, limit: int, unit: str) -> None:
        super().__init__(
            f"คำถามนี้มี {cost:,} {unit} เกินเพดาน {limit:,} "
            f"· This asks for {cost:,} {unit}, the limit is {limit:,}"
        )
        self.cost = cost
        self.limit = limit


class RateLimited(HubError):
    """ถามถี่เกินไป รอสักครู่แล้วถามใหม่ · You ask too much at once; wait a little and ask again."""

    code = "RATE_LIMITED"

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class UnknownDocument(HubError):
    """ยังไม่รู้จักคำถามของแฮชนี้ ส่งข้อความมาพร้อมแฮช · No document has this hash yet; send it with it."""

    code = "PERSISTED_QUERY_NOT_FOUND"


class NotReady(HubError):
    """ระบบยังไม่พร้อม ลองใหม่อีกครั้ง · The hub is not ready; try again shortly."""

    code = "UNREADY"


class StoreUnusable(HubError):
    """ใช้ฐานข้อมูลนี้ไม่ได้ · This database cannot be used."""

    code = "STORE_UNUSABLE"


class SourceError(HubError):
    """อ่านแหล่งข้อมูลไม่สำเร็จ · A source could not be read."""

    code = "SOURCE_ERROR"


class SourceRefused(SourceError):
    """ข้อมูลไม่เป็นไปตามที่ประกาศไว้ จึงไม่รับ · The source is not as declared; it was refused."""

    code = "SOURCE_REFUSED"


class SourceUnreachable(SourceError):
    """ติดต่อแหล่งข้อมูลไม่ได้ ลองใหม่ภายหลัง · The source cannot be reached; try again later."""

    code = "SOURCE_UNREACHABLE"


class SourceCredentialsRejected(SourceError):
    """แหล่งข้อมูลไม่รับสิทธิ์ของเรา · The source rejects our credentials; a person must act."""

    code = "SOURCE_REJECTED_US"
