"""What a mutation answers where a rule was broken."""

from hub.domain import user_errors as domain
from hub.domain.user_errors import UserErrorCode
from schema import binding
from schema.binding import output_type
from schema.text import LocalizedText


@output_type(domain.UserError)
class UserError:
    """One broken rule (ข้อผิดพลาด); where there is any, nothing was changed."""

    code: UserErrorCode = binding.field("Which rule (รหัส)")
    field: list[str] | None = binding.field(
        "The field of the input it is about, from outside in (ช่องที่ผิด)"
    )
    message: LocalizedText = binding.field("What is wrong and how to mend it (คำอธิบาย)")
