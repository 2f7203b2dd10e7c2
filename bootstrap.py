"""Set up what is missing, then start the tracker or its tests. `./run` and `./test` are the short ways here.

The file has to work before anything is installed, so it imports the standard library alone. It has to be readable by
Pythons that are too old for the tracker, down to 3.8, so that they get a sentence and not a SyntaxError. For the same
reasons it is one file, if a long one: there is nothing beside it that it could rely on.

What it makes, all of it inside `.venv`:

    .venv/uv/              the installer, pinned by hash; where it has no build, pip does its work
    .venv/bin, lib, ...    the packages of a hashed lock file, and the project itself in editable form
    .venv/set-up.json      what the above was made from; as long as that is unchanged a start costs nothing

Nothing here names a package index: pip's and uv's own configuration decides where packages come from.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

OLDEST_PYTHON = (3, 11)
LOCKS = {
    "runtime": "requirements.lock",
    "test": "requirements-test.lock",
}  # test holds all of runtime
LOCK_EXTRAS = {"runtime": ("postgres",), "test": ("postgres", "test")}
GATES = {
    "forecasts": 100,
    "tracker": 92,
}  # per cent of lines and branches that `--full` has to reach
MOST_TEST_WORKERS = (
    4  # each has its own PostgreSQL and perhaps a browser; more of them stop being faster
)

UV = "uv==0.13.9"
UV_HASHES = (
    "16963d19594e18d746a70c7fce82237bde4f2cac4cfcf0ca2b84796fe9d0c6e9",
    "2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25",
    "3eeeb51a267a2144640fcd8f38d4a2f63439b39bc47445fd84727c3fc462c843",
    "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe",
    "56ec37616c00220032fc7b8c9d0ef51367fd0d70d9cd6ddd841660f949f84fed",
    "66c512266d633bef48384a1f53003f41f2a8e7b36fe6e7fbfd3e0fd52d96fa63",
    "6a44b2ed8111d2f60d2b92627c5dccda3f7ed7570b18ce115e569cd68c28246b",
    "6b0c7b9f47a5d011939d61e324d3fe18a8bc155d8dd53add738709a92f290a7c",
    "6d5114bba238adddacb32fb11904f2b3ff4e988f8e9ff0d8d3b5e9822cf836b8",
    "7ec1e1dd9b6cb335c301afdf877989df384227313981850755a59561f75e4ab8",
    "a2ee66fe8b6608e1482ab1bde5799da04705c1cb40324c7f66054ecf46ae6e40",
    "a6e845f387e4ed55bb59342957a9179e24a631fcc7668bda3426ae1cef8ed4b9",
    "c16ed11e013557536b3e60065f1b912f6407bd6518e041b961e23ef9e6b4fbf5",
    "c5dbdb7c8737cd183a9dce95b39cfd1f3d54ec2a27a1bb58f160293f9ba2c805",
    "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
    "db5c8df7145c21ffea9c0f74e38823bac3af60cbadf0e26b8633f08627b17bab",
    "dd6f4f93ddf8a668c73f0945f3638444b2140a4e15a3912067493fc6335543e4",
    "ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375",
    "eeb92051c2123b9730c46b04cc843cfa4bc7d7b0aec56df431a2215ef4cb0273",
)


class SetupFailed(Exception):
    """A step could not be done; the text says which and what to do."""


class Answer(NamedTuple):
    """What a program said and how it ended."""

    code: int
    text: str


Call = Callable[[Sequence[str]], Answer]


class Place(NamedTuple):
    """Where things lie in one checkout."""

    root: Path

    @property
    def venv(self) -> Path:
        """The environment; nothing outside it is touched."""
        return self.root / ".venv"

    @property
    def half_made(self) -> Path:
        """Lies in the environment while Python makes it."""
        return self.venv / "half-made"

    @property
    def stamp(self) -> Path:
        """What the environment was made from, written last."""
        return self.venv / "set-up.json"

    @property
    def uv(self) -> Path:
        """The installer, in a folder of its own: it is no package of ours."""
        return self.venv / "uv" / "bin" / ("uv.exe" if os.name == "nt" else "uv")

    @property
    def python(self) -> str:
        """The environment's Python, to start programs with."""
        return str(self.program("python"))

    def program(self, name: str) -> Path:
        """The place of a program of the environment, whether it is there yet or not."""
        return (
            self.venv
            / ("Scripts" if os.name == "nt" else "bin")
            / (name + (".exe" if os.name == "nt" else ""))
        )


