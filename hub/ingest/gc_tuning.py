"""Python's cyclic garbage collector during runs.

A run makes many small objects that live as long as a page and form no cycles; collecting after
every 700 of them costs a quarter of its time (bench/ingest.py). So while a run is active the
threshold is 100,000, and objects made before the run are frozen (`gc.freeze`).

`hub serve` freezes its objects when it is ready, and a run of the scheduler must leave them frozen.
`gc.unfreeze` has no levels, so a run neither freezes nor unfreezes if anything is frozen already.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

RUN_THRESHOLDS: Final = (100_000, 50, 100)


class Before(NamedTuple):
    """The settings of the collector before a run."""

    threshold: tuple[int, int, int]
    frozen: bool


saved_thresholds: list[Before] = []
"""One element per active run: the settings before the first of them."""


@contextmanager
def reduced_garbage_collection() -> Iterator[None]:
    """Collect seldom until the block ends; the last of concurrent runs restores the settings."""
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
