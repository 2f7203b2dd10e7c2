"""Which sentences of an essay look ahead, and how many of them are found."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.essays.extract import (
    MIN_CLAIM_SCORE,
    describe_cues,
    find_claims,
    read_weights,
)
from forecasts.essays.extraction.cues import normalise_spelling
from tests.forecasts.essays import OWN_ESSAYS, kept, labelled, only
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/essay")

BACKGROUND = ("trend", "status quo")
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


def test_claims_of_our_own_essays_are_found() -> None:
    # The weights are fitted to them, too: no measure of essays unseen, a floor for changes.
    found = rates(
        [
            (text, {at for at, form in claims.items() if form not in BACKGROUND})
            for text, claims in map(labelled, OWN_ESSAYS)
        ]
    )
    assert found[0] >= 0.8
    assert found[1] >= 0.8


@pytest.mark.skipif(not SEEDS.exists(), reason="the essay lies beside the repository")
def test_the_claims_of_the_first_essay_are_found() -> None:
    text = (SEEDS / "essay.txt").read_text(encoding="utf-8")
    claims = json.loads((SEEDS / "claims.json").read_text(encoding="utf-8"))["claims"]
    precision, recall = rates(
        [(text, {claim["char_offset"] for claim in claims if claim["forecastable"]})]
    )
    # The other half tells facts of its day: background, not claims.
    assert precision >= 0.75
    assert recall >= 0.45


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
        assert sentence.is_background == (sentence.kind is not None and not sentence.kept)
        assert sentence.cue == sentence.cue.lower()
        assert bool(sentence.cue) == (sentence.modality > 0)


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


@check_rows(TABLES["neighbours_make_no_prediction_of_it"])
def test_neighbours_make_no_prediction_of_it(text: str, kind: str) -> None:
    ahead = "Rents will rise by 2040, and wages will fall."
    sentence = find_claims(f"{ahead} Ports will close. {text} Ports will reopen. {ahead}", 2026)[2]
    assert (sentence.kept, sentence.kind or "", sentence.score) == (False, kind, 0.0)


def test_a_year_sets_a_scene_only_in_the_present_tense() -> None:
    after = "Sailors are slow. Ports will reopen, and fleets will grow."
    told = find_claims(f"In 2040 all ports are free. {after}", 2026)
    foretold = find_claims(f"By 2040 all ports will be free. {after}", 2026)
    assert [told[1].kept, foretold[1].kept] == [True, False]
    assert [sentence.is_dated for sentence in told[:2]] == [True, False]


@check_rows(TABLES["background_facts_are_told_apart"])
def test_background_facts_are_told_apart(text: str, kind: str) -> None:
    sentence = only(text)
    assert (sentence.is_background, sentence.kind) == (True, kind), sentence


def test_a_time_is_carried_to_the_next_sentences() -> None:
    scene = "In 2060 all ports are free. Every ship pays the same toll."
    framed, alone = (find_claims(text)[-1] for text in (scene, "Every ship pays the same toll."))
    assert framed.score > alone.score
    told = find_claims(f"{scene} In 1904 the port was closed. Every ship pays the same toll again.")
    assert told[-1].score < framed.score
    assert (
        find_claims("In 2031 the port is free.", 2030)[0].score
        > find_claims("In 2031 the port is free.", 2032)[0].score
    )


def test_weights_belong_to_cues_that_exist() -> None:
    heads = read_weights()
    rows = [row[0] if isinstance(row, tuple) else row for rows in TABLES.values() for row in rows]
    scene = "Imagine that we will be rich.\nEvery ship pays the same toll.\nIt is a port of the"
    scene += " future.\nIt has no cranes."
    texts = [scene, *rows, *(labelled(name)[0] for name in OWN_ESSAYS)]
    seen = {
        name
        for text in texts
        for _, amounts in describe_cues([*map(normalise_spelling, text.split("\n"))])
        for name in amounts
    }
    for weights in heads.values():
        assert weights.keys() - seen == {""}


@check_rows(TABLES["the_cue_says_how_sure_the_writer_is"])
def test_the_cue_says_how_sure_the_writer_is(text: str, cue: str, modality: float) -> None:
    sentence = only(text)
    assert (sentence.cue, sentence.modality) == (cue, modality)


def test_figures_and_quotation_marks_around_claims() -> None:
    # A date makes a claim a better one.
    assert only("Prices may rise by 2031.").score > only("Prices may rise again somewhere.").score
    # Smart quotes and emphasis do not hide a cue.
    assert kept("The bank *won’t* fail. The “peace” **will** hold.") == [
        "The bank won’t fail.",
        "The “peace” will hold.",
    ]
