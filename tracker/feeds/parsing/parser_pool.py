"""Parser pool: small documents in this process, large ones in child processes that can be killed.

A document that blocks the parser, fills the memory or crashes the interpreter costs only its own
feed: its worker is killed at its limit and replaced, while the other workers continue. (In
`concurrent.futures.ProcessPoolExecutor` a process that dies takes all waiting documents with it.)

Sending 80 KB and receiving the entries costs both sides 1 ms, where parsing takes 9; a worker
starts in 0.1 s and holds 26 MB. So small documents are parsed by the caller: 48 KB took 0.2 s in
the worst of 20 attacks, and most polls bring only a few new entries and need no worker.
"""

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import tracker
from forecasts.questions.series import Series
from tracker.feeds.parsing.feedparser_adapter import is_lean
from tracker.feeds.parsing.parse import try_parse
from tracker.feeds.parsing.parsed_feed import ParsedFeed, ParseFailed
from tracker.feeds.parsing.worker import (
    DocumentKind,
    read_worker_answer,
    try_read_series,
    write_request,
)

if TYPE_CHECKING:
    from tracker.feeds.discovery.article import Article, NoArticle
    from tracker.feeds.parsing.series_document import SeriesDocument

MAX_START_SECONDS: Final = 20.0
"""Time limit for the start of a worker; 0.1 s is usual."""

MAX_START_TRIES: Final = 3
"""Failed starts in a row before documents fail; from then on each document is one more attempt."""

WATCH_INTERVAL_SECONDS: Final = 0.25
"""Interval of deadline checks, by which a worker may be killed too late. A timer for each document
would cost 0.2 ms.
"""

