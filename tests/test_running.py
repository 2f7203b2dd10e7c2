"""Real processes: everything under one parent, one scheduler a database, and no orphan left."""

import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from forecasts.question_sets.question_set import read_question_set
from tests.builders import no_network
from tests.forecasts.small_set import TEXTS
from tests.test_cli import Shell
from tests.worlds import END, set_folder
from tracker.app import question_set_files
from tracker.app.tracker import open_tracker, wait_for_database
from tracker.errors import BadSettings, LeadershipLost, Refused, ServerAway, StorageDamaged
from tracker.interfaces.processes import ServeOptions, make_line_progress, replay_with_progress
from tracker.interfaces.supervisor import RestartBudget, Supervisor
from tracker.interfaces.systemd import notify_systemd
from tracker.model.bind_address import check_port
from tracker.settings import Settings

ROOT = Path(__file__).parent.parent
TRACKER = [sys.executable, "-m", "tracker"]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the small set, made once: nothing in it can reach the network."""
    directory = tmp_path_factory.mktemp("imported")
    with open_tracker(Settings(data_dir=directory / "data"), fetch=no_network) as tracker:
        tracker.question_sets.load(question_set_files.load_question_set(str(set_folder(directory))))
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
        self.process = subprocess.Popen(
            argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

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
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}/healthz", timeout=5
            ) as answer:
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


def child(up: Up, module: str) -> int:
    """The process id of the scheduler (`tracker`) or the dashboard under a running parent."""
    parent = Path(f"/proc/{up.process.pid}/task/{up.process.pid}/children")
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in parent.read_text().split()}
    return next(int(pid) for pid, command in commands.items() if f"\0-m\0{module}\0" in command)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads the children of a process from /proc")
def test_everything_starts_comes_back_and_stops_with_its_parent(
    up: Up, data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = up.wait_until_ready()
    assert f"http://127.0.0.1:{up.port}/" in said
    assert str(data) in said.replace("\n", "")
    assert up.answers()

    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    shell = Shell(data, capsys, monkeypatch)  # what is typed meanwhile is answered
    serve = ("up", "--no-browser", "--port")
    assert "a scheduler already runs on this database: process" in shell.refused("system", "run")
    assert "already runs" in shell.refused(*serve, str(free_port()))
    assert "choose another --port" in shell.refused(*serve, str(up.port))
    assert "closed" in shell.refused("forecast", "set", "treaty", "0.3")
    assert shell("system", "verify")

    scheduler, dashboard = child(up, "tracker"), child(up, "dashboard")
    os.kill(dashboard, signal.SIGKILL)
    assert up.process.stdout is not None
    told = up.process.stdout.readline()
    assert told == "The dashboard ended with code -9; starting it again in 1 s.\n"
    deadline = time.monotonic() + 60
    while not up.answers():
        assert time.monotonic() < deadline, "the dashboard did not come back"
        time.sleep(0.1)
    assert child(up, "tracker") == scheduler
    assert child(up, "dashboard") != dashboard

    up.end(signal.SIGKILL)  # the parent leaves no orphan
    assert gone(up)
    again = Up(data)
    again.wait_until_ready()
    assert again.answers()
    again.process.send_signal(signal.SIGINT)
    rest, _ = again.process.communicate(timeout=30)
    assert (again.process.returncode, rest) == (0, "")  # the address is told once


@pytest.mark.parametrize(
    "error", [StorageDamaged("the database is damaged"), LeadershipLost("another one leads")]
)
def test_a_scheduler_that_no_restart_can_help_is_refused(
    data: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    def ends(_tracker: object, **_options: object) -> int:
        raise error

    monkeypatch.setattr("tracker.interfaces.scheduler_process.run_scheduler", ends)
    assert Shell(data, capsys, monkeypatch).refused("system", "run") == f"Error: {error}"


def test_a_nameless_address_is_refused_before_anything_is_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell(tmp_path / "data", capsys, monkeypatch)
    everywhere = ("--address", "0.0.0.0", "--port", str(free_port()), "--no-browser")
    for verb in ("up", "demo"):
        assert "TRACKER_ALLOWED_HOSTS" in shell.refused(verb, *everywhere)
    assert not (tmp_path / "data").exists()


def test_a_taken_port_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Refused, match="choose another --port"):
            check_port("127.0.0.1", taken.getsockname()[1])


def test_the_address_to_type_is_one_that_this_machine_reaches() -> None:
    options = {"port": None, "address": None, "no_browser": True, "no_token": False}
    assert ServeOptions.from_options(Settings(port=9000), options).url == "http://127.0.0.1:9000/"
    actual = ServeOptions.from_options(Settings(), {**options, "address": "0.0.0.0"}).url
    assert actual == "http://127.0.0.1:8501/"
    assert (
        ServeOptions.from_options(Settings(), {**options, "address": "::1", "port": 80}).url
        == "http://[::1]:80/"
    )


def test_a_replay_into_a_file_tells_its_progress_in_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tracker.interfaces.processes.load_question_set", lambda _name: read_question_set(TEXTS)
    )
    monkeypatch.setattr("tracker.interfaces.processes.PROGRESS_SECONDS", 0.0)
    file = io.StringIO()
    replay_with_progress(
        Settings(data_dir=tmp_path), Console(file=file, width=140), fresh=False, until=END
    )
    *told, last = file.getvalue().splitlines()
    assert last.split(" in ")[0] == f"Replayed {len(told) - 1} steps"
    percentages = [int(line.rpartition("(")[2].removesuffix("%)")) for line in told]
    assert percentages == sorted(percentages)
    assert (percentages[0], percentages[-1]) == (0, 100)
    assert told[-1] == f"Replaying {END:%Y-%m-%d} (100%)"


def test_a_line_of_progress_comes_every_few_seconds() -> None:
    told: list[str] = []
    now = 100.0
    tell = make_line_progress(told.append, lambda: now)
    for step in range(201):  # of half a second each
        tell(step, 200, datetime(2022, 2, 1, tzinfo=UTC) + timedelta(days=step))
        now += 0.5
    assert told[:2] == ["Replaying 2022-02-01 (0%)", "Replaying 2022-02-07 (3%)"]
    assert len(told) == 1 + 200 // 6


def test_a_replay_on_a_terminal_shows_a_bar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tracker.interfaces.processes.load_question_set", lambda _name: read_question_set(TEXTS)
    )
    file = io.StringIO()
    console = Console(file=file, width=140, force_terminal=True)
    replay_with_progress(Settings(data_dir=tmp_path), console, fresh=False, until=END)
    assert f"Replaying {END:%Y-%m-%d} (100%)" not in file.getvalue()
    assert f"Replaying {END:%Y-%m-%d}" in file.getvalue()
    assert "━" in file.getvalue()


PYTHON = [sys.executable, "-c"]
SLEEPER = [*PYTHON, "import time; time.sleep(60)"]
REFUSED = [*PYTHON, "raise SystemExit(2)"]


@pytest.fixture
def signals() -> Iterator[None]:
    """The handlers of signals stand afterwards as they did before."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
