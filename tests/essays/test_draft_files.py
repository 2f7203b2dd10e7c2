"""A draft is written as a file, completed in an editor, and read to the question that was meant, or
refused by line.
"""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import Binary
from forecasts.errors import InvalidQuestion, InvalidQuestionSet
from forecasts.essays.draft import ClaimSource, build_new_question, propose_drafts
from forecasts.essays.extract import Sentence, find_claims
from forecasts.question_sets.question_set import ESSAY_TEXT
from forecasts.questions.compiled_question import Statement
from forecasts.questions.new_question import build_question
from forecasts.questions.question import Essay
from tests.builders import NOW
from tests.essays.essay_examples import HOLDS, RIVER, SIGNS, TEXT, add
from tests.lives import LIVES
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.errors import Unresolvable
from tracker.essays.claim_questions import new_question_from, read_draft, write_draft
from tracker.essays.extracting import extract_text

ROOT: Final = Path(__file__).resolve().parents[2]
ESSAY: Final = Essay(RIVER, "On the river", "2026", "en", "")
SEEDS: Final = (
    *sorted((ROOT / "docs" / "essays").iterdir()),
    *sorted((ROOT / "forecasts" / "question_sets" / "builtin").glob(f"*/{ESSAY_TEXT}")),
)
LAST_MOMENT: Final = datetime(2028, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC)


def written(sentence: Sentence, at: datetime = NOW, name: str = "rain") -> str:
    drafts = propose_drafts(ClaimSource(sentence, at.date()))
    return write_draft(drafts[0], drafts, ESSAY, name=name, now=at)


def is_read_again(sentence: Sentence, at: datetime) -> bool:
    """Whether the file of each draft is read to the question that the draft means."""
    drafts = propose_drafts(ClaimSource(sentence, at.date()))
    return all(
        read_draft(write_draft(made, drafts, ESSAY, name="rain", now=at), "draft.toml", ESSAY)
        == (build_question(build_new_question(made, name="rain", now=at, essay_id=RIVER)), (), None)
        for made in drafts
    )


@check_rows([NOW, LAST_MOMENT], "at")
@check_rows(SEEDS, "seed")
def test_sentences_of_example_essays_are_read_as_drafted(seed: Path, at: datetime) -> None:
    sentences = find_claims(extract_text(seed.read_bytes(), seed.name))
    assert len(sentences) > 20
    assert [one.text for one in sentences if not is_read_again(one, at)] == []


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60),
    st.sampled_from(["", " will ", '"""']),
)
def test_any_sentence_is_read_again_as_it_was_drafted(text: str, put_in: str) -> None:
    for sentence in find_claims(f"Arland {put_in}{text}"):
        assert is_read_again(sentence, NOW)


@check_rows(
    [
        'Arland will sign """ [[question]] id = "x" """ by the end of 2027.',
        "Arland will sign \\u0022 ''' # no comment = [1] by the end of 2027.",
        "Arland will\n[[question]]\nid = 'x'\n[[indicator]]\nsign by the end of 2027.",
        "\u202eArland will sign\u2028[[indicator]]\x85the river treaty by the end of 2027.",
        "<script>Arland</script> will sign {{7*7}} %s ${HOME} by the end of 2027.",
    ]
)
def test_a_sentence_like_a_file_is_text(text: str) -> None:
    sentence = max(find_claims(text), key=lambda one: len(one.text))
    assert is_read_again(sentence, NOW)
    notes = [line for line in written(sentence).split("\n") if line.startswith("#")]
    assert notes[0].startswith(f"# From character {sentence.offset}: “")


