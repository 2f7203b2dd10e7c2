"""Claims, and sentences that were set aside, keep their place when the text is another copy or a
later version.
"""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forecasts.essays.claim_map import ClaimRejection
from forecasts.essays.extract import find_claims
from forecasts.question_sets.question_set import MAX_QUOTED_WORDS
from forecasts.questions.question import Claim, ClaimId, EssayId
from tests.builders import NOW, FakeClock
from tests.essays.essay_examples import HOLDS, LEAVES, SIGNS, TEXT, add, asked_of, states
from tests.essays.opening import open_claim
from tests.essays.test_adding import HOSTILE
from tests.lives import ADA
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.errors import NotFound
from tracker.essays.quote_anchors import (
    MAX_QUOTE_CHARS,
    anchor_claims,
    choose_quote,
    find_quote,
    free_claim_id,
    has_quote,
    move_rejections,
)

QUOTE = "they will meet"
LEAVING = TEXT[LEAVES : TEXT.index("\n\nThe dam")]
HOLDING = "The dam will hold."
WHY = "a question of a test"

around = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="t"), max_size=40)
"""Text in which the quote does not stand: it has no t."""

gaps = st.text(st.sampled_from(" \n\t\r\u00a0\u2028"), min_size=1, max_size=4)


def a_claim(offset: int, quote: str = QUOTE) -> Claim:
    return Claim(
        ClaimId("C1"),
        EssayId("river"),
        quote,
        offset,
        "explicit prediction",
        "will (1)",
        "They meet.",
    )


def a_rejection(offset: int, end: int) -> ClaimRejection:
    return ClaimRejection(offset, end, "no date", ADA, NOW)


# Laws


@given(around, around, around, st.data())
def test_text_put_in_before_a_quote_moves_it(
    before: str, after: str, put_in: str, drawn: st.DataObject
) -> None:
    at = drawn.draw(st.integers(0, len(before)))
    text = f"{before[:at]}{put_in}{before[at:]}{QUOTE}{after}"
    (claim,) = anchor_claims([a_claim(len(before))], text)
    assert claim.offset == len(before) + len(put_in)
    assert has_quote(claim, text)
    aside = (a_rejection(len(before), len(before) + len(QUOTE)), QUOTE)
    assert [text[one.offset : one.end] for one in move_rejections([aside], text)] == [QUOTE]


@given(around, around, st.tuples(gaps, gaps))
def test_a_quote_is_found_however_its_lines_are_broken(
    before: str, after: str, broken: tuple[str, str]
) -> None:
    text = f"{before}they{broken[0]}will{broken[1]}meet{after}"
    assert find_quote(QUOTE, 0, text) == len(before)
    assert find_quote("they\nwill \u00a0 meet", 0, text) == len(before)


@given(around, st.integers(0, 500))
def test_a_lost_quote_keeps_its_place(text: str, offset: int) -> None:
    assume(text)
    (claim,) = anchor_claims([a_claim(offset)], text)
    assert claim == a_claim(offset)
    assert not has_quote(claim, text)
    assert move_rejections([(a_rejection(offset, offset + 9), QUOTE)], text) == ()


@given(st.lists(around, min_size=2, max_size=5), st.integers(0, 300))
def test_of_several_places_the_nearest_is_taken(between: list[str], offset: int) -> None:
    text = QUOTE.join(between)
    places = [i for i in range(len(text)) if text.startswith(QUOTE, i)]
    assert abs(find_quote(QUOTE, offset, text) - offset) == min(abs(at - offset) for at in places)


@given(around, st.integers(0, 9))
def test_without_a_text_every_place_stays(quote: str, offset: int) -> None:
    assert find_quote(quote, offset, "") == offset
    aside = a_rejection(offset, offset + 5)
    assert move_rejections([(aside, quote)], "") == (aside,)


@check_rows(["(they) will. meet?", "a+b* [x] will", "\\d will ^$", "{{will}} | 100%"])
def test_marks_in_a_quote_mean_themselves(quote: str) -> None:
    text = f"they will meet a+b 5 {quote}"
    assert find_quote(quote, 0, text) == text.rindex(quote)
    assert find_quote(quote, 0, "they will meet aab x d 100%") == 0


def test_quotes_without_a_place_keep_their_order() -> None:
    assert find_quote(" \n", 7, TEXT) == 7
    text = "It will rain. It will snow."
    aside = [(a_rejection(0, 13), "It will snow."), (a_rejection(0, 13), "It will rain.")]
    assert [one.offset for one in move_rejections(aside, text)] == [0, 14]


@given(
    st.integers(0, 9),
    st.sets(st.sampled_from([f"at-{n}{more}" for n in range(10) for more in ("", "-2", "-3")])),
)
def test_a_new_claim_has_a_name_that_nobody_has(offset: int, taken: set[str]) -> None:
    name = free_claim_id(offset, {ClaimId(one) for one in taken})
    assert name not in taken
    assert name.startswith(f"at-{offset}")
    assert (name == f"at-{offset}") == (f"at-{offset}" not in taken)


# The words by which a sentence is found again


@check_rows(
    [
        ("It will rain\n in 2027.", "It will rain in 2027."),
        ("**Rain:** it will fall.", "it will fall."),
        ("It will rain in [Arland](https://a.example) by 2027.", "It will rain in"),
        ("It *will* rain in all of Arland &amp; Borland.", "rain in all of Arland"),
        ("**Rain** `will` _fall_.", "**Rain** `will` _fall_."),
        (
            f"It will {'rain and ' * 30}stop.",
            " ".join(["It", "will", *["rain", "and"] * 7][:MAX_QUOTED_WORDS]),
        ),
    ]
)
def test_a_sentence_is_quoted_without_marks_and_in_bounds(text: str, quote: str) -> None:
    (sentence,) = find_claims(text)
    assert choose_quote(sentence, text) == (quote, find_quote(quote, 0, text))


