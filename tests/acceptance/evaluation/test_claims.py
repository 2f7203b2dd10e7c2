"""Evaluation of claims: what is compared, what stands beside it, and what is refused."""

import json
from pathlib import Path

import pytest

from tests.acceptance.conftest import Shell
from tests.acceptance.evaluation.claim_figures import Rates, evaluate_claims, finds_modal_verb
from tests.tables import check_rows
from tracker.errors import Refused

TEXT = """The ports of Arland

Arland will **sign** the treaty by 2031. Its harbour is old. Prices have been rising since May.
"""
ROWS = [
    {"sentence": "The ports of Arland", "label": "none", "zone": "boilerplate"},
    {"sentence": "Arland will sign the treaty by 2031.", "label": "prediction", "zone": "body"},
    {"sentence": "Its harbour is old.", "label": "none"},
    {"sentence": "Prices have been rising since May.", "label": "testable"},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ports.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "ports.labels.json").write_text(json.dumps(ROWS), encoding="utf-8")
    return tmp_path


def test_claims_and_background_are_compared_with_labels(folder: Path) -> None:
    (figures,) = evaluate_claims(folder)
    assert (figures.name, figures.sentences) == ("ports", 3)
    assert figures.predictions == Rates(hits=1, proposed=1, wanted=1)
    assert figures.statements == Rates(hits=2, proposed=2, wanted=2)
    # The regex takes the month of May for a verb.
    assert figures.modal_predictions == Rates(hits=1, proposed=2, wanted=1)


def test_several_essays_are_added_up(folder: Path, shell: Shell) -> None:
    for name, content in (("b.txt", TEXT), ("b.labels.json", json.dumps(ROWS))):
        (folder / name).write_text(content, encoding="utf-8")
    *_, both = evaluate_claims(folder)
    assert (both.name, both.sentences, both.predictions) == ("all", 6, Rates(2, 2, 2))
    printed = shell("claims", folder).stdout
    assert "modal verbs" in printed
    assert json.loads(shell("claims", folder, "--json").stdout)[-1]["predictions"]["hits"] == 2


def test_a_web_page_is_read_as_the_product_reads_it(folder: Path) -> None:
    (folder / "ports.txt").unlink()
    boats = [f"Boat {n} lay in the old harbour, and its crew sold fish." for n in range(12)]
    lines = [*TEXT.replace("**", "").splitlines(), *boats]
    paragraphs = "".join(f"<p>{line}</p>" for line in lines if line)
    page = f"<html><body><nav>Home</nav><article>{paragraphs}</article></body></html>"
    (folder / "ports.html").write_text(page, encoding="utf-8")
    (figures,) = evaluate_claims(folder)
    assert figures.predictions == Rates(hits=1, proposed=1, wanted=1)


@check_rows(
    [
        ("It won’t hold.", True),
        ("We expected less.", True),
        ("It is going to rain.", True),
        ("Its goodwill is spent.", False),
    ]
)
def test_a_modal_verb_is_a_whole_word(text: str, found: bool) -> None:
    assert finds_modal_verb(text) is found


def test_unusable_folders_are_refused(folder: Path, tmp_path: Path, shell: Shell) -> None:
    (folder / "ports.txt").unlink()
    with pytest.raises(Refused, match="no essay beside it"):
        evaluate_claims(folder)
    (folder / "ports.labels.json").write_text('[{"label": "none"}]', encoding="utf-8")
    (folder / "ports.txt").write_text(TEXT, encoding="utf-8")
    with pytest.raises(Refused, match="cannot be read"):
        evaluate_claims(folder)
    (empty := tmp_path / "empty").mkdir()
    assert "holds no labelled essay" in shell("claims", empty, code=2).stderr


def test_rates_without_anything_to_find() -> None:
    nothing = Rates.count([False, False], [False, False])
    assert (nothing.precision, nothing.recall, nothing.f1) == (None, None, None)
    assert Rates.count([True, False], [False, False]).f1 == 0
