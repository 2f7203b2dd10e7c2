"""Run the gate, everything (`--full`), the faults (`--faults`), or pytest with the given options.

`./test` starts this. mypy runs beside the tests of the first two; `--full` also compares the
coverage with its gates; `--faults` prints the table of `tests/faults`.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

import click
import pytest

GATES: Final = {"forecasts": 99.2, "tracker": 92}
"""Per cent of lines and branches that `--full` has to reach in each folder."""

MAX_WORKERS: Final = 4
"""Workers of pytest; each has a PostgreSQL and perhaps a browser, and more stop being faster."""

RERUNS: Final = ("--reruns=2", "-rfER")
"""Among a thousand clicks in a browser one may come before the page is ready for it, on a busy
machine; `--full` tries such a test again and lists it as RERUN, to be mended.
"""


def main(arguments: Sequence[str]) -> int:
    """Run the tests that the arguments ask for; return the exit code."""
    full = list(arguments) == ["--full"]
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else plugins are compiled in every process
    if arguments and arguments[0] == "--faults":
        return subprocess.call([sys.executable, "-m", "tests.faults", *arguments[1:]])
    if arguments and not full:
        return pytest.main(list(arguments))
    options = choose_options(os.cpu_count() or 1, full=full)
    mypy = [sys.executable, "-m", "mypy"]  # its cache in .mypy_cache makes the second run quick
    with subprocess.Popen(mypy, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as types:
        code = subprocess.call([sys.executable, "-m", "pytest", *options])
        click.echo(types.communicate()[0].decode("utf-8", "replace").strip())
    return code or types.returncode or (check_gates() if full else 0)


def choose_options(processors: int, *, full: bool) -> list[str]:
    """Choose pytest's options.

    Workers keep to neighbouring tests, which share set-ups, and steal when they are done.
    """
    workers = max(2, min(MAX_WORKERS, processors))
    everything = ["--cov", "--cov-report=", "--hypothesis-profile=full", *RERUNS]
    selection = everything if full else ["-m", "not full"]
    return ["-n", str(workers), "--dist", "worksteal", *selection]


def check_gates() -> int:
    """Compare the measured coverage with its gates; 1 when a folder falls short."""
    short = [folder for folder, least in GATES.items() if not check_gate(folder, least)]
    click.echo(f"Coverage is too low in {' and '.join(short)}." if short else "Coverage is enough.")
    return 1 if short else 0


def check_gate(folder: str, least: float) -> bool:
    """Check one folder; print its coverage and, where that is too low, the lines missed."""
    report = ["coverage", "report", f"--include={folder}/*", f"--fail-under={least}"]
    total = run_module(*report, "--format=total")
    if total.returncode:
        click.echo(run_module(*report, "--show-missing", "--skip-covered").stdout)
    click.echo(f"coverage of {folder}: {total.stdout.split(os.linesep)[0]} % (gate: {least})")
    return total.returncode == 0


def run_module(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a module with this Python and catch its output."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
