"""Accuracy of forecasters: scores, calibration, comparisons and updating habits."""

from typing import TYPE_CHECKING

from forecasts.calibration.personal import PersonalRecalibration
from forecasts.questions.question import ForecasterId
from forecasts.scoring.comparison import Comparison, EvidencePoint
from forecasts.scoring.rulebook import RuleName
from tracker.app.service import Service, cacheable
from tracker.model.read_models import (
    Accuracy,
    CalibrationReport,
    Choice,
    ComparisonReport,
    ForecasterRecord,
    Habits,
    RecalibrationState,
)

if TYPE_CHECKING:
    from tracker.questions.queries.score_selection import TabulatedScore

ALL_QUESTIONS = Choice()


class AccuracyService(Service, noun="accuracy"):
    """Use cases on accuracy. Live and retrospective questions are never mixed."""

    @cacheable()
    def summarise(self, choice: Choice = ALL_QUESTIONS) -> Accuracy:
        """Return everyone's accuracy on the chosen questions."""
        from tracker.questions.queries import accuracy

        with self._store.reading() as session:
            return accuracy.measure_accuracy(session, choice, self._now())

    @cacheable(per_person=True)
    def record(
        self, choice: Choice = ALL_QUESTIONS, *, forecaster_id: ForecasterId | None = None
    ) -> ForecasterRecord:
        """Return the track record of a forecaster, or mine: skill over time, and every answer."""
        from tracker.questions.queries import track_record

        with self._store.reading() as session:
            return track_record.trace_track_record(
                session, choice, forecaster_id or self._me, self._now()
            )

    def score_table(self, choice: Choice = ALL_QUESTIONS) -> "tuple[TabulatedScore, ...]":
        """Return every score of the chosen questions as a table, for a spreadsheet."""
        from tracker.questions.queries import accuracy

        with self._store.reading() as session:
            return accuracy.tabulate_scores(session, choice, self._now())

    @cacheable()
    def calibration(
        self, choice: Choice = ALL_QUESTIONS, *, lead_days: int = 30
    ) -> CalibrationReport:
        """Return everyone's calibration `lead_days` before the scheduled close."""
        from tracker.questions.queries import calibration

        with self._store.reading() as session:
            return calibration.measure_calibration(session, choice, lead_days, self._now())

    @cacheable(per_person=True)
    def recalibration(self) -> RecalibrationState:
        """Return what my record offers, and what I have consented to."""
        from tracker.questions.queries import calibration

        with self._store.reading() as session:
            return calibration.find_recalibration(session, self._me, self._now())

    @cacheable(per_person=True, from_log=True)
    def consent(self) -> PersonalRecalibration | None:
        """Return the recalibration of my forecasts that I have consented to."""
        from tracker.storage import recalibrations

        with self._store.reading() as session:
            steps = recalibrations.list_consents(session).get(self._me, ())
        return steps[-1][1] if steps else None

    def recalibrate(self, *, by: ForecasterId | None = None) -> PersonalRecalibration:
        """Recalibrate my forecasts from now on, as my record bears out; the past stays."""
        from tracker.questions import recalibrate

        with self._store.writing() as session:
            return recalibrate.start_recalibration(session, self._authorship(by))

    def stop_recalibrating(self, *, by: ForecasterId | None = None) -> None:
        """Recalibrate my forecasts no longer, from now on."""
        from tracker.questions import recalibrate

        with self._store.writing() as session:
            recalibrate.stop_recalibration(session, self._authorship(by))

    def choose_crowd(self, pool: ForecasterId, *, by: ForecasterId | None = None) -> None:
        """Show a pool as the crowd from now on: the plain one, or another that leads."""
        from tracker.questions import choose_crowd

        pools = self.summarise().pools
        with self._whole_store.writing() as session:
            choose_crowd.choose_crowd(session, pool, pools, self._authorship(by))

    @cacheable()
    def compare(
        self, choice: Choice = ALL_QUESTIONS, *, forecaster_id: ForecasterId | None = None
    ) -> ComparisonReport:
        """Compare forecasters on common questions and times: every pair, or one with the rest."""
        from tracker.questions.queries import comparisons

        with self._store.reading() as session:
            return comparisons.compare_forecasters(session, choice, forecaster_id, self._now())

    @cacheable()
    def trace_pair(
        self, choice: Choice, rule: RuleName, pair: Comparison
    ) -> tuple[EvidencePoint, ...]:
        """Trace the evidence on one pair of a comparison over time."""
        from tracker.questions.queries import comparisons

        with self._store.reading() as session:
            return comparisons.trace_pair(session, choice, rule, pair, now=self._now())

    @cacheable()
    def habits(self, choice: Choice = ALL_QUESTIONS) -> tuple[Habits, ...]:
        """Return how often and how far people update, against what the evidence suggests."""
        from tracker.questions.queries import updating_habits

        with self._store.reading() as session:
            return updating_habits.measure_habits(session, choice, self._now())
