"""Set up what is missing in `.venv`, then start the tracker or its tests, for `./run` and `./test`.

It works before anything is installed, so it imports the standard library alone; Python 3.8 can read
it, so that a Python too old for the tracker gets a sentence and not a SyntaxError. No package index
is named: pip's and uv's own settings decide where packages come from.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO, Sequence

MIN_PYTHON = (3, 11)
LOCKS = {"runtime": "requirements.lock", "test": "requirements-test.lock"}
UV_LOCK = "requirements-uv.lock"  # the installer, pinned; where it has no build, pip does its work
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "set-up.json"  # the state of the environment; while it fits, nothing is installed
BIN, EXE = (VENV / "Scripts", ".exe") if os.name == "nt" else (VENV / "bin", "")
PYTHON, TRACKER = BIN / ("python" + EXE), BIN / ("tracker" + EXE)
UV = VENV / "uv" / "bin" / ("uv" + EXE)
ADVICE = "Start it again and it goes on from here; if that does not help, delete .venv first."


def main(arguments: Sequence[str]) -> int:
    """Set up and start what `run` or `test` names; return the exit code."""
    check_python(sys.version_info)
    command, *options = arguments or ["run", "--setup"]
    commands = {"run": start_tracker, "test": start_tests}
    if command not in commands:
        sys.stderr.write("bootstrap.py run [--help] ... | test [--full | options of pytest]\n")
        return 2
    try:
        return commands[command](options)
    except OSError as error:
        sys.exit(f"Set-up failed: {error}. {ADVICE}")
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped half-way. Start it again and it goes on from here.\n")
        return 130


def check_python(version: Sequence[Any]) -> None:
    """Stop with a sentence when this Python is too old."""
    if tuple(version[:2]) < MIN_PYTHON:
        oldest, current = (".".join(map(str, v[:2])) for v in (MIN_PYTHON, version))
        sys.exit(f"The tracker needs Python {oldest} or newer, not {current}: install a newer one.")


def start_tracker(arguments: Sequence[str]) -> int:
    """Set up, then become the tracker or the demo, unless `--setup` asks for no more."""
    options, tracker_options = make_parser().parse_known_args(arguments)
    set_up("runtime")
    if options.setup:
        print("Set up. ./run starts the tracker.")
        return 0
    data = ["--data", options.data] if options.data else []
    # -P keeps a folder named `tracker`, where the user stands, from being imported instead.
    return hand_over(
        ["-P", "-m", "tracker", *data, "demo" if options.demo else "up", *tracker_options]
    )


def make_parser() -> argparse.ArgumentParser:
    """Describe the options of `./run`."""
    parser = argparse.ArgumentParser(
        prog="./run",
        usage="./run [--setup | --demo] [--data DIR] [--port N] [--no-browser] ...",
        allow_abbrev=False,
        description="Set up what is missing and start scheduler and dashboard, until Ctrl-C.",
        epilog="--port N sets the dashboard's port, --no-browser opens no window; options not in "
        "the list go to `tracker up` or `tracker demo`. Other commands: .venv/bin/tracker.",
    )
    parser.add_argument("--setup", action="store_true", help="set up, start nothing, return")
    parser.add_argument("--demo", action="store_true", help="replay past news, without network")
    parser.add_argument("--data", metavar="DIR", help="folder that holds the database")
    return parser


def start_tests(arguments: Sequence[str]) -> int:
    """Set up with the test packages, then become the tests."""
    set_up("test")
    os.chdir(ROOT)  # pytest reads its test folders from here
    return hand_over(["-m", "tests.run", *arguments])


def hand_over(arguments: Sequence[str]) -> int:
    """Become the environment's Python, so that signals reach it; Windows can only wait for it."""
    command = [str(PYTHON), *arguments]
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(command[0], command)
    return subprocess.call(command)


