"""Lessons of reviews: corrections of P(evidence) on questions and indicators, and demotions.

They are learned values like any other: dated, logged, frozen and reset by a person. Those of a
question follow each review of its evidence at once; the daily run fits all of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from forecasts.distributions.probability import logit, sigmoid
from forecasts.evidence.corrections import (
    MIN_INDICATOR_REVIEWS,
    MatchReview,
    apply_correction,
    fit_correction,
)
from forecasts.evidence.evidence import Evidence
from forecasts.evidence.matcher_record import NO_REVIEWS, Precision
from forecasts.evidence.parameters import CLIP, LearnedLogitMap, LearnedValue
from forecasts.questions.question import MATCHER, QuestionId
from tracker.model.evidence import EvidenceCard
from tracker.storage import decisions, evidence_history, learned, matcher_precision
from tracker.storage.evidence_history import FirstReview
from tracker.storage.learned import CORRECTION, LearnedRecord, LearnedValues
from tracker.storage.matcher_precision import DEMOTED_FEED, DEMOTED_INDICATOR
from tracker.storage.sessions import Session

__all__ = [
    "CORRECTION",
    "DEMOTED_FEED",
    "DEMOTED_INDICATOR",
    "OwnRelevance",
    "ReviewLessons",
    "invert_calibration",
    "learn_from_review",
    "store_changed",
]  # the names of values are re-exported for commands and pages

LESSON_NAMES = (CORRECTION, DEMOTED_INDICATOR, DEMOTED_FEED)

MIN_CHANGE = 1e-3
"""A value that changed by less is not stored again."""

MIN_SHOWN_CHANGE = 0.005
"""A relevance that changed by less, from 0 to 1, is shown as it was logged."""


def learn_from_review(session: Session, question_id: QuestionId, now: datetime) -> None:
    """Fit what the reviews of one question teach, and store what changed."""
    calibration = learned.load_calibrations(session)(now).relevance
    lessons = ReviewLessons(
        session, learned.load_current_records(session, names=LESSON_NAMES), calibration, now
    )
    store_changed(
        session,
        lessons.current,
        [*lessons.corrections(question_id), *lessons.demote_indicators(question_id)],
    )


def store_changed(
    session: Session, current: LearnedValues, fits: Iterable[LearnedValue]
) -> tuple[LearnedValue, ...]:
    """Store the values that changed, unless a person has frozen or decided them meanwhile."""
    changed = tuple(fit for fit in fits if _has_changed(current.get((fit.name, fit.scope)), fit))
    for fit in changed:
        learned.add_learned(session, LearnedRecord(fit, "learned", MATCHER))
    return changed


def _has_changed(stored: LearnedRecord | None, fit: LearnedValue) -> bool:
    was_taught = not fit.why.startswith("default")
    if stored is None:
        return was_taught
    if stored.state == "frozen" or stored.learned.as_of > fit.as_of:
        return False
    return (
        was_taught
        if stored.state == "reset"
        else abs(stored.learned.value - fit.value) >= MIN_CHANGE
    )


def invert_calibration(calibrated: float, calibration: LearnedLogitMap) -> float | None:
    """Invert the calibration: the matcher's own probability; None where it left nothing of it.

    The calibration applies to the matcher's own probabilities. If it were fitted to calibrated
    ones, they would teach that nothing has to be corrected.
    """
    shift, slope = calibration.shift.value, calibration.slope.value
    if (shift, slope) == (0.0, 1.0):
        return calibrated
    if slope < MIN_CHANGE:
        return None
    return sigmoid((logit(min(max(calibrated, CLIP[0]), CLIP[1])) - shift) / slope)


class OwnRelevance:
    """The matcher's own P(evidence) of a piece, from the one with which it was logged."""

    def __init__(self, session: Session) -> None:
        self._calibration_at = learned.load_calibrations(session)
        self._corrections: dict[str, list[tuple[int, LearnedRecord]]] = defaultdict(list)
        for log_seq, record in learned.list_records(session, CORRECTION):
            self._corrections[record.learned.scope].append((log_seq, record))

    def recover(self, shown: Evidence, logged_at: datetime, log_seq: int) -> float | None:
        """Return it without calibration and corrections; None where they left nothing of it.

        `log_seq` is the number under which the matcher logged the piece, or lifted it last.
        """
        correction = sum(
            self._correction_before(scope, log_seq)
            for scope in (shown.question_id, shown.indicator_id)
        )
        calibrated = apply_correction(shown.relevance, -correction)
        return invert_calibration(calibrated, self._calibration_at(logged_at).relevance)

    def _correction_before(self, scope: str, log_seq: int) -> float:
        """Return the correction that stood when the log came to this number.

        Times do not tell: a piece can be logged at the very instant of a review.
        """
        known = [record for seq, record in self._corrections.get(scope, ()) if seq < log_seq]
        return known[-1].learned.value if known and known[-1].state != "reset" else 0.0