@check_rows(HOSTILE)
def test_every_sentence_of_a_hostile_text_has_a_quote(text: str) -> None:
    for sentence in find_claims(text):
        quote, at = choose_quote(sentence, text)
        assert len(quote.split()) <= MAX_QUOTED_WORDS
        assert 0 < len(quote) <= MAX_QUOTE_CHARS
        assert sentence.offset <= at < sentence.end
        assert has_quote(a_claim(at, quote), text)


# Through versions of a text


@pytest.fixture
def asked(tracker: Tracker, clock: FakeClock) -> Tracker:
    """An essay with a question from one sentence, and another sentence set aside; a day has
    passed.
    """
    add(tracker)
    open_claim(tracker, asked_of(), LEAVES + 3, override=WHY)
    tracker.essays.reject_claim("river", HOLDS, "no date")
    clock.advance(days=1)
    return tracker


@check_rows(
    [
        f"Foreword.\n\n{TEXT}",
        TEXT.replace("Prices fell in May. ", ""),
        f"{HOLDING}\n\n{LEAVING} Arland will sign.",
        TEXT.replace(" ", "\n"),
        TEXT.replace("Borland", "Sooner or later Borland"),
    ],
    "later",
)
def test_claim_and_rejection_move_with_their_words(asked: Tracker, later: str) -> None:
    add(asked, later)
    page = asked.essays.get("river")
    (claim,) = page.claims
    (aside,) = page.rejections
    assert has_quote(claim, later)
    assert " ".join(later[aside.offset : aside.end].split()) == HOLDING
    found = {one.sentence.text: one.state for one in page.mapped}
    assert found[HOLDING] == "rejected"
    assert next(state for text, state in found.items() if "customs union" in text) == "open"
    assert asked.system.verify().bad_seq is None


@check_rows(
    [
        "Borland will leave the customs union in 2028.",
        "The mayor of Borland may well resign in 2028 or so.",
        "",
    ],
    "other",
)
def test_a_claim_whose_words_changed_is_on_no_other_sentence(asked: Tracker, other: str) -> None:
    later = TEXT.replace(LEAVING, other)
    add(asked, later)
    page = asked.essays.get("river")
    assert {one.sentence.text: one.question_ids for one in page.mapped if one.question_ids} == {
        LEAVING: ("rain",)
    }
    assert page.mapped[-1].state == "open"  # it comes after the sentences of the text
    if other:
        actual = next(one.state for one in page.mapped if one.sentence.text == other)
        assert actual == "no question yet"
    add(asked)  # and with the words comes the claim
    assert {at: state for at, state in states(asked).items() if state == "open"} == {LEAVES: "open"}


def test_a_changed_sentence_can_be_asked_again(
    asked: Tracker,
) -> None:
    changed = "The mayor of Borland may well resign in 2028."
    add(asked, TEXT.replace(LEAVING, changed))
    made = open_claim(asked, asked_of("snow"), LEAVES, override=WHY)
    assert made.claim_ids == (f"at-{LEAVES}-2",)
    assert {claim.id: claim.quote for claim in asked.essays.get("river").claims} == {
        f"at-{LEAVES}": LEAVING,
        f"at-{LEAVES}-2": changed,
    }
    found = {
        one.sentence.text: one.question_ids
        for one in asked.essays.get("river").mapped
        if one.question_ids
    }
    assert found == {changed: ("snow",), LEAVING: ("rain",)}


MARKED = (
    "**Rain:** it _will_ fall in Arland by the end of 2027.\n\nThe <b>dam</b> will "
    "[hold](https://a.example).\n"
)


def test_sentences_with_marks_are_asked_and_moved(tracker: Tracker, clock: FakeClock) -> None:
    add(tracker, MARKED)
    dam = MARKED.index("The <b>")
    tracker.essays.reject_claim("river", dam, "no date")
    for name in ("rain", "snow"):
        open_claim(tracker, asked_of(name), 0, override=WHY)
    (claim,) = tracker.essays.get("river").claims  # one, though it was asked twice
    assert claim.quote == "fall in Arland by the end of 2027."
    assert states(tracker) == {0: "open", dam: "rejected"}
    clock.advance(days=1)
    add(tracker, f"Foreword.\n\n{MARKED}")
    assert states(tracker) == {11: "open", dam + 11: "rejected"}
    tracker.essays.restore_claim("river", dam + 11)
    assert states(tracker) == {11: "open", dam + 11: "no question yet"}
    add(tracker, MARKED.replace("dam", "lake"))
    with pytest.raises(NotFound, match="it was not set aside"):
        tracker.essays.restore_claim("river", dam)


def test_a_copy_before_the_asked_sentence_is_another(tracker: Tracker, clock: FakeClock) -> None:
    add(tracker)
    open_claim(tracker, asked_of(), SIGNS, override=WHY)
    clock.advance(days=1)
    add(
        tracker,
        TEXT.replace(
            "Prices fell", "Arland will sign the river treaty by the end of 2027. Prices fell"
        ),
    )
    assert [
        one.sentence.offset for one in tracker.essays.get("river").mapped if one.question_ids
    ] == [SIGNS]
