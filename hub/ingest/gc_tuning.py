"""Python's cyclic garbage collector during runs.

A run makes many small objects that live as long as a page and form no cycles; collecting after
every 700 of them costs a quarter of its time (bench/ingest.py). So while a run is active the
threshold is 100,000, and objects made before the run are frozen (`gc.freeze`).

`hub serve` freezes its objects when it is ready, and a run of the scheduler must leave them frozen.
`gc.unfreeze` has no levels, so a run neither freezes nor unfreezes after `freeze_until_exit`.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

RUN_THRESHOLDS: Final = (100_000, 50, 100)


class CollectorState:
    """What the process has changed of the collector.

    `gc.get_freeze_count` cannot replace `frozen`: it counts objects one by one, 20 ms per million.
    """

    frozen = False
    """Whether objects are frozen until the process ends."""
    saved_thresholds: list[tuple[int, int, int]]
    """One element per active run: the thresholds before the first of them."""

    def __init__(self) -> None:
        self.saved_thresholds = []


state = CollectorState()


def freeze_until_exit() -> None:
    """Exempt all present objects from collections until the process ends."""
    gc.freeze()
    state.frozen = True


@contextmanager
def reduced_garbage_collection() -> Iterator[None]:
    """Collect seldom until the block ends; the last of concurrent runs restores the settings."""
    previous = state.saved_thresholds[0] if state.saved_thresholds else gc.get_threshold()
    state.saved_thresholds.append(previous)
    if not state.frozen:
        gc.freeze()
    gc.set_threshold(*RUN_THRESHOLDS)
    try:
        yield
    finally:
        state.saved_thresholds.remove(previous)
        if not state.saved_thresholds:
            gc.set_threshold(*previous)
            if not state.frozen:
                gc.unfreeze()
