"""Render the HTML pages that differ per person: sign-in, consent and error pages.

The templates contain no inline script or style and load the static files. Jinja2 escapes every
value (autoescape), and a variable that a template does not get is an error (`StrictUndefined`).
"""

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from hub.domain.identity.viewer import ROLE_NAMES
from hub.web.pages.routes import HEADERS

TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals["role_names"] = ROLE_NAMES
SIGNIN_TITLE: Final = ("ลงชื่อเข้าใช้", "Sign in")


def render_page(
    template: str,
    title: tuple[str, str],
    *,
    status: int = 200,
    form_action_origin: str | None = None,
    **values: Any,
) -> HTMLResponse:
    """Return a rendered template; `title` is Thai and English.

    A form of the page may also redirect to `form_action_origin`.
    """
    headers = {**HEADERS, "Cache-Control": "no-store"}
    if form_action_origin:
        policy = headers["Content-Security-Policy"]
        headers["Content-Security-Policy"] = policy.replace(
            "form-action 'self'", f"form-action 'self' {form_action_origin}"
        )
    return HTMLResponse(
        TEMPLATES.get_template(template).render(title=title, **values), status, headers
    )
