"""`./run` and `./test` start the right thing: command lines, exit codes, coverage gates, and the
doors themselves.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests import run
from tests.checkouts import ROOT, copy_of_checkout, load_bootstrap
from tests.tables import check_rows


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with no environment."""
    return copy_of_checkout(tmp_path / "checkout")


@pytest.fixture
def bootstrap(root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The bootstrap of that checkout, for which everything is set up already."""
    module = load_bootstrap(root)
    monkeypatch.setattr(module, "set_up", lambda level: None)
    return module


@pytest.fixture
def started(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The programs that would have been started instead."""
    commands: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda program, command: commands.append(list(command)))
    monkeypatch.setattr(subprocess, "call", lambda command: 0)  # where execv would not return
    monkeypatch.chdir(ROOT)  # some commands change it; this puts it back
    return commands


@check_rows(
    [
        ([], ["up"]),
        (["--demo"], ["demo"]),
        (
            ["--port", "8600", "--data", "d", "--no-browser"],
            ["--data", "d", "up", "--port", "8600", "--no-browser"],
        ),
        (["--no-browser", "--demo", "--data=d"], ["--data", "d", "demo", "--no-browser"]),
        (["--address", "::1", "--port=1"], ["up", "--address", "::1", "--port=1"]),
        (["--demo", "--no-serve"], ["demo", "--no-serve"]),
    ],
    "arguments",
    "command",
)
def test_options_of_run_become_the_trackers_command_line(
    bootstrap: ModuleType, started: list[list[str]], arguments: list[str], command: list[str]
) -> None:
    assert bootstrap.main(["run", *arguments]) == 0
    assert started.pop() == [str(bootstrap.PYTHON), "-P", "-m", "tracker", *command]


def test_setup_alone_starts_nothing(bootstrap: ModuleType, started: list[list[str]]) -> None:
    assert bootstrap.main(["run", "--setup"]) == 0
    assert bootstrap.main([]) == 0
    assert started == []


def test_arguments_of_test_go_to_the_tests(
    bootstrap: ModuleType, started: list[list[str]], root: Path
) -> None:
    assert bootstrap.main(["test", "tests/test_walk.py", "-k", "item"]) == 0
    command = [str(bootstrap.PYTHON), "-m", "tests.run", "tests/test_walk.py", "-k", "item"]
    assert started == [command]
    assert Path.cwd() == root


def test_arguments_of_the_tests_go_to_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytest, "main", lambda arguments: arguments)
    for arguments in (["tests/test_walk.py", "-k", "item"], ["--full", "-x"]):
        assert run.main(arguments) == arguments


@check_rows([(1, "2"), (2, "2"), (3, "3"), (64, "4")], "processors", "workers")
@check_rows([False, True], "full")
def test_a_suite_runs_on_a_few_workers(processors: int, workers: str, full: bool) -> None:
    options = run.choose_options(processors, full=full)
    assert options[options.index("-n") + 1] == workers
    # else a worker idles while another is at its last
    assert options[options.index("--dist") + 1] == "worksteal"


def test_the_gate_traces_nothing_and_full_omits_nothing() -> None:
    assert run.choose_options(2, full=False)[-2:] == ["-m", "not full"]
    assert "--reruns=2" not in run.choose_options(2, full=False)
    assert "--cov" not in run.choose_options(2, full=False)
    assert "--cov" in run.choose_options(2, full=True)
    assert "-m" not in run.choose_options(2, full=True)


@pytest.mark.parametrize("arguments", [[], ["--full"]])
@pytest.mark.parametrize(
    ("tests", "types", "coverage", "code"),
    [(0, 0, 0, 0), (3, 0, 0, 3), (0, 1, 0, 1), (3, 1, 1, 3), (0, 0, 1, 1)],
)
def test_tests_types_and_coverage_decide_the_exit_code(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    tests: int,
    types: int,
    coverage: int,
    code: int,
) -> None:
    write_program(tmp_path / "python", f'echo "types: $*"; exit {types}')
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(subprocess, "call", lambda command: tests)
    monkeypatch.setattr(run, "check_gates", lambda: coverage)
    without_coverage = code if (tests or types) else 0
    assert run.main(arguments) == (code if arguments else without_coverage)
    assert capsys.readouterr().out == "types: -m mypy\n"


