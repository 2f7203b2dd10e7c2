"""Claim map: the track record of an essay, sentence by sentence.

Each sentence has a state, the questions made from it, and a description. Live questions take
precedence: retrospective ones (written after their opening) count only where no live one has an
answer yet, and the two are never pooled. `forecasts.essays.track_record` sums up the essay.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from forecasts.distributions.distribution import Distribution
from forecasts.essays.claim_outcomes import ClaimTests, confirms_claim, count_tests
from forecasts.essays.extract import ClaimForm, Sentence
from forecasts.essays.track_record import (
    QuestionTally,
    TrackRecord,
    compute_track_record,
    group_by_claim,
    is_asserted,
    tally_questions,
)
from forecasts.questions.formatting import format_percent
from forecasts.questions.question import (
    Claim,
    ClaimId,
    ForecasterId,
    Question,
    QuestionId,
    Resolution,
)

__all__ = [
    "ClaimCoverage",
    "ClaimRejection",
    "ClaimState",
    "MappedSentence",
    "TrackRecord",
    "compute_track_record",
    "map_claims",
    "measure_coverage",
]

ClaimState = Literal[
    "borne out",
    "mixed",
    "not borne out",
    "open",
    "no answer",
    "not counted",
    "rejected",
    "no question yet",
    "not forward-looking",
    "dropped",
]

MIXED_SHARES = (0.4, 0.6)
"""Bounds, both included, of the confirmed share that is mixed: a tie is no verdict."""

_VERDICTS: dict[ClaimState, str] = {
    "borne out": "came true",
    "not borne out": "did not come true",
    "mixed": "mixed",
}

_ASIDE = re.compile(r"\([^)]*\)")  # such as the figure of "could ultimately (0.5)"


@dataclass(frozen=True, slots=True)
class ClaimRejection:
    """Decision by a person that the sentence at `offset` to `end` makes no question, with the
    reason.
    """

    offset: int
    end: int
    why: str
    by: ForecasterId
    at: datetime


@dataclass(frozen=True, slots=True)
class MappedSentence:
    """Sentence of the essay with its state.

    | state | when |
    |---|---|
    | borne out | more than 60% of the answered questions confirm it |
    | not borne out | fewer than 40% of the answered questions confirm it |
    | mixed | 40 to 60% of the answered questions confirm it |
    | open | questions, none of them answered yet |
    | no answer | questions that were annulled, are ambiguous, or say nothing of the claim |
    | not counted | only questions on presuppositions and reported speech |
    | rejected | no questions, and a person gave the reason |
    | no question yet | a claim, or a sentence that looks ahead, without any of that |
    | dropped | a sentence whose marker of a claim is too weak |
    | not forward-looking | all other sentences |

    Questions that differ in a date or a figure alone count as one answer. `p` is the mean
    probability, 0 to 1, that its open questions confirm it, None without any; `share` the share of
    answered questions that do; both exclude questions on what the essay does not assert.
    `retrospective` is True if these answers are retrospective. `tests` counts the questions that
    the state rests on, and those of them that say little. `why` is the reason of a rejection, or
    why the sentence is no claim. `words` describe the state for a title.
    """

    sentence: Sentence
    state: ClaimState
    claim_ids: tuple[ClaimId, ...]
    question_ids: tuple[QuestionId, ...]
    p: float | None
    why: str
    words: str
    share: float | None = None
    retrospective: bool = False
    tests: ClaimTests = field(default_factory=ClaimTests)

    @property
    def says_little(self) -> bool:
        """True if each of its tests could hardly fail, or hardly succeed."""
        return 0 < self.tests.total == self.tests.weak


@dataclass(frozen=True, slots=True)
class ClaimCoverage:
    """Number of forward-looking sentences that became questions.

    `asked` sentences have questions and `rejected` ones a reason against; both are among the
    `forward_looking`. Without the essay's text only the claims are counted, so that overlooked
    sentences are missing.
    """

    asked: int
    rejected: int
    forward_looking: int

    @property
    def undecided(self) -> int:
        """Number of sentences neither asked nor rejected."""
        return self.forward_looking - self.asked - self.rejected


@dataclass(slots=True)
class _SentenceRecord:
    """Sentence with its claims and rejection."""

    sentence: Sentence
    claims: list[Claim] = field(default_factory=list)
    rejection: ClaimRejection | None = None


def map_claims(  # noqa: PLR0917  the complete record of an essay
    sentences: Sequence[Sentence],
    claims: Iterable[Claim],
    rejections: Iterable[ClaimRejection],
    questions: Iterable[Question],
    forecasts: Mapping[QuestionId, Distribution],
    resolutions: Mapping[QuestionId, Resolution],
) -> tuple[MappedSentence, ...]:
    """Return every sentence with its state, in the order of the text.

    A claim or a rejection belongs to the sentence in which it starts, or else to the one it
    touches; of several rejections the newest counts. One outside all sentences, as if the text is
    not stored and `sentences` is empty, gets a sentence of its own. `forecasts` has the current
    forecast of each open question, `resolutions` the valid ones.
    """
    questions_by_claim = group_by_claim(questions)
    places = _collect_places(sentences, claims, rejections)
    return tuple(
        _map_sentence(place, questions_by_claim, forecasts, resolutions) for place in places
    )


def measure_coverage(mapped: Iterable[MappedSentence]) -> ClaimCoverage:
    """Count the forward-looking sentences; one with a claim is always among them."""
    forward_looking = [
        sentence for sentence in mapped if sentence.state not in ("not forward-looking", "dropped")
    ]
    return ClaimCoverage(
        sum(bool(sentence.question_ids) for sentence in forward_looking),
        sum(sentence.state == "rejected" for sentence in forward_looking),
        len(forward_looking),
    )


def _collect_places(
    sentences: Sequence[Sentence], claims: Iterable[Claim], rejections: Iterable[ClaimRejection]
) -> Sequence[_SentenceRecord]:
    places = [_SentenceRecord(sentence) for sentence in sorted(sentences, key=lambda s: s.offset)]
    starts = [place.sentence.offset for place in places]
    unplaced: dict[int, _SentenceRecord] = {}
    for claim in claims:
        existing = _find_place(places, starts, claim.offset, claim.offset + len(claim.quote))
        (
            existing or unplaced.setdefault(claim.offset, _SentenceRecord(_claim_sentence(claim)))
        ).claims.append(claim)
    for rejection in sorted(rejections, key=lambda r: r.at):
        existing = _find_place(places, starts, rejection.offset, rejection.end)
        (
            existing
            or unplaced.setdefault(
                rejection.offset, _SentenceRecord(_rejection_sentence(rejection))
            )
        ).rejection = rejection
    return sorted([*places, *unplaced.values()], key=lambda place: place.sentence.offset)


def _find_place(
    places: Sequence[_SentenceRecord], starts: Sequence[int], offset: int, end: int
) -> _SentenceRecord | None:
    """Return the place that holds an offset, else the one that starts before `end`."""
    after = bisect_right(starts, offset)
    if after and offset < places[after - 1].sentence.end:
        return places[after - 1]
    return places[after] if after < len(places) and starts[after] < end else None


def _claim_sentence(claim: Claim) -> Sentence:
    """Turn a claim into a sentence, where the text around it is not available."""
    first_kind = " ".join(claim.claim_kind.split(",")[0].casefold().split())
    kind = next((form for form in get_args(ClaimForm) if form == first_kind), None)
    text = " ".join(claim.quote.split())
    cue = " ".join(_ASIDE.sub(" ", claim.modality).split())
    end = claim.offset + len(claim.quote)
    return Sentence(
        claim.offset, end, text, kind, cue, 0.0, 1.0, True, "a person took it for a claim"
    )


def _rejection_sentence(rejection: ClaimRejection) -> Sentence:
    return Sentence(
        rejection.offset, rejection.end, "", None, "", 0.0, 0.0, False, "its text is not kept"
    )


def _map_sentence(
    place: _SentenceRecord,
    questions_by_claim: Mapping[ClaimId, Sequence[Question]],
    forecasts: Mapping[QuestionId, Distribution],
    resolutions: Mapping[QuestionId, Resolution],
) -> MappedSentence:
    claim_ids = tuple(claim.id for claim in place.claims)
    questions = {q.id: q for claim_id in claim_ids for q in questions_by_claim.get(claim_id, ())}
    if not questions:
        state, why = _state_without_questions(place)
        words = f"{state}: {why}" if why else state
        return MappedSentence(place.sentence, state, claim_ids, (), None, why, words)
    live, past = _split_asserted(place.claims, questions_by_claim)
    live_tally, past_tally = (
        tally_questions(side, resolutions, forecasts) for side in (live, past)
    )
    answers = live_tally if live_tally.answered else past_tally
    still_open = live_tally if live_tally.open else past_tally
    is_past = answers is past_tally and answers.share is not None
    counted = len(live) + len(past)
    tests = ClaimTests()
    state, words = "not counted", ""
    if counted:
        state, words = _state_with_questions(answers, still_open, counted, is_retrospective=is_past)
        basis = [*live, *past] if answers.share is None else past if is_past else live
        tests = _count_tests(basis, resolutions, is_answered=answers.share is not None)
    notes = (words, _weakness_text(tests), _not_counted_text(len(questions) - counted))
    return MappedSentence(
        sentence=place.sentence,
        state=state,
        claim_ids=claim_ids,
        question_ids=tuple(questions),
        p=still_open.probability,
        why="",
        words="; ".join(filter(None, notes)),
        share=answers.share,
        retrospective=is_past,
        tests=tests,
    )


def _split_asserted(
    claims: Iterable[Claim], questions_by_claim: Mapping[ClaimId, Sequence[Question]]
) -> tuple[list[Question], list[Question]]:
    """Questions on the claims that the essay asserts: live ones, and retrospective ones."""
    asserted = {
        q.id: q
        for claim in claims
        if is_asserted(claim)
        for q in questions_by_claim.get(claim.id, ())
    }
    live = [q for q in asserted.values() if not q.retrospective]
    return live, [q for q in asserted.values() if q.retrospective]


def _count_tests(
    questions: Iterable[Question],
    resolutions: Mapping[QuestionId, Resolution],
    *,
    is_answered: bool,
) -> ClaimTests:
    """Count the tests behind a state: the answers that decide it, or else those still open."""
    if not is_answered:
        return count_tests(q for q in questions if q.id not in resolutions)
    answered = [q for q in questions if q.id in resolutions]
    return count_tests(q for q in answered if confirms_claim(q, resolutions[q.id]) is not None)


def _weakness_text(tests: ClaimTests) -> str:
    if not tests.weak:
        return ""
    if tests.weak < tests.total:
        return f"{tests.weak} of {tests.total} tests say little"
    ends = [
        end
        for end, number in (("fail", tests.hardly_fail), ("succeed", tests.hardly_succeed))
        if number
    ]
    return f"says little: could hardly {' or '.join(ends)}"


def _state_without_questions(place: _SentenceRecord) -> tuple[ClaimState, str]:
    sentence = place.sentence
    if place.rejection is not None:
        return "rejected", place.rejection.why
    if place.claims or sentence.kept:
        return "no question yet", ""
    if sentence.is_background:
        return "not forward-looking", f"a fact to check today ({sentence.kind})"
    return ("dropped" if sentence.cue else "not forward-looking"), sentence.why


def _state_with_questions(
    answers: QuestionTally, still_open: QuestionTally, questions: int, *, is_retrospective: bool
) -> tuple[ClaimState, str]:
    open_note = _open_text(still_open)
    if answers.share is None:
        if open_note:
            return "open", open_note
        return (
            "no answer",
            f"no answer: {_count_questions(questions)} annulled, ambiguous, or silent about it",
        )
    min_share, max_share = MIXED_SHARES
    state: ClaimState = (
        "borne out"
        if answers.share > max_share
        else "not borne out"
        if answers.share < min_share
        else "mixed"
    )
    summary = (
        f"{_VERDICTS[state]} ({round(answers.borne_out, 1):g} of "
        f"{answers.answered}{', looking back' if is_retrospective else ''})"
    )
    return state, f"{summary}; {open_note}" if open_note else summary


def _not_counted_text(questions: int) -> str:
    return (
        f"not counted: {_count_questions(questions)} on what the essay presupposes or reports of "
        "others"
        if questions
        else ""
    )


def _open_text(still_open: QuestionTally) -> str:
    if not still_open.open:
        return ""
    likelihood = (
        ""
        if still_open.probability is None
        else f"{format_percent(still_open.probability)} likely to come true, "
    )
    return f"{likelihood}{_count_questions(still_open.open, 'open ')}"


def _count_questions(questions: int, adjective: str = "") -> str:
    return f"{questions} {adjective}question{'' if questions == 1 else 's'}"
