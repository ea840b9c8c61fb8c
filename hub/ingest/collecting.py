"""Python's search for rings of garbage, during runs.

A run makes many small objects that live as long as a page and hold no rings; looking through them
after every 700 costs a quarter of its time (bench/ingest.py). So while any run is under way there
is a search after 100,000, and what was there before is not searched.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SELDOM: Final = (100_000, 50, 100)
under_way: list[tuple[int, int, int]] = []
"""For each run, the thresholds as they were before the first."""


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """For as long as a run takes; the last of several puts back what was."""
    before = under_way[0] if under_way else gc.get_threshold()
    under_way.append(before)
    gc.freeze()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        under_way.remove(before)
        if not under_way:
            gc.set_threshold(*before)
            gc.unfreeze()