def test_coverage_below_the_gate_fails_with_the_lines_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(copy_of_checkout(tmp_path / "measured"))
    code = "def is_late(day):\n    if day > 1:\n        day = 1\n    return day\n\nis_late(2)\n"
    measure("forecasts", code)
    measure("tracker", "day = 1\n")
    assert run.check_gates() == 1
    shown = capsys.readouterr().out
    assert "2->4" in shown  # the branch that was never taken
    assert shown.splitlines()[-3:] == [
        "coverage of forecasts: 85.71 % (gate: 99.2)",
        "coverage of tracker: 100.00 % (gate: 92)",
        "Coverage is too low in forecasts.",
    ]


def measure(folder: str, code: str) -> None:
    """Run code in a folder under coverage, added to what was measured before."""
    Path(folder).mkdir(exist_ok=True)
    Path(folder, "code.py").write_text(code, encoding="utf-8")
    command = [sys.executable, "-m", "coverage", "run", "--append", f"{folder}/code.py"]
    subprocess.run(command, check=True)


def test_an_unknown_command_names_the_known_ones(
    bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.main(["fly"]) == 2
    assert "run [--help] ... | test [--full" in capsys.readouterr().err


def test_an_error_of_the_system_ends_in_a_sentence(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "set_up", raiser(PermissionError("not yours")))
    with pytest.raises(SystemExit, match="Set-up failed: not yours"):
        bootstrap.main(["run"])


def test_ctrl_c_ends_in_a_sentence_and_code_130(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "set_up", raiser(KeyboardInterrupt()))
    assert bootstrap.main(["run"]) == 130
    assert "goes on from here" in capsys.readouterr().err


def raiser(error: BaseException) -> Callable[[str], None]:
    """A set-up that ends with an error."""

    def set_up(level: str) -> None:
        raise error

    return set_up


# ---- the doors: run and test ----------------------------------------------------------------------------------------


def test_help_explains_every_option_and_sets_nothing_up(root: Path) -> None:
    command = [str(root / "run"), "--help"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0
    for option in ("--setup", "--demo", "--port", "--data", "--no-browser", "tracker up"):
        assert option in answer.stdout
    assert not (root / ".venv").exists()


@pytest.mark.parametrize("door", ["run", "test"])
def test_the_first_python_that_is_new_enough_is_taken(
    root: Path, tmp_path: Path, door: str
) -> None:
    path = programs_folder(tmp_path, python3="exit 1", **{"python3.12": 'echo "$0 $*"'})
    answer = through_door(root, door, path, "--demo", "two words")
    assert answer.stdout.split(" ", 1) == [
        str(path / "python3.12"),
        f"{root}/bootstrap.py {door} --demo two words\n",
    ]


@pytest.mark.parametrize("door", ["run", "test"])
def test_an_existing_environment_is_taken_before_the_systems_python(
    root: Path, tmp_path: Path, door: str
) -> None:
    write_program(root / ".venv" / "bin" / "python", 'echo "mine $*"')
    path = programs_folder(tmp_path, python3='echo "theirs $*"')
    assert through_door(root, door, path).stdout == f"mine {root}/bootstrap.py {door}\n"


@pytest.mark.parametrize("door", ["run", "test"])
def test_where_every_python_is_old_the_set_up_says_so(
    root: Path, tmp_path: Path, door: str
) -> None:
    path = programs_folder(
        tmp_path, python3='[ "$1" = -c ] && exit 1; echo "too old for $2"; exit 1'
    )
    answer = through_door(root, door, path)
    assert (answer.returncode, answer.stdout) == (1, f"too old for {door}\n")


@pytest.mark.parametrize("door", ["run", "test"])
def test_without_any_python_the_door_says_what_to_do(root: Path, tmp_path: Path, door: str) -> None:
    answer = through_door(root, door, programs_folder(tmp_path))
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
def test_ci_installs_what_the_browser_tests_miss(
    root: Path, tmp_path: Path, there: list[str], asked: str
) -> None:
    path = programs_folder(
        tmp_path, **dict.fromkeys(there, "exit 0"), **{"apt-get": 'echo "$*" >&2'}
    )
    (root / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", root / ".ci" / "run")
    write_program(root / "test", 'echo "CI=$CI, $*"')
    command = [shutil.which("bash") or "bash", str(root / ".ci" / "run")]
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
    root: Path, door: str, path: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    command = [str(root / door), *arguments]
    return subprocess.run(
        command, env={"PATH": str(path)}, capture_output=True, text=True, check=False
    )
