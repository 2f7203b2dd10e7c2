"""Parsing where it can be killed: small documents at once, large ones in child processes.

A document that holds the parser, fills the memory or crashes the interpreter costs its own feed its
turn: its worker is killed at its limit and replaced, while the documents behind it go on with the
other workers. (In `concurrent.futures.ProcessPoolExecutor` a process that dies takes all waiting
documents with it.)

To hand over 80 KB and take the entries back costs both sides 1 ms, where parsing takes 9; a worker
starts in 0.1 s and holds 26 MB. So small documents are parsed by the caller: 48 KB took 0.2 s in
the worst of 20 attacks, and most polls bring only a few new entries and need no worker at all.
"""

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import tracker
from tracker.feeds.parsing.parsed import Parsed, ParseFailed
from tracker.feeds.parsing.worker import Kind, attempt, read_answer, write_request

if TYPE_CHECKING:
    from tracker.feeds.discovery.article import Article, NoArticle

START_SECONDS: Final = 20.0
"""How long a worker may take until it is ready; 0.1 s is usual."""

START_TRIES: Final = 3
"""Failed starts in a row before documents are given up; from then on each document is one more
try.
"""

LOOK_SECONDS: Final = 0.25
"""How much too late a worker may be killed. A timer for each document would be exact, and cost 0.2
ms each.
"""

CLOSE_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """What one document may cost, and how many are under way.

    `cpu_seconds`, `wall_seconds` and `megabytes` (of address space, worker included) are for one
    document in a worker. Documents below `inline_bytes` are parsed by the caller. At most `waiting`
    wait for one of the `workers`, each of which is replaced after `documents_per_worker` and ended
    when idle for long.
    """

    cpu_seconds: int = 10
    wall_seconds: float = 20
    megabytes: int = 1024
    inline_bytes: int = 48_000
    workers: int = 2
    waiting: int = 8
    documents_per_worker: int = 2000
    idle_seconds: float = 60


class PoolClosed(RuntimeError):
    """The pool was closed before this document was read, which says nothing about the document."""

    def __init__(self) -> None:
        super().__init__("the parser pool is closed")


@dataclass(frozen=True, slots=True)
class _Document:
    body: bytes
    content_type: str
    url: str
    kind: Kind
    answer: Future[Any]


class ParserPool:
    """Parses documents, some at once. Its methods may be called from any thread."""

    def __init__(self, limits: ParseLimits | None = None) -> None:
        self._limits = limits or ParseLimits()
        self._changed = threading.Condition()  # guards what follows
        self._waiting: deque[_Document] = deque()
        self._workers: dict[threading.Thread, _Worker] = {}
        self._idle = 0
        self._closed = False

    def submit(self, body: bytes, content_type: str, url: str) -> Future[Parsed | ParseFailed]:
        """What `parse` makes of a document, or a ParseFailed that says which limit it overran.

        A small document is parsed when this returns; for a large one it blocks while too many wait.
        Raises PoolClosed after `close`; a document that `close` caught up with has it as the
        future's exception.
        """
        answer: Future[Parsed | ParseFailed] = Future()
        if len(body) >= self._limits.inline_bytes:
            self._enqueue(_Document(body, content_type, url, "feed", answer))
        elif self._closed:
            raise PoolClosed
        else:
            answer.set_result(attempt(body, content_type, url))
        return answer

    def extract(
        self, body: bytes, content_type: str, url: str
    ) -> "Future[Article | NoArticle | ParseFailed]":
        """The article on a page, read by a worker whatever its size; a ParseFailed says which limit
        it overran.
        """
        answer: Future[Article | NoArticle | ParseFailed] = Future()
        self._enqueue(_Document(body, content_type, url, "article", answer))
        return answer

    def close(self) -> None:
        """End the workers at once, whatever they are doing. Documents not read by then get
        PoolClosed.
        """
        with self._changed:
            self._closed = True
            left, workers = list(self._waiting), dict(self._workers)
            self._waiting.clear()
            self._changed.notify_all()
        for worker in workers.values():
            worker.stop()
        for document in left:
            if document.answer.set_running_or_notify_cancel():
                document.answer.set_exception(PoolClosed())
        workers.pop(threading.current_thread(), None)  # when a callback of a future closes the pool
        for thread in workers:
            thread.join(CLOSE_SECONDS / len(workers))

    def _enqueue(self, document: _Document) -> None:
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or len(self._waiting) < self._limits.waiting
            )
            if self._closed:
                raise PoolClosed
            if len(self._waiting) >= self._idle and len(self._workers) < self._limits.workers:
                self._hire()
            self._waiting.append(document)
            self._changed.notify_all()

    def _hire(self) -> None:
        worker = _Worker(
            self._limits
        )  # its thread is a daemon, so that a program that forgot to close us can end
        thread = threading.Thread(target=self._work, args=(worker,), name="parser", daemon=True)
        threading.Thread(target=worker.watch, name="parser clock", daemon=True).start()
        thread.start()
        self._workers[thread] = worker

    def _work(self, worker: "_Worker") -> None:
        """Have one worker read one document after the other until there is nothing to do."""
        try:
            while self._one_more(worker):
                pass
        finally:
            worker.stop()
            worker.end()

    def _one_more(self, worker: "_Worker") -> bool:
        document = self._next(worker)
        if document and document.answer.set_running_or_notify_cancel():
            try:
                document.answer.set_result(worker.read(document))
            except (
                Exception
            ) as error:  # PoolClosed, or a bug: whoever waits for the answer should have it
                worker.end()
                document.answer.set_exception(error)
        return document is not None

    def _next(self, worker: "_Worker") -> _Document | None:
        """The document that has waited longest; None, after which the thread has to end, if none
        comes for long.
        """
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: self._closed or self._waiting, self._limits.idle_seconds)
            self._idle -= 1
            if not self._waiting:
                worker.end()  # while it still counts, so that `close` never misses one
                del self._workers[threading.current_thread()]
                return None
            self._changed.notify_all()
            return self._waiting.popleft()


