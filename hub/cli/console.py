"""What the commands share: output, progress, common options, and opening the database.

Nothing heavy is imported here: `hub --help` must be quick. A command imports what it needs when it
runs.
"""

import asyncio
import functools
import json
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, ParamSpec, Self, TypeVar

import click

from hub.cli.bilingual import Option
from hub.settings import Settings

if TYPE_CHECKING:
    from connectors.registry import Connector
    from hub.store.database import Database

P = ParamSpec("P")
T = TypeVar("T")
Callback = Callable[..., Any]
NOTICE_AFTER: Final = 1.0
"""Seconds after which the preparation of the database is announced."""
ROUTINE: Final = ("preparing the database", "migrating")
"""Endings of announcements that are not printed if the preparation is quick."""

option = functools.partial(click.option, cls=Option)
"""`click.option` with its default in both languages."""
COUNT: Final = click.IntRange(min=0)
"""A whole number of 0 or more."""
json_option = option(
    "--json", "as_json", is_flag=True, help="พิมพ์เป็น JSON · Print JSON", show_default=False
)
by_option = option("--by", metavar="NAME", help="ผู้สั่ง ลงในบันทึก · Who does it, for the audit log")


def print_line(line: str) -> None:
    """Print a line of progress."""
    click.echo(f"  {line}")


def print_json(value: Any) -> None:
    """Print a value as JSON, Thai unescaped."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_list(
    items: Sequence[T],
    *,
    as_json: bool,
    describe: Callable[[T], Mapping[str, Any]],
    lines: Callable[[T], Iterable[str]],
    empty: str,
) -> None:
    """Print items, each as an object of one JSON array or as its lines of text; or that none is."""
    if as_json:
        print_json([describe(one) for one in items])
        return
    for one in items:
        for line in lines(one):
            click.echo(line)
    if not items:
        click.echo(empty)


def iso(moment: datetime | None) -> str | None:
    """Return an instant in ISO 8601 with its offset, to the second."""
    return None if moment is None else moment.isoformat(timespec="seconds")


def mark(enabled: bool) -> str:
    """Return the mark of what is enabled or not."""
    return "✓" if enabled else "✗"


class Preparation:
    """Print the messages of the preparation of the database; routine ones only after a second."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(NOTICE_AFTER, self._print_waiting)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done()

    def __call__(self, line: str) -> None:
        """Print a message to standard error, or delay a routine one until the second is over."""
        with self._lock:
            if line.endswith(ROUTINE) and self._timer.is_alive():
                self._waiting.append(line)
                return
        click.echo(f"  {line}", err=True)

    def done(self) -> None:
        """Drop delayed messages: the database is ready, or its preparation failed."""
        self._timer.cancel()
        with self._lock:
            self._waiting.clear()

    def _print_waiting(self) -> None:
        with self._lock:
            for line in self._waiting:
                click.echo(f"  {line}", err=True)
            self._waiting.clear()


@asynccontextmanager
async def prepare_database(settings: Settings) -> AsyncIterator["Database"]:
    """Open the database: started, migrated, with the reference data and the declared sources."""
    from hub.bootstrap import startup

    with Preparation() as preparation:
        async with startup.prepare_database(settings, preparation) as database:
            preparation.done()
            yield database


def in_database(
    work: Callable[["Database"], Coroutine[Any, Any, T]], settings: Settings | None = None
) -> T:
    """Run a coroutine with the open database and return its result."""

    async def _run() -> T:
        async with prepare_database(settings or Settings.from_environment()) as database:
            return await work(database)

    return asyncio.run(_run())


def source_named(name: str, settings: Settings) -> "Connector":
    """Return a source by its name; `Invalid` lists the sources there are."""
    from connectors.registry import find_connector
    from hub.sandbox.fill import load_sandbox_sources

    return load_sandbox_sources().get(name) or find_connector(name, settings.sources_dir)


def complete_source(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of sources that begin with what is typed; none when a setting is wrong."""
    from connectors.registry import load_connectors
    from hub.errors import HubError

    try:
        names = load_connectors(Settings.from_environment().sources_dir)
    except HubError:
        return []
    return [name for name in names if name.startswith(incomplete)]


def source_argument(*, required: bool = True) -> Callable[[Callback], Callback]:
    """Return the argument SOURCE, whose names the shell can complete."""
    return click.argument(
        "source",
        metavar="SOURCE" if required else "[SOURCE]",
        required=required,
        help="ชื่อแหล่งข้อมูลตาม hub source list · A source, as listed by hub source list",
        shell_complete=complete_source,
    )


def until_stopped(work: Callable[P, None]) -> Callable[P, None]:
    """Let a command run until Ctrl-C, SIGINT or SIGTERM, and end with exit code 0 then."""

    @functools.wraps(work)
    def _run(*args: P.args, **options: P.kwargs) -> None:
        # A shell starts background processes with SIGINT ignored; these stop by it all the same.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            work(*args, **options)
        except KeyboardInterrupt:
            print_line("หยุดแล้ว · stopped")

    return _run


class Progress:
    """Show how many records of a source were read, on standard error.

    On a terminal it is a bar if the total is known, else a line of numbers. The line ends with the
    block, also after an error, because a bar hides the cursor until then.
    """

    def __init__(self) -> None:
        self._bar: Any = None
        self._started = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def __call__(self, read: int, total: int | None) -> None:
        """Show the number of records read so far."""
        self._started = True
        if self._bar is None and total and sys.stderr.isatty():
            self._bar = click.progressbar(length=total, file=sys.stderr, show_pos=True)
        if self._bar is not None:
            self._bar.update(read - self._bar.pos)
            return
        of = f" / {total:,}" if total is not None else ""
        click.echo(f"\r  {read:,}{of}   ", nl=False, err=True)

    def end(self) -> None:
        """End the line, if there is one; the next call begins another."""
        if self._bar is not None:
            self._bar.render_finish()
        elif self._started:
            click.echo(err=True)
        self._bar, self._started = None, False