class TestChildren:
    """The parent's rules, with small processes."""

    def watch(self, *commands: list[str], port: int | None = None) -> tuple[int, list[str]]:
        """Start processes, watch them to their end; the exit code and what was said."""
        told: list[str] = []
        children = Supervisor(told.append)
        for number, command in enumerate(commands):
            children.start_process(f"child-{number}", command)
        return children.wait_for_exit(
            "127.0.0.1", port or free_port(), lambda: told.append("ready")
        ), told

    def test_a_refused_child_ends_the_rest_with_its_code(self) -> None:
        assert self.watch(SLEEPER, REFUSED) == (2, ["The child-1 ended with code 2."])

    def test_readiness_is_told_once_something_answers(self) -> None:
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen()
            nap = [*PYTHON, "import time; time.sleep(1); raise SystemExit(2)"]
            code, told = self.watch(nap, port=server.getsockname()[1])
        assert (code, told[0]) == (2, "ready")

    def test_a_child_that_has_done_its_work_is_not_restarted(self) -> None:
        told: list[str] = []
        starts: list[Sequence[str]] = []

        def launch(command: Sequence[str]) -> Any:
            starts.append(command)
            child = Simulated(len(starts))
            child.code = 1 if len(starts) == 1 else 0  # it fails once, then ends
            return child

        now = 0.0

        def sleep(_seconds: float) -> None:
            nonlocal now
            now += 1
            if now > 100:
                os.kill(os.getpid(), signal.SIGTERM)

        children = Supervisor(told.append, launch=launch, monotonic=lambda: now, sleep=sleep)
        children.start_process("replay", ["replay"], ends=True)
        assert children.wait_for_exit("127.0.0.1", free_port(), lambda: None) == 0
        assert len(starts) == 2
        assert told == ["The replay ended with code 1; starting it again in 1 s."]

    def test_a_stubborn_child_is_killed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tracker.interfaces.supervisor.STOP_SECONDS", 0.2)
        deaf = [
            *PYTHON,
            "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)",
        ]
        code, _ = self.watch(deaf, [*PYTHON, "import time; time.sleep(1); raise SystemExit(2)"])
        assert code == 2

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_a_signal_ends_the_wait_for_a_restart(self, number: int) -> None:
        """Nothing is started again after it: the clock stands, so the restart never falls due."""
        told: list[str] = []

        def say(words: str) -> None:
            told.append(words)
            os.kill(os.getpid(), number)

        children = Supervisor(say, monotonic=lambda: 0.0)
        children.start_process("scheduler", [*PYTHON, "raise SystemExit(1)"])
        assert children.wait_for_exit("127.0.0.1", free_port(), lambda: None) == 0
        assert told == ["The scheduler ended with code 1; starting it again in 1 s."]


