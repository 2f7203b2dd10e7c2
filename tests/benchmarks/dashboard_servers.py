"""The servers that are measured: ours, and the empty app that it is held against."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
EMPTY = """
import streamlit as st

st.session_state.runs = st.session_state.get("runs", 0) + 1
st.button("Again")
st.caption(f"run {st.session_state.runs}")
"""
TWO_PAGES = """
import streamlit as st

pages = [st.Page(lambda n=n: st.caption(f"page {n}"), title=n, url_path=n, default=n == "one") for n in ("one", "two")]
st.navigation(pages, position="top").run()
"""


@dataclass(frozen=True, slots=True)
class Served:
    """A server, and what it has cost so far."""

    address: str
    pid: int

    def cpu_seconds(self) -> float:
        """CPU of the whole process, of threads that have ended too (Linux: the clock of another
        process).
        """
        return time.clock_gettime((~self.pid << 3) | 2)


@contextlib.contextmanager
def served(command: Sequence[str], health: str, folder: Path) -> Iterator[Served]:
    """Run a server on a free port until the end of the block; its health is asked for until it
    answers.
    """
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TRACKER_ME": "ada"}
    log = (folder / f"{port}.log").open("w")
    with (
        log,
        subprocess.Popen(
            [*command, str(port)], cwd=folder, env=environment, stdout=log, stderr=log
        ) as process,
    ):
        try:
            address = f"http://127.0.0.1:{port}"
            while not _answers(address + health):
                assert process.poll() is None, Path(log.name).read_text()
                time.sleep(0.05)
            yield Served(address, process.pid)
        finally:
            process.terminate()


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2) as answer:
        return bool(answer.status == 200)
    return False


class Servers:
    """How the three are started: ours, the empty app, the empty app of two pages."""

    def __init__(self, data: Path, folder: Path) -> None:
        self._data, self._folder = data, folder
        (folder / "empty.py").write_text(EMPTY)
        (folder / "pages.py").write_text(TWO_PAGES)

    def ours(self) -> contextlib.AbstractContextManager[Served]:
        """The dashboard as it is started."""
        command = [
            sys.executable,
            "-m",
            "dashboard",
            "--data",
            str(self._data),
            "--no-token",
            "--port",
        ]
        return served(command, "/healthz", self._folder)

    def empty(self, script: str = "empty.py") -> contextlib.AbstractContextManager[Served]:
        """An app with nothing in it, as everybody starts one."""
        command = [sys.executable, "-m", "streamlit", "run", script, "--server.headless=true"]
        command += ["--browser.gatherUsageStats=false", "--server.port"]
        return served(command, "/_stcore/health", self._folder)