def test_the_notes_say_what_a_person_has_to_think_of() -> None:
    (sentence,) = find_claims("It will sign\nthe river treaty by the end of 2027.")
    source = ClaimSource(sentence, NOW.date(), None, ("Arland has met Borland.",))
    best, *others = propose_drafts(source)
    text = write_draft(best, [best, *others], ESSAY, name="rain", now=NOW)
    assert [line for line in text.split("\n") if line.startswith("#")] == [
        "# From character 0: “It will sign the river treaty by the end of 2027.”",
        "# Look at the base rate, then: tracker essay open ESSAY AT FILE",
        "# The claim has a pronoun: Arland is taken from the text before it.",
        f"# Base rate: {best.plan.base_rate}",
        "# Last days to choose from: 2027-12-31, 2027-03-31, 2028-12-31",
        *(
            f"# Another question (--pick {n}): {other.plan.text}"
            for n, other in enumerate(others, 2)
        ),
    ]
    (vague,) = find_claims("The dam will hold.")
    assert "\n# Replace every […], look at the base rate, then: " in written(vague)


def test_a_file_that_is_no_draft_is_refused() -> None:
    (sentence,) = find_claims("Arland will sign the river treaty by the end of 2027.")
    with pytest.raises(InvalidQuestion, match="'Two words' is no name"):
        written(sentence, name="Two words")
    question = completed().split("\n[[indicator]]")[0]
    with pytest.raises(InvalidQuestionSet, match=r"draft\.toml:1: the set has no"):
        read_draft("# nothing\n", "draft.toml", ESSAY)
    two = question + question[question.index("[[question]]") :].replace('"rain"', '"snow"')
    with pytest.raises(InvalidQuestionSet, match="open each from its own file"):
        read_draft(two, "draft.toml", ESSAY)


# Completed


def completed() -> str:
    """A draft in which nothing is left open and an indicator, as lines that a test can spoil."""
    (sentence,) = find_claims("Arland will sign the river treaty by the end of 2027.")
    more = [
        "[[indicator]]", 'id = "talks"', 'name = "They talk"', 'yes = ["rain"]', 'strength = "some"',
        "half_life_days = 45.0", 'terms = [["Arland*"], ["talk*"]]', 'examples = ["Arland talks"]', "",
    ]  # fmt: skip
    return "\n".join([written(sentence), *more])


@check_rows(
    [
        (
            "[[question]]",
            "[[questions]]",
            "[[questions]]",
            "unknown 'questions'; known here: question",
        ),
        ('id = "rain"', 'id = "Two words"', 'id = "Two', "may hold only a-z"),
        ('id = "rain"', 'id = "rain', 'id = "rain', "not valid TOML"),
        (
            'kind = "binary"',
            'kind = "bynary"',
            "kind",
            "kind is 'bynary'; it must be one of: binary",
        ),
        (
            'kind = "binary"',
            'kind = "binary"\ncolour = "red"',
            "colour",
            "unknown key 'colour' in question",
        ),
        ('horizon = "event_by"', 'horizon = "by"', "horizon", "horizon is 'by'; it must be one of"),
        ("opens = 2026", "opens = 2029", "closes", "the question closes before it opens"),
        (
            "resolves = 2028",
            "resolves = 2027",
            "resolves",
            "the question resolves before it closes",
        ),
        ("prior = 0.5", "prior = 50", "prior", "between 0 and 1"),
        ("prior = 0.5", "prior = 1", "prior", "a prior of 0 or 1 could never be revised"),
        ("prior = 0.5", "", "[[question]]", "question needs 'prior'"),
        ('bears_out = "yes"', 'bears_out = "perhaps"', "bears_out", "bears_out"),
        (
            "claims = []",
            'claims = ["C1"]',
            "claims",
            "claims names 'C1', which the set does not define",
        ),
        (
            'strength = "some"',
            'strength = "huge"',
            'strength = "huge"',
            "strength is 'huge'; it must be one of",
        ),
        (
            'yes = ["rain"]',
            'yes = ["snow"]',
            'yes = ["snow"]',
            "yes names 'snow', which the set does not define",
        ),
        ('[["Arland*"], ["talk*"]]', '"talk"', 'terms = "talk"', "terms must be a list of lists"),
        (
            "half_life_days = 45.0",
            "half_life = 45.0",
            "half_life = 45.0",
            "unknown key 'half_life' in indicator",
        ),
        ('["Arland talks"]', '["Arland talks"', "", "not valid TOML"),
    ]
)
def test_a_mistake_is_refused_with_its_line(old: str, new: str, at: str, reason: str) -> None:
    text = completed()
    assert text.count(old) == 1
    spoilt = text.replace(old, new)
    with pytest.raises(InvalidQuestionSet) as refusal:
        read_draft(spoilt, "draft.toml", ESSAY)
    told = str(refusal.value)
    assert reason in told
    lines = spoilt.split("\n")
    named = int(told.removeprefix("draft.toml:").split(":")[0])
    assert (
        lines[named - 1].startswith(at)
        if at
        else named >= lines.index('examples = ["Arland talks"') + 1
    )