MAX_CLOSE_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """Limits on time and memory of one document, and on concurrency.

    `cpu_seconds`, `wall_seconds` and `megabytes` (of address space, worker included) apply to one
    document in a worker. Documents below `inline_bytes` are parsed by the caller. At most `waiting`
    documents wait for one of the `workers`, each of which is replaced after `documents_per_worker`
    and ended when idle for long.
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
    """The pool was closed before this document was read."""

    def __init__(self) -> None:
        super().__init__("the parser pool is closed")


@dataclass(frozen=True, slots=True)
class _Document:
    body: bytes
    content_type: str
    url: str
    kind: DocumentKind
    answer: Future[Any]
    series: Sequence[Series] = ()


class ParserPool:
    """Parses documents, some concurrently. Its methods may be called from any thread."""

    def __init__(self, limits: ParseLimits | None = None) -> None:
        self._limits = limits or ParseLimits()
        self._changed = threading.Condition()  # guards what follows
        self._waiting: deque[_Document] = deque()
        self._workers: dict[threading.Thread, _Worker] = {}
        self._idle = 0
        self._closed = False

    def submit(self, body: bytes, content_type: str, url: str) -> Future[ParsedFeed | ParseFailed]:
        """Parse a feed; the result is a ParseFailed if it exceeds a limit.

        A small document is parsed when this returns; for a large one it blocks while too many wait.
        Raises PoolClosed after `close`; a document that is pending at `close` has it as the
        future's exception.
        """
        answer: Future[ParsedFeed | ParseFailed] = Future()
        if len(body) >= self._limits.inline_bytes or not is_lean():
            self._enqueue(_Document(body, content_type, url, "feed", answer))
        elif self._closed:
            raise PoolClosed
        else:
            answer.set_result(try_parse(body, content_type, url))
        return answer

    def submit_series(
        self, body: bytes, content_type: str, url: str, series: Sequence[Series]
    ) -> "Future[SeriesDocument | ParseFailed]":
        """Read the series of a document, with the limits of `submit`."""
        answer: Future[SeriesDocument | ParseFailed] = Future()
        if len(body) >= self._limits.inline_bytes:
            self._enqueue(_Document(body, content_type, url, "series", answer, series))
        elif self._closed:
            raise PoolClosed
        else:
            answer.set_result(try_read_series(body, content_type, series))
        return answer

    def extract(
        self, body: bytes, content_type: str, url: str
    ) -> "Future[Article | NoArticle | ParseFailed]":
        """Extract the article of a page in a worker, whatever its size; the result is a ParseFailed
        if it exceeds a limit.
        """
        answer: Future[Article | NoArticle | ParseFailed] = Future()
        self._enqueue(_Document(body, content_type, url, "article", answer))
        return answer

    def close(self) -> None:
        """Kill the workers at once. Documents not read by then get PoolClosed."""
        with self._changed:
            self._closed = True
            pending, workers = list(self._waiting), dict(self._workers)
            self._waiting.clear()
            self._changed.notify_all()
        for worker in workers.values():
            worker.stop()
        for document in pending:
            if document.answer.set_running_or_notify_cancel():
                document.answer.set_exception(PoolClosed())
        workers.pop(threading.current_thread(), None)  # if a callback of a future closes the pool
        for thread in workers:
            thread.join(MAX_CLOSE_SECONDS / len(workers))

    def _enqueue(self, document: _Document) -> None:
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or len(self._waiting) < self._limits.waiting
            )
            if self._closed:
                raise PoolClosed
            if len(self._waiting) >= self._idle and len(self._workers) < self._limits.workers:
                self._start_worker()
            self._waiting.append(document)
            self._changed.notify_all()

    def _start_worker(self) -> None:
        worker = _Worker(self._limits)
        # Daemon threads, so that a program that did not close the pool can end.
        thread = threading.Thread(
            target=self._run_worker, args=(worker,), name="parser", daemon=True
        )
        threading.Thread(target=worker.watch, name="parser clock", daemon=True).start()
        thread.start()
        self._workers[thread] = worker

    def _run_worker(self, worker: "_Worker") -> None:
        """Let one worker read documents until there are none."""
        try:
            while self._process_next(worker):
                pass
        finally:
            worker.stop()
            worker.end()

    def _process_next(self, worker: "_Worker") -> bool:
        document = self._next_document(worker)
        if document and document.answer.set_running_or_notify_cancel():
            try:
                document.answer.set_result(worker.read(document))
            except Exception as error:  # PoolClosed, or a bug: the waiting caller should get it
                worker.end()
                document.answer.set_exception(error)
        return document is not None

    def _next_document(self, worker: "_Worker") -> _Document | None:
        """Return the oldest waiting document; None if none comes for long, after which the thread
        has to end.
        """
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: self._closed or self._waiting, self._limits.idle_seconds)
            self._idle -= 1
            if not self._waiting:
                worker.end()  # while still registered, so that `close` never misses one
                del self._workers[threading.current_thread()]
                return None
            self._changed.notify_all()
            return self._waiting.popleft()


class _Worker:
    """A child process, started on demand and again after its death; the parent's side of `worker`.

    One thread owns it; others only call `watch` and `stop`, which kill. Killing, polling and
    waiting hold the lock, so that no process is killed that has reused the number of a dead one.
    """

    def __init__(self, limits: ParseLimits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = threading.Event()
        self._deadline = inf
        self._timed_out = False
        self._documents = self._failed_starts = 0

    def read(self, document: _Document) -> Any:
        """Return the worker's answer, or why there is none. Raises PoolClosed after `stop`."""
        if not self._is_running() and (problem := self._start_process()):
            return ParseFailed(problem)
        self._documents += 1
        with self._limit_time(self._limits.wall_seconds):
            reply = self._send_document(document)
        if reply is None:
            return ParseFailed(self._explain_death())
        is_last, answer = reply
        if is_last or self._timed_out or self._documents >= self._limits.documents_per_worker:
            self.end()
        return pickle.loads(answer)  # noqa: S301 -- from our own child

    def watch(self) -> None:
        """Kill the process when it exceeds its time limit, until `stop`. Runs in its own thread."""
        while not self._stopped.wait(WATCH_INTERVAL_SECONDS):
            with self._lock:
                if self._process and monotonic() > self._deadline:
                    self._timed_out = True
                    self._process.kill()

    def stop(self) -> None:
        """End the process for good, from any thread."""
        self._stopped.set()
        with self._lock:
            if self._process:
                self._process.kill()

    def end(self) -> int | None:
        """Kill and forget the process; return its exit code, None if there was none."""
        with self._lock:
            process, self._process = self._process, None
            if not process:
                return None
            process.kill()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):  # unwritten data does not matter
                    pipe.close()  # type: ignore[union-attr]
            return process.wait()

    def _is_running(self) -> bool:
        with self._lock:
            running = self._process is not None and self._process.poll() is None
        if not running:
            self.end()  # it died between two documents, if there was one
        return running

    def _start_process(self) -> str:
        """Start the process; return "" if it is ready, else why it does not start."""
        while problem := self._try_start():
            self._failed_starts += 1
            if self._failed_starts >= MAX_START_TRIES and not self._stopped.is_set():
                return f"there is no parser: python -m tracker.feeds.parsing.worker {problem}"
        self._documents = self._failed_starts = 0
        return ""

    def _try_start(self) -> str:
        try:
            with self._lock:
                if self._stopped.is_set():
                    raise PoolClosed
                self._process = _spawn_child(self._limits)
        except OSError as error:
            return f"cannot be started ({error.strerror})"
        with self._limit_time(MAX_START_SECONDS):
            ready = self._receive_answer()
        return "" if ready else f"ended with code {self.end()}"

    def _send_document(self, document: _Document) -> tuple[bool, bytes] | None:
        """Return the worker's answer to a document; None if it died."""
        assert self._process
        assert self._process.stdin
        with suppress(OSError):  # out of memory, it may answer before it has read everything
            write_request(
                self._process.stdin,
                document.body,
                document.content_type,
                document.url,
                kind=document.kind,
                series=document.series,
            )
        return self._receive_answer()

    def _receive_answer(self) -> tuple[bool, bytes] | None:
        assert self._process
        assert self._process.stdout
        return read_worker_answer(self._process.stdout)

    def _explain_death(self) -> str:
        code = self.end()
        if self._stopped.is_set():
            raise PoolClosed
        if self._timed_out:
            return f"took more than {self._limits.wall_seconds:g} s to parse and was stopped"
        if sys.platform != "win32" and code == -signal.SIGXCPU:
            return f"took more than {self._limits.cpu_seconds} s to parse and was stopped"
        return "crashed the parser"

    @contextmanager
    def _limit_time(self, seconds: float) -> Iterator[None]:
        """Kill the process if the block takes longer."""
        self._timed_out = False
        self._deadline = monotonic() + seconds
        try:
            yield
        finally:
            with self._lock:
                self._deadline = inf


def _spawn_child(limits: ParseLimits) -> subprocess.Popen[bytes]:
    """Start a worker that finds the same modules as this process, in any working directory."""
    paths = [path for path in sys.path if path] + [str(Path(tracker.__file__).parents[1])]
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
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