def main(arguments: Sequence[str], place: Optional[Place] = None) -> int:
    """Do what `run`, `test` or `--lock` asks; the answer is the exit code."""
    complaint = complaint_about_python(sys.version_info)
    if complaint:
        return fail(complaint)
    place = place or Place(Path(__file__).resolve().parent)
    command, rest = (arguments[0], list(arguments[1:])) if arguments else ("run", ["--setup"])
    try:
        return COMMANDS.get(command, explain)(place, rest)
    except (SetupFailed, OSError) as failure:
        return fail(f"Set-up failed: {failure}")
    except KeyboardInterrupt:
        return fail("Stopped half-way. Start it again and it goes on from here.", 130)


def complaint_about_python(version: Tuple[Any, ...]) -> Optional[str]:
    """One line when this Python is too old."""
    if tuple(version[:2]) >= OLDEST_PYTHON:
        return None
    found, needed = (".".join(map(str, each[:2])) for each in (version, OLDEST_PYTHON))
    return f"The tracker needs Python {needed} or newer, this one is {found}: install a newer one and start again."


def fail(message: str, code: int = 1) -> int:
    """Say what went wrong where errors belong."""
    print(message, file=sys.stderr)
    return code


def explain(place: Place, rest: Sequence[str]) -> int:
    """Name the ways to call this file."""
    print(
        "python bootstrap.py run [--help] ... | test [--full | pytest's arguments] | --lock [--upgrade]"
    )
    return 2


# ---- starting things ------------------------------------------------------------------------------------------------


def run(place: Place, arguments: Sequence[str]) -> int:
    """Set up and start the tracker, or the demo."""
    wishes, rest = run_parser().parse_known_args(arguments)
    set_up(place, "runtime")
    if wishes.setup:
        print("Set up. ./run starts the tracker.")
        return 0
    return hand_over(tracker_command(place, wishes, rest))


def run_parser() -> argparse.ArgumentParser:
    """The options of `./run`; what it does not know goes on to the tracker as it is."""
    parser = argparse.ArgumentParser(
        prog="./run",
        allow_abbrev=False,
        description="Set up what is missing and start the tracker: scheduler and dashboard, until Ctrl-C.",
        epilog="Any other option is handed to `tracker up` (or `tracker demo`). "
        "The other commands are at .venv/bin/tracker once this has run.",
    )
    parser.add_argument(
        "--setup", action="store_true", help="set up what is missing, start nothing, return"
    )
    parser.add_argument(
        "--demo",
        action="store_true",
        help="replay past news: needs no network, takes up to 3 minutes",
    )
    parser.add_argument("--port", metavar="N", help="port of the dashboard")
    parser.add_argument("--data", metavar="DIR", help="folder that holds the database")
    parser.add_argument("--no-browser", action="store_true", help="open no browser window")
    return parser


def tracker_command(place: Place, wishes: argparse.Namespace, rest: Sequence[str]) -> List[str]:
    """The tracker's own command line. -P: a folder named `tracker` where the user stands must not be taken for ours."""
    command = [place.python, "-P", "-m", "tracker"]
    command += ["--data", wishes.data] if wishes.data else []
    command += ["demo" if wishes.demo else "up"]
    command += ["--port", wishes.port] if wishes.port else []
    command += ["--no-browser"] if wishes.no_browser else []
    return command + list(rest)


def hand_over(command: Sequence[str]) -> int:
    """Become the program, so that Ctrl-C and signals reach it directly. Windows cannot, so there it is waited for."""
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(command[0], list(command))
    return subprocess.call(command)


