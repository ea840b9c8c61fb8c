"""Generate the picture and the table of package imports in docs/architecture.md.

`python -m tests.architecture.package_picture` writes docs/pictures/architecture.svg and the table;
a test fails if either differs from the code. An arrow is at least one import. The picture omits
arrows that follow from others (A → C if A → B → C); the table has them all.
"""

from pathlib import Path
from typing import Final

import grimp

ROOT: Final = Path(__file__).parents[2]
PICTURE: Final = ROOT / "docs" / "pictures" / "architecture.svg"
PAGE: Final = ROOT / "docs" / "architecture.md"
MARKERS: Final = ("<!-- imports -->\n", "\n<!-- /imports -->")
WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 150, 44, 34, 46, 24
STYLE: Final = (
    "text{font:14px system-ui,sans-serif;text-anchor:middle;fill:#12263a}"
    ".count{font-size:11px;fill:#4a6078}"
    "rect{fill:#eef4fa;stroke:#2b5c8a;rx:6}path{fill:none;stroke:#7d93a8;marker-end:url(#tip)}"
)
ARROW_TIP: Final = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
    'orient="auto"><path d="M0 0L8 4L0 8z" style="fill:#7d93a8;stroke:none;marker-end:none"/>'
    "</marker></defs>"
)
Edges = dict[str, set[str]]


def package_of(module: str) -> str:
    """Return the package of a module in the picture: `hub.store` for `hub.store.areas`."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "hub" else parts[0]


def package_imports() -> tuple[Edges, dict[str, int]]:
    """Return the packages that each package imports, and the number of modules per package."""
    graph = grimp.build_graph(
        "hub", "schema", "resolvers", "connectors", exclude_type_checking_imports=True
    )
    modules = sorted(graph.modules - {"hub"})
    sizes: dict[str, int] = {}
    edges: Edges = {}
    for module in modules:
        package = package_of(module)
        sizes[package] = sizes.get(package, 0) + 1
        imported = edges.setdefault(package, set())
        for other in graph.find_modules_directly_imported_by(module):
            if other != "hub" and package_of(other) != package:
                imported.add(package_of(other))
    return edges, sizes


def reachable(edges: Edges, start: str) -> set[str]:
    """Return every package that `start` imports, directly or indirectly."""
    found: set[str] = set()
    pending = list(edges[start])
    while pending:
        package = pending.pop()
        if package not in found:
            found.add(package)
            pending += edges[package]
    return found


def reduced(edges: Edges) -> Edges:
    """Return the edges without those that follow from others."""
    return {
        package: {
            other
            for other in imported
            if not any(other in reachable(edges, between) for between in imported - {other})
        }
        for package, imported in edges.items()
    }


def rows_of(edges: Edges) -> list[list[str]]:
    """Return the packages in rows, top first: each package is below all that import it."""
    depth: dict[str, int] = {}

    def depth_of(package: str) -> int:
        """Return the length of the longest chain of importers above a package."""
        if package not in depth:
            importers = [one for one, imported in edges.items() if package in imported]
            depth[package] = 1 + max(map(depth_of, importers), default=-1)
        return depth[package]

    rows: list[list[str]] = [[] for _ in range(1 + max(map(depth_of, edges)))]
    for package in sorted(edges):
        rows[depth[package]].append(package)
    return rows


def picture() -> str:
    """Return the SVG document: a box per package with its number of modules, and the arrows."""
    edges, sizes = package_imports()
    rows = rows_of(edges)
    across = max(map(len, rows))
    width = across * (WIDTH + GAP_X) - GAP_X + 2 * MARGIN
    height = len(rows) * (HEIGHT + GAP_Y) - GAP_Y + 2 * MARGIN
    middle: dict[str, tuple[float, float]] = {}
    for line, row in enumerate(rows):
        left = (width - len(row) * (WIDTH + GAP_X) + GAP_X) / 2
        for place, package in enumerate(row):
            middle[package] = (
                left + place * (WIDTH + GAP_X) + WIDTH / 2,
                MARGIN + line * (HEIGHT + GAP_Y) + HEIGHT / 2,
            )
    title = 'role="img" aria-label="Packages and their imports"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {title}>',
        f"<style>{STYLE}</style>",
        ARROW_TIP,
    ]
    for package, imported in sorted(reduced(edges).items()):
        for other in sorted(imported):
            (x1, y1), (x2, y2) = middle[package], middle[other]
            y1, y2 = y1 + HEIGHT / 2, y2 - HEIGHT / 2
            bend = (y2 - y1) / 2
            parts.append(
                f'<path d="M{x1:g} {y1:g}'
                f'C{x1:g} {y1 + bend:g} {x2:g} {y2 - bend:g} {x2:g} {y2:g}"/>'
            )
    for package, (x, y) in sorted(middle.items()):
        modules = f"{sizes[package]} module{'s' if sizes[package] > 1 else ''}"
        parts.append(
            f'<rect x="{x - WIDTH / 2:g}" y="{y - HEIGHT / 2:g}" '
            f'width="{WIDTH}" height="{HEIGHT}"/>'
            f'<text x="{x:g}" y="{y - 2:g}">{package}</text>'
            f'<text class="count" x="{x:g}" y="{y + 14:g}">{modules}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def table() -> str:
    """Return the imports as a Markdown table, in the order of the picture."""
    edges, _ = package_imports()
    lines = ["| package | imports |", "|---|---|"]
    for row in rows_of(edges):
        for package in row:
            imported = ", ".join(f"`{other}`" for other in sorted(edges[package])) or "nothing"
            lines.append(f"| `{package}` | {imported} |")
    return "\n".join(lines)


def table_in(page: str) -> str:
    """Return the table between the markers of the page."""
    start, end = (page.index(marker) for marker in MARKERS)
    return page[start + len(MARKERS[0]) : end]


if __name__ == "__main__":
    PICTURE.write_text(picture(), "utf-8")
    before, _, rest = PAGE.read_text("utf-8").partition(MARKERS[0])
    after = rest.partition(MARKERS[1])[2]
    PAGE.write_text(before + MARKERS[0] + table() + MARKERS[1] + after, "utf-8")
