"""The error page that a person sees when their request fails."""

from typing import Final

from starlette.responses import Response

from hub.web.pages.forms import bilingual, page

TITLE: Final = ("ลงชื่อเข้าใช้", "Sign in")


def error_page(message: str, status: int, **headers: str) -> Response:
    """Return a page with the error message and a link to sign in."""
    th, _, en = message.partition(" · ")
    response = page(
        ("ไม่สำเร็จ", "Request failed"),
        f'<p role="alert">{bilingual(th, en)}</p>',
        f'<p><a href="/signin">{bilingual(*TITLE)}</a></p>',
        status=status,
    )
    response.headers.update(headers)
    return response