def test(place: Place, arguments: Sequence[str]) -> int:
    """Set up with the test extras; then run the gate, everything (`--full`), or pytest with the given arguments."""
    set_up(place, "test")
    os.chdir(place.root)  # pytest reads its test folders from here
    pytest, full = [place.python, "-m", "pytest"], list(arguments) == ["--full"]
    if arguments and not full:
        return hand_over(pytest + list(arguments))
    sys.stdout.flush()
    mypy = [place.python, "-m", "mypy"]  # beside the tests; it keeps its cache in .mypy_cache
    with subprocess.Popen(mypy, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as types:
        outcome = subprocess.call(pytest + suite(os.cpu_count() or 1, full))
        print(types.communicate()[0].decode("utf-8", "replace").strip())
    return outcome or types.returncode or (check_gates(place, call) if full else 0)


def suite(processors: int, full: bool) -> List[str]:
    """Pytest's arguments. Workers keep to neighbouring tests, which share set-ups, and steal when they are done."""
    workers = max(2, min(MOST_TEST_WORKERS, processors))
    chosen = ["--cov", "--cov-report="] if full else ["-m", "not full"]
    return ["-n", str(workers), "--dist", "worksteal", *chosen]


def check_gates(place: Place, call: Call) -> int:
    """Hold the measured coverage against what is asked; 1 when a folder falls short, with the lines it missed."""
    missed = [
        folder for folder, least in GATES.items() if not gate_holds(place, call, folder, least)
    ]
    print(f"Coverage is too low in {' and '.join(missed)}." if missed else "Coverage is as asked.")
    return 1 if missed else 0


def gate_holds(place: Place, call: Call, folder: str, least: int) -> bool:
    """Whether one folder is covered well enough."""
    report = [
        place.python,
        "-m",
        "coverage",
        "report",
        f"--include={folder}/*",
        f"--fail-under={least}",
    ]
    total = call([*report, "--format=total"])
    if total.code:
        print(call([*report, "--show-missing", "--skip-covered"]).text)
    print(f"coverage of {folder}: {total.text.partition(os.linesep)[0]} % (asked: {least})")
    return total.code == 0


# ---- setting up -----------------------------------------------------------------------------------------------------


def call(command: Sequence[str]) -> Answer:
    """Run a program quietly, and keep what it said for the case that it fails."""
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
    except OSError as failure:  # not there, not for this processor, or not allowed to run
        return Answer(127, str(failure))
    return Answer(done.returncode, done.stdout.decode("utf-8", "replace"))


def set_up(place: Place, wanted: str, call: Call = call) -> None:
    """Bring `.venv` to the state that the locks describe; a second call finds it so and does nothing."""
    with one_at_a_time(place):
        level = missing_level(place, wanted)
        if level:
            started = time.monotonic()
            print(f"Setting up .venv from {LOCKS[level]}", flush=True)
            install(place, level, call)
            print(f"Ready after {time.monotonic() - started:.1f} s", flush=True)


def missing_level(place: Place, wanted: str) -> Optional[str]:
    """What has to be installed, or None. The test extras stay once they are there: taking turns must stay cheap."""
    stamp = read_stamp(place)
    level = "test" if "test" in (wanted, stamp.get("level")) else wanted
    return (
        None
        if stamp == dict(fingerprint(place), level=level) and place.program("tracker").exists()
        else level
    )


def read_stamp(place: Place) -> Dict[str, str]:
    """What `.venv` was made from; empty when it was never finished."""
    try:
        stamp = json.loads(place.stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def fingerprint(place: Place) -> Dict[str, str]:
    """All that `.venv` depends on. The folder is part of it: programs in a moved .venv point to the old place."""
    inputs = hashlib.sha256()
    for name in (*LOCKS.values(), "bootstrap.py", "pyproject.toml"):
        inputs.update(hashlib.sha256((place.root / name).read_bytes()).digest())
    return {
        "folder": str(place.root),
        "python": sys.version.split()[0],
        "inputs": inputs.hexdigest(),
    }


def install(place: Place, level: str, call: Call) -> None:
    """Environment, packages, project. The stamp goes first and comes last, so that a broken-off run shows."""
    usable = venv_is_usable(place, call)
    with contextlib.suppress(FileNotFoundError):
        place.stamp.unlink()
    if not usable:
        make_venv(place, call)
    install_packages(place, place.root / LOCKS[level], call)
    place.stamp.write_text(json.dumps(dict(fingerprint(place), level=level)), encoding="utf-8")


def venv_is_usable(place: Place, call: Call) -> bool:
    """Whether `.venv` was finished, lies where it was made, and has a working pip of the Python that runs this."""
    if place.half_made.exists() or read_stamp(place).get("folder", str(place.root)) != str(
        place.root
    ):
        return False
    pip = call([place.python, "-m", "pip", "--version"])
    return pip.code == 0 and f"(python {sys.version_info[0]}.{sys.version_info[1]})" in pip.text


def make_venv(place: Place, call: Call) -> None:
    """A new, empty environment made by the running Python (by the one below, when that is itself a .venv's)."""
    python = getattr(sys, "_base_executable", None) or sys.executable
    with step(f"making .venv with Python {sys.version.split()[0]}"):
        if place.venv.exists():
            shutil.rmtree(str(place.venv))
        place.venv.mkdir()
        place.half_made.touch()
        must(
            call([python, "-m", "venv", str(place.venv)]),
            "Python could not make an environment (some systems keep that in a package of its own, python3-venv)",
        )
        place.half_made.unlink()


def install_packages(place: Place, lock: Path, call: Call) -> None:
    """The lock's packages exactly, then the project; by uv if it can, else by pip. Hashes are checked either way."""
    uv, for_us = [str(place.uv), "pip"], ["--python", place.python]
    if uv_is_there(place, call):
        with step(f"installing the packages of {lock.name} with uv") as answers:
            answers.append(
                call([*uv, "sync", "--compile-bytecode", "--require-hashes", *for_us, str(lock)])
            )
        if answers[0].code == 0:
            return install_project([*uv, "install", *for_us], place, call)
        print(f"  uv could not: {last_line(answers[0].text)}")
    pip = [place.python, "-m", "pip", "install"]
    with step(f"installing the packages of {lock.name} with pip"):
        must(
            call([*pip, "--require-hashes", "-r", str(lock)]), "the packages could not be installed"
        )
    return install_project(pip, place, call)


def uv_is_there(place: Place, call: Call) -> bool:
    """Whether the pinned uv can be used, after an attempt to install it."""
    if has_right_uv(place, call):
        return True
    with step(f"installing {UV}") as answers:
        shutil.rmtree(str(place.venv / "uv"), ignore_errors=True)
        wish = place.venv / "uv.txt"
        wish.write_text(
            " ".join([UV, *("--hash=sha256:" + each for each in UV_HASHES)]), encoding="utf-8"
        )
        pip = [
            place.python,
            "-m",
            "pip",
            "install",
            "--require-hashes",
            "--only-binary=:all:",
            "--no-deps",
        ]
        answers.append(call([*pip, "--target", str(place.venv / "uv"), "-r", str(wish)]))
    if has_right_uv(place, call):
        return True
    print(f"  no uv for this machine ({last_line(answers[0].text)}); pip does it, more slowly")
    return False


def has_right_uv(place: Place, call: Call) -> bool:
    """Whether the installed uv runs and is the pinned one."""
    version = call([str(place.uv), "--version"])
    return version.code == 0 and version.text.split()[:2] == UV.split("==")


def install_project(installer: Sequence[str], place: Place, call: Call) -> None:
    """The project in editable form. Its build tools came with the lock, so this asks no network."""
    with step("installing the tracker itself"):
        options = ["--no-build-isolation", "--no-deps", "--editable", str(place.root)]
        must(call([*installer, *options]), "the project could not be installed")


def must(answer: Answer, complaint: str) -> None:
    """Stop when a program failed, with the end of what it said."""
    if answer.code:
        end = "\n".join(answer.text.strip().splitlines()[-15:])
        advice = "Start it again and it goes on from here; if that does not help, delete the folder .venv first."
        raise SetupFailed(f"{complaint}:\n{end}\n{advice}")


def last_line(text: str) -> str:
    """The last line that says something."""
    return (text.strip().splitlines() or ["nothing"])[-1].strip()


@contextlib.contextmanager
def step(title: str) -> Iterator[List[Answer]]:
    """Show what is being done, and how long it took. The list takes an answer out of the block."""
    started = time.monotonic()
    print(f"  {title} ... ", end="", flush=True)
    try:
        yield []
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - started:.1f} s", flush=True)


@contextlib.contextmanager
def one_at_a_time(place: Place) -> Iterator[None]:
    """Two set-ups at once would tear each other's .venv down: the second waits. The lock ends with the process."""
    try:
        import fcntl
    except ImportError:  # Windows: no such lock, and no second call expected
        yield
        return
    with (place.root / "bootstrap.py").open("rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print("Waiting for another set-up in this folder", flush=True)
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


# ---- renewing the locks ---------------------------------------------------------------------------------------------


def lock(place: Place, arguments: Sequence[str]) -> int:
    """Write both locks anew from pyproject.toml; `--upgrade` takes the newest versions, else the pins are kept."""
    set_up(place, "runtime")
    if not uv_is_there(place, call):
        raise SetupFailed("only uv can write the locks")
    for level, name in LOCKS.items():
        with step(f"locking {name}"):
            must(call([*lock_command(place, level), *arguments]), "the lock could not be written")
    return 0


def lock_command(place: Place, level: str) -> List[str]:
    """One lock for all systems and Pythons. The header and the notes would carry addresses and say who wants what."""
    command = [
        str(place.uv),
        "pip",
        "compile",
        str(place.root / "pyproject.toml"),
        "--quiet",
        "--group",
        "build",
    ]
    command += [f"--extra={extra}" for extra in LOCK_EXTRAS[level]]
    command += [
        "--generate-hashes",
        "--no-header",
        "--no-annotate",
        "--universal",
        "--python-version",
        "3.11",
    ]
    return [*command, "--output-file", str(place.root / LOCKS[level])]


COMMANDS = {"run": run, "test": test, "--lock": lock}  # type: Dict[str, Callable[[Place, Sequence[str]], int]]

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
