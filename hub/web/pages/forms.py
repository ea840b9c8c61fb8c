"""HTML pages with forms, rendered per person: sign-in, consent and error pages.

They contain no inline script or style and load the files of the static pages. Every value is
escaped, so it cannot become markup.
"""

from collections.abc import Mapping
from html import escape
from typing import Final
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse

from hub.domain.text import LocalizedText
from hub.web.pages.routes import HEADERS

MAX_PATH_LENGTH: Final = 4_000
PAGE: Final = """<!doctype html>
<html lang="th">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · บูรณาการ</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/css/base.css">
<link rel="stylesheet" href="/static/css/signin.css">
</head>
<body>
<header><a href="/">บูรณาการ · Buranakan</a></header>
<main id="main">
<h1>{title} <span lang="en">{english}</span></h1>
{content}
</main>
</body>
</html>
"""


def page(
    title: tuple[str, str], *content: str, status: int = 200, form_action_origin: str | None = None
) -> HTMLResponse:
    """Return an HTML page; its form may also redirect to `form_action_origin`."""
    text = PAGE.format(title=escape(title[0]), english=escape(title[1]), content="\n".join(content))
    headers = {**HEADERS, "Cache-Control": "no-store"}
    if form_action_origin:
        policy = headers["Content-Security-Policy"]
        headers["Content-Security-Policy"] = policy.replace(
            "form-action 'self'", f"form-action 'self' {form_action_origin}"
        )
    return HTMLResponse(text, status, headers)


def bilingual(th: str, en: str) -> str:
    """Return a text in both languages, as markup."""
    return f'{escape(th)} <span lang="en">{escape(en)}</span>'


def escaped_name(text: LocalizedText) -> str:
    """Return a name, in both languages if it has both, as markup."""
    return bilingual(text.th, text.en) if text.en else escape(text.th)


def hidden_fields(fields: Mapping[str, str]) -> str:
    """Return the hidden input fields of a form."""
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )


def form(action: str, fields: Mapping[str, str], *content: str) -> str:
    """Return a form that is posted to this hub."""
    body = hidden_fields(fields) + "".join(content)
    return f'<form method="post" action="{escape(action)}">{body}</form>'


def button(label: str, name: str = "", value: str = "", *, primary: bool = False) -> str:
    """Return a submit button; `label` is markup."""
    attributes = f' name="{escape(name)}" value="{escape(value)}"' if name else ""
    kind = ' class="primary"' if primary else ""
    return f"<button{attributes}{kind}>{label}</button>"


def safe_next_path(text: str | None) -> str:
    """Return the path of this hub to redirect to; `/` if the text is not such a path."""
    path = text or "/"
    try:
        parts = urlsplit(path)
    except ValueError:
        return "/"
    is_own_path = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path
    is_plain_text = path.isascii() and path.isprintable() and len(path) <= MAX_PATH_LENGTH
    return path if is_own_path and is_plain_text and not parts.scheme and not parts.netloc else "/"
