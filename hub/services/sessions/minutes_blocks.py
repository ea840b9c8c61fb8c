"""The parts of minutes: headings, paragraphs and lists, which files show as tables."""

from collections.abc import Sequence

from hub.domain.record import value


@value
class Heading:
    """A heading; `level` counts from 1."""

    level: int
    text: str


@value
class Paragraph:
    """A paragraph of several lines."""

    lines: tuple[str, ...]


@value
class Listing:
    """What there is of one kind: a table, and the same as a sentence per row.

    `empty` is the text without rows.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sentences: tuple[str, ...]
    empty: str


Block = Heading | Paragraph | Listing


def build_markdown(blocks: Sequence[Block]) -> str:
    """Return blocks as Markdown; lists have a line per row."""
    parts: list[str] = []
    for one in blocks:
        match one:
            case Heading(level, text):
                parts.append(f"{'#' * level} {text}")
            case Paragraph(lines):
                parts.append("  \n".join(lines))
            case Listing():
                parts += [f"- {sentence}" for sentence in one.sentences] or [one.empty]
    return "\n\n".join(parts) + "\n"
