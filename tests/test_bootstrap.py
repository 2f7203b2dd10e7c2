"""The set-up decides rightly, with the programs that it starts played by a fake."""

import ast
import json
import re
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

import bootstrap
from bootstrap import Answer, Place, SetupFailed, set_up
from tests.checkouts import ROOT, copy_of_checkout

FROM_NOTHING = ["ask pip", "make venv", "ask uv", "get uv", "ask uv", "uv sync", "install project"]
REPAIR = ["ask pip", "ask uv", "uv sync", "install project"]


class Programs:
    """Python, pip and uv as far as the set-up can tell: each leaves what the real one would
    leave.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self.said: list[str] = []
        self.commands: list[list[str]] = []
        self.broken: set[str] = set()
        self.stopped_at = ""
        self.python_version = "{}.{}".format(*sys.version_info[:2])
        self.uv_version = bootstrap.UV.split("==")[1]

    def __call__(self, command: Sequence[str]) -> Answer:
        name = self.name_of(command)
        self.said.append(name)
        self.commands.append(list(command))
        if name == self.stopped_at:
            raise KeyboardInterrupt
        return Answer(1, f"no {name} today") if name in self.broken else self.do(name)

    def name_of(self, command: Sequence[str]) -> str:
        by_uv = command[0] == str(self.place.uv)
        if "--version" in command:
            return "ask uv" if by_uv else "ask pip"
        if "--editable" in command:
            return "install project"
        if "--target" in command:
            return "get uv"
        if "venv" in command:
            return "make venv"
        return "uv sync" if by_uv else "pip sync"

    def do(self, name: str) -> Answer:
        match name:
            case "ask pip":
                there = Path(self.place.python).exists()
                return Answer(
                    0 if there else 127, f"pip 26.3 from somewhere (python {self.python_version})"
                )
            case "ask uv":
                return Answer(
                    0 if self.place.uv.exists() else 127, f"uv {self.uv_version} (somewhere)"
                )
            case "make venv":
                leave(Path(self.place.python))
            case "get uv":
                leave(self.place.uv)
            case "install project":
                leave(self.place.program("tracker"))
        return Answer(0, "")

    def heard_by(self, wanted: str) -> list[str]:
        """Set up, and tell which programs were started for it."""
        self.said.clear()
        set_up(self.place, wanted, self)
        return list(self.said)

    def command(self, name: str) -> list[str]:
        return self.commands[self.said.index(name) - len(self.said)]


def leave(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return copy_of_checkout(tmp_path / "checkout")


@pytest.fixture
def programs(place: Place) -> Programs:
    return Programs(place)


@pytest.fixture
def finished(programs: Programs) -> Programs:
    """A set-up that is done for the runtime."""
    set_up(programs.place, "runtime", programs)
    return programs


# ---- which Python ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [(3, 8, 18), (3, 10, 99), (2, 7, 18)])
def test_an_old_python_is_told_in_one_line_what_is_needed(version: tuple[int, ...]) -> None:
    complaint = bootstrap.complaint_about_python(version)
    assert complaint is not None
    assert "3.11" in complaint
    assert "{}.{}".format(*version) in complaint
    assert "\n" not in complaint


@pytest.mark.parametrize("version", [(3, 11, 0, "final", 0), (3, 12, 1), (4, 0)])
def test_a_new_enough_python_is_not_complained_about(version: tuple[object, ...]) -> None:
    assert bootstrap.complaint_about_python(version) is None


def test_an_old_python_ends_with_code_1_before_anything_is_done(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    assert bootstrap.main(["run", "--setup"], place) == 1
    assert "3.9" in capsys.readouterr().err
    assert not place.venv.exists()


def test_python_3_8_can_read_the_file() -> None:
    ast.parse((ROOT / "bootstrap.py").read_text("utf-8"), feature_version=(3, 8))


def test_the_file_imports_the_standard_library_alone() -> None:
    tree = ast.parse((ROOT / "bootstrap.py").read_text("utf-8"))
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    imported |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


# ---- what is done, and what is not done twice -----------------------------------------------------------------------


def test_a_fresh_checkout_gets_everything_in_order(programs: Programs) -> None:
    assert programs.heard_by("runtime") == FROM_NOTHING


def test_a_second_set_up_starts_no_program_at_all(
    finished: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert finished.heard_by("runtime") == []
    assert capsys.readouterr().out == ""


def test_the_test_extras_are_added_to_what_is_there(finished: Programs) -> None:
    assert finished.heard_by("test") == REPAIR
    assert finished.command("uv sync")[-1].endswith("requirements-test.lock")


def test_running_after_testing_takes_nothing_away(finished: Programs) -> None:
    finished.heard_by("test")
    assert finished.heard_by("runtime") == []
    assert finished.heard_by("test") == []


@pytest.mark.parametrize(
    "name", ["requirements.lock", "requirements-test.lock", "pyproject.toml", "bootstrap.py"]
)
def test_a_changed_input_is_synced_into_the_same_environment(finished: Programs, name: str) -> None:
    with (finished.place.root / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert finished.heard_by("runtime") == REPAIR
    assert finished.heard_by("runtime") == []


def test_a_changed_lock_keeps_the_test_extras_that_were_there(finished: Programs) -> None:
    finished.heard_by("test")
    with (finished.place.root / "requirements.lock").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    finished.heard_by("runtime")
    assert finished.command("uv sync")[-1].endswith("requirements-test.lock")


def test_a_missing_tracker_program_is_put_back(finished: Programs) -> None:
    finished.place.program("tracker").unlink()
    assert finished.heard_by("runtime") == REPAIR


@pytest.mark.parametrize("text", ["", "{", "[]", '"test"', "{}"])
def test_a_damaged_stamp_means_syncing_again(finished: Programs, text: str) -> None:
    finished.place.stamp.write_text(text, encoding="utf-8")
    assert finished.heard_by("runtime") == REPAIR


def test_a_moved_checkout_gets_a_new_environment(finished: Programs, tmp_path: Path) -> None:
    (finished.place.root / ".venv" / "old").touch()
    moved = Programs(Place(finished.place.root.rename(tmp_path / "elsewhere")))
    assert moved.heard_by("runtime") == FROM_NOTHING[1:]  # its pip is not even asked
    assert not (moved.place.venv / "old").exists()


def test_another_python_gets_a_new_environment(finished: Programs) -> None:
    stamp = json.loads(finished.place.stamp.read_text("utf-8"))
    finished.place.stamp.write_text(json.dumps({**stamp, "python": "3.11.0"}), encoding="utf-8")
    finished.python_version = "3.10"
    assert finished.heard_by("runtime")[:2] == ["ask pip", "make venv"]


@pytest.mark.parametrize("moment", ["make venv", "get uv", "uv sync", "install project"])
def test_what_was_broken_off_is_finished_by_the_next_call(programs: Programs, moment: str) -> None:
    programs.stopped_at = moment
    with pytest.raises(KeyboardInterrupt):
        programs.heard_by("runtime")
    programs.stopped_at = ""
    assert programs.heard_by("runtime")[-2:] == ["uv sync", "install project"]
    assert programs.heard_by("runtime") == []


def test_a_half_made_environment_is_not_trusted_although_its_pip_answers(
    programs: Programs,
) -> None:
    programs.stopped_at = "make venv"
    with pytest.raises(KeyboardInterrupt):
        programs.heard_by("runtime")
    leave(Path(programs.place.python))
    programs.stopped_at = ""
    assert programs.heard_by("runtime")[:1] == ["make venv"]


def test_an_upgrade_that_is_broken_off_does_not_pass_for_done(finished: Programs) -> None:
    finished.stopped_at = "uv sync"
    with pytest.raises(KeyboardInterrupt):
        finished.heard_by("test")
    finished.stopped_at = ""
    assert finished.heard_by("runtime") == REPAIR


def test_a_second_set_up_waits_for_the_first(place: Place) -> None:
    entered = threading.Event()

    def second() -> None:
        with bootstrap.one_at_a_time(place):
            entered.set()

    thread = threading.Thread(target=second)
    with bootstrap.one_at_a_time(place):
        thread.start()
        assert not entered.wait(0.2)
    assert entered.wait(10)
    thread.join()


# ---- uv, or pip instead ---------------------------------------------------------------------------------------------


def test_pip_does_it_when_uv_cannot_be_had(
    programs: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    programs.broken = {"get uv"}
    assert programs.heard_by("runtime")[-2:] == ["pip sync", "install project"]
    assert "no get uv today" in capsys.readouterr().out
    assert programs.heard_by("runtime") == []


def test_pip_does_it_when_uv_cannot_run(programs: Programs) -> None:
    programs.broken = {"ask uv"}
    assert programs.heard_by("runtime")[-2:] == ["pip sync", "install project"]


def test_pip_does_it_when_uv_fails(programs: Programs) -> None:
    programs.broken = {"uv sync"}
    assert programs.heard_by("runtime")[-3:] == ["uv sync", "pip sync", "install project"]


def test_another_uv_than_the_pinned_one_is_replaced(finished: Programs) -> None:
    finished.uv_version = "0.0.1"
    assert "get uv" in finished.heard_by("test")


def test_nothing_is_installed_without_its_hash(programs: Programs) -> None:
    programs.broken = {"uv sync"}
    programs.heard_by("test")
    for name in ("get uv", "uv sync", "pip sync"):
        assert "--require-hashes" in programs.command(name), name
    for option in ("--no-deps", "--no-build-isolation"):
        assert option in programs.command("install project")


def test_the_wish_for_uv_names_one_version_and_sound_hashes(finished: Programs) -> None:
    pin, *hashes = (finished.place.venv / "uv.txt").read_text("utf-8").split()
    assert re.fullmatch(r"uv==\d+\.\d+\.\d+", pin)
    assert len(set(hashes)) == len(hashes) > 10
    assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", each) for each in hashes)


@pytest.mark.parametrize("broken", [{"make venv"}, {"uv sync", "pip sync"}, {"install project"}])
def test_a_step_that_fails_is_told_with_what_to_do_and_leaves_no_stamp(
    programs: Programs, broken: set[str]
) -> None:
    programs.broken = broken
    with pytest.raises(SetupFailed, match="Start it again") as failure:
        programs.heard_by("runtime")
    assert any(f"no {name} today" in str(failure.value) for name in broken)
    assert not programs.place.stamp.exists()
    programs.broken = set()
    programs.heard_by("runtime")
    assert programs.heard_by("runtime") == []
