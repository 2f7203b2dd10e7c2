"""The one door to the acceptance checks."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.conftest import Shell
from tests.acceptance.oracles.by_hand_vectors import PLATFORM
from tests.checkouts import ROOT
from tests.test_cli import Shell as TrackerShell

ESSAY = "Arland will sign the treaty by 2031. Its harbour is old.\n"


def test_the_checks_start_as_a_module(tmp_path: Path) -> None:
    cases = tmp_path / "cases.json"
    section = next(name for name in PLATFORM if isinstance(PLATFORM[name], list))
    cases.write_text(json.dumps({section: PLATFORM[section]}), encoding="utf-8")
    argv = [sys.executable, "-m", "tests.acceptance", "oracles", str(cases), "--json"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    count = len(PLATFORM[section])
    assert json.loads(done.stdout) == {"passed": count, "failed": 0, "failures": [], "errors": []}


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


def test_real_and_unanswerable_questions_are_linted(shell: Shell, tmp_path: Path) -> None:
    rules = (
        "This question resolves YES if the parliament of Arland votes for the budget, by Reuters."
    )
    asked = {"question": "Will Arland pass a budget by 30 June 2023?", "resolution_criteria": rules}
    times = {"date_begin": "2023-01-01", "date_close": "2023-07-01"}
    records = [
        asked | times,
        asked | times | {"question": "How will Arland pass a budget by 30 June 2023?"},
        asked | times | {"question": "Without rules by 30 June 2023?", "resolution_criteria": "?"},
    ]
    sample = tmp_path / "metaculus_2023_sample" / "questions.jsonl"
    sample.parent.mkdir()
    sample.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    sets = tmp_path / "forecastbench" / "question_sets"
    sets.mkdir(parents=True)
    market = {
        "question": "Will Borland join the pact by 30 June 2027?",
        "source": "infer",
        "market_info_resolution_criteria": "N/A",
        "background": "<p>Resolves YES if Borland signs the <a href='x'>pact</a> before July 2027.</p>",
        "market_info_open_datetime": "2026-01-01T00:00:00+00:00",
        "market_info_close_datetime": "2027-07-01T00:00:00+00:00",
    }
    text = json.dumps({"questions": [market, market, market | {"source": "fred"}]})
    (sets / "2026-01-01-llm.json.gz").write_bytes(gzip.compress(text.encode()))
    report = json.loads(shell("lint", tmp_path, "--json").stdout)
    counted = {name: (row["count"], row["blocked"]) for name, row in report["platforms"].items()}
    assert counted == {"metaculus 2023": (2, 1), "infer": (1, 0)}
    assert report["platforms"]["metaculus 2023"]["by_code"] == {"no-question": 1}
    assert set(report["unanswerable"]) == {"tuned", "held_out"}
    printed = shell("lint", tmp_path).stdout
    assert "metaculus 2023      1 of    2   50.0%  no-question 1" in printed
    assert "Unanswerable questions (held out), blocked" in printed


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (("claims", "gone.txt"), "does not exist"),
        (("claims", "/dev/zero"), "/dev/zero is no regular file"),
        (("lint", "gone"), "gone holds neither metaculus_2023_sample"),
        (("stories", "/dev/zero"), "/dev/zero is no regular file"),
        (("evidence", "--questions", "gone.jsonl", "--pairs", "/dev/zero"), "gone.jsonl cannot"),
    ],
)
def test_an_unusable_file_is_refused(shell: Shell, argv: tuple[str, ...], reason: str) -> None:
    result = shell(*argv, code=2)
    assert result.stdout == ""
    assert reason in result.stderr
