"""The path that a person is redirected to after signing in or out."""

from typing import Final
from urllib.parse import urlsplit

MAX_PATH_LENGTH: Final = 4_000


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
