"""Python's search for rings of garbage, during runs.

A run makes many small objects that live as long as a page and hold no rings; looking through them
after every 700 costs a quarter of its time (bench/ingest.py). So while any run is under way there
is a search after 100,000, and what was there before is not searched.

`hub serve` freezes what it has once it is ready. A run of the scheduler must leave that frozen:
unfreezing knows no levels, so a process that froze anything before is not frozen any further.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

RUN_THRESHOLDS: Final = (100_000, 50, 100)


class Before(NamedTuple):
    """How Python searched before a run."""

    threshold: tuple[int, int, int]
    frozen: bool


saved_thresholds: list[Before] = []
"""For each run, how Python searched before the first."""


@contextmanager
def reduced_garbage_collection() -> Iterator[None]:
    """Search seldom for as long as a run takes; the last of several restores what was before."""
    previous = (
        saved_thresholds[0]
        if saved_thresholds
        else Before(gc.get_threshold(), gc.get_freeze_count() > 0)
    )
    saved_thresholds.append(previous)
    if not previous.frozen:
        gc.freeze()
    gc.set_threshold(*RUN_THRESHOLDS)
    try:
        yield
    finally:
        saved_thresholds.remove(previous)
        if not saved_thresholds:
            gc.set_threshold(*previous.threshold)
            if not previous.frozen:
                gc.unfreeze()
