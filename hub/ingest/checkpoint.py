"""The checkpoint of a run, stored with each batch: what is needed to resume it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.domain.sources.records import RawPage, SourceEntry


@dataclass(slots=True)
class Checkpoint:
    """The state of a run between two batches: counted blocks, scopes met, the end of the list.

    `last_page_empty`: the latest page was empty although a next page was announced. `has_gap`:
    records followed such a page, so the records missing from it may still exist at the source.
    """

    scopes: list[str]
    block_counts: dict[str, int]
    last_block: tuple[str, str] | None
    announced_total: int | None
    is_complete: bool
    last_page_empty: bool
    has_gap: bool

    def record_page(self, page: RawPage) -> None:
        """Update the state with a page."""
        record_count, has_more = len(page.records), page.next_cursor is not None
        self.announced_total = self.announced_total if page.total is None else page.total
        self.has_gap = self.has_gap or (self.last_page_empty and record_count > 0)
        self.last_page_empty = record_count == 0 and has_more
        self.is_complete = not has_more

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> "Checkpoint":
        """Return the stored state; an empty mapping is the start of a run."""
        last = stored.get("last")
        return cls(
            list(stored.get("scopes", [])),
            dict(stored.get("blocks", {})),
            (last[0], last[1]) if last else None,
            stored.get("total"),
            stored.get("done", False),
            stored.get("empty", False),
            stored.get("holed", False),
        )

    def dump(self) -> dict[str, Any]:
        """Return the state as it is stored in JSON."""
        return {
            "scopes": self.scopes,
            "blocks": self.block_counts,
            "last": self.last_block,
            "total": self.announced_total,
            "done": self.is_complete,
            "empty": self.last_page_empty,
            "holed": self.has_gap,
        }


def assign_block(entry: SourceEntry, checkpoint: Checkpoint) -> str | None:
    """Return the block of an entry: its scope and name, and the number of the block of that name.

    Null if the entry has no block. Entries in a row with one name are in one block.
    """
    if entry.block is None:
        return None
    block_name = f"{entry.scope}|{entry.block}"
    if checkpoint.last_block != (entry.scope, entry.block):
        checkpoint.block_counts[block_name] = checkpoint.block_counts.get(block_name, 0) + 1
    checkpoint.last_block = (entry.scope, entry.block)
    return f"{block_name}#{checkpoint.block_counts[block_name]}"
