"""What a mutation answers where a rule was broken."""

from hub.domain import user_errors as domain
from hub.domain.user_errors import UserErrorCode
from schema import binding
from schema.binding import describes
from schema.text import LocalizedText


@describes(domain.UserError)
class UserError:
    """One broken rule (ข้อผิดพลาด); where there is any, nothing was changed."""

    code: UserErrorCode = binding.said("Which rule (รหัส)")
    field: list[str] | None = binding.said(
        "The field of the input it is about, from outside in (ช่องที่ผิด)"
    )
    message: LocalizedText = binding.said("What is wrong and how to mend it (คำอธิบาย)")
