"""Concurrent requests for synchronous callers.

One event loop in a thread, started at first use and kept until `close`, so that its connections
serve every run. Callers iterate in their own threads. A hop between threads costs 50 to 100 µs, as
much as a whole request, so requests and results cross in batches.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import Any, Final

from tracker.feeds.fetch_results import (
    BATCH_SIZE,
    Deferred,
    FetchRequest,
    FetchResult,
    RequestSource,
)

LINGER_SECONDS: Final = 0.02
"""Seconds that a result waits for others of its batch."""

MAX_IDLE_SECONDS: Final = 1.0
"""Seconds without a result after which the caller is asked for more requests."""

MAX_WAITING_REQUESTS: Final = 1_000
"""Requests of one run that may wait for the rate limit without occupying a slot."""


class FetchRun:
    """Requests of one caller. `waiting` counts those that wait for the rate limit."""

    def __init__(self, answer: "RequestHandler", in_flight: int) -> None:
        self.waiting = 0
        self.out: SimpleQueue[Sequence[FetchResult]] = SimpleQueue()
        self._answer = answer
        self._batch_size = max(1, min(BATCH_SIZE, in_flight // 2))
        self._tasks: set[asyncio.Task[None]] = set()
        self._answers: list[FetchResult] = []
        self._flush_timer: asyncio.TimerHandle | None = None

    def take(self, requests: Sequence[FetchRequest]) -> None:
        """Start these requests. Only for the loop's thread, as are the methods below."""
        loop = asyncio.get_running_loop()
        self._tasks.update(loop.create_task(self._run_request(request)) for request in requests)
        loop.call_soon(self._wake_caller)  # after each of them has started

    def cancel(self) -> None:
        """Cancel all running requests."""
        for task in self._tasks:
            task.cancel()

    async def wait_until_finished(self) -> None:
        """Wait until no request is running."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run_request(self, request: FetchRequest) -> None:
        try:
            result = await self._answer(request, self)
        except asyncio.CancelledError:
            result = Deferred(request.feed_id, 0.0, "broken off before an answer came")
        task = asyncio.current_task()
        assert task is not None
        self._tasks.discard(task)
        self._answers.append(result)
        if len(self._answers) >= self._batch_size or not self._tasks:
            self._flush()
        elif self._flush_timer is None:
            self._flush_timer = asyncio.get_running_loop().call_later(LINGER_SECONDS, self._flush)

    def _wake_caller(self) -> None:
        """Wake the caller, who may send other requests in place of the waiting ones."""
        if self.waiting:
            self.out.put(())

    def _flush(self) -> None:
        if self._flush_timer is not None:
            self._flush_timer.cancel()
            self._flush_timer = None
        self.out.put(self._answers)
        self._answers = []


RequestHandler = Callable[[FetchRequest, FetchRun], Coroutine[Any, Any, FetchResult]]
"""Handles one request; raises only if it is cancelled."""


class FetchRunner:
    """A `Fetch` whose requests are handled by the function that `open_handler` yields."""

    def __init__(
        self,
        in_flight: int,
        open_handler: Callable[[], AbstractAsyncContextManager[RequestHandler]],
    ) -> None:
        self._in_flight = in_flight
        self._open_handler = open_handler
        self._lock = Lock()
        self._loop_thread: _LoopThread | None = None

    def __call__(self, more: RequestSource) -> Iterator[Sequence[FetchResult]]:
        """Run once. A caller that stops iterating cancels the remaining requests."""
        thread = self._get_thread()
        round_ = FetchRun(thread.answer, self._in_flight)
        thread.rounds.add(round_)
        running = 0
        try:
            while thread.is_alive():
                room = self._in_flight - running + min(round_.waiting, MAX_WAITING_REQUESTS)
                requests = more(room) if room > 0 else ()
                running += len(requests)
                if requests:
                    thread.call(round_.take, requests)
                elif not running:
                    return
                if answers := _next_results(round_.out):
                    running -= len(answers)
                    yield answers
                del answers  # free the memory while waiting for the next ones
        finally:
            thread.rounds.discard(round_)
            if running:
                thread.call(round_.cancel)

    def close(self) -> None:
        """Cancel running requests and close the connections. A later call opens new ones."""
        with self._lock:
            thread, self._loop_thread = self._loop_thread, None
        if thread is not None:
            thread.stop()

    def _get_thread(self) -> "_LoopThread":
        with self._lock:
            if self._loop_thread is None:
                self._loop_thread = _LoopThread(self._open_handler)
            return self._loop_thread


def _next_results(answers: SimpleQueue[Sequence[FetchResult]]) -> Sequence[FetchResult]:
    try:
        return answers.get(timeout=MAX_IDLE_SECONDS)
    except Empty:
        return ()


class _LoopThread(Thread):
    answer: RequestHandler

    def __init__(
        self, open_handler: Callable[[], AbstractAsyncContextManager[RequestHandler]]
    ) -> None:
        # A daemon, so that a program that did not close it can exit.
        super().__init__(name="feeds", daemon=True)
        self.rounds: set[FetchRun] = set()
        self._open_handler = open_handler
        self._opened = Event()
        self._loop: asyncio.AbstractEventLoop
        self._stopping: asyncio.Event
        self.start()
        self._opened.wait()

    def run(self) -> None:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            try:
                runner.run(self._serve())
            finally:
                self._opened.set()

    async def _serve(self) -> None:
        async with self._open_handler() as self.answer:
            self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
            self._opened.set()
            await self._stopping.wait()
            rounds = tuple(self.rounds)
            for round_ in rounds:
                round_.cancel()
            for round_ in rounds:
                await round_.wait_until_finished()

    def call(self, function: Callable[..., None], *arguments: object) -> None:
        """Call a function in the loop, unless it has been closed."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function, *arguments)

    def stop(self) -> None:
        self.call(self._stopping.set)
        self.join()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop's factory where available: a 304 costs 0.06 ms with it and 0.08 ms without."""
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop
