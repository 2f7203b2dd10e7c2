"""A draft is written as a file, completed in an editor, and read to the question that was meant, or
refused by line.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import Binary
from forecasts.errors import InvalidQuestion, InvalidQuestionSet
from forecasts.essays.draft import ClaimDraft, ClaimSource, propose_drafts
from forecasts.essays.draft_question import build_new_question
from forecasts.essays.extract import Sentence, find_claims
from forecasts.question_sets.question_set import ESSAY_TEXT
from forecasts.questions.compiled_question import Statement
from forecasts.questions.new_question import build_question
from forecasts.questions.question import Essay
from tests.builders import NOW
from tests.essays.essay_examples import HOLDS, RIVER, SIGNS, add
from tests.essays.opening import open_claim
from tests.lives import LIVES
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.errors import Refused
from tracker.essays.draft_files import (
    DraftedQuestion,
    DraftProblem,
    PickedDraft,
    new_question_from,
    read_drafts,
    write_drafts,
)
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
    return write_drafts([pick(drafts, 1, name)], ESSAY, now=at)


def pick(drafts: Sequence[ClaimDraft], number: int, name: str = "") -> PickedDraft:
    """A draft with the others that were proposed beside it."""
    others = tuple((n, draft) for n, draft in enumerate(drafts, 1) if n != number)
    return PickedDraft(drafts[number - 1], others, name)


def read(text: str) -> DraftedQuestion:
    """The only question of a file that is sound."""
    (drafted,) = read_drafts(text, "draft.toml", ESSAY)
    assert isinstance(drafted, DraftedQuestion), drafted
    return drafted


def is_read_again(sentence: Sentence, at: datetime) -> bool:
    """Whether the file of each draft is read to the question that the draft means."""
    drafts = propose_drafts(ClaimSource(sentence, at.date()))
    for number, made in enumerate(drafts, 1):
        text = write_drafts([pick(drafts, number, "rain")], ESSAY, now=at)
        meant = build_question(build_new_question(made, name="rain", now=at, essay_id=RIVER))
        drafted = read(text)
        if build_question(drafted.new_question) != meant or drafted.at != sentence.offset:
            return False
    return True


@check_rows(SEEDS)
def test_sentences_of_example_essays_are_read_as_drafted(seed: Path) -> None:
    sentences = find_claims(extract_text(seed.read_bytes(), seed.name))
    assert len(sentences) > 20
    for sentence, at in zip(sentences, cycle((NOW, LAST_MOMENT)), strict=False):
        assert is_read_again(sentence, at), sentence.text


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
    assert notes[2].startswith(f"# From character {sentence.offset}: “")


def test_the_notes_say_what_a_person_has_to_think_of() -> None:
    (sentence,) = find_claims("It will sign\nthe river treaty by the end of 2027.")
    source = ClaimSource(sentence, NOW.date(), None, ("Arland has met Borland.",))
    best, *others = propose_drafts(source)
    text = write_drafts([pick([best, *others], 1)], ESSAY, now=NOW)
    assert [line for line in text.split("\n") if line.startswith("#")] == [
        "# Complete what is worth asking, delete the rest: tracker essay open river FILE",
        "# Replace every […]; the other drafts of a sentence come with --pick.",
        "# From character 0: “It will sign the river treaty by the end of 2027.”",
        "# The claim has a pronoun: Arland is taken from the text before it.",
        f"# Base rate: {best.plan.base_rate}",
        "# Last days to choose from: 2027-12-31, 2027-03-31, 2028-12-31",
        *(
            f"# Another question (--pick {n}): {other.plan.text}"
            for n, other in enumerate(others, 2)
        ),
        "# News is compared with these lines, for YES, NO; take the # away to word them yourself.",
        '# yes = "Arland signs the river treaty"',
        '# no = "Arland refuses to sign the river treaty"',
    ]
    assert "\nat = 0\n" in text
    own = text.replace('# yes = "Arland signs', 'yes = "Arland puts its name to')
    lines = read(own).new_question.statements
    assert lines is not None
    assert lines.statements == (Statement("Arland puts its name to the river treaty", ""),)


def test_several_drafts_are_one_file_with_names_of_their_own() -> None:
    sentences = find_claims(
        "Arland will sign the river treaty by the end of 2027. The dam will hold. "
        "Arland will sign the river treaty by the end of 2028."
    )
    drafts = [propose_drafts(ClaimSource(sentence, NOW.date())) for sentence in sentences]
    text = write_drafts([pick(d, 1) for d in drafts], ESSAY, used_names=["dam-hold"], now=NOW)
    read_again = [d for d in read_drafts(text, "x.toml", ESSAY) if isinstance(d, DraftedQuestion)]
    assert [(d.new_question.id, d.at) for d in read_again] == [
        ("arland-sign-river-treaty", 0),
        ("dam-hold-2027", sentences[1].offset),
        ("arland-sign-river-treaty-2028", sentences[2].offset),
    ]
    assert [text.split("\n")[d.lines["text"] - 1][:4] for d in read_again] == ["text"] * 3


def test_a_question_is_drafted_once() -> None:
    first, *further = (
        propose_drafts(ClaimSource(find_claims(text)[0], NOW.date()))
        for text in (
            "Arland will sign the river treaty by the end of 2027.",
            "Borland will sign the river treaty by the end of 2027.",
            "Arland will sign the river treaty by the end of 2027.",
        )
    )
    text = write_drafts([pick(d, 1) for d in (first, *further)], ESSAY, now=NOW)
    assert text.count("[[question]]") == 2
    name = next(line for line in text.splitlines() if line.startswith("id = ")).split('"')[1]
    assert text.endswith(f"# Left out: {name} asks the same.\n")


def test_a_file_that_is_no_draft_is_refused() -> None:
    (sentence,) = find_claims("Arland will sign the river treaty by the end of 2027.")
    with pytest.raises(InvalidQuestion, match="'Two words' is not a valid name"):
        written(sentence, name="Two words")
    for text, reason in (
        (
            "# nothing\n",
            r"draft\.toml:1: a draft file has 1 to 200 \[\[question\]\] entries, not 0",
        ),
        (
            f"[[indicator]]\n{completed()}",
            r"draft\.toml:1: an indicator stands behind its question",
        ),
        (completed().replace("[[question]]", "[[questions]]"), "known here: question, indicator"),
        (completed().replace('id = "rain"', 'id = "rain'), "not valid TOML"),
        (completed().replace('["Arland talks"]', '["Arland talks"'), "not valid TOML"),
    ):
        with pytest.raises(InvalidQuestionSet, match=reason):
            read_drafts(text, "draft.toml", ESSAY)


def test_a_bad_question_leaves_the_others() -> None:
    text = completed()
    other = text[text.index("[[question]]") :]
    bad = other.replace('kind = "binary"', 'kind = "bynary"').replace('"rain"', '"snow"')
    first, second, third = read_drafts(f"{text}{bad}\n{other}", "draft.toml", ESSAY)
    assert isinstance(first, DraftedQuestion)
    assert isinstance(second, DraftProblem)
    assert (second.name, third) == (
        "snow",
        DraftProblem("rain", third.line, "its id stands twice"),
    )
    lines = f"{text}{bad}\n{other}".split("\n")
    assert lines[second.line - 1] == 'kind = "bynary"'
    assert lines[third.line - 1] == 'id = "rain"'


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
        ('id = "rain"', 'id = "Two words"', 'id = "Two', "may hold only a-z"),
        ("at = 0", "at = -1", "at = -1", "must be a whole number"),
        ("at = 0\n", "", "[[question]]", "question needs 'at'"),
        ("sources = [", "source = [", "source", "unknown key 'source' in question; known: "),
        ("prior = 0.5", "prior = 4.0", "prior", "between 0 and 1"),
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
    ]
)
def test_a_mistake_is_refused_with_its_line(old: str, new: str, at: str, reason: str) -> None:
    text = completed()
    assert text.count(old) == 1
    spoilt = text.replace(old, new)
    (problem,) = read_drafts(spoilt, "draft.toml", ESSAY)
    assert isinstance(problem, DraftProblem)
    assert reason in problem.reason
    assert spoilt.split("\n")[problem.line - 1].startswith(at)


def test_indicators_can_be_left_out_or_written_as_one_likes() -> None:
    text = completed()
    drafted = read(text)
    assert drafted.new_question.statements is None
    assert [one.id for one in drafted.indicators] == ["rain/talks"]
    bare = text.split("[[indicator]]")[0]
    assert read(bare).indicators == ()
    own = read(f'{bare}yes = "Arland signs river treaty"\n').new_question.statements
    assert own is not None
    assert own.statements == (Statement("Arland signs river treaty", ""),)
    twice = f"{text}\n{text[text.index('[[indicator]]') :].replace('talks', 'calls', 1)}"
    assert [one.id for one in read(twice).indicators] == ["rain/talks", "rain/calls"]


@check_rows(LIVES)
def test_a_question_is_asked_as_it_was_read(life: object) -> None:
    question = build_question(life.asked)  # type: ignore[attr-defined]
    assert build_question(new_question_from(question)) == question


def test_a_base_rate_in_a_draft_replaces_its_even_prior(tracker: Tracker) -> None:
    add(tracker)
    draft = tracker.essays.drafts("river", SIGNS)[0]
    new = build_new_question(draft, name="rain", now=NOW, essay_id=RIVER)
    drafted = build_question(new)
    assert drafted.prior == Binary(0.5)
    stated = new_question_from(replace(drafted, prior_reason="6 of 11 treaties"))
    assert open_claim(tracker, stated, SIGNS).prior == Binary(6.5 / 12)


# Opened


def test_questions_open_once_nothing_is_left_to_decide(tracker: Tracker) -> None:
    add(tracker)
    drafts = [tracker.essays.drafts("river", at) for at in (SIGNS, HOLDS)]
    text = tracker.essays.write_drafts("river", [pick(d, 1) for d in drafts])
    before = tracker.system.verify()
    rehearsed = tracker.essays.open_drafts("river", text, "river.toml", dry_run=True)
    assert tracker.system.verify() == before
    report = tracker.essays.open_drafts("river", text, "river.toml")
    assert (rehearsed.new[0].lines, rehearsed.problems) == (report.new[0].lines, report.problems)
    (opened,) = report.new
    assert opened.lines == (
        ("YES", "Arland signs the river treaty"),
        ("NO", "Arland refuses to sign the river treaty"),
    )
    assert {flaw.code for flaw in opened.advice} >= {"no-base-rate", "no-indicators"}
    (problem,) = report.problems
    assert (problem.name, problem.is_gap) == ("dam-hold", True)
    assert text.split("\n")[problem.line - 1].startswith(("text", "criteria"))
    page = tracker.questions.get("arland-sign-river-treaty")
    assert [claim.offset for claim in page.claims] == [SIGNS]
    assert tracker.essays.get("river").claims == page.claims


def test_a_mended_file_opens_the_rest(tracker: Tracker) -> None:
    add(tracker)
    bad = completed().replace("at = 0", f"at = {SIGNS}").replace('"yes"', '"perhaps"')
    good = bad[bad.index("[[question]]") :].replace('"rain"', '"snow"').replace("perhaps", "yes")
    good = good.replace("Will Arland sign", "Does Arland sign")
    first = tracker.essays.open_drafts("river", f"{bad}\n{good}", "river.toml")
    assert [d.question.id for d in first.new] == ["snow"]
    assert [problem.name for problem in first.problems] == ["rain"]
    again = tracker.essays.open_drafts(
        "river", f"{bad}\n{good}".replace("perhaps", "yes"), "river.toml"
    )
    assert [(d.question.id, d.is_new) for d in again.opened] == [("rain", True), ("snow", False)]
    assert again.problems == ()
    watched = tracker.questions.get("rain").indicators
    assert list(watched) == ["rain/talks"]
    reworded = good.replace("Does Arland sign", "Will Arland not sign")
    (problem,) = tracker.essays.open_drafts("river", reworded, "river.toml").problems
    assert "snow is open in other words: `tracker question edit snow`" in problem.reason


def test_a_question_names_the_beginning_of_a_sentence(tracker: Tracker) -> None:
    add(tracker)
    for at in (SIGNS + 3, 9999):
        text = completed().replace("at = 0", f"at = {at}")
        (problem,) = tracker.essays.open_drafts("river", text, "river.toml").problems
        assert f"character {at}" in problem.reason
    assert tracker.questions.list() == ()
    with pytest.raises(Refused, match="a heading stands at character 0: see"):
        tracker.essays.drafts("river", 0)
