"""The docs are one site, built strictly and without network."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkouts import ROOT

REMOTE = re.compile(r'<(?:script|img|link rel="stylesheet")[^>]*(?:src|href)="https?://[^"]*"')


def build_site(out: Path) -> None:
    """Build the site; a warning, as of a link that leads nowhere, is an error."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", str(out / "cache")]
    done = subprocess.run(
        [*command, "-c", "docs", ".", str(out / "site")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_pages_and_docstrings_are_one_site_that_loads_nothing_remote(tmp_path: Path) -> None:
    build_site(tmp_path)
    pages = {p.stem: p.read_text("utf-8") for p in (tmp_path / "site").rglob("*.html")}
    assert 'id="tracker.app.questions.QuestionService.ask"' in pages["tracker"]
    assert 'id="forecasts.scoring.rules.brier"' in pages["forecasts"]
    assert [REMOTE.findall(page) for page in pages.values() if REMOTE.search(page)] == []
