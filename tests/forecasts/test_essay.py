"""Which sentences of an essay look ahead, and how many of them are found."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.essays.extract import MIN_CLAIM_SCORE, find_claims
from tests.forecasts.essays import HELD_OUT, TUNED_ON, kept, labelled, only

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


@pytest.mark.parametrize(
    ("names", "precision", "recall"), [(TUNED_ON, 0.95, 0.95), (HELD_OUT, 0.85, 0.9)]
)
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
def test_what_is_kept_has_a_form_a_cue_and_the_score_for_it(text: str) -> None:
    for sentence in find_claims(text):
        assert 0 <= sentence.score <= 1
        assert 0 <= sentence.modality <= 1
        assert sentence.why
        assert sentence.kept == (sentence.score >= MIN_CLAIM_SCORE)
        assert sentence.kept == (sentence.kind is not None)
        assert sentence.cue == sentence.cue.lower()
        assert sentence.cue or not sentence.kept


# --- what looks ahead ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The minister will resign before the vote.", "explicit prediction"),
        ("They'll not sign it.", "explicit prediction"),
        ("The plant closes in June and will reopen a year later.", "explicit prediction"),
        ("Prices will, however, fall.", "explicit prediction"),
        ("The party will in all probability split.", "explicit prediction"),
        ("The firm won't survive the winter.", "explicit prediction"),
        ("The court says that the ban will stand.", "explicit prediction"),
        ("Output is going to shrink.", "explicit prediction"),
        ("The party is bound to split.", "explicit prediction"),
        ("The lira is unlikely to recover.", "explicit prediction"),
        ("Economists expect growth of 2%.", "explicit prediction"),
        ("Output should expand by 1.2% as incomes recover.", "explicit prediction"),
        ("Inflation should fall below 3 percent by June.", "explicit prediction"),
        ("The order book should stay above 15,000 aircraft.", "explicit prediction"),
        ("The yield should reach 4 percent by the end of 2027.", "explicit prediction"),
        ("Debt should not exceed two trillion dollars.", "explicit prediction"),
        ("This is not investment advice, but the lira will collapse.", "explicit prediction"),
        ("Prices will fall by 2031, though this is no financial advice.", "explicit prediction"),
        ("The government will not take advice from anyone.", "explicit prediction"),
        ("None of the banks will follow the forecast.", "explicit prediction"),
        (
            "The results may differ from port to port and may split the party.",
            "explicit prediction",
        ),
        ("It is difficult to see how the coalition survives.", "explicit prediction"),
        ("The ministers meet again in two years.", "explicit prediction"),
        ("If the dam fails, the valley will flood.", "conditional"),
        ("Should the talks collapse, prices would double.", "conditional"),
        ("Unless wages rise, the party loses its majority.", "conditional"),
        ("The army has strengthened its grip on the ports.", "trend"),
        ("The city is becoming a ghost town.", "trend"),
        ("Young voters are increasingly hostile to both parties.", "trend"),
        ("Will the ceasefire hold?", "open question"),
        ("Is there really no limit to this friendship?", "open question"),
        ("Whether the law survives is still an open question.", "open question"),
        ("It remains to be seen if donors pay.", "open question"),
        ("The court refuses to hear the case.", "status quo"),
        ("Inflation remains above target.", "status quo"),
        ("The two sides have yet to agree.", "status quo"),
        ("This could lead to a shortage of chips.", "causal expectation"),
        ("A weaker yen would benefit exporters.", "causal expectation"),
        ("This is a bad sign for the coalition.", "causal expectation"),
        ("The strike threatens to halt production.", "causal expectation"),
    ],
)
def test_a_claim_is_found_with_its_form(text: str, kind: str) -> None:
    sentence = only(text)
    assert sentence.kept, sentence
    assert sentence.kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "He created a system beyond his own will.",
        "There was no political will in the capital.",
        "The will to resist made the difference.",
        "The lawyer read the will, then left the room.",
        "It was a matter of free will.",
        "Will Smith won the prize.",
        "The treaty was signed in May of that year.",
        "They met on 3 May in the old town.",
        "Its military might was admired.",
        "She opened a can of beans.",
        "I can live with the word.",
        "I could not get the door to open.",
        "The managers said that it would not happen again.",
        "She would count her candles every Sunday after the war.",
        "It would have been kinder to say nothing.",
        "The minister might have known.",
        "The city should buy the docks.",
        "The city should buy 40 docks.",
        "We should spend at least 3 percent on defence.",
        "Governments should invest more in ports.",
        "Inflation should be low.",
        "Should the talks collapse, 3 banks.",
        "The rule of 1997 should apply to all.",
        "This is not investment advice.",
        "Nothing here is a forecast, and nothing constitutes advice.",
        "Nothing in this note should be taken as a forecast.",
        "None of this is a prediction that prices will fall.",
        "I am not a financial adviser, so do your own research.",
        "Forecasts are uncertain and actual results may differ.",
        "These are forward-looking statements, which involve risks that could cause losses.",
        "Past performance does not guarantee future results.",
        "Governments must act together.",
        "Parties must remain calm.",
        "You will need a screwdriver and some patience.",
        "In this essay I will show where the argument fails.",
        "Stress is defined as withdrawals above 40 percent of supply.",
        "The bank was founded in 1904 and closed in 1931.",
        "What did it all mean?",
        "Who would have thought of it?",
        "I have been thinking about that letter.",
    ],
)
def test_what_does_not_look_ahead_is_left_out(text: str) -> None:
    sentence = only(text)
    assert not sentence.kept, sentence
    assert sentence.kind is None


@pytest.mark.parametrize(
    ("text", "cue", "modality"),
    [
        ("The bank will fail.", "will", 1.0),
        ("The bank will not fail.", "will not", 1.0),
        ("The bank would fail then.", "would", 0.8),
        ("The bank is likely to fail.", "is likely", 0.75),
        ("The bank may fail.", "may", 0.5),
        ("The bank might fail.", "might", 0.4),
        ("That would perhaps help the bank.", "would", 0.5),
    ],
)
def test_the_cue_says_how_sure_the_writer_is(text: str, cue: str, modality: float) -> None:
    sentence = only(text)
    assert (sentence.cue, sentence.modality) == (cue, modality)


def test_a_figure_or_a_date_makes_a_claim_a_better_one() -> None:
    assert (
        only("Prices may rise by 4% by 2031.").score
        > only("Prices may rise again somewhere.").score
    )


def test_smart_quotes_and_emphasis_do_not_hide_a_cue() -> None:
    assert kept("The bank *won’t* fail. The “peace” **will** hold.") == [
        "The bank won’t fail.",
        "The “peace” will hold.",
    ]
