"""Run worker processes behind one listening socket, and start again those that end.

The parent has no event loop, no thread and no connection, so that it can fork at any time: a worker
has all modules and the schema from the start, and shares their memory. The first worker is ready
before the others start, since it may have to create or migrate the database.
"""

import logging
import multiprocessing
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Final

logger = logging.getLogger(__name__)
FIRST_DELAY: Final = 0.1
"""Seconds until an ended worker is started again; doubled each time that it was never ready."""
MAX_DELAY: Final = 15.0
STOP_TIMEOUT: Final = 30.0
"""Seconds that workers have to stop before they are killed; the server gives requests 15."""
CONTEXT: Final = multiprocessing.get_context("fork")
RunWorker = Callable[["WorkerLink"], int]
"""Runs in a worker until it is stopped; returns its exit code."""


@dataclass(slots=True)
class WorkerLink:
    """What a worker knows of its parent: its number from 0, and a pipe in each direction."""

    number: int
    is_first_start: bool
    """Whether it is the first worker of all, so that no other one answers meanwhile."""
    parent: int
    """A file descriptor that becomes readable when the parent has ended."""
    _ready: Connection

    def report_ready(self) -> None:
        """Tell the parent that this worker answers requests."""
        try:
            self._ready.send_bytes(b"ready")
        except OSError:
            logger.info("the parent of the workers has ended")


@dataclass(slots=True)
class Worker:
    """A worker as its parent sees it."""

    number: int
    process: multiprocessing.process.BaseProcess
    ready: Connection
    is_ready: bool = False


class Workers:
    """The workers of this process, from `run` until it returns or is interrupted."""

    def __init__(
        self, count: int, run_worker: RunWorker, announce: Callable[[], None] = lambda: None
    ) -> None:
        """`announce` is called once, when all workers are ready."""
        self._count = count
        self._run_worker = run_worker
        self._announce = announce
        self._workers: dict[int, Worker] = {}
        self._due: dict[int, float] = {}
        self._delays = dict.fromkeys(range(count), FIRST_DELAY)
        self._was_ready = self._was_announced = False
        self._parent_pipe = os.pipe()

    def run(self) -> int:
        """Run until interrupted; return the exit code of a worker that failed while none was ready.

        `KeyboardInterrupt` stops all workers and is raised again.
        """
        self._start(0)
        try:
            while True:
                self._wait()
                for worker in list(self._workers.values()):
                    if worker.process.exitcode is not None and (code := self._end(worker)):
                        return code
                self._start_due()
        finally:
            self._stop()

    def _start(self, number: int) -> None:
        receiver, sender = CONTEXT.Pipe(duplex=False)
        process = CONTEXT.Process(
            target=self._run_in_worker, args=(number, sender), name=f"worker {number}"
        )
        process.start()
        sender.close()
        self._workers[number] = Worker(number, process, receiver)

    def _run_in_worker(self, number: int, ready: Connection) -> None:
        os.close(self._parent_pipe[1])  # its other end is readable once nobody has this one
        for other in self._workers.values():
            other.ready.close()
        is_first_start = number == 0 and not self._was_ready
        link = WorkerLink(number, is_first_start, self._parent_pipe[0], ready)
        code = self._run_worker(link)
        if code:
            raise SystemExit(code)

    def _wait(self) -> None:
        """Wait until a worker is ready or ends, or until one is due to start again."""
        waited: dict[object, Worker] = {}
        for worker in self._workers.values():
            waited[worker.process.sentinel] = worker
            if not worker.is_ready:
                waited[worker.ready] = worker
        timeout = min(self._due.values(), default=None)
        timeout = None if timeout is None else max(0.0, timeout - time.monotonic())
        for found in wait(list(waited), timeout):  # type: ignore[arg-type]  # sentinels and pipes
            worker = waited[found]
            if found is worker.ready:
                self._read_ready(worker)
            else:
                worker.process.join()

    def _read_ready(self, worker: Worker) -> None:
        worker.is_ready = True  # an ended worker is waited for by its sentinel alone
        try:
            worker.ready.recv_bytes()
        except EOFError:
            worker.is_ready = False
            worker.process.join()
            return
        self._was_ready, self._delays[worker.number] = True, FIRST_DELAY
        if self._was_announced:
            logger.warning("worker %d was started again", worker.number)
            return
        for number in range(1, self._count):
            if worker.number == 0 and number not in self._workers:
                self._start(number)
        if all(one.is_ready for one in self._workers.values()):
            self._was_announced = True
            self._announce()

    def _end(self, worker: Worker) -> int:
        """Remove an ended worker; return its exit code if it failed and no other one is ready."""
        number, code = worker.number, worker.process.exitcode or 0
        del self._workers[number]
        worker.ready.close()
        if code > 0 and not any(one.is_ready for one in self._workers.values()):
            return code
        reason = f"signal {-code}" if code < 0 else f"exit code {code}"
        delay = self._delays[number]
        logger.warning("worker %d has ended (%s); it is started again", number, reason)
        self._due[number] = time.monotonic() + delay
        self._delays[number] = min(2 * delay, MAX_DELAY)
        return 0

    def _start_due(self) -> None:
        for number in [one for one, at in self._due.items() if at <= time.monotonic()]:
            del self._due[number]
            self._start(number)

    def _stop(self) -> None:
        """Stop all workers at once, and wait for them."""
        running = list(self._workers.values())
        for worker in running:
            worker.process.terminate()
        deadline = time.monotonic() + STOP_TIMEOUT
        for worker in running:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            if worker.process.exitcode is None:
                logger.error("worker %d does not stop and is killed", worker.number)
                worker.process.kill()
                worker.process.join()
        for end in self._parent_pipe:
            os.close(end)