def correct_waiting(
    session: Session, cards: Sequence[EvidenceCard], now: datetime
) -> tuple[EvidenceCard, ...]:
    """Add to evidence that waits the relevance that judgements since then give its like."""
    waiting = [
        card.evidence.id
        for card in cards
        if (card.evidence.status, card.evidence.judged_by) == ("logged", MATCHER)
    ]
    if not waiting:
        return tuple(cards)
    entries = decisions.load_matcher_entries(session, waiting)
    own_relevance, known = OwnRelevance(session), learned.calibration_at(session, now)

    def correct(card: EvidenceCard) -> EvidenceCard:
        piece = card.evidence
        entry = entries.get(piece.id)  # what is only proposed has none
        matched = None if entry is None else own_relevance.recover(piece, *entry)
        if matched is None:
            return card
        corrected = known.correct_relevance(
            known.relevance.apply(matched), piece.question_id, piece.indicator_id
        )
        is_changed = abs(corrected - piece.relevance) >= MIN_SHOWN_CHANGE
        return replace(card, corrected=corrected) if is_changed else card

    return tuple(map(correct, cards))


@dataclass(frozen=True, slots=True)
class ReviewLessons:
    """Lessons of the reviews known now; `calibration` is that of all questions."""

    session: Session
    current: LearnedValues
    calibration: LearnedLogitMap
    now: datetime

    def corrections(self, question_id: QuestionId | None = None) -> Iterator[LearnedValue]:
        """Fit the corrections of all questions or one: first its own, then its indicators'.

        A correction that is frozen stands in the fits of its indicators.
        """
        own_relevance = OwnRelevance(self.session)
        reviews: dict[QuestionId, list[FirstReview]] = defaultdict(list)
        for name, scope in self.current:
            corrected = QuestionId(scope.partition("/")[0])
            if name == CORRECTION and question_id in (None, corrected):
                reviews[corrected] = []
        for first in evidence_history.list_first_reviews(self.session, question_id):
            reviews[first.shown.question_id].append(first)
        for scope, firsts in sorted(reviews.items()):
            yield from self._correct_question(scope, firsts, own_relevance)

    def _correct_question(
        self, question_id: QuestionId, firsts: Sequence[FirstReview], own_relevance: OwnRelevance
    ) -> Iterator[LearnedValue]:
        judged: list[tuple[FirstReview, float]] = []
        for first in firsts:
            relevance = own_relevance.recover(first.shown, first.logged_at, first.log_seq)
            if relevance is not None:
                judged.append((first, self.calibration.apply(relevance)))
        correction = self._fit(question_id, judged, 0.0, minimum=1)
        yield correction
        by_indicator: dict[str, list[tuple[FirstReview, float]]] = {
            scope: []
            for name, scope in self.current
            if name == CORRECTION and scope.startswith(f"{question_id}/")
        }
        for first, relevance in judged:
            by_indicator.setdefault(first.shown.indicator_id, []).append((first, relevance))
        base = self._value_in_force(correction)
        for scope, pairs in sorted(by_indicator.items()):
            yield self._fit(scope, pairs, base, minimum=MIN_INDICATOR_REVIEWS)

    def _value_in_force(self, fit: LearnedValue) -> float:
        stored = self.current.get((fit.name, fit.scope))
        is_frozen = stored is not None and stored.state == "frozen"
        return stored.learned.value if stored is not None and is_frozen else fit.value

    def _fit(
        self, scope: str, judged: Sequence[tuple[FirstReview, float]], base: float, *, minimum: int
    ) -> LearnedValue:
        start = self._last_reset(scope)
        reviews = [
            MatchReview(apply_correction(relevance, base), first.reviewed.status != "rejected")
            for first, relevance in judged
            if start is None or first.at > start
        ]
        n, accepted = len(reviews), sum(review.accepted for review in reviews)
        if n < minimum:
            why = f"default: {n} of {minimum} reviews are made"
            return LearnedValue(CORRECTION, scope, 0.0, n, self.now, why)
        why = f"fitted to {n} {'review' if n == 1 else 'reviews'}, {accepted} kept"
        return LearnedValue(CORRECTION, scope, fit_correction(reviews), n, self.now, why)

    def _last_reset(self, scope: str) -> datetime | None:
        if (CORRECTION, scope) not in self.current:
            return None
        versions = learned.list_versions(self.session, CORRECTION, scope)
        return max((v.learned.as_of for v in versions if v.state == "reset"), default=None)

    def demote_indicators(self, question_id: QuestionId | None = None) -> Iterator[LearnedValue]:
        """Decide for each indicator of all questions or one if its pieces move nothing."""
        counts = matcher_precision.count_by_indicator(self.session, question_id)
        prefix = "" if question_id is None else f"{question_id}/"
        return self._demote(DEMOTED_INDICATOR, counts, prefix)

    def demote_feeds(self) -> Iterator[LearnedValue]:
        """Decide for each feed if its pieces move nothing."""
        return self._demote(DEMOTED_FEED, matcher_precision.count_by_feed(self.session), "")

    def _demote(
        self, name: str, counts: Mapping[str, Precision], prefix: str
    ) -> Iterator[LearnedValue]:
        known = {s for n, s in self.current if n == name and s.startswith(prefix)}
        for scope in sorted(known | counts.keys()):
            count = counts.get(scope, NO_REVIEWS)
            why = str(count) if count.is_low else f"default: {str(count) or 'too few reviews'}"
            yield LearnedValue(name, scope, float(count.is_low), count.reviewed, self.now, why)
