"""The essay with its own record written over it, and the verdict on it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import Binary, Distribution
from forecasts.essays.claim_map import (
    ClaimRejection,
    MappedSentence,
    compute_track_record,
    map_claims,
    measure_coverage,
)
from forecasts.essays.extract import Sentence, find_claims
from forecasts.essays.track_record import TrackRecordLine, is_asserted, tally_questions
from forecasts.questions.question import (
    Claim,
    ClaimId,
    EssayId,
    Outcome,
    Question,
    QuestionId,
    Resolution,
)
from forecasts.statistics.intervals import jeffreys
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


def asked(name: str, *claims: str, back: bool = False, bears_out: str = "yes") -> Question:
    ids = tuple(map(ClaimId, claims or ("C1",)))
    return replace(question(name=name), claim_ids=ids, retrospective=back, bears_out=bears_out)


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
        ("borne out", "borne out (1 of 1)"),
        ("rejected", "rejected: nobody could tell"),
        ("no question yet", "no question yet"),
        ("dropped", "dropped: because"),
        ("not forward-looking", "not forward-looking: because"),
        ("open", "38% likely to be borne out, 1 open question"),
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
    assert covered.share == 0.5


def test_nothing_that_looks_ahead_has_no_coverage() -> None:
    assert (
        measure_coverage(map_claims([sentence(0, kept=False)], [], [], [], NOTHING, NONE)).share
        is None
    )


@check_rows(
    [
        (answers(a="yes", b="yes"), "borne out", "borne out (2 of 2); 1 open question"),
        (answers(a="yes", b="no"), "mixed", "mixed (1 of 2); 1 open question"),
        (answers(a="yes", b="no", c="yes"), "borne out", "borne out (2 of 3)"),
        (answers(a="no"), "not borne out", "not borne out (0 of 1); 2 open questions"),
        (answers(a="annulled", b="yes"), "borne out", "borne out (1 of 1); 1 open question"),
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
        (3, 8, "not borne out"), (2, 5, "mixed"), (1, 2, "mixed"), (3, 5, "mixed"), (5, 8, "borne out"),
    ])  # fmt: skip
def test_shares_from_two_to_three_fifths_are_mixed(kept: int, of: int, state: str) -> None:
    questions = [asked(f"q{n}") for n in range(of)]
    found = only(questions, answers(**{f"q{n}": "yes" if n < kept else "no" for n in range(of)}))
    assert (found.state, found.words) == (state, f"{state} ({kept} of {of})")


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
    assert both.words == f"borne out (1 of 1); not counted: 2 questions {about}"
    (alone,) = map_claims([sentence(0)], claims[1:], [], questions, holding(c=0.4), known)
    assert (alone.state, alone.share, alone.p) == ("not counted", None, None)
    assert alone.words == f"not counted: 2 questions {about}"
    assert (
        compute_track_record(claims, questions, known, NOTHING).overall.words == "1 of 1 borne out"
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
    assert found.words == "49% likely to be borne out, 4 open questions"


def test_retrospective_answers_count_until_a_live_one() -> None:
    questions = [asked("a", back=True), asked("b"), asked("c")]
    found = only(questions, answers(a="yes"), holding(b=0.2, c=0.4))
    assert (found.state, found.retrospective, found.share) == ("borne out", True, 1.0)
    assert (
        found.words
        == "borne out (1 of 1, looking back); 30% likely to be borne out, 2 open questions"
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
    assert (quoted.cue, quoted.modality, quoted.kind, quoted.kept) == ("could", 0.5, "trend", True)
    assert measure_coverage(found).share == pytest.approx(1 / 3)
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
def test_the_lines_of_a_verdict_add_up_to_its_whole(record: Record, back: bool) -> None:
    found = compute_track_record(*record, retrospective=back)
    for lines in (found.by_kind, found.by_modality):
        for figure in ("claims", "answered", "open", "unanswered"):
            assert sum(getattr(line, figure) for line in lines) == getattr(found.overall, figure)
        assert math.fsum(line.borne_out for line in lines) == pytest.approx(found.overall.borne_out)
    for line in (found.overall, *found.by_kind, *found.by_modality):
        assert line.claims == line.answered + line.open + line.unanswered
        assert 0.0 <= line.borne_out <= line.answered
        if line.interval is not None and line.share is not None:
            assert line.interval[0] <= line.share + 1e-9
            assert line.share <= line.interval[1] + 1e-9


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


def test_track_records_count_shares_and_kinds() -> None:
    # A claim whose answers disagree counts by their share.
    claims = [
        claim("C1"),
        claim("C2", modality="could (0.5)"),
        claim("C3"),
        claim("C4", modality="could"),
        claim("C5"),
    ]
    questions = [asked("a"), asked("b"), asked("c", "C2"), asked("d", "C3"), asked("e", "C4")]
    known = answers(a="yes", b="no", c="yes", e="annulled")
    found = compute_track_record(claims, questions, known, holding(d=0.62))
    assert (found.overall.label, found.overall.words) == (
        "all claims", "1.5 of 2 borne out, 1 open (62% likely), 1 without an answer"
    )  # fmt: skip
    assert [(line.label, line.words) for line in found.by_modality] == [
        ("could", "1 of 1 borne out, 1 without an answer"),
        ("will", "0.5 of 1 borne out, 1 open (62% likely)"),
    ]
    assert found.overall.interval == jeffreys(1.5, 2)
    assert found.overall.is_small_sample
    # Ten answered claims are enough to be no small sample.
    claims = [claim(f"C{n}") for n in range(10)]
    questions = [asked(f"q{n}", f"C{n}") for n in range(10)]
    known = answers(**{f"q{n}": "yes" if n < 8 else "no" for n in range(10)})
    line = compute_track_record(claims, questions, known, NOTHING).overall
    assert (line.words, line.is_small_sample, line.share) == ("8 of 10 borne out", False, 0.8)
    assert compute_track_record(claims[1:], questions, known, NOTHING).overall.is_small_sample
    # Kinds of claims are counted by the first that is named.
    claims = [
        claim("C1", kind="Present state, trend"),
        claim("C2", kind="present  state"),
        claim("C3", kind=""),
    ]
    questions = [asked("a"), asked("b", "C2"), asked("c", "C3")]
    found = compute_track_record(claims, questions, NONE, NOTHING)
    assert [(line.label, line.claims) for line in found.by_kind] == [
        ("present state", 2),
        ("not said", 1),
    ]


def test_an_overconfident_essay_is_called_overconfident() -> None:
    claims = [
        claim("C1"),
        claim("C2", modality="could (0.5)"),
        claim("C3", modality="present perfect"),
    ]
    questions = [asked("a"), asked("b", "C2"), asked("c", "C3")]
    found = compute_track_record(
        claims, questions, answers(a="no", b="yes", c="no"), NOTHING
    ).calibration
    assert (found.claims, found.claimed, found.share, found.overconfidence) == (2, 0.75, 0.5, 0.25)
    assert found.interval == jeffreys(1, 2)
    assert (
        found.words
        == "sounded 75% sure, was right in 50% of 2 answered claims: too few to judge by"
    )


def test_without_answers_there_is_no_calibration() -> None:
    found = compute_track_record([claim()], [asked("a")], NONE, NOTHING)
    assert (found.calibration, found.overall.share, found.overall.interval) == (None, None, None)
    assert found.overall.words == "1 open"
    nothing = TrackRecordLine("all claims", 0, 0.0, 0, 0, 0, None, None)
    assert compute_track_record([claim()], [], NONE, NOTHING).overall == nothing
    assert nothing.words == "no questions yet"