class TestSystemd:
    """What the parent tells systemd, by datagrams."""

    @pytest.fixture
    def inbox(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
            receiver.bind(str(tmp_path / "notify"))
            receiver.setblocking(False)
            monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
            yield receiver

    @pytest.mark.usefixtures("signals")
    def test_it_is_ready_alive_and_stopping(self, inbox: socket.socket) -> None:
        now = 0.0

        def sleep(_seconds: float) -> None:
            nonlocal now
            now += 5
            if now > 30:
                os.kill(os.getpid(), signal.SIGTERM)

        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen()
            watched = Supervisor(lambda _line: None, monotonic=lambda: now, sleep=sleep)
            port = server.getsockname()[1]
            assert watched.wait_for_exit("127.0.0.1", port, lambda: None) == 0
        states = []
        while len(states) < 6:
            states.append(inbox.recv(100).decode())
        assert states == ["READY=1", *["WATCHDOG=1"] * 4, "STOPPING=1"]

    def test_nobody_is_told_without_systemd(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
        notify_systemd("READY=1")
        monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/notify")
        notify_systemd("READY=1")


def away(seconds: float) -> Settings:
    """Settings of a database server that is not there."""
    url = f"postgresql+psycopg://ada@127.0.0.1:{free_port()}/x"
    return Settings(database_url=url, database_wait=seconds)


def test_a_server_that_starts_late_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        if now > 20:
            monkeypatch.setattr("tracker.app.tracker.check_connection", lambda _url: None)

    wait_for_database(away(60), told.append, monotonic=lambda: now, sleep=sleep)
    assert 20 < now < 22
    (line,) = told
    assert line.startswith("Waiting up to 60 s: no database answers at 127.0.0.1:")


def test_a_server_that_never_starts_is_given_up() -> None:
    told: list[str] = []
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    with pytest.raises(ServerAway, match="no database answers"):
        wait_for_database(away(60), told.append, monotonic=lambda: now, sleep=sleep)
    assert (now, len(told)) == (60, 1)
    with pytest.raises(ServerAway):
        wait_for_database(away(0), told.append)
    assert len(told) == 1


def test_waiting_is_for_servers_alone(tmp_path: Path) -> None:
    with pytest.raises(BadSettings):
        wait_for_database(Settings(database_url="mysql://ada@host/x"), pytest.fail)
    wait_for_database(Settings(data_dir=tmp_path / "none"), pytest.fail)
    assert not (tmp_path / "none").exists()


LIVES = st.lists(st.floats(0, 599) | st.floats(600, 1e6), max_size=40)


@given(LIVES)
def test_the_longer_a_crash_loop_the_later_the_restart(lives: list[float]) -> None:
    restarts, before = RestartBudget(), 0.0
    for lived in lives:
        restarts = restarts.record_exit(lived)
        assert 1 <= restarts.delay_seconds <= 60
        assert restarts.delay_seconds == (1 if lived >= 600 else min(60, max(1, 2 * before)))
        before = restarts.delay_seconds


def test_ten_healthy_minutes_refill_the_budget_of_restarts() -> None:
    spent = RestartBudget()
    for _ in range(7):
        spent = spent.record_exit(1.0)
    assert (spent.delay_seconds, spent.is_exhausted) == (60, True)
    assert spent.record_exit(599.0) == spent
    assert spent.record_exit(600.0) == RestartBudget(1)


class Simulated:
    """A process of a simulated life, which ends when the test says so."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.code: int | None = None

    def poll(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.code = 0

    def wait(self, _timeout: float) -> int:
        return self.code or 0


@dataclass
class Life:
    """Children in simulated time: one of them is killed again and again, each time after it lived
    for a while.
    """

    victim: str
    lives: list[float]
    time: float = 0.0
    told: list[str] = field(default_factory=list)
    running: dict[str, Simulated] = field(default_factory=dict)
    starts: dict[str, list[float]] = field(
        default_factory=lambda: {"scheduler": [], "dashboard": []}
    )
    deaths: list[float] = field(default_factory=list)

    def run(self) -> int:
        children = Supervisor(
            self.told.append, launch=self.launch, monotonic=lambda: self.time, sleep=self.sleep
        )
        children.start_process("scheduler", ["scheduler"])
        children.start_process("dashboard", ["dashboard"])
        return children.wait_for_exit("127.0.0.1", free_port(), lambda: None)

    def launch(self, command: Sequence[str]) -> Any:
        (name,) = command
        self.starts[name].append(self.time)
        self.running[name] = Simulated(pid=sum(map(len, self.starts.values())))
        return self.running[name]

    def sleep(self, _seconds: float) -> None:
        """A second goes by; at its end somebody may be killed."""
        self.time += 1
        victim = self.running[self.victim]
        if victim.code is not None:
            return
        if len(self.deaths) == len(self.lives):
            os.kill(os.getpid(), signal.SIGTERM)
        elif self.time - self.starts[self.victim][-1] >= self.lives[len(self.deaths)]:
            victim.code = -9
            self.deaths.append(self.time)

    @property
    def delays(self) -> list[float]:
        """Seconds from each death to the start after it."""
        return [
            start - death
            for start, death in zip(self.starts[self.victim][1:], self.deaths, strict=True)
        ]


@pytest.fixture
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulated dashboard has no port."""
    monkeypatch.setattr(
        "tracker.interfaces.supervisor._accepts_connections", lambda _host, _port: False
    )


@pytest.mark.usefixtures("signals", "nobody_answers")
class TestHoursOfSupervision:
    """What `tracker up` does in hours, in simulated time."""

    def test_a_scheduler_killed_fifty_times_comes_back_fifty_times(self) -> None:
        life = Life("scheduler", [900.0] * 50)
        assert life.run() == 0
        assert life.delays == [1.0] * 50
        assert len(life.starts["dashboard"]) == 1
        assert life.time > 12 * 3600

    def test_a_dashboard_killed_twenty_times_leaves_the_scheduler_alone(self) -> None:
        life = Life("dashboard", [700.0] * 20)
        assert life.run() == 0
        assert (len(life.starts["dashboard"]), life.starts["scheduler"]) == (21, [0.0])
        assert life.running["scheduler"].pid == 1

    def test_a_crash_loop_backs_off_to_a_minute_and_recovers(self) -> None:
        life = Life("dashboard", [2.0] * 9 + [600.0, 2.0])
        assert life.run() == 0
        assert life.delays == [1, 2, 4, 8, 16, 32, 60, 60, 60, 1, 2]
        assert sum("It keeps ending" in words for words in life.told) == 3
        assert life.starts["scheduler"] == [0.0]
