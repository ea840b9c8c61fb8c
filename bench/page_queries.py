"""The GraphQL documents that the hub's pages send, read from their scripts.

Nothing executes JavaScript here: a script of queries has constants that are strings, templates of
other constants, and lists of names mapped to a template, which is all that `read_page_texts` knows.
"""

import re
from collections.abc import Mapping

from bench.benchmark import ROOT

PAGE_SCRIPTS = ROOT / "hub/web/pages/static/js"
CONSTANT = re.compile(r"const (\w+) = (?:\(\w+\) => )?([`\"'])(.*?)\2;", re.DOTALL)
MAPPED_CONSTANT = re.compile(
    r"const (\w+) = \[([^\]]*)\]\.map\(\((\w+)\) => `(.*?)`\)\.join\(\"(.*?)\"\);", re.DOTALL
)
MAPPED_PHASES = re.compile(r"\$\{PHASES\.map\(\(phase\) => `(.*?)`\)\.join\(.*?\)\}")
IMPORTED = re.compile(r"import \{ (?P<names>[^}]*) \} from \"(?P<script>[^\"]*queries\.js)\"")
OPTION = re.compile(r"\$\{\w+ \? \"([^\"]*)\" : \"\"\}")
NAME = re.compile(r"\$\{(\w+)\}")
PHASES = ("PLANNED", "REQUESTED", "APPROPRIATED", "ALLOCATED", "CONTRACTED", "DISBURSED")


def read_page_texts(script: str) -> dict[str, str]:
    """Return the query texts of a script of the pages by their names, with their parts inserted.

    Optional parts are inserted. Other variables of JavaScript remain as they are.
    """
    source = (PAGE_SCRIPTS / script).read_text("utf-8")
    texts = {name: text for name, _, text in CONSTANT.findall(source)}
    for name, values, variable, template, separator in MAPPED_CONSTANT.findall(source):
        parts = [template.replace(f"${{{variable}}}", one) for one in read_strings(values)]
        texts[name] = separator.join(parts)
    for found in IMPORTED.finditer(source):
        imported = (PAGE_SCRIPTS / script).parent / found["script"]
        others = read_page_texts(str(imported.resolve().relative_to(PAGE_SCRIPTS)))
        texts |= {name: others[name] for name in found["names"].split(", ") if name in others}
    return {name: insert_parts(text, texts) for name, text in texts.items()}


def read_strings(values: str) -> list[str]:
    """Return the strings of a list in JavaScript."""
    return re.findall(r"\"([^\"]*)\"", values)


def insert_parts(text: str, texts: Mapping[str, str]) -> str:
    """Return a template with the texts that it names, its options, and the field of each phase."""
    text = MAPPED_PHASES.sub(
        lambda part: "\n".join(part[1].replace("${phase}", phase) for phase in PHASES), text
    )
    text = OPTION.sub(lambda part: part[1], text)
    return NAME.sub(
        lambda part: insert_parts(texts[part[1]], texts) if part[1] in texts else part[0], text
    )
