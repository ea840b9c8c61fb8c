"""Every text that the pages can show, in Thai and English, compared with a golden file.

The texts come from the dictionaries in the JavaScript files, from the HTML files and from the
titles of the example queries; no browser is needed. After an intended change:
`.venv/bin/python -m tests.browser.test_page_texts` writes the golden file.
"""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

PAGES: Final = Path(__file__).parents[2] / "hub/web/pages"
GOLDEN: Final = Path(__file__).with_name("golden") / "page_texts.json"
STRING: Final = r'"(?:\\.|[^"\\])*"'
PAIR: Final = re.compile(rf"({STRING}|\w+): \[({STRING}), ({STRING})\]")
"""A dictionary entry: `key: ["ไทย", "English"]`."""
LITERAL: Final = re.compile(rf"{STRING}|`(?:\\.|[^`\\])*`")
COMMENT: Final = re.compile(r"/\*.*?\*/|(?<![:\"])//[^\n]*", re.DOTALL)
THAI: Final = re.compile("[ก-๙]")
PLACEHOLDER: Final = re.compile(r"\{\w+\}")
SHOWN_ATTRIBUTES: Final = ("title", "aria-label", "placeholder", "alt")


class ShownTexts(HTMLParser):
    """Collects the texts and the shown attributes of an HTML file, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value]

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())


def script_name(path: Path) -> str:
    """The path of a script below the folder `js`, as "sources/main.js"."""
    parts = path.parts
    return "/".join(parts[parts.index("js", len(PAGES.parts)) + 1 :])


def dictionary(script: str) -> dict[str, list[str]]:
    """The texts of a script by key: Thai, then English."""
    return {
        key.strip('"'): [json.loads(thai), json.loads(english)]
        for key, thai, english in PAIR.findall(script)
    }


def thai_literals(script: str) -> list[str]:
    """String and template literals with Thai outside the dictionary entries."""
    return [text for text in LITERAL.findall(PAIR.sub("", script)) if THAI.search(text)]


def html_texts(path: Path) -> list[str]:
    parser = ShownTexts()
    parser.feed(path.read_text("utf-8"))
    return parser.texts


def scripts() -> dict[str, str]:
    """The content of every script by name, without comments."""
    return {
        script_name(path): COMMENT.sub("", path.read_text("utf-8"))
        for path in sorted(PAGES.rglob("*.js"))
    }


def page_texts() -> dict[str, object]:
    """All texts: `dictionaries` and other `literals` by script, `html` and `examples` by file."""
    dictionaries = {name: dictionary(script) for name, script in scripts().items()}
    literals = {name: thai_literals(script) for name, script in scripts().items()}
    [examples] = PAGES.rglob("examples.json")
    return {
        "dictionaries": {name: texts for name, texts in dictionaries.items() if texts},
        "literals": {name: texts for name, texts in literals.items() if texts},
        "html": {path.name: html_texts(path) for path in sorted((PAGES / "static").glob("*.html"))},
        "examples": {
            example["name"]: [example["title"]["th"], example["title"]["en"]]
            for example in json.loads(examples.read_text("utf-8"))
        },
    }


def written(texts: dict[str, object]) -> str:
    """The golden file's content: one dictionary entry per line."""
    text = json.dumps(texts, ensure_ascii=False, indent=1)
    return re.sub(rf"\[\s*({STRING}),\s*({STRING})\s*\]", r"[\1, \2]", text) + "\n"


def test_the_texts_of_the_pages_are_those_of_the_golden_file() -> None:
    assert json.loads(GOLDEN.read_text("utf-8")) == page_texts()


def test_every_text_is_in_both_languages_with_the_same_placeholders() -> None:
    unequal = [
        f"{name}: {key}"
        for name, script in scripts().items()
        for key, (thai, english) in dictionary(script).items()
        if not thai
        or not english
        or sorted(PLACEHOLDER.findall(thai)) != sorted(PLACEHOLDER.findall(english))
    ]
    assert unequal == []


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(written(page_texts()), "utf-8")
