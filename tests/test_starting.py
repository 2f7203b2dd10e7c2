"""`./run` and `./test` start the right thing: command lines, exit codes, coverage gates, and the
doors themselves.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import bootstrap
from bootstrap import Answer, Place, SetupFailed
from tests.checkouts import ROOT, copy_of_checkout


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return copy_of_checkout(tmp_path / "checkout")


@pytest.mark.parametrize(
    ("given", "started"),
    [
        ([], ["up"]),
        (["--demo"], ["demo"]),
        (
            ["--port", "8600", "--data", "d", "--no-browser"],
            ["--data", "d", "up", "--port", "8600", "--no-browser"],
        ),
        (["--no-browser", "--demo", "--data=d"], ["--data", "d", "demo", "--no-browser"]),
        (["--address", "::1", "--port=1"], ["up", "--port", "1", "--address", "::1"]),
        (["--demo", "--no-serve"], ["demo", "--no-serve"]),
    ],
)
def test_options_of_run_become_the_trackers_command_line(
    place: Place, given: list[str], started: list[str]
) -> None:
    wishes, rest = bootstrap.run_parser().parse_known_args(given)
    python, *command = bootstrap.tracker_command(place, wishes, rest)
    assert python == place.python
    assert command == ["-P", "-m", "tracker", *started]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The programs that would have been handed over to; set-up counts as done."""
    commands: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "set_up", lambda place, wanted: None)
    monkeypatch.setattr(bootstrap, "hand_over", lambda command: commands.append(list(command)) or 0)
    return commands


def test_setup_alone_starts_nothing(place: Place, started: list[list[str]]) -> None:
    assert bootstrap.main(["run", "--setup"], place) == 0
    assert bootstrap.main([], place) == 0
    assert started == []


def test_run_starts_the_tracker(place: Place, started: list[list[str]]) -> None:
    assert bootstrap.main(["run", "--demo"], place) == 0
    assert started == [[place.python, "-P", "-m", "tracker", "demo"]]


def test_arguments_of_test_go_to_pytest_as_they_are(
    place: Place, started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)  # the command changes it; this puts it back
    assert bootstrap.main(["test", "tests/test_walk.py", "-k", "item"], place) == 0
    assert started == [[place.python, "-m", "pytest", "tests/test_walk.py", "-k", "item"]]


@pytest.mark.parametrize(("processors", "workers"), [(1, "2"), (2, "2"), (3, "3"), (64, "4")])
@pytest.mark.parametrize("full", [False, True])
def test_a_suite_runs_on_a_few_workers(processors: int, workers: str, full: bool) -> None:
    arguments = bootstrap.suite(processors, full)
    assert arguments[arguments.index("-n") + 1] == workers
    assert (
        arguments[arguments.index("--dist") + 1] == "worksteal"
    )  # else a worker idles while another is at its last


def test_the_gate_traces_nothing_and_full_leaves_nothing_out() -> None:
    assert bootstrap.suite(2, full=False)[-2:] == ["-m", "not full"]
    assert "--cov" not in bootstrap.suite(2, full=False)
    assert "--cov" in bootstrap.suite(2, full=True)
    assert "-m" not in bootstrap.suite(2, full=True)


@pytest.mark.parametrize("arguments", [[], ["--full"]])
@pytest.mark.parametrize(
    ("tests", "types", "coverage", "code"),
    [(0, 0, 0, 0), (3, 0, 0, 3), (0, 1, 0, 1), (3, 1, 1, 3), (0, 0, 1, 1)],
)
def test_tests_types_and_coverage_decide_the_exit_code(
    place: Place,
    started: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    tests: int,
    types: int,
    coverage: int,
    code: int,
) -> None:
    monkeypatch.chdir(ROOT)
    write_program(Path(place.python), f'echo "types: $*"; exit {types}')
    monkeypatch.setattr(subprocess, "call", lambda command: tests)
    monkeypatch.setattr(bootstrap, "check_gates", lambda place, call: coverage)
    without_coverage = code if (tests or types) else 0
    assert bootstrap.main(["test", *arguments], place) == (code if arguments else without_coverage)
    assert capsys.readouterr().out == "types: -m mypy\n"


def test_coverage_that_falls_short_is_shown_line_by_line_and_fails(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place.root)
    measure(
        place.root,
        "forecasts",
        "def is_late(day):\n    if day > 1:\n        day = 1\n    return day\n\nis_late(2)\n",
    )
    measure(place.root, "tracker", "day = 1\n")
    assert bootstrap.check_gates(place, by_this_python) == 1
    shown = capsys.readouterr().out
    assert "2->4" in shown  # the branch that was never taken
    assert shown.splitlines()[-3:] == [
        "coverage of forecasts: 85.71 % (asked: 100)",
        "coverage of tracker: 100.00 % (asked: 92)",
        "Coverage is too low in forecasts.",
    ]


def test_coverage_that_suffices_passes_with_a_line_for_each_folder(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place.root)
    measure(place.root, "forecasts", "day = 1\n")
    measure(place.root, "tracker", "day = 1\n" * 13 + "if day == 2:\n    day = 3\n")
    assert (
        bootstrap.check_gates(place, by_this_python) == 1
    )  # 14 of 15 lines, 1 of 2 branches: 15 of 17
    measure(place.root, "tracker", "day = 1\n" * 40 + "if day == 2:\n    day = 3\n")
    capsys.readouterr()
    assert bootstrap.check_gates(place, by_this_python) == 0
    assert capsys.readouterr().out.splitlines() == [
        "coverage of forecasts: 100.00 % (asked: 100)",
        "coverage of tracker: 95.45 % (asked: 92)",
        "Coverage is as asked.",
    ]


