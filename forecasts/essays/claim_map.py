"""The claim map: an essay with its own record written over it, sentence by sentence.

Every sentence has a state, the questions that came from it, and words for people. Live questions
speak first: those that look back (written after their own window) are asked where no live one has
an answer yet, and the two never share a figure. The verdict on the essay as a whole is in
`forecasts.essays.track_record`.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from forecasts.distributions.distribution import Distribution
from forecasts.essays.extract import ClaimForm, Sentence
from forecasts.essays.modality import head_word, sureness
from forecasts.essays.track_record import (
    Calibration,
    Tally,
    Verdict,
    VerdictLine,
    by_claim,
    is_asserted,
    kind_of,
    tally,
    verdict,
)
from forecasts.questions.format import percent
from forecasts.questions.question import (
    Claim,
    ClaimId,
    ForecasterId,
    Question,
    QuestionId,
    Resolution,
)

__all__ = [
    "Calibration",
    "ClaimState",
    "Coverage",
    "Mapped",
    "Rejection",
    "Verdict",
    "VerdictLine",
    "claim_map",
    "coverage",
    "verdict",
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

MIXED = (0.4, 0.6)
"""Shares borne out from the first to the second, both included, are mixed: a tie is no verdict."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A sentence that a person found no question could be made of, from `offset` to `end` in the
    text, and why.
    """

    offset: int
    end: int
    why: str
    by: ForecasterId
    at: datetime


@dataclass(frozen=True, slots=True)
class Mapped:
    """A sentence of the essay and how it stands.

    | state | when |
    |---|---|
    | borne out, not borne out | answered questions: more than 60 % of them bear it out, or fewer than 40 % |
    | mixed | answered questions: 40 to 60 % of them bear it out |
    | open | questions, none of them answered yet |
    | no answer | questions that were annulled, are ambiguous, or say nothing of the claim |
    | not counted | questions, all of them on what the essay presupposes or reports of others |
    | rejected | no questions, and a person said why not |
    | no question yet | a claim, or a sentence that looks ahead, without any of that |
    | dropped | a sentence with a mark of a claim that was found too weak |
    | not forward-looking | everything else |

    `p` is the mean probability, 0 to 1, that its open questions bear it out, None without any;
    `share` the share of answered ones that do; both leave out questions on what the essay does not
    assert. `retrospective` says that these answers look back. `why` is the reason of a rejection,
    or why the sentence is no claim. `words` tell the state for a title.
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


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what looks ahead in an essay was asked.

    `asked` sentences have questions, `rejected` ones a reason why not, both of the
    `forward_looking`. From claims alone, without the text, it says how much of the claims was
    asked: nobody knows what was overlooked.
    """

    asked: int
    rejected: int
    forward_looking: int

    @property
    def share(self) -> float | None:
        """The share of forward-looking sentences that became questions, 0 to 1; None where nothing
        looks ahead.
        """
        return self.asked / self.forward_looking if self.forward_looking else None

    @property
    def undecided(self) -> int:
        """How many are neither asked nor rejected."""
        return self.forward_looking - self.asked - self.rejected


@dataclass(slots=True)
class _Place:
    """A sentence with what people made of it."""

    sentence: Sentence
    claims: list[Claim] = field(default_factory=list)
    rejection: Rejection | None = None


def claim_map(  # noqa: PLR0917  all that is known of an essay
    sentences: Sequence[Sentence],
    claims: Iterable[Claim],
    rejections: Iterable[Rejection],
    questions: Iterable[Question],
    held: Mapping[QuestionId, Distribution],
    resolutions: Mapping[QuestionId, Resolution],
) -> tuple[Mapped, ...]:
    """Every sentence with its state, in the order of the text.

    A claim belongs to the sentence in which its quote starts, or else touches; so does a rejection,
    of several the newest. What lies in no sentence, such as everything when the text is not kept
    and `sentences` is empty, has a place of its own: the quote, or nothing but where it was
    rejected. `held` is the forecast that stands for each open question, `resolutions` are those
    that count.
    """
    asked = by_claim(questions)
    places = _places(sentences, claims, rejections)
    return tuple(_mapped(place, asked, held, resolutions) for place in places)


def coverage(mapped: Iterable[Mapped]) -> Coverage:
    """How many of the forward-looking sentences were asked or rejected; a sentence with a claim is
    one of them.
    """
    ahead = [one for one in mapped if one.state not in ("not forward-looking", "dropped")]
    return Coverage(
        sum(bool(one.question_ids) for one in ahead),
        sum(one.state == "rejected" for one in ahead),
        len(ahead),
    )


def _places(
    sentences: Sequence[Sentence], claims: Iterable[Claim], rejections: Iterable[Rejection]
) -> Sequence[_Place]:
    found = [_Place(sentence) for sentence in sorted(sentences, key=lambda s: s.offset)]
    starts = [place.sentence.offset for place in found]
    loose: dict[int, _Place] = {}
    for claim in claims:
        at = _at(found, starts, claim.offset, claim.offset + len(claim.quote))
        (at or loose.setdefault(claim.offset, _Place(_quoted(claim)))).claims.append(claim)
    for rejection in sorted(rejections, key=lambda r: r.at):
        at = _at(found, starts, rejection.offset, rejection.end)
        (
            at or loose.setdefault(rejection.offset, _Place(_unquoted(rejection)))
        ).rejection = rejection
    return sorted([*found, *loose.values()], key=lambda place: place.sentence.offset)


def _at(places: Sequence[_Place], starts: Sequence[int], offset: int, end: int) -> _Place | None:
    """The place that holds an offset, else the one that begins before `end`."""
    after = bisect_right(starts, offset)
    if after and offset < places[after - 1].sentence.end:
        return places[after - 1]
    return places[after] if after < len(places) and starts[after] < end else None


def _quoted(claim: Claim) -> Sentence:
    """A claim as a sentence of its own, where the text around it is not at hand."""
    kind = next((form for form in get_args(ClaimForm) if form == kind_of(claim)), None)
    text = " ".join(claim.quote.split())
    cue, modality = head_word(claim.modality), sureness(claim.modality) or 0.0
    end = claim.offset + len(claim.quote)
    return Sentence(
        claim.offset, end, text, kind, cue, modality, 1.0, True, "a person took it for a claim"
    )


def _unquoted(rejection: Rejection) -> Sentence:
    return Sentence(
        rejection.offset, rejection.end, "", None, "", 0.0, 0.0, False, "its text is not kept"
    )


def _mapped(
    place: _Place,
    asked: Mapping[ClaimId, Sequence[Question]],
    held: Mapping[QuestionId, Distribution],
    resolutions: Mapping[QuestionId, Resolution],
) -> Mapped:
    claim_ids = tuple(claim.id for claim in place.claims)
    questions = {q.id: q for claim_id in claim_ids for q in asked.get(claim_id, ())}
    if not questions:
        state, why = _unasked(place)
        words = f"{state}: {why}" if why else state
        return Mapped(place.sentence, state, claim_ids, (), None, why, words)
    counted = {
        q.id: q for claim in place.claims if is_asserted(claim) for q in asked.get(claim.id, ())
    }
    live, back = (
        tally([q for q in counted.values() if q.retrospective is r], resolutions, held)
        for r in (False, True)
    )
    answers = live if live.answered else back
    still_open = live if live.open else back
    state, words = "not counted", ""
    if counted:
        state, words = _told(answers, still_open, len(counted), looks_back=answers is back)
    left_out = _not_counted(len(questions) - len(counted))
    return Mapped(
        sentence=place.sentence,
        state=state,
        claim_ids=claim_ids,
        question_ids=tuple(questions),
        p=still_open.chance,
        why="",
        words="; ".join(filter(None, (words, left_out))),
        share=answers.share,
        retrospective=answers is back and answers.share is not None,
    )


def _unasked(place: _Place) -> tuple[ClaimState, str]:
    sentence = place.sentence
    if place.rejection is not None:
        return "rejected", place.rejection.why
    if place.claims or sentence.kept:
        return "no question yet", ""
    return ("dropped" if sentence.cue or sentence.kind else "not forward-looking"), sentence.why


def _told(
    answers: Tally, still_open: Tally, questions: int, *, looks_back: bool
) -> tuple[ClaimState, str]:
    waiting = _waiting(still_open)
    if answers.share is None:
        if waiting:
            return "open", waiting
        return (
            "no answer",
            f"no answer: {_count(questions)} annulled, ambiguous, or silent about it",
        )
    low, high = MIXED
    state: ClaimState = (
        "borne out" if answers.share > high else "not borne out" if answers.share < low else "mixed"
    )
    said = (
        f"{state} ({answers.borne_out} of "
        f"{answers.answered}{', looking back' if looks_back else ''})"
    )
    return state, f"{said}; {waiting}" if waiting else said


def _not_counted(questions: int) -> str:
    return (
        f"not counted: {_count(questions)} on what the essay presupposes or reports of others"
        if questions
        else ""
    )


def _waiting(still_open: Tally) -> str:
    if not still_open.open:
        return ""
    likely = (
        ""
        if still_open.chance is None
        else f"{percent(still_open.chance)} likely to be borne out, "
    )
    return f"{likely}{_count(still_open.open, 'open ')}"


def _count(questions: int, what: str = "") -> str:
    return f"{questions} {what}question{'' if questions == 1 else 's'}"
