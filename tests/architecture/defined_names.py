"""Find every name that the project's Python and JavaScript define, with its location."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("hub", "schema", "resolvers", "connectors")
PYTHON: Final = sorted(
    path
    for folder in (*PACKAGES, "tests", "bench")
    for path in (ROOT / folder).rglob("*.py")
    if not {"versions", "node_modules", ".venv"} & {*path.relative_to(ROOT).parts}
)
JAVASCRIPT: Final = sorted(
    path for path in (ROOT / "hub").rglob("*.js") if "node_modules" not in path.parts
)
SEGMENT: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
NOT_CODE: Final = re.compile(
    r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`", re.DOTALL
)
DECLARED: Final = re.compile(r"\b(?:const|let|var)\s+(\{[^}]*\}|\[[^\]]*\]|[\w$]+)")
FUNCTION: Final = re.compile(r"\bfunction\b\s*\*?\s*([\w$]*)\s*\(([^()]*)\)")
ARROW: Final = re.compile(r"(?:\(([^()]*)\)|\b([\w$]+))\s*=>")
CLASS: Final = re.compile(r"\bclass\s+([\w$]+)")
BOUND: Final = re.compile(r"[\w$]+(?=\s*(?:[,}\])=]|$))")
"""In a pattern or parameter list: the name that is bound, not the key that it is read from."""


class Definition(NamedTuple):
    """A defined name, its file relative to the repository, and its line."""

    name: str
    file: str
    line: int


def segments(name: str) -> list[str]:
    """Return the parts of a snake_case or CamelCase name, in lower case."""
    return [part.lower() for part in SEGMENT.findall(name)]


def in_python(path: Path) -> Iterator[Definition]:
    """Yield the names of a Python file: functions, classes, parameters, variables, attributes."""
    file = str(path.relative_to(ROOT))
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        name = defined_by(node)
        if name:
            yield Definition(name, file, getattr(node, "lineno", 0))


def defined_by(node: ast.AST) -> str | None:
    """Return the name that a syntax node binds; null if it binds none."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
            return name
        case ast.arg(arg=name) | ast.ExceptHandler(name=name) | ast.alias(asname=name):
            return name
        case ast.MatchAs(name=name) | ast.MatchStar(name=name):
            return name
        case _:
            return None


def in_javascript(path: Path) -> Iterator[Definition]:
    """Yield the names a JavaScript file defines: variables, functions, classes and parameters."""
    file = str(path.relative_to(ROOT))
    text = NOT_CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), path.read_text("utf-8"))
    for pattern in (DECLARED, FUNCTION, ARROW, CLASS):
        for found in pattern.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            for group in found.groups():
                for name in BOUND.findall(group or ""):
                    yield Definition(name, file, line)


def all_definitions() -> list[Definition]:
    """Return every defined name of the project, Python first."""
    python = [one for path in PYTHON for one in in_python(path)]
    return python + [one for path in JAVASCRIPT for one in in_javascript(path)]
