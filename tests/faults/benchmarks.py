"""Rows that benchmarks and tests of their own measure: run here, and read from what they print."""

import re
import subprocess
import sys
from importlib.util import find_spec
from typing import Final

from tests.faults.commands import ROOT
from tests.faults.outcome import NotTried, Outcome

MISSED: Final = re.compile(r"\bNO\b|MISSED|NOT MET")
FLEET_HOURS: Final = "6"
"""Of the 36 hours: all 10,000 feeds are asked at the pace of a day, for a sixth of the time."""

TAMPERINGS: Final = "tests/test_tampering.py"


def run_fleet() -> Outcome:
    """Poll 10,000 feeds, 30% of them bad, over HTTP with a clock that runs ahead.

    How often bad ones are asked is a figure of whole days, so here it does not count.
    """
    outcome = run_benchmark("fleet", "--hours", FLEET_HOURS)
    if outcome.figures.startswith("MISSED"):
        return outcome
    late, memory, *_ = outcome.figures.split("; ")
    scale = f"{FLEET_HOURS} of the 36 hours, one process of polling instead of three workers"
    return Outcome(not MISSED.search(f"{late}; {memory}"), f"{late}; {memory}; {scale}")


def soak() -> Outcome:
    """Poll a compressed week, then visit the dashboard 600 times."""
    return run_benchmark("soak", "--minutes", "2")


def scale_workers() -> Outcome:
    """Do the same work with one, two and four workers."""
    outcome = run_benchmark("workers")
    ratios = re.findall(r"([\d.]+) ≥ ([\d.]+)", outcome.figures)
    is_enough = bool(ratios) and all(float(ratio) >= float(least) for ratio, least in ratios)
    return Outcome(bool(outcome.met) and is_enough, outcome.figures)


def tamper() -> Outcome:
    """Change the database in twenty ways; each is found and named."""
    if not (ROOT / TAMPERINGS).exists():
        raise NotTried(f"not built: {TAMPERINGS}")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", TAMPERINGS]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return Outcome(result.returncode == 0, result.stdout.strip().splitlines()[-1].strip("= "))


def run_benchmark(name: str, *arguments: str) -> Outcome:
    """Run a benchmark; what its Markdown tables say is the outcome."""
    module = f"tests.benchmarks.{name}"
    if find_spec(module) is None:
        raise NotTried(f"not built: {module}")
    result = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        return Outcome(False, f"MISSED: {(result.stderr.strip().splitlines() or ['?'])[-1]}")
    rows = list(read_rows(result.stdout))
    return Outcome(not MISSED.search(result.stdout), "; ".join(rows))


def read_rows(printed: str) -> list[str]:
    """Read the rows of tables, in Markdown or boxes, without their headings and rules."""
    rows = []
    lines = [line.strip().replace("│", "|") for line in printed.splitlines()]
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("|") and not line.startswith("|-") and not after.startswith("|-"):
            first, *cells = [cell.strip() for cell in line.strip(" |").split("|")]
            rows.append(f"{first}: {' '.join(cell for cell in cells if cell)}")
    return rows
