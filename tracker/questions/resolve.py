"""Answer a question and score everyone on it, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from forecasts.aggregation.crowd import crowd_timeline
from forecasts.questions.answers import check_resolution, read_answer
from forecasts.questions.forecaster import CROWD, HAZARD, PRIOR, RESERVED
from forecasts.questions.question import ForecasterId, Question, Resolution, effective_close, latest
from forecasts.questions.timeline import Forecast, Timeline, timeline, timeline_of
from forecasts.scoring.daily import score_daily
from forecasts.scoring.points import score_points
from forecasts.scoring.scores import Score, score_question
from forecasts.suggestion.binary import hazard_timeline
from tracker.errors import Refused
from tracker.model.audit import Standpoint
from tracker.storage import event_log_rows as log
from tracker.storage import forecasts, properties, questions, resolutions
from tracker.storage.forecasts import acts_by_forecaster
from tracker.storage.sessions import Session

SCORES_VERSION = "4"
"""Raised when the rules change: stored scores of another version are worked out again when the
tracker opens.
"""

Held = Mapping[ForecasterId, Timeline]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it is typed, with its source and times; without `event_at` it happened when it
    was known.
    """

    answer: str
    source_url: str
    known_at: datetime
    event_at: datetime | None
    note: str
    by: ForecasterId

    def resolution(self, question: Question, now: datetime) -> Resolution:
        """The resolution of the question, entered now; raises `InvalidResolution` for what is no
        answer of it.
        """
        outcome, said = read_answer(question, self.answer)
        times = (self.event_at or self.known_at, self.known_at, now)
        return Resolution(question.id, outcome, self.source_url, self.note, *times, self.by, said)


def resolve(session: Session, question: Question, resolution: Resolution) -> tuple[Score, ...]:
    """Append the resolution and replace this question's scores alone; annulled ones have none."""
    check_resolution(question, resolution)
    resolutions.add(session, resolution)
    scores = score_everyone(session, question, resolution)
    resolutions.replace_scores(session, question.id, scores)
    return scores


def reopen(session: Session, question: Question, why: str, by: Standpoint) -> Resolution:
    """Take the answer of a question back: its scores go, and it stands as if it had none. Raises
    `Refused` without one.

    The answer stays in the record, and what was forecast meanwhile counts again. Branches of a pair
    that were annulled by it stay annulled until they are re-opened themselves.
    """
    standing = latest(resolutions.of_question(session, question.id))
    if standing is None:
        raise Refused(f"{question.id} has no answer to take back")
    if not why.strip():
        raise Refused("a question is re-opened for a reason: say which")
    at = max(by.at, standing.entered_at)  # entered before what it takes back, it would not count
    taken_back = Resolution(
        question.id, "reopened", standing.source_url, why.strip(), at, at, at, by.by
    )
    resolutions.add(session, taken_back)
    resolutions.replace_scores(session, question.id, ())
    return taken_back


def preview(
    session: Session, question: Question, answers: Sequence[str], known_at: datetime
) -> dict[str, tuple[Score, ...]]:
    """What everyone would score under each of several answers as they are typed, known at one
    instant; nothing is kept.

    Raises `InvalidResolution` for what is no answer of the question.
    """
    pretended = [(text, _as_if(question, text, known_at)) for text in answers]
    held = timelines(session, question, min(known_at, question.closes_at))
    return {text: scores_of(question, resolution, held) for text, resolution in pretended}


def _as_if(question: Question, text: str, known_at: datetime) -> Resolution:
    outcome, said = read_answer(question, text)
    return Resolution(question.id, outcome, "", "", known_at, known_at, known_at, PRIOR, said)


def score_everyone(
    session: Session, question: Question, resolution: Resolution
) -> tuple[Score, ...]:
    """Every forecaster who held anything, and the computed ones, by every rule that fits the
    question.

    People alone are held against each other: whoever is computed for every question has no peers.
    """
    return scores_of(
        question, resolution, timelines(session, question, effective_close(question, resolution))
    )


def scores_of(question: Question, resolution: Resolution, held: Held) -> tuple[Score, ...]:
    """The same, from what everyone held; none where there is nothing to score against."""
    peers = people(held)
    alone = score_question(question, resolution, held)
    return (
        *alone,
        *score_points(question, resolution, peers),
        *score_daily(question, resolution, peers),
    )


def people(held: Held) -> Held:
    """Those of them who are not computed."""
    return {who: steps for who, steps in held.items() if who not in RESERVED}


def timelines(
    session: Session, question: Question, until: datetime
) -> dict[ForecasterId, Timeline]:
    """What each forecaster held over time; the computed ones are worked out up to `until`."""
    return timelines_of(question, forecasts.of_question(session, question.id), until)


def timelines_of(
    question: Question, acts: Sequence[Forecast], until: datetime
) -> dict[ForecasterId, Timeline]:
    """The same, from the acts on the question in the order they were entered."""
    held = {who: timeline_of(own) for who, own in acts_by_forecaster(acts).items()}
    held[PRIOR] = timeline([(question.opens_at, question.prior)])
    if question.kind == "binary":
        held[HAZARD] = hazard_timeline(question, question.opens_at, min(until, question.closes_at))
    if members := people(held):
        held[CROWD] = crowd_timeline(question, members, until=until)
    return held


def scores_are_current(session: Session) -> bool:
    """Whether the stored scores were worked out under the rules of this code."""
    return properties.read(session, "scores") == SCORES_VERSION


def bring_up_to_date(session: Session) -> None:
    """Work out all scores anew, and note under which rules; nothing is done twice when several open
    the database.
    """
    log.wait_turn(session)
    if scores_are_current(session):
        return
    rescore(session)
    properties.write(session, "scores", SCORES_VERSION)


def rescore(session: Session) -> int:
    """Work out the scores of all questions again from the facts; the number of questions with an
    answer.
    """
    log.wait_turn(session)  # two who replace the same scores would both insert them
    answered = resolutions.current(session)
    for question in questions.every(session):
        resolution = answered.get(question.id)
        scores = () if resolution is None else score_everyone(session, question, resolution)
        resolutions.replace_scores(session, question.id, scores)
    return len(answered)
