"""The error page that a person sees when their request fails."""

from starlette.responses import Response

from hub.web.pages.rendering import SIGNIN_TITLE, render_page


def error_page(message: str, status: int, **headers: str) -> Response:
    """Return a page with the error message and a link to sign in."""
    th, _, en = message.partition(" · ")
    response = render_page(
        "error.html",
        ("ไม่สำเร็จ", "Request failed"),
        status=status,
        message=(th, en),
        signin_title=SIGNIN_TITLE,
    )
    response.headers.update(headers)
    return response