def measure(root: Path, folder: str, code: str) -> None:
    """Run code in a folder under coverage, added to what was measured before."""
    (root / folder).mkdir(exist_ok=True)
    (root / folder / "code.py").write_text(code, encoding="utf-8")
    command = [sys.executable, "-m", "coverage", "run", "--append", f"{folder}/code.py"]
    subprocess.run(command, cwd=root, check=True)


def by_this_python(command: Sequence[str]) -> Answer:
    """The place has no Python of its own; the one that runs the tests knows coverage."""
    return bootstrap.call([sys.executable, *command[1:]])


def test_an_unknown_command_explains_the_known_ones(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.main(["fly"], place) == 2
    assert "--lock" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (SetupFailed("no room"), 1, "Set-up failed: no room"),
        (PermissionError("not yours"), 1, "Set-up failed: not yours"),
        (KeyboardInterrupt(), 130, "goes on from here"),
    ],
)
def test_what_goes_wrong_is_said_without_a_trace(
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    said: str,
) -> None:
    def fails(place: Place, wanted: str) -> None:
        raise error

    monkeypatch.setattr(bootstrap, "set_up", fails)
    assert bootstrap.main(["run"], place) == code
    assert said in capsys.readouterr().err


def test_a_program_that_is_not_there_is_an_answer_too(tmp_path: Path) -> None:
    assert bootstrap.call([str(tmp_path / "nothing")]).code == 127
    assert bootstrap.call([sys.executable, "-c", "print('é'); exit(3)"]) == (3, "é\n")


# ---- the doors: run and test ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["run", "test"])
def test_the_doors_are_open(door: str) -> None:
    assert os.access(ROOT / door, os.X_OK)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_help_explains_every_option_and_sets_nothing_up(place: Place) -> None:
    answer = bootstrap.call([str(place.root / "run"), "--help"])
    assert answer.code == 0
    for option in ("--setup", "--demo", "--port", "--data", "--no-browser", "tracker up"):
        assert option in answer.text
    assert not place.venv.exists()


@pytest.mark.parametrize("door", ["run", "test"])
def test_the_first_python_that_is_new_enough_is_taken(
    place: Place, tmp_path: Path, door: str
) -> None:
    path = programs_folder(tmp_path, python3="exit 1", **{"python3.12": 'echo "$0 $*"'})
    answer = through_door(place, door, path, "--demo", "two words")
    assert answer.stdout.split(" ", 1) == [
        str(path / "python3.12"),
        f"{place.root}/bootstrap.py {door} --demo two words\n",
    ]


@pytest.mark.parametrize("door", ["run", "test"])
def test_an_environment_that_is_there_is_taken_before_the_systems_python(
    place: Place, tmp_path: Path, door: str
) -> None:
    write_program(Path(place.python), 'echo "mine $*"')
    path = programs_folder(tmp_path, python3='echo "theirs $*"')
    assert through_door(place, door, path).stdout == f"mine {place.root}/bootstrap.py {door}\n"


@pytest.mark.parametrize("door", ["run", "test"])
def test_where_every_python_is_old_the_set_up_says_so_itself(
    place: Place, tmp_path: Path, door: str
) -> None:
    path = programs_folder(
        tmp_path, python3='[ "$1" = -c ] && exit 1; echo "too old for $2"; exit 1'
    )
    answer = through_door(place, door, path)
    assert (answer.returncode, answer.stdout) == (1, f"too old for {door}\n")


@pytest.mark.parametrize("door", ["run", "test"])
def test_where_there_is_no_python_the_door_says_what_to_do(
    place: Place, tmp_path: Path, door: str
) -> None:
    answer = through_door(place, door, programs_folder(tmp_path))
    assert answer.returncode == 1
    assert "install one" in answer.stderr


@pytest.mark.parametrize(
    ("there", "asked"),
    [
        (["chromium", "dpkg"], ""),
        (["dpkg"], "update -qq\ninstall -y -qq --no-install-recommends chromium\n"),
        ([], "update -qq\ninstall -y -qq --no-install-recommends chromium fonts-dejavu-core\n"),
    ],
)
def test_ci_installs_what_the_browser_tests_miss_and_runs_the_suite(
    place: Place, tmp_path: Path, there: list[str], asked: str
) -> None:
    path = programs_folder(
        tmp_path, **dict.fromkeys(there, "exit 0"), **{"apt-get": 'echo "$*" >&2'}
    )
    (place.root / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", place.root / ".ci" / "run")
    write_program(place.root / "test", 'echo "CI=$CI, $*"')
    command = [shutil.which("bash") or "bash", str(place.root / ".ci" / "run")]
    answer = subprocess.run(
        command, env={"PATH": str(path)}, capture_output=True, text=True, check=False
    )
    assert (answer.stdout, answer.stderr) == ("CI=true, --full\n", asked)


def programs_folder(tmp_path: Path, **scripts: str) -> Path:
    """A PATH with nothing on it but the given programs and the one that the doors use."""
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "dirname").symlink_to(shutil.which("dirname") or "dirname")
    for name, script in scripts.items():
        write_program(folder / name, script)
    return folder


def write_program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    probe = "" if "-c" in script or script == "exit 1" else '[ "$1" = -c ] && exit 0\n'
    path.write_text(f"#!/bin/sh\n{probe}{script}\n", encoding="utf-8")
    path.chmod(0o755)


def through_door(
    place: Place, door: str, path: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    command = [str(place.root / door), *arguments]
    return subprocess.run(
        command, env={"PATH": str(path)}, capture_output=True, text=True, check=False
    )
