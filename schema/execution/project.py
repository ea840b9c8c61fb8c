"""Project columns to response objects, with one generated function per number of fields.

The source of a function contains no name of a request: it depends on the number of fields only, and
the response keys are values that it is called with.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from schema.execution.plan import Projector


def build_projector(keys: Sequence[str]) -> Projector:
    """Return the projector of a selection set with these response keys, at least one."""
    projector: Projector = get_projector_factory(len(keys))(*keys)
    return projector


@lru_cache(maxsize=256)
def get_projector_factory(count: int) -> Callable[..., Any]:
    """Return a function of `count` response keys that returns their projector.

    A dict display is twice as fast as `dict(zip(keys, row))`.
    """
    numbers = range(count)
    keys = ", ".join(f"k{n}" for n in numbers)
    values = ", ".join(f"v{n}" for n in numbers)
    items = ", ".join(f"k{n}: v{n}" for n in numbers)
    source = (
        f"def build({keys}):\n"
        "    def project(columns):\n"
        f"        return [{{{items}}} for {values}, in zip(*columns, strict=True)]\n"
        "    return project\n"
    )
    namespace: dict[str, Any] = {}
    exec(compile(source, f"<projector of {count}>", "exec"), namespace)  # noqa: S102 - made of numbers only
    factory: Callable[..., Any] = namespace["build"]
    return factory
