"""The page a person reads when a request of theirs fails."""

from typing import Final

from starlette.responses import Response

from hub.web.pages.forms import bilingual, page

TITLE: Final = ("ลงชื่อเข้าใช้", "Sign in")


def error_page(message: str, status: int, **headers: str) -> Response:
    """A page that says what went wrong, and where to go on."""
    th, _, en = message.partition(" · ")
    response = page(
        ("ไม่สำเร็จ", "That did not work"),
        f'<p role="alert">{bilingual(th, en)}</p>',
        f'<p><a href="/signin">{bilingual(*TITLE)}</a></p>',
        status=status,
    )
    response.headers.update(headers)
    return response
