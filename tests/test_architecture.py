"""The arrows of DESIGN.md §3 hold, and each of them would be missed if it were broken."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def lint_imports(directory: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of a checkout."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(
        command, cwd=directory, capture_output=True, text=True, check=False, env={"PYTHONPATH": "."}
    )


@pytest.mark.slow
@pytest.mark.gate
def test_every_arrow_points_the_right_way() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout
    assert "33 kept, 0 broken" in done.stdout


BREACHES = (
    ("tracker/ingestion/poll.py", "import dashboard.wording", "dashboard looks at tracker"),
    ("forecasts/questions/timeline.py", "import tracker.settings", "never the other way"),
    ("forecasts/questions/timeline.py", "import forecasts.linting.lint", "layers of forecasts"),
    ("forecasts/scoring/crps.py", "import forecasts.scenarios.coherence", "layers of forecasts"),
    ("tracker/storage/items.py", "import tracker.questions.verify_log", "layers of tracker"),
    ("tracker/llm/llm_messages.py", "import tracker.reports.content", "layers of tracker"),
    ("tracker/model/audit.py", "import tracker.matching.tokens", "layers of tracker"),
    ("dashboard/charts/common.py", "import dashboard.components.frames", "layers of dashboard"),
    ("dashboard/essays/page.py", "import dashboard.record.page", "layers of dashboard"),
    ("dashboard/server/guard.py", "import dashboard.app", "layers of dashboard"),
    ("tracker/storage/items.py", "import tracker.model.read_models", "no shapes of pages"),
    (
        "tracker/interfaces/api/routes.py",
        "import tracker.interfaces.cli.tables",
        "the HTTP API knows no terminal",
    ),
    ("tracker/ingestion/poll.py", "import tests", "the product knows nothing of its tests"),
    ("forecasts/questions/timeline.py", "import pandas", "forecasts knows the standard library"),
    ("tracker/ingestion/poll.py", "import feedparser", "feedparser lives in"),
    ("tracker/feeds/parsing/parse.py", "import aiohttp", "the HTTP client lives in"),
    ("tracker/ingestion/subscriptions.py", "import listparser", "subscription lists are read in"),
    ("tracker/ingestion/network.py", "import trafilatura", "pages are read in"),
    ("tracker/ingestion/network.py", "import protego", "what sites ask of robots"),
    ("tracker/ingestion/writer.py", "import publicsuffixlist", "registrable domains are known in"),
    ("tracker/ingestion/network.py", "import uvloop", "the faster event loop"),
    ("tracker/app/tracker.py", "import prometheus_client", "the format of Prometheus"),
    ("tracker/app/tracker.py", "import mcp", "the MCP library lives in"),
    ("dashboard/server/guard.py", "import fastapi", "the framework of the API"),
    ("tracker/interfaces/processes.py", "import apscheduler", "APScheduler lives in"),
    ("tracker/questions/queries/updating_habits.py", "import pyarrow", "Arrow tables are made in"),
    ("tracker/questions/queries/updating_habits.py", "import typst", "what draws and sets reports"),
    ("tracker/ingestion/poll.py", "import sqlmodel", "SQL lives in"),
    (
        "tracker/interfaces/cli/main.py",
        "import tracker.storage.items",
        "ask the Tracker, not storage",
    ),
    ("dashboard/charts/common.py", "import streamlit", "without streamlit"),
    ("dashboard/inbox/data.py", "import streamlit", "without streamlit"),
)
"""A file, a line that must not stand in it, and the contract which says so."""


@pytest.mark.slow
@pytest.mark.gate
def test_a_line_that_breaks_an_arrow_is_found(tmp_path: Path) -> None:
    for name in ("forecasts", "tracker", "dashboard"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for file, line, _ in BREACHES:
        with (tmp_path / file).open("a", encoding="utf-8") as module:
            module.write(f"\n{line}  # broken on purpose\n")
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    broken = [row for row in done.stdout.splitlines() if row.endswith("BROKEN")]
    for file, line, contract in BREACHES:
        assert any(contract in row for row in broken), f"{contract}: {done.stdout}"
        arrow = f"{file.removesuffix('.py').replace('/', '.')} -> {line.removeprefix('import ')}"
        assert arrow in done.stdout, f"{arrow}: {done.stdout}"


def test_every_folder_says_its_purpose_and_imports() -> None:
    packages = [ROOT / name for name in ("forecasts", "tracker", "dashboard")]
    files = [file for package in packages for file in package.rglob("__init__.py")]
    docs = {str(file.parent.relative_to(ROOT)): _docstring_lines(file) for file in files}
    assert {name: lines for name, lines in docs.items() if len(lines) < 2} == {}


def _docstring_lines(file: Path) -> list[str]:
    text = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
    return [line for line in text.splitlines() if line.strip()]
