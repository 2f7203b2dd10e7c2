"""A shell for the acceptance checks."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.acceptance.commands import acceptance

Shell = Callable[..., Result]
"""Runs a command, checks its exit code (`code`, 0 unless given) and returns what it printed."""


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*argv: str | Path, code: int = 0) -> Result:
        result = CliRunner().invoke(acceptance, [str(word) for word in argv])
        assert result.exit_code == code, result.output
        return result

    return run
