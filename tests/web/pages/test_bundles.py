"""Bundles of style sheets and modules, and how they are sent."""

import gzip
import subprocess
from pathlib import Path
from shutil import which

import pytest
from starlette.testclient import TestClient

from hub.web.pages.bundles import (
    EXPORT,
    IMPORT,
    SCRIPT,
    STATIC_FOLDER,
    build_page_assets,
    build_script,
    resolve_import,
)
from tests.web.pages.test_routes import client

__all__ = ["client"]
NODE = which("node")


def write(folder: Path, **modules: str) -> Path:
    """Write modules and return their folder."""
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text, "utf-8")
    return folder


def test_page_names_its_bundles_which_are_stored_for_a_year(client: TestClient) -> None:
    page = client.get("/")
    [script] = SCRIPT.finditer(page.text)
    response = client.get(f"/static/{script['name']}")
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["vary"] == "Accept-Encoding"
    assert response.headers["content-type"].startswith("text/javascript")
    assert page.headers["cache-control"] == "no-cache"
    plain = client.get(f"/static/{script['name']}", headers={"accept-encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers
    assert plain.content == response.content


def test_page_is_answered_with_304_while_it_is_unchanged(client: TestClient) -> None:
    etag = client.get("/").headers["etag"]
    response = client.get("/", headers={"if-none-match": etag})
    assert (response.status_code, response.content) == (304, b"")


def test_each_page_has_one_style_sheet_and_one_script() -> None:
    assets = build_page_assets()
    assert set(assets.pages) == {path.name for path in STATIC_FOLDER.glob("*.html")}
    for page in assets.pages.values():
        assert page.content.count(b"/static/bundles/") == 3
        assert b"/static/js/" not in page.content
        assert gzip.decompress(page.gzipped) == page.content


def test_medium_of_a_style_sheet_is_in_the_bundle() -> None:
    styles = [
        bundle.content.decode()
        for name, bundle in build_page_assets().bundles.items()
        if name.endswith(".css") and b"A3 landscape" in bundle.content
    ]
    assert styles
    assert all("@media print {\n/* A3" in style for style in styles)


def test_every_imported_name_is_exported_by_its_module() -> None:
    # Node and browsers check it; a bundle would run until the name is used.
    texts = {
        path.relative_to(STATIC_FOLDER).as_posix(): path.read_text("utf-8")
        for path in STATIC_FOLDER.rglob("*.js")
    }
    exported = {
        name: {found["name"] for found in EXPORT.finditer(text)} for name, text in texts.items()
    }
    missing = [
        f"{name}: {one} of {found['path']}"
        for name, text in texts.items()
        for found in IMPORT.finditer(text)
        for one in (part.split(" as ")[0].strip() for part in found["names"].split(","))
        if one and one not in exported[resolve_import(name, found["path"])]
    ]
    assert missing == []


@pytest.mark.skipif(NODE is None, reason="no node: make browser")
def test_modules_run_once_and_after_what_they_import(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        first='import { name as called } from "./shared.js";\nconst name = "first";\n'
        "console.log(name, called);\n",
        second='import {\n  name,\n  twice,\n} from "./shared.js";\n'
        "console.log(await twice(name));\n",
        shared='console.log("shared");\nexport const name = "x";\n'
        "/** Return it twice. */\nexport async function twice(text) { return text + text; }\n",
    )
    script = tmp_path / "bundle.mjs"
    script.write_text(build_script(folder, ["first.js", "second.js"]), "utf-8")
    done = subprocess.run(
        [str(NODE), str(script)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split("\n") == ["shared", "first x", "xx", ""]


@pytest.mark.parametrize(
    "text",
    [
        'import * as all from "./b.js";\n',
        "export default 1;\n",
        "export let changing = 1;\n",
        'import { b } from "./a.js";\nexport const a = b;\n',
    ],
    ids=["all names", "default", "variable", "cycle"],
)
def test_what_cannot_be_bundled_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match=r"a\.js"):
        build_script(write(tmp_path, a=text), ["a.js"])
