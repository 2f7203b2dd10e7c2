"""Commands of the tracker as processes of their own.

`fork_command` starts one from a process that has imported the tracker already, which takes a
twentieth of a second instead of a whole one: a hundred kills would else be a hundred imports.
`start_program` starts one as a person does, for rows that start few.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
PRELOADED: Final = (
    "tracker.interfaces.cli.main",
    "tracker.interfaces.cli.commands.feeds",
    "tracker.interfaces.cli.commands.forecasts",
    "tracker.interfaces.cli.commands.operations",
    "tracker.interfaces.cli.commands.questions",
    "tracker.interfaces.scheduler",
    "tracker.ingestion.poll",
    "tracker.ingestion.rematch",
    "tracker.feeds.fetching.client",
    "tracker.feeds.parsing.parser_pool",
    "tracker.matching.matcher",
    "tracker.questions.verify_log",
)
RUN_SECONDS: Final = 600
POISON_FLAG: Final = "TRACKER_FAULTS_POISON"
"""Names the feed whose documents kill the process that reads them."""

PRELOAD_FLAG: Final = "TRACKER_FAULTS_PRELOAD"

if os.environ.get(PRELOAD_FLAG):  # in the fork server alone
    for module in PRELOADED:
        import_module(module)

_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])


def fork_command(
    arguments: Sequence[str], log: Path, environment: Mapping[str, str]
) -> BaseProcess:
    """Start `tracker ARGUMENTS…`; what it prints is appended to the log."""
    os.environ[PRELOAD_FLAG] = "yes"
    process = _FORKS.Process(target=_run, args=(tuple(arguments), log, dict(environment)))
    process.start()
    return process


def _run(arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(out, stream)
    if feed := environment.get(POISON_FLAG):
        kill_at_feed(feed)
    sys.argv = ["tracker", *arguments]
    import_module("tracker.interfaces.cli.main").main()


def kill_at_feed(feed: str) -> None:
    """Let this process die as soon as it reads a document of this feed, as from a broken library.

    The method is replaced in this process alone: no document is known that does so.
    """
    from tracker.ingestion.poll import PollRun

    detect = PollRun._detect_change

    def die_or_detect(self: PollRun, state: Any, *rest: Any) -> Any:
        if state.id == feed:
            os.kill(os.getpid(), signal.SIGKILL)
        return detect(self, state, *rest)

    PollRun._detect_change = die_or_detect  # type: ignore[method-assign]


def run_command(arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> int:
    """Run a command to its end; return its exit code."""
    process = fork_command(arguments, log, environment)
    process.join(RUN_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
    return process.exitcode if process.exitcode is not None else -1


@contextmanager
def start_program(
    module: str, arguments: Sequence[str], log: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `python -m MODULE ARGUMENTS…` until the end of the block; it is killed if it is left."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=dict(environment),
            stdout=out,
            stderr=out,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def wait_until(true: Callable[[], bool], seconds: float, every: float = 0.1) -> float | None:
    """Wait for something to become true; return the seconds that it took, None if too many."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            return None
        time.sleep(every)
    return time.monotonic() - began
