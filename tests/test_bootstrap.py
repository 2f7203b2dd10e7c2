"""The set-up decides rightly, with the programs that it starts played by a fake."""

import ast
import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.checkouts import ROOT, copy_of_checkout, load_bootstrap
from tests.tables import check_rows

FROM_NOTHING = ["make venv", "get uv", "uv sync", "install project"]
REPAIR = ["uv sync", "install project"]


class Programs:
    """Python, pip and uv as far as the set-up can tell: each leaves the files of the real one."""

    def __init__(self, module: ModuleType) -> None:
        self.bootstrap = module
        self.commands: dict[str, list[str]] = {}
        self.broken: set[str] = set()
        self.stopped_at = ""

    def __call__(self, command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        name = self.name_command(command)
        self.commands[name] = command
        if name in self.broken:
            return subprocess.CompletedProcess(command, 1, b"", f"no {name} today\n".encode())
        self.leave_files(name)
        if name == self.stopped_at:
            raise KeyboardInterrupt
        return subprocess.CompletedProcess(command, 0, b"", b"")

    def name_command(self, command: list[str]) -> str:
        if "venv" in command:
            return "make venv"
        if "--target" in command:
            return "get uv"
        if "--editable" in command:
            return "install project"
        return "uv sync" if command[0] == str(self.bootstrap.UV) else "pip sync"

    def leave_files(self, name: str) -> None:
        match name:
            case "make venv":
                shutil.rmtree(self.bootstrap.VENV, ignore_errors=True)
                leave(self.bootstrap.PYTHON)
            case "get uv":
                pin = (self.bootstrap.ROOT / self.bootstrap.UV_LOCK).read_text("utf-8").split()[0]
                leave(self.bootstrap.UV)
                leave(self.bootstrap.VENV / "uv" / f"{pin.replace('==', '-')}.dist-info")
            case "install project":
                leave(self.bootstrap.TRACKER)

    def set_up(self, level: str = "runtime") -> list[str]:
        """Set up; the answer names the programs started for it."""
        self.commands.clear()
        self.bootstrap.set_up(level)
        return list(self.commands)

    def stop_at(self, moment: str, level: str = "runtime") -> None:
        """Press Ctrl-C while a program runs."""
        self.stopped_at = moment
        with pytest.raises(KeyboardInterrupt):
            self.set_up(level)
        self.stopped_at = ""


def leave(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    """Programs of a checkout with no environment."""
    programs = Programs(load_bootstrap(copy_of_checkout(tmp_path / "checkout")))
    monkeypatch.setattr(subprocess, "run", programs)
    return programs


@pytest.fixture
def finished(programs: Programs) -> Programs:
    """Programs of a checkout that is set up for the runtime."""
    programs.set_up()
    return programs


# ---- which Python ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [(3, 8, 18), (3, 10, 99), (2, 7, 18)])
def test_an_old_python_gets_one_sentence_and_nothing_else(
    programs: Programs, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...]
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SystemExit, match=r"3\.11 or newer, not {}\.{}:".format(*version)) as stop:
        programs.bootstrap.main(["run", "--setup"])
    assert "\n" not in str(stop.value)
    assert not programs.bootstrap.VENV.exists()


@check_rows([(3, 11, 0, "final", 0), (3, 12, 1), (4, 0)], "version")
def test_a_new_enough_python_passes(programs: Programs, version: tuple[object, ...]) -> None:
    programs.bootstrap.check_python(version)


def test_the_file_reads_in_python_3_8_without_packages() -> None:
    ast.parse((ROOT / "bootstrap.py").read_text("utf-8"), feature_version=(3, 8))
    nodes = list(ast.walk(ast.parse((ROOT / "bootstrap.py").read_text("utf-8"))))
    modules = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    modules |= {node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in modules} <= sys.stdlib_module_names


# ---- what is done, and what is not done twice -----------------------------------------------------------------------


def test_a_fresh_checkout_is_set_up_once(programs: Programs) -> None:
    assert programs.set_up() == FROM_NOTHING


def test_a_second_set_up_starts_and_prints_nothing(
    finished: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert finished.set_up() == []
    assert capsys.readouterr().out == ""


def test_test_packages_come_and_stay(finished: Programs) -> None:
    assert finished.set_up("test") == REPAIR
    assert str(finished.bootstrap.ROOT / "requirements-test.lock") in finished.commands["uv sync"]
    finished.set_up("test")
    assert finished.set_up("runtime") == []
    assert finished.set_up("test") == []
    finished.set_up("test")
    change(finished, "requirements.lock")
    finished.set_up()
    assert str(finished.bootstrap.ROOT / "requirements-test.lock") in finished.commands["uv sync"]


@check_rows([
    "requirements.lock", "requirements-test.lock", "requirements-uv.lock", "pyproject.toml",
    "bootstrap.py",
], "name")  # fmt: skip
def test_a_changed_input_is_synced_into_the_same_environment(finished: Programs, name: str) -> None:
    change(finished, name)
    assert finished.set_up() == REPAIR
    assert finished.set_up() == []


def change(programs: Programs, name: str) -> None:
    with (programs.bootstrap.ROOT / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")


def test_what_is_missing_is_put_back(finished: Programs) -> None:
    finished.bootstrap.TRACKER.unlink()
    assert finished.set_up() == REPAIR
    stamp = json.loads(finished.bootstrap.STAMP.read_text("utf-8"))
    finished.bootstrap.STAMP.write_text(json.dumps({**stamp, "python": "3.11.0"}), "utf-8")
    assert finished.set_up() == FROM_NOTHING
    finished.bootstrap.PYTHON.unlink()
    assert finished.set_up() == FROM_NOTHING


@check_rows(["", "{", "[]", '"test"', "3", "{}"], "text")
def test_a_damaged_stamp_means_a_new_environment(finished: Programs, text: str) -> None:
    finished.bootstrap.STAMP.write_text(text, encoding="utf-8")
    assert finished.set_up() == FROM_NOTHING
    assert finished.set_up() == []


def test_a_moved_checkout_gets_a_new_environment(finished: Programs, tmp_path: Path) -> None:
    finished.bootstrap.ROOT.rename(tmp_path / "elsewhere")
    finished.bootstrap = load_bootstrap(tmp_path / "elsewhere")
    leave(finished.bootstrap.VENV / "old")
    assert finished.set_up() == FROM_NOTHING
    assert not (finished.bootstrap.VENV / "old").exists()


@pytest.mark.parametrize("moment", FROM_NOTHING)
def test_the_next_call_finishes_an_interrupted_set_up(programs: Programs, moment: str) -> None:
    programs.stop_at(moment)
    assert programs.set_up()[-2:] == REPAIR
    assert programs.set_up() == []


def test_an_interrupted_upgrade_does_not_pass_for_done(finished: Programs) -> None:
    finished.stop_at("uv sync", "test")
    assert finished.set_up() == REPAIR


def test_a_second_set_up_waits_for_the_first(programs: Programs) -> None:
    entered = threading.Event()

    def enter() -> None:
        with (programs.bootstrap.ROOT / "run").open("rb") as file:
            programs.bootstrap.wait_for_turn(file)
            entered.set()

    thread = threading.Thread(target=enter)
    with (programs.bootstrap.ROOT / "run").open("rb") as file:
        programs.bootstrap.wait_for_turn(file)
        thread.start()
        assert not entered.wait(0.2)
    assert entered.wait(10)
    thread.join()


# ---- uv, or pip instead ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["get uv", "uv sync"])
def test_pip_does_it_when_uv_cannot(
    programs: Programs, capsys: pytest.CaptureFixture[str], broken: str
) -> None:
    programs.broken = {broken}
    assert programs.set_up()[-2:] == ["pip sync", "install project"]
    assert f"failed: no {broken} today" in capsys.readouterr().out
    assert programs.set_up() == []


def test_another_uv_than_the_pinned_version_is_replaced(finished: Programs) -> None:
    lock = finished.bootstrap.ROOT / finished.bootstrap.UV_LOCK
    lock.write_text(lock.read_text("utf-8").replace("uv==", "uv==9", 1), "utf-8")
    assert finished.set_up() == ["get uv", *REPAIR]


def test_nothing_is_installed_without_its_hash(programs: Programs) -> None:
    programs.broken = {"uv sync"}
    programs.set_up("test")
    for name in ("get uv", "uv sync", "pip sync"):
        assert "--require-hashes" in programs.commands[name], name
    assert {"--no-deps", "--no-build-isolation"} <= set(programs.commands["install project"])


@pytest.mark.parametrize("broken", [{"make venv"}, {"uv sync", "pip sync"}, {"install project"}])
def test_a_failed_step_says_what_to_do_and_is_repeated(
    programs: Programs, broken: set[str]
) -> None:
    programs.broken = broken
    with pytest.raises(SystemExit, match="Start it again") as failure:
        programs.set_up()
    assert any(f"no {name} today" in str(failure.value) for name in broken)
    programs.broken = set()
    assert programs.set_up()[-2:] == REPAIR
    assert programs.set_up() == []


def test_a_program_that_cannot_be_started_fails(
    finished: Programs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.undo()
    assert not finished.bootstrap.run_step("flying", [str(tmp_path / "nothing")])
    assert finished.bootstrap.run_step("printing", [sys.executable, "-c", "print('é')"])
    fail = [sys.executable, "-c", "print('é'); exit(3)"]
    with pytest.raises(SystemExit, match="wings are missing:\né"):
        finished.bootstrap.run_step("flying", fail, "wings are missing")
