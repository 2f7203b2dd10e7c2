"""The one door to the acceptance checks."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.conftest import Shell
from tests.acceptance.oracles.by_hand_vectors import EVIDENCE
from tests.checkouts import ROOT
from tests.test_cli import Shell as TrackerShell

ESSAY = "Arland will sign the treaty by 2031. Its harbour is old.\n"


def test_the_checks_start_as_a_module(tmp_path: Path) -> None:
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps(EVIDENCE), encoding="utf-8")
    argv = [sys.executable, "-m", "tests.acceptance", "oracles", str(cases), "--json"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {"passed": 3, "failed": 0, "failures": [], "errors": []}


def test_claims_are_those_of_the_product(
    shell: Shell,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    essay = tmp_path / "essay.txt"
    essay.write_text(ESSAY, encoding="utf-8")
    tracker = TrackerShell(tmp_path / "data", capsys, monkeypatch)
    printed = shell("claims", essay, "--json").stdout
    assert printed == tracker("essay", "claims", str(essay), "--json")
    assert [sentence["kept"] for sentence in json.loads(printed)] == [True, False]
    assert "treaty by 2031" in shell("claims", essay).stdout
    assert "harbour" not in shell("claims", essay).stdout
    assert "harbour" in shell("claims", essay, "--all").stdout


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (("claims", "gone.txt"), "does not exist"),
        (("claims", "/dev/zero"), "/dev/zero is no regular file"),
        (("stories", "/dev/zero"), "/dev/zero is no regular file"),
        (("evidence", "--questions", "gone.jsonl", "--pairs", "/dev/zero"), "gone.jsonl cannot"),
    ],
)
def test_an_unusable_file_is_refused(shell: Shell, argv: tuple[str, ...], reason: str) -> None:
    result = shell(*argv, code=2)
    assert result.stdout == ""
    assert reason in result.stderr