def test_indicators_can_be_left_out_or_written_as_one_likes() -> None:
    text = completed()
    _, indicators, statements = read_draft(text, "draft.toml", ESSAY)
    assert statements is None
    assert [one.id for one in indicators] == ["rain/talks"]
    bare = text.split("[[indicator]]")[0]
    assert read_draft(bare, "draft.toml", ESSAY)[1] == ()
    own = read_draft(f'{bare}yes = "Arland signs river treaty"\n', "draft.toml", ESSAY)[2]
    assert own is not None
    assert own.statements == (Statement("Arland signs river treaty", ""),)
    twice = f"{text}\n{text[text.index('[[indicator]]') :].replace('talks', 'calls', 1)}"
    assert [one.id for one in read_draft(twice, "draft.toml", ESSAY)[1]] == [
        "rain/talks",
        "rain/calls",
    ]


@check_rows(LIVES)
def test_a_question_is_asked_as_it_was_read(life: object) -> None:
    question = build_question(life.asked)  # type: ignore[attr-defined]
    assert build_question(new_question_from(question)) == question


def test_a_base_rate_in_a_draft_replaces_its_even_prior(tracker: Tracker) -> None:
    add(tracker)
    drafts = tracker.essays.drafts("river", SIGNS)
    text = write_draft(drafts[0], drafts, ESSAY, name="rain", now=NOW)
    drafted, _, _ = read_draft(text, "draft.toml", ESSAY)
    assert drafted.prior == Binary(0.5)
    stated = new_question_from(replace(drafted, prior_reason="6 of 11 treaties"))
    assert tracker.essays.open_claim(stated, SIGNS).prior == Binary(6.5 / 12)


# Opened


def test_a_draft_opens_once_nothing_is_left_to_decide(tracker: Tracker) -> None:
    add(tracker)
    drafts = tracker.essays.drafts("river", HOLDS)
    text = write_draft(drafts[0], drafts, ESSAY, name="rain", now=NOW)
    question, indicators, _ = read_draft(text, "draft.toml", ESSAY)
    assert "[…" in text
    with pytest.raises(Unresolvable) as refusal:
        tracker.essays.open_claim(new_question_from(question), HOLDS, indicators=indicators)
    assert "placeholder" in {flaw.code for flaw in refusal.value.flaws}
    assert tracker.questions.list() == ()
    whole, watched, _ = read_draft(completed(), "draft.toml", ESSAY)
    tracker.essays.open_claim(new_question_from(whole), SIGNS, indicators=watched)
    page = tracker.questions.get("rain")
    assert [claim.quote for claim in page.claims] == [
        "Arland will sign the river treaty by the end of 2027."
    ]
    (asked,) = tracker.essays.drafts("river", SIGNS)
    assert page.summary.question.sources == asked.plan.sources
    assert page.summary.question.bears_out == "yes"
    assert tuple(page.indicators.values()) == watched
    assert TEXT[page.claims[0].offset :].startswith("Arland")
