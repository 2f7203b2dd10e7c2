"""Real processes: everything under one parent, one scheduler a database, and no orphan left."""

import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import no_network
from tests.test_cli import Shell
from tests.worlds import set_folder
from tracker import question_sets
from tracker.api import open_tracker
from tracker.children import Children
from tracker.errors import Refused
from tracker.listening import check_port
from tracker.running import Serving
from tracker.settings import Settings

ROOT = Path(__file__).parent.parent
TRACKER = [sys.executable, "-m", "tracker"]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(data: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    command = [*TRACKER, "--data", str(data), *argv]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the small set, made once: nothing in it can reach the network."""
    directory = tmp_path_factory.mktemp("imported")
    with open_tracker(Settings(data_dir=directory / "data"), fetch=no_network) as tracker:
        tracker.load(question_sets.load(str(set_folder(directory))))
    return directory / "data"


@pytest.fixture
def data(imported: Path, tmp_path: Path) -> Path:
    """A copy of it for a test."""
    return shutil.copytree(imported, tmp_path / "data")


class Up:
    """`tracker up` in a process of its own."""

    def __init__(self, data: Path) -> None:
        self.port = free_port()
        argv = [*TRACKER, "--data", str(data), "up", "--port", str(self.port), "--no-browser"]
        self.process = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def wait_until_ready(self) -> str:
        """Its first lines, up to the one that says how to stop it."""
        assert self.process.stdout is not None
        lines: list[str] = []
        while not lines or "Ctrl-C" not in lines[-1]:
            line = self.process.stdout.readline()
            assert line, self.process.stderr.read() if self.process.stderr else ""
            lines.append(line)
        return "".join(lines)

    def answers(self) -> bool:
        """Does the dashboard answer its health check?"""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.read() == b"ok")
        except OSError:
            return False

    def end(self, number: int) -> int:
        """Send a signal and wait; the exit code."""
        self.process.send_signal(number)
        code = self.process.wait(30)
        self.process.communicate()
        return code


@pytest.fixture
def up(data: Path) -> Iterator[Up]:
    """A running tracker, gone after the test whatever happened."""
    started = Up(data)
    yield started
    if started.process.poll() is None:
        started.process.kill()
    started.process.communicate()


def gone(up: Up, seconds: float = 15) -> bool:
    """Wait until nothing answers at the dashboard's port any more."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not up.answers():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
def test_everything_starts_answers_refuses_a_second_one_and_stops_on_ctrl_c(
    up: Up, data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = up.wait_until_ready()
    assert f"http://127.0.0.1:{up.port}/" in said
    assert str(data) in said.replace("\n", "")
    assert up.answers()

    second = run(data, "run")
    assert (second.returncode, "a scheduler already runs on this database: process" in second.stderr) == (2, True)
    another = run(data, "up", "--port", str(free_port()), "--no-browser")
    assert (another.returncode, "already runs" in another.stderr) == (2, True)
    same_port = run(data, "up", "--port", str(up.port), "--no-browser")
    assert (same_port.returncode, "choose another --port" in same_port.stderr) == (2, True)

    shell = Shell(data, capsys, monkeypatch)  # what is typed meanwhile is answered
    assert "closed" in shell.refused("forecast", "treaty", "0.3")
    assert shell("verify")
    assert up.end(signal.SIGINT) == 0
    assert gone(up)


@pytest.mark.slow
def test_a_killed_parent_leaves_no_orphan_and_the_next_start_works(up: Up, data: Path) -> None:
    up.wait_until_ready()
    up.end(signal.SIGKILL)
    assert gone(up)
    again = Up(data)
    again.wait_until_ready()
    assert again.answers()
    assert again.end(signal.SIGTERM) == 0


@pytest.mark.slow
def test_the_scheduler_alone_polls_and_stops(data: Path) -> None:
    process = subprocess.Popen([*TRACKER, "--data", str(data), "run"], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    line = ""
    while "feed." not in line:  # polled or failed, as the network is
        line = process.stderr.readline()
        assert line
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert process.returncode == 0


def test_an_open_door_is_refused_before_anything_is_stored(tmp_path: Path) -> None:
    done = run(tmp_path / "data", "up", "--address", "0.0.0.0", "--port", str(free_port()), "--no-browser")
    assert done.returncode == 2
    assert "--i-know-there-is-no-login" in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_wider_address_without_names_is_refused_before_anything_starts(tmp_path: Path) -> None:
    port = str(free_port())
    for verb in ("up", "demo"):
        argv = (verb, "--address", "0.0.0.0", "--port", port, "--no-browser", "--i-know-there-is-no-login")
        done = run(tmp_path / "data", *argv)
        assert done.returncode == 2
        assert "TRACKER_ALLOWED_HOSTS" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert not (tmp_path / "data").exists()


def test_a_taken_port_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Refused, match="choose another --port"):
            check_port("127.0.0.1", taken.getsockname()[1])


def test_the_address_to_type_is_one_that_this_machine_reaches() -> None:
    options = {"port": None, "address": None, "no_browser": True, "open_door": False}
    assert Serving.chosen(Settings(port=9000), options).url == "http://127.0.0.1:9000/"
    assert Serving.chosen(Settings(), {**options, "address": "0.0.0.0"}).url == "http://127.0.0.1:8501/"
    assert Serving.chosen(Settings(), {**options, "address": "::1", "port": 80}).url == "http://[::1]:80/"


class TestChildren:
    """The parent's rules, with small processes."""

    def watch(self, *commands: tuple[list[str], int], port: int | None = None) -> tuple[int, list[str]]:
        """Start processes, watch them to their end; the exit code and what was said."""
        said: list[str] = []
        children = Children(said.append)
        for number, (command, restarts) in enumerate(commands):
            children.start(f"child-{number}", command, restarts)
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            return children.watch("127.0.0.1", port or free_port(), lambda: said.append("ready")), said
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def test_a_child_that_dies_is_started_again_as_often_as_allowed(self) -> None:
        code, said = self.watch(([sys.executable, "-c", "raise SystemExit(3)"], 2))
        assert code == 3
        assert said == ["The child-0 ended with code 3; starting it again."] * 2 + ["The child-0 ended with code 3."]

    def test_a_child_that_was_refused_is_not_started_again(self) -> None:
        assert self.watch(([sys.executable, "-c", "raise SystemExit(2)"], 5)) == (2, ["The child-0 ended with code 2."])

    def test_a_child_that_ends_calmly_ends_the_rest_too(self) -> None:
        sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
        code, said = self.watch(([sys.executable, "-c", ""], 0), (sleeper, 0))
        assert (code, said) == (1, ["The child-0 ended with code 0."])

    def test_readiness_is_told_once_something_answers(self) -> None:
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen()
            nap = [sys.executable, "-c", "import time; time.sleep(1)"]
            code, said = self.watch((nap, 0), port=server.getsockname()[1])
        assert (code, said[0]) == (1, "ready")

    def test_a_stubborn_child_is_killed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tracker.children.STOP_SECONDS", 0.2)
        deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
        brief = "import time; time.sleep(1)"
        code, _ = self.watch(([sys.executable, "-c", deaf], 0), ([sys.executable, "-c", brief], 0))
        assert code == 1