class _Worker:
    """A child process, started when it is needed and again when it has died; the parent's side of
    `worker`.

    One thread owns it; others only `watch` and `stop`, which kill. Killing, polling and waiting
    hold the lock, so that no process is killed that has its number from a dead one.
    """

    def __init__(self, limits: ParseLimits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = threading.Event()
        self._deadline = inf
        self._overran = False
        self._documents = self._bad_starts = 0

    def read(self, document: _Document) -> Any:
        """What the worker answers, or why it could not. Raises PoolClosed after `stop`."""
        if not self._is_running() and (trouble := self._start()):
            return ParseFailed(trouble)
        self._documents += 1
        with self._at_most(self._limits.wall_seconds):
            found = self._ask(document)
        if found is None:
            return ParseFailed(self._cause_of_death())
        ends, answer = found
        if ends or self._overran or self._documents >= self._limits.documents_per_worker:
            self.end()
        return pickle.loads(answer)  # noqa: S301 -- from our own child

    def watch(self) -> None:
        """Kill the process when it is over its time, until `stop`. Runs in a thread of its own."""
        while not self._stopped.wait(LOOK_SECONDS):
            with self._lock:
                if self._process and monotonic() > self._deadline:
                    self._overran = True
                    self._process.kill()

    def stop(self) -> None:
        """End it for good, from any thread."""
        self._stopped.set()
        with self._lock:
            if self._process:
                self._process.kill()

    def end(self) -> int | None:
        """End the process and forget it; how it ended, None if there was none. Nothing in it is
        worth waiting for.
        """
        with self._lock:
            process, self._process = self._process, None
            if not process:
                return None
            process.kill()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):  # what could not be written any more is of no interest
                    pipe.close()  # type: ignore[union-attr]
            return process.wait()

    def _is_running(self) -> bool:
        with self._lock:
            running = self._process is not None and self._process.poll() is None
        if not running:
            self.end()  # it died between two documents, if there was one
        return running

    def _start(self) -> str:
        """Start the process; "" if it is ready, else why it does not start."""
        while trouble := self._trouble_at_start():
            self._bad_starts += 1
            if self._bad_starts >= START_TRIES and not self._stopped.is_set():
                return f"there is no parser: python -m tracker.feeds.parsing.worker {trouble}"
        self._documents = self._bad_starts = 0
        return ""

    def _trouble_at_start(self) -> str:
        try:
            with self._lock:
                if self._stopped.is_set():
                    raise PoolClosed
                self._process = _child(self._limits)
        except OSError as error:
            return f"cannot be started ({error.strerror})"
        with self._at_most(START_SECONDS):
            ready = self._answer()
        return "" if ready else f"ended with code {self.end()}"

    def _ask(self, document: _Document) -> tuple[bool, bytes] | None:
        """The worker's answer to a document; None if it died over it."""
        assert self._process
        assert self._process.stdin
        with suppress(OSError):  # it may answer before it has read everything, for want of memory
            write_request(
                self._process.stdin,
                document.body,
                document.content_type,
                document.url,
                kind=document.kind,
            )
        return self._answer()

    def _answer(self) -> tuple[bool, bytes] | None:
        assert self._process
        assert self._process.stdout
        return read_answer(self._process.stdout)

    def _cause_of_death(self) -> str:
        code = self.end()
        if self._stopped.is_set():
            raise PoolClosed
        if self._overran:
            return f"took more than {self._limits.wall_seconds:g} s to parse and was stopped"
        if sys.platform != "win32" and code == -signal.SIGXCPU:
            return f"took more than {self._limits.cpu_seconds} s to parse and was stopped"
        return "crashed the parser"

    @contextmanager
    def _at_most(self, seconds: float) -> Iterator[None]:
        """Have the process killed if the block takes longer."""
        self._overran = False
        self._deadline = monotonic() + seconds
        try:
            yield
        finally:
            with self._lock:
                self._deadline = inf


def _child(limits: ParseLimits) -> subprocess.Popen[bytes]:
    """A worker that finds the modules where this process finds them, whatever the working directory
    is.
    """
    places = [place for place in sys.path if place] + [str(Path(tracker.__file__).parents[1])]
    return subprocess.Popen(
        [
            sys.executable,
            "-P",
            "-m",
            "tracker.feeds.parsing.worker",
            str(limits.cpu_seconds),
            str(limits.megabytes),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
    )
