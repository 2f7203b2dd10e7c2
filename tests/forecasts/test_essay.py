"""Which sentences of an essay look ahead, and how many of them are found."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.essays.extract import MIN_CLAIM_SCORE, find_claims
from tests.forecasts.essays import HELD_OUT, TUNED_ON, kept, labelled, only
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/essay")

SEEDS = Path(__file__).parent.parent.parent.parent / "shared" / "question_seeds"


def rates(essays: list[tuple[str, set[int]]]) -> tuple[float, float]:
    """Precision and recall over sentences; a sentence is a claim if one of the offsets lies in
    it.
    """
    hits = proposed = wanted = 0
    for text, offsets in essays:
        for sentence in find_claims(text):
            claim = any(sentence.offset <= offset < sentence.end for offset in offsets)
            hits += claim and sentence.kept
            proposed += sentence.kept
            wanted += claim
    return hits / proposed, hits / wanted


# --- how much is found ---------------------------------------------------------------------------------------


@check_rows([(TUNED_ON, 0.95, 0.95), (HELD_OUT, 0.85, 0.9)])
def test_claims_of_our_own_essays_are_found(
    names: tuple[str, ...], precision: float, recall: float
) -> None:
    found = rates([(text, set(claims)) for text, claims in map(labelled, names)])
    assert found[0] >= precision
    assert found[1] >= recall


def test_most_claims_get_the_form_that_a_reader_gave_them() -> None:
    right = total = 0
    for name in (*TUNED_ON, *HELD_OUT):
        text, claims = labelled(name)
        by_offset = {sentence.offset: sentence for sentence in find_claims(text) if sentence.kept}
        right += sum(by_offset[at].kind == form for at, form in claims.items() if at in by_offset)
        total += sum(at in by_offset for at in claims)
    assert right / total >= 0.8


@pytest.mark.skipif(not SEEDS.exists(), reason="the essay lies beside the repository")
def test_the_claims_of_the_first_essay_are_found() -> None:
    text = (SEEDS / "essay.txt").read_text(encoding="utf-8")
    claims = json.loads((SEEDS / "claims.json").read_text(encoding="utf-8"))["claims"]
    precision, recall = rates(
        [(text, {claim["char_offset"] for claim in claims if claim["forecastable"]})]
    )
    assert precision >= 0.75
    assert recall >= 0.95


WORDS = st.sampled_from(
    "the bank will would could may might can if whether prices rise fell has have been is"
    " are becoming continue to by 2030 not , said that it must should question remains"
    " unclear ? . I you".split()
)


@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_claims_have_a_form_and_a_score(text: str) -> None:
    for sentence in find_claims(text):
        assert 0 <= sentence.score <= 1
        assert 0 <= sentence.modality <= 1
        assert sentence.why
        assert sentence.kept == (sentence.score >= MIN_CLAIM_SCORE)
        assert sentence.kept == (sentence.kind is not None)
        assert sentence.cue == sentence.cue.lower()
        assert sentence.cue or not sentence.kept


# --- what looks ahead ----------------------------------------------------------------------------------------


@check_rows(TABLES["a_claim_is_found_with_its_form"])
def test_a_claim_is_found_with_its_form(text: str, kind: str) -> None:
    sentence = only(text)
    assert sentence.kept, sentence
    assert sentence.kind == kind


@check_rows(TABLES["what_does_not_look_ahead_is_left_out"])
def test_what_does_not_look_ahead_is_left_out(text: str) -> None:
    sentence = only(text)
    assert not sentence.kept, sentence
    assert sentence.kind is None


@check_rows(TABLES["the_cue_says_how_sure_the_writer_is"])
def test_the_cue_says_how_sure_the_writer_is(text: str, cue: str, modality: float) -> None:
    sentence = only(text)
    assert (sentence.cue, sentence.modality) == (cue, modality)


def test_figures_and_quotation_marks_around_claims() -> None:
    # A figure or a date makes a claim a better one.
    assert (
        only("Prices may rise by 4% by 2031.").score
        > only("Prices may rise again somewhere.").score
    )
    # Smart quotes and emphasis do not hide a cue.
    assert kept("The bank *won’t* fail. The “peace” **will** hold.") == [
        "The bank won’t fail.",
        "The “peace” will hold.",
    ]