def set_up(level: str) -> None:
    """Bring `.venv` to the state that the locks describe; do nothing when it is there already."""
    with (ROOT / "bootstrap.py").open("rb") as file:
        wait_for_turn(file)
        stamp = read_stamp()
        if stamp.get("level") == "test":
            level = "test"  # tests and runs in turn must not install and remove packages in turn
        # The folder counts, as programs in a moved .venv point to the old place.
        environment = {"folder": str(ROOT), "python": sys.version.split()[0]}
        goal = dict(environment, inputs=hash_inputs(), level=level)
        if stamp == goal and PYTHON.exists() and TRACKER.exists():
            return
        print(f"Setting up .venv from {LOCKS[level]}", flush=True)
        if not (PYTHON.exists() and environment.items() <= stamp.items()):
            make_venv()
        STAMP.write_text(json.dumps(environment), "utf-8")  # packages are in doubt from here
        install_packages(ROOT / LOCKS[level])
        STAMP.write_text(json.dumps(goal), "utf-8")
        print("Ready", flush=True)


def wait_for_turn(file: BinaryIO) -> None:
    """Wait until no other set-up runs in this checkout; the lock ends with the open file."""
    if os.name == "nt":
        return  # Windows has no such lock
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        print("Waiting for another set-up in this folder", flush=True)
        fcntl.flock(file, fcntl.LOCK_EX)


def read_stamp() -> dict[str, str]:
    """Read the state of `.venv`; empty when there is none, or none that can be read."""
    try:
        return dict(json.loads(STAMP.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def hash_inputs() -> str:
    """Hash every file that decides what is installed."""
    names = [*LOCKS.values(), UV_LOCK, "bootstrap.py", "pyproject.toml"]
    return hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in names)).hexdigest()


def make_venv() -> None:
    """Make an empty environment with the running Python, or with the base of a .venv's Python."""
    STAMP.unlink(missing_ok=True)  # first, so that a half-cleared .venv does not pass for whole
    python = getattr(sys, "_base_executable", None) or sys.executable
    title = f"making .venv with Python {sys.version.split()[0]}"
    complaint = "Python could not make .venv (some systems need the package python3-venv for it)"
    run_step(title, [python, "-m", "venv", "--clear", str(VENV)], complaint)


def install_packages(lock: Path) -> None:
    """Install exactly the lock's packages, hashes checked, then the project; with uv, else pip."""
    install = [str(UV), "pip", "install", "--python", str(PYTHON)]
    sync = [str(UV), "pip", "sync", "--python", str(PYTHON), "--require-hashes", str(lock)]
    title = f"installing the packages of {lock.name} with "
    if not (install_uv() and run_step(title + "uv", [*sync, "--compile-bytecode"])):
        install = [str(PYTHON), "-m", "pip", "install"]
        from_lock = [*install, "--require-hashes", "-r", str(lock)]
        run_step(title + "pip", from_lock, "the packages could not be installed")
    # The build tools are in the lock, so this needs no network.
    project = ["--no-build-isolation", "--no-deps", "--editable", str(ROOT)]
    run_step("installing the tracker", [*install, *project], "the project could not be installed")


def install_uv() -> bool:
    """Install the pinned uv unless it is there; return False where it cannot be had."""
    pin = (ROOT / UV_LOCK).read_text("utf-8").split()[0]
    if UV.exists() and (VENV / "uv" / f"{pin.replace('==', '-')}.dist-info").exists():
        return True
    pip = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--only-binary=:all:"]
    into = ["--no-deps", "--upgrade", "--target", str(VENV / "uv"), "-r", str(ROOT / UV_LOCK)]
    return run_step(f"installing {pin}", [*pip, *into])


def run_step(title: str, command: Sequence[str], complaint: str = "") -> bool:
    """Run a program behind a progress line; with a complaint, its failure ends the set-up."""
    print(f"  {title} ... ", end="", flush=True)
    started = time.monotonic()
    try:
        answer = subprocess.run(command, capture_output=True, check=False)
        code, output = answer.returncode, (answer.stdout + answer.stderr).decode("utf-8", "replace")
    except OSError as error:  # missing, or made for another processor
        code, output = 127, str(error)
    lines = output.strip().splitlines() or ["no reason given"]
    print(f"failed: {lines[-1]}" if code else f"{time.monotonic() - started:.1f} s", flush=True)
    if code and complaint:
        sys.exit("\n".join([f"Set-up failed: {complaint}:", *lines[-15:], ADVICE]))
    return code == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
