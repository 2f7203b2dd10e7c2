"""The essay with its own record written over it, and the verdict on it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import Binary, Distribution
from forecasts.essays.claim_map import (
    ClaimRejection,
    MappedSentence,
    TrackRecord,
    compute_track_record,
    map_claims,
    measure_coverage,
)
from forecasts.essays.extract import Sentence, find_claims
from forecasts.essays.track_record import is_asserted, measure_skill, tally_questions
from forecasts.questions.new_question import NO_PRIOR_REASON
from forecasts.questions.question import (
    Claim,
    ClaimId,
    EssayId,
    Outcome,
    Question,
    QuestionId,
    Resolution,
)
from tests.forecasts.strategies import (
    ANN,
    categorical_question,
    day,
    law,
    numeric_question,
    question,
    resolution,
)
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/claim_map")

NONE: Mapping[QuestionId, Resolution] = {}
NOTHING: Mapping[QuestionId, Distribution] = {}


def sentence(offset: int, length: int = 10, *, kept: bool = True, cue: str = "will") -> Sentence:
    return Sentence(
        offset,
        offset + length,
        "It will do",
        "explicit prediction" if kept else None,
        cue,
        1.0,
        0.9,
        kept,
        "because",
    )


def claim(
    name: str = "C1", offset: int = 0, modality: str = "will", kind: str = "explicit prediction"
) -> Claim:
    return Claim(ClaimId(name), EssayId("essay"), "it will", offset, kind, modality, "It comes.")


def asked(
    name: str, *claims: str, back: bool = False, bears_out: str = "yes", **more: Any
) -> Question:
    ids = tuple(map(ClaimId, claims or ("C1",)))
    made = replace(question(name=name), claim_ids=ids, retrospective=back, bears_out=bears_out)
    more = {"prior": Binary(0.5), "prior_reason": "5 of 10 years", **more}
    return replace(made, text=f"Does {name} come?", **more)


def answers(**outcomes: Outcome) -> dict[QuestionId, Resolution]:
    return {
        QuestionId(n): replace(resolution(o), question_id=QuestionId(n))
        for n, o in outcomes.items()
    }


def holding(**p: float) -> dict[QuestionId, Distribution]:
    return {QuestionId(name): Binary(value) for name, value in p.items()}


def rejected(offset: int, why: str = "nobody could tell", at: float = 0) -> ClaimRejection:
    return ClaimRejection(offset, offset + 10, why, ANN, day(at))


def only(
    questions: Sequence[Question],
    resolutions: Mapping[QuestionId, Resolution] = NONE,
    held: Mapping[QuestionId, Distribution] = NOTHING,
) -> MappedSentence:
    (found,) = map_claims([sentence(0)], [claim()], [], questions, held, resolutions)
    return found


def test_every_sentence_has_a_state_and_words_for_it() -> None:
    sentences = [
        sentence(0),
        sentence(20),
        sentence(40),
        sentence(60, kept=False),
        sentence(80, kept=False, cue=""),
        sentence(100),
    ]
    claims = [claim("C1", 3), claim("C2", 100)]
    questions = [asked("a"), asked("b", "C2")]
    found = map_claims(
        sentences, claims, [rejected(20)], questions, holding(b=0.38), answers(a="yes")
    )
    assert [(one.state, one.words) for one in found] == [
        ("borne out", "came true (1 of 1)"),
        ("rejected", "rejected: nobody could tell"),
        ("no question yet", "no question yet"),
        ("dropped", "dropped: because"),
        ("not forward-looking", "not forward-looking: because"),
        ("open", "38% likely to come true, 1 open question"),
    ]
    assert [one.p for one in found] == [None, None, None, None, None, 0.38]
    assert (found[0].claim_ids, found[0].question_ids) == (("C1",), ("a",))
    covered = measure_coverage(found)
    assert (covered.asked, covered.rejected, covered.forward_looking, covered.undecided) == (
        2,
        1,
        4,
        1,
    )


@check_rows(
    [
        (answers(a="yes", b="yes"), "borne out", "came true (2 of 2); 1 open question"),
        (answers(a="yes", b="no"), "mixed", "mixed (1 of 2); 1 open question"),
        (answers(a="yes", b="no", c="yes"), "borne out", "came true (2 of 3)"),
        (answers(a="no"), "not borne out", "did not come true (0 of 1); 2 open questions"),
        (answers(a="annulled", b="yes"), "borne out", "came true (1 of 1); 1 open question"),
        (answers(a="annulled"), "open", "2 open questions"),
        (
            answers(a="annulled", b="ambiguous", c="annulled"),
            "no answer",
            "no answer: 3 questions annulled, ambiguous, or silent about it",
        ),
    ]
)
def test_most_answers_decide_about_a_claim(
    outcomes: dict[QuestionId, Resolution], state: str, words: str
) -> None:
    found = only([asked("a"), asked("b"), asked("c")], outcomes)
    assert (found.state, found.words) == (state, words)


@check_rows([
        (3, 8, "not borne out", "did not come true"), (2, 5, "mixed", "mixed"), (1, 2, "mixed", "mixed"),
        (3, 5, "mixed", "mixed"), (5, 8, "borne out", "came true"),
    ])  # fmt: skip
def test_shares_from_two_to_three_fifths_are_mixed(
    kept: int, of: int, state: str, words: str
) -> None:
    questions = [asked(f"q{n}") for n in range(of)]
    found = only(questions, answers(**{f"q{n}": "yes" if n < kept else "no" for n in range(of)}))
    assert (found.state, found.words) == (state, f"{words} ({kept} of {of})")


@check_rows(TABLES["presuppositions_are_shown_and_not_counted"])
def test_presuppositions_are_shown_and_not_counted(modality: str, kind: str) -> None:
    claims = [claim("C1", modality="will not"), claim("C2", 4, modality=modality, kind=kind)]
    questions = [asked("a", bears_out="no"), asked("b", "C2"), asked("c", "C2")]
    known = answers(a="no", b="no")
    (both,) = map_claims([sentence(0)], claims, [], questions, holding(c=0.4), known)
    assert (both.state, both.share, both.p, both.question_ids) == (
        "borne out",
        1.0,
        None,
        ("a", "b", "c"),
    )
    about = "on what the essay presupposes or reports of others"
    assert both.words == f"came true (1 of 1); not counted: 2 questions {about}"
    (alone,) = map_claims([sentence(0)], claims[1:], [], questions, holding(c=0.4), known)
    assert (alone.state, alone.share, alone.p) == ("not counted", None, None)
    assert alone.words == f"not counted: 2 questions {about}"
    assert (
        compute_track_record(claims, questions, known, NOTHING).words
        == "1 of 1 came true, by chance 0.5"
    )
    assert measure_coverage([alone]).asked == 1


def test_the_probability_of_a_claim() -> None:
    # The answer that bears a claim out may be no.
    assert only([asked("a", bears_out="no")], answers(a="no")).state == "borne out"
    assert only([asked("a", bears_out="no")], NONE, holding(a=0.3)).p == pytest.approx(0.7)
    # A question that says nothing of its claim leaves it without an answer.
    silent = asked("a", bears_out="")
    assert only([silent], answers(a="yes")).state == "no answer"
    assert (only([silent], NONE, holding(a=0.3)).state, only([silent], NONE, holding(a=0.3)).p) == (
        "open",
        None,
    )
    # The chance of a claim is the mean over its open questions of any kind.
    of_options = replace(
        categorical_question(name="b"), claim_ids=(ClaimId("C1"),), bears_out="Moscow"
    )
    of_a_number = replace(
        numeric_question(name="c"), claim_ids=(ClaimId("C1"),), bears_out="at least 75"
    )
    held = {**holding(a=0.9), QuestionId("b"): of_options.prior, QuestionId("c"): of_a_number.prior}
    found = only([asked("a"), of_options, of_a_number, asked("d")], NONE, held)
    assert found.p == pytest.approx((0.9 + 1 / 3 + 0.25) / 3)
    assert found.words == "49% likely to come true, 4 open questions"


def test_retrospective_answers_count_until_a_live_one() -> None:
    questions = [asked("a", back=True), asked("b"), asked("c")]
    found = only(questions, answers(a="yes"), holding(b=0.2, c=0.4))
    assert (found.state, found.retrospective, found.share) == ("borne out", True, 1.0)
    assert (
        found.words == "came true (1 of 1, looking back); 30% likely to come true, 2 open questions"
    )
    found = only(questions, answers(a="yes", b="no"), holding(c=0.4))
    assert (found.state, found.retrospective, found.share, found.p) == (
        "not borne out",
        False,
        0.0,
        0.4,
    )


def test_claims_sentences_and_rejections_are_matched() -> None:
    # A claim with a question is not rejected any more and the newest reason counts.
    reasons = [rejected(0, "new", at=2), rejected(5, "old", at=1)]
    (found,) = map_claims([sentence(0)], [claim()], reasons, [], NOTHING, NONE)
    assert (found.state, found.why, found.claim_ids) == ("rejected", "new", ("C1",))
    (found,) = map_claims([sentence(0)], [claim()], reasons, [asked("a")], NOTHING, NONE)
    assert (found.state, found.why) == ("open", "")
    # A claim belongs to the sentence in which it starts or else touches.
    sentences = [sentence(0), sentence(12)]
    claims = [claim("first", 9), claim("second", 10), claim("lost", 40)]
    found = map_claims(sentences, claims, [], [], NOTHING, NONE)
    assert [one.claim_ids for one in found] == [("first",), ("second",), ("lost",)]
    assert (found[2].sentence.offset, found[2].sentence.end, found[2].sentence.text) == (
        40,
        47,
        "it will",
    )


def test_claims_are_mapped_with_and_without_text() -> None:
    # Without the text the claims and the rejections stand in their order.
    claims = [claim("C2", 50, "could (0.5)", "Trend, of sorts"), claim("C1", 3)]
    found = map_claims(
        [], claims, [rejected(20), rejected(50)], [asked("a")], NOTHING, answers(a="no")
    )
    assert [(one.sentence.offset, one.state) for one in found] == [
        (3, "not borne out"),
        (20, "rejected"),
        (50, "rejected"),
    ]
    quoted = found[2].sentence
    assert (quoted.cue, quoted.modality, quoted.kind, quoted.kept) == ("could", 0.0, "trend", True)
    assert (measure_coverage(found).asked, measure_coverage(found).forward_looking) == (1, 3)
    # A text is mapped from its claims to its record.
    text = (
        "Prices fell in May. The bank will cut its rate by 2027. The ministry will publish "
        "a plan next year."
    )
    claims = [claim("C1", text.index("will cut"))]
    found = map_claims(find_claims(text), claims, [], [asked("a")], NOTHING, answers(a="yes"))
    assert [one.state for one in found] == ["not forward-looking", "borne out", "no question yet"]


names = st.sampled_from("abcdefgh")
outcomes: st.SearchStrategy[Outcome] = st.sampled_from(["yes", "no", "annulled", "ambiguous"])


@st.composite
def records(
    draw: st.DrawFn,
) -> tuple[
    list[Claim], list[Question], dict[QuestionId, Resolution], dict[QuestionId, Distribution]
]:
    """Some claims, questions that came from some of them, and what is known of these."""
    words, kinds = (
        st.sampled_from(["will", "could (0.5)", "presupposition"]),
        st.sampled_from(["trend", "prediction"]),
    )
    claims = [
        claim(f"C{n}", 20 * n, draw(words), draw(kinds)) for n in range(draw(st.integers(0, 6)))
    ]
    ids = st.lists(st.sampled_from([f"C{n}" for n in range(7)]), min_size=1, max_size=3)
    bears = st.sampled_from(["yes", "no", ""])
    questions = [
        asked(name, *draw(ids), back=draw(st.booleans()), bears_out=draw(bears))
        for name in draw(st.lists(names, max_size=8, unique=True))
    ]
    known = {name: draw(outcomes) for name in draw(st.sets(names))}
    return (
        claims,
        questions,
        answers(**known),
        holding(**{name: draw(st.floats(0, 1)) for name in draw(st.sets(names))}),
    )


Record = tuple[
    list[Claim], list[Question], dict[QuestionId, Resolution], dict[QuestionId, Distribution]
]


@law
@given(records(), st.booleans())
def test_a_verdict_counts_each_claim_once(record: Record, back: bool) -> None:
    found = compute_track_record(*record, retrospective=back)
    assert found.claims == found.answered + found.open + found.unanswered
    assert 0.0 <= found.borne_out <= found.answered == len(found.scores)
    assert len({score.claim.id for score in found.scores}) == found.answered
    assert found.tests.total == len({q for score in found.scores for q in score.question_ids})
    if found.skill is not None:
        low, high = found.skill.interval
        assert low - 1e-6 <= found.skill.skill <= high + 1e-6
        assert found.skill.claims <= found.answered


@law
@given(records(), st.booleans())
def test_twins_and_their_number_change_no_record(record: Record, back: bool) -> None:
    claims, questions, resolutions, held = record
    twins = [replace(q, id=QuestionId(f"{q.id}-twin")) for q in questions]
    again = {QuestionId(f"{q}-twin"): r for q, r in resolutions.items()}
    once = compute_track_record(*record, retrospective=back)
    twice = compute_track_record(
        claims, [*questions, *twins], {**resolutions, **again}, held, retrospective=back
    )
    assert (twice.headline, twice.skill) == (once.headline, once.skill)


@law
@given(records(), st.booleans())
def test_retrospective_and_live_questions_never_mix(record: Record, back: bool) -> None:
    claims, questions, resolutions, held = record
    alone = [q for q in questions if q.retrospective is back]
    assert compute_track_record(*record, retrospective=back) == compute_track_record(
        claims, alone, resolutions, held, retrospective=back
    )
    for one in map_claims([], claims, [], questions, held, resolutions):
        counted = [c.id for c in claims if c.id in one.claim_ids and is_asserted(c)]
        mine = [
            q
            for q in questions
            if set(counted) & set(q.claim_ids) and q.retrospective is one.retrospective
        ]
        assert one.share == tally_questions(mine, resolutions, held).share


@law
@given(records())
def test_the_map_has_each_claim_once(record: Record) -> None:
    claims, questions, resolutions, held = record
    found = map_claims([], claims, [], questions, held, resolutions)
    assert [one.claim_ids for one in found] == [(c.id,) for c in claims]
    assert [set(one.question_ids) for one in found] == [
        {q.id for q in questions if c.id in q.claim_ids} for c in claims
    ]
    assert all(
        (one.share is None) is (one.state not in ("borne out", "mixed", "not borne out"))
        for one in found
    )


def test_track_records_count_shares() -> None:
    # A claim whose answers disagree counts by their share.
    claims = [claim(f"C{n}") for n in range(1, 6)]
    questions = [asked("a"), asked("b"), asked("c", "C2"), asked("d", "C3"), asked("e", "C4")]
    known = answers(a="yes", b="no", c="yes", e="annulled")
    found = compute_track_record(claims, questions, known, holding(d=0.62))
    assert found.words == (
        "1.5 of 2 came true, by chance 1, 1 open (62% likely), 1 without an answer"
    )
    assert [(score.claim.id, score.skill) for score in found.scores] == [("C1", 0.0), ("C2", 0.5)]
    # Without an answer nothing is told of chance.
    found = compute_track_record([claim()], [asked("a")], NONE, NOTHING)
    assert (found.words, found.skill, found.chance_words, found.skill_words) == (
        "1 open",
        None,
        "",
        "",
    )
    assert compute_track_record([claim()], [], NONE, NOTHING).words == "no questions yet"


def a_record(answered: int, borne_out: int, prior: float, **more: Any) -> TrackRecord:
    words = "abcdefghijklmnopqrstuvwxyz"[:answered]
    claims = [claim(f"C{word}") for word in words]
    questions = [asked(word, f"C{word}", prior=Binary(prior), **more) for word in words]
    known = answers(**{word: "yes" if n < borne_out else "no" for n, word in enumerate(words)})
    return compute_track_record(claims, questions, known, NOTHING)


@check_rows(
    [
        (9, 9, 0.5, "By chance it would be 2 to 7 in 95 of 100 cases. 9 claims are too few to judge by."),
        (1, 1, 0.9, "By chance it would be 0 to 1 in 95 of 100 cases. 1 claim is too few to judge by."),
        (20, 18, 0.9, "By chance it would be 15 to 20 in 95 of 100 cases. Chance alone explains this record."),
        (20, 18, 0.5, "By chance it would be 6 to 14 in 95 of 100 cases. That is more than chance explains."),
        (20, 10, 0.9, "By chance it would be 15 to 20 in 95 of 100 cases. That is less than chance explains."),
    ]
)  # fmt: skip
def test_easy_tests_earn_no_praise(answered: int, kept: int, prior: float, words: str) -> None:
    found = a_record(answered, kept, prior)
    assert found.chance_words == words
    assert found.skill.skill == pytest.approx(kept - prior * answered)
    low, high = found.skill.interval
    fewest, most = found.skill.chance_range
    assert (low <= 0.0 <= high) is (fewest <= kept <= most)


def test_claims_without_a_base_rate_are_told_apart() -> None:
    unknown = {"prior_reason": NO_PRIOR_REASON}
    blank = replace(asked("b", "C2"), **unknown)
    claims, known = [claim("C1"), claim("C2")], answers(a="yes", b="yes")
    found = compute_track_record(claims, [asked("a"), blank], known, NOTHING)
    assert (found.headline, found.skill.claims) == ("2 of 2 came true", 1)
    assert found.chance_words.startswith(
        "Of the 1 claim with a base rate, 1 came true, by chance 0.5. "
    )
    assert found.tests.total == 2
    found = compute_track_record(claims, [blank], known, NOTHING)
    assert (found.skill, found.scores[0].skill) == (None, None)
    assert found.chance_words.startswith("No base rate was given")
    # Within a claim, too: what has no base rate is not compared with chance.
    both = [replace(asked("a"), prior=Binary(0.2)), replace(asked("b"), **unknown)]
    (score,) = compute_track_record(claims, both, answers(a="yes", b="no"), NOTHING).scores
    assert (score.tally.share, score.skill) == (0.5, pytest.approx(0.8))


def test_claims_that_share_a_question_share_their_luck() -> None:
    # Three claims with one question have the chance range of one draw.
    claims = [claim("C1"), claim("C2"), claim("C3")]
    found = compute_track_record(claims, [asked("a", "C1", "C2", "C3")], answers(a="yes"), NOTHING)
    assert found.skill.chance_range == (0, 3)
    apart = [asked("a", "C1"), asked("b", "C2"), asked("c", "C3")]
    apart_record = compute_track_record(claims, apart, answers(a="yes", b="yes", c="yes"), NOTHING)
    assert apart_record.skill.interval[0] > found.skill.interval[0]
    assert measure_skill([]) is None


def test_twins_share_a_vote() -> None:
    texts = (
        ("a", "Will Arland sign by 31 December 2027?", "yes"),
        ("b", "Will Arland sign by 30 June 2028?", "yes"),
        ("c", "Will Borland sign by 30 June 2028?", "no"),
    )
    questions = [replace(asked(name), text=text) for name, text, _ in texts]
    tally = tally_questions(questions, answers(a="yes", b="yes", c="no"), NOTHING)
    assert (tally.answered, tally.borne_out, tally.share) == (2, 1.0, 0.5)
    assert only(questions, answers(a="yes", b="no", c="no")).words == "did not come true (0.5 of 2)"


@check_rows(
    [
        ([0.95], "came true (1 of 1); says little: could hardly fail", True),
        ([0.1], "came true (1 of 1); says little: could hardly succeed", True),
        ([0.95, 0.5], "came true (2 of 2); 1 of 2 tests say little", False),
        ([0.95, 0.05], "came true (2 of 2); says little: could hardly fail or succeed", True),
        ([0.5], "came true (1 of 1)", False),
    ]
)
def test_tests_that_say_little_are_marked(priors: list[float], words: str, weak: bool) -> None:
    questions = [asked(name, prior=Binary(p)) for name, p in zip("ab", priors, strict=False)]
    known = answers(**{q.id: "yes" for q in questions})
    found = only(questions, known)
    assert (found.words, found.says_little) == (words, weak)
    # An open question is marked, too, and a silent one is no test.
    assert only(questions, NONE, holding(a=0.5)).says_little is weak
    assert not only([replace(q, bears_out="") for q in questions], known).says_little


def test_a_verdict_counts_weak_tests_apart() -> None:
    assert a_record(12, 6, 0.95).test_words == "12 of 12 tests could hardly fail."
    assert a_record(12, 6, 0.5).test_words == ""
    mixed = [asked("a", prior=Binary(0.95)), asked("b", prior=Binary(0.05)), asked("c")]
    found = compute_track_record([claim()], mixed, answers(a="yes", b="no", c="no"), NOTHING)
    assert found.test_words == "1 of 3 tests could hardly fail, 1 could hardly succeed."
    found = compute_track_record([claim()], mixed, NONE, NOTHING)
    assert (found.tests.total, found.open_tests.weak) == (0, 2)
    assert found.test_words == "1 of 3 tests could hardly fail, 1 could hardly succeed."
    of_a_number = replace(
        numeric_question(name="n"), prior_reason="5 years", bears_out="at least 3"
    )
    found = compute_track_record(
        [claim()], [replace(of_a_number, claim_ids=(ClaimId("C1"),))], NONE, NOTHING
    )
    assert found.test_words == "1 of 1 test could hardly fail."
