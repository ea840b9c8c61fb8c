"""One style sheet and one script per page, put together from the files of the static folder.

The browser gets what the files contain, in two requests instead of some thirty: style sheets one
after the other, and each module in a block of its own. Their addresses, and that of the icon,
contain the hash of their content, so browsers store them for a year. They are built once per
process: a changed file is served after a restart.

The modules use a part of the language that needs no parser: imports and exports by name at the
beginning of a line, and no cycles. `ValueError` names a file that does not.
"""

import gzip
import hashlib
import posixpath
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from hub.domain.record import value

STATIC_FOLDER: Final = Path(__file__).parent / "static"
PREFIX: Final = "/static/"
BUNDLES: Final = "bundles/"
STYLE_LINK: Final = re.compile(
    r'<link rel="stylesheet" href="/static/(?P<name>[^"]+)"(?: media="(?P<media>\w+)")?>\n'
)
ICON: Final = re.compile(r'(?<=<link rel="icon" href=")/static/(?P<name>[^"]+)')
SCRIPT: Final = re.compile(r'<script type="module" src="/static/(?P<name>[^"]+)"></script>\n')
IMPORT: Final = re.compile(
    r'^import \{(?P<names>[^}]*)\} from "(?P<path>[^"]+)";[^\S\n]*$', re.MULTILINE
)
EXPORT: Final = re.compile(
    r"^export (?P<kind>async function|function|class|const) (?P<name>\w+)", re.MULTILINE
)
OTHER: Final = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)
COMMENT: Final = re.compile(r"^[^\S\n]*/\*\*.*?\*/[^\S\n]*\n", re.MULTILINE | re.DOTALL)


@value
class Asset:
    """A page or a bundle: its content, the same compressed, and its ETag."""

    content: bytes
    gzipped: bytes
    etag: str


@value
class PageAssets:
    """The pages by file name, and their bundles by name in the static folder."""

    pages: Mapping[str, Asset]
    bundles: Mapping[str, Asset]


def build_asset(text: str) -> Asset:
    """Return the asset of a text."""
    content = text.encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return Asset(content, gzip.compress(content, mtime=0), etag)


@cache
def build_page_assets(folder: Path = STATIC_FOLDER) -> PageAssets:
    """Return the pages of a folder, which load their bundles; built once per process."""
    pages: dict[str, Asset] = {}
    bundles: dict[str, Asset] = {}

    def _add_bundle(content: str, suffix: str) -> str:
        asset = build_asset(content)
        name = f"{BUNDLES}{asset.etag[1:17]}{suffix}"
        bundles[name] = asset
        return PREFIX + name

    for path in sorted(folder.glob("*.html")):
        html = path.read_text("utf-8")
        styles, scripts = list(STYLE_LINK.finditer(html)), list(SCRIPT.finditer(html))
        style = _add_bundle("".join(read_style(folder, *one.groups()) for one in styles), ".css")
        script = _add_bundle(build_script(folder, [one["name"] for one in scripts]), ".js")
        head = (
            f'<link rel="stylesheet" href="{style}">\n'
            f'<script type="module" src="{script}"></script>\n</head>'
        )
        html = ICON.sub(
            lambda icon: _add_bundle((folder / icon["name"]).read_text("utf-8"), ".svg"), html
        )
        without = SCRIPT.sub("", STYLE_LINK.sub("", html))
        pages[path.name] = build_asset(without.replace("</head>", head, 1))
    return PageAssets(pages, bundles)


def read_style(folder: Path, name: str, media: str | None) -> str:
    """Return a style sheet, for one medium if the page names it."""
    text = (folder / name).read_text("utf-8")
    return f"@media {media} {{\n{text}}}\n" if media else text


def build_script(folder: Path, entries: list[str]) -> str:
    """Return one module that runs the modules of a page, each once and after what it imports."""
    parts: dict[str, str] = {}
    for entry in entries:
        add_module(folder, entry, parts, ())
    return "const modules = {};\n" + "".join(parts.values())


def add_module(folder: Path, name: str, parts: dict[str, str], above: tuple[str, ...]) -> None:
    """Add the block of a module after those of its imports, if it is not there."""
    if name in parts:
        return
    if name in above:
        raise ValueError(f"{name}: imports itself by {' and '.join(above)}")
    text = (folder / name).read_text("utf-8")
    for found in IMPORT.finditer(text):
        add_module(folder, resolve_import(name, found["path"]), parts, (*above, name))
    exported = ", ".join(found["name"] for found in EXPORT.finditer(text))
    body = IMPORT.sub(lambda found: write_import(name, found), COMMENT.sub("", text))
    body = EXPORT.sub(r"\g<kind> \g<name>", body)
    if other := OTHER.search(body):
        raise ValueError(f"{name}: cannot be bundled: {other[0]}")
    ending = f'modules["{name}"] = {{ {exported} }};\n' if exported else ""
    parts[name] = f"{{ // {name}\n{body}{ending}}}\n"


def resolve_import(name: str, path: str) -> str:
    """Return the name of the module that a module imports by a relative path."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def write_import(name: str, found: re.Match[str]) -> str:
    """Return the statement that takes the imported names from a module that ran before."""
    names = found["names"].replace(" as ", ": ").strip()
    return f'const {{ {names} }} = modules["{resolve_import(name, found["path"])}"];'
