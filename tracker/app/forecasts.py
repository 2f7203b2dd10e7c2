"""Forecasts of people: submit, reaffirm, withdraw, undo and redo them."""

from collections.abc import Mapping, Sequence
from typing import TypedDict, Unpack

from forecasts.distributions.distribution import Distribution
from forecasts.questions.parse_forecast import base_for_change, parse_forecast
from forecasts.questions.question import EvidenceId, ForecasterId
from forecasts.questions.timeline import Act, Forecast
from tracker.app.service import Service
from tracker.model.forecast_import import ForecastImport
from tracker.questions import import_forecasts, submit_forecast
from tracker.questions.forecast_files import read_rows
from tracker.questions.queries.question_page import require_question
from tracker.questions.submit_forecast import ForecastRequest


class ActOptions(TypedDict, total=False):
    """Options of every forecast act: the reason, the forecaster, and an idempotency key."""

    rationale: str
    forecaster: ForecasterId | None
    key: str | None


class ForecastService(Service, noun="forecasts"):
    """Use cases on forecasts."""

    def submit(
        self,
        question_id: str,
        forecast: Distribution | str,
        *,
        cites: Sequence[EvidenceId] = (),
        **options: Unpack[ActOptions],
    ) -> Forecast:
        """Submit a forecast, as a distribution or as typed (see `parse`), with its evidence."""
        forecaster = self._author(options.get("forecaster"))
        distribution = (
            self.parse(question_id, forecast, forecaster) if isinstance(forecast, str) else forecast
        )
        return self._act(
            question_id, "forecast", options, cites=tuple(cites), distribution=distribution
        )

    def parse(
        self, question_id: str, text: str, forecaster: ForecasterId | None = None
    ) -> Distribution:
        """Parse a typed forecast of this question, over the options that it offers now.

        `+5` and `x2` change the standing forecast of `forecaster` (by default the acting person).
        Three numbers or dates keep its masses beyond the range, or those of the base rate.
        """
        with self._store.reading() as session:
            question = require_question(session, question_id)
            current = submit_forecast.get_current_distribution(
                session, question.id, forecaster or self._me
            )
            return parse_forecast(question, text, self._now(), base_for_change(question, current))

    def import_files(
        self, texts: Mapping[str, str], *, by: ForecasterId | None = None
    ) -> ForecastImport:
        """Import forecasts with their own times, and answers, from the texts of files by name.

        All in one transaction; refused rows are named in the result, and change nothing. Files are
        CSV or JSON lines: see `tracker.questions.forecast_files`.
        """
        with self._store.writing() as session:
            rows = [row for name, text in texts.items() for row in read_rows(name, text)]
            return import_forecasts.import_rows(session, rows, self._authorship(by))

    def reaffirm(self, question_id: str, **options: Unpack[ActOptions]) -> Forecast:
        """Confirm the standing forecast; it counts as an update and makes the forecast fresh."""
        return self._act(question_id, "reaffirm", options)

    def withdraw(self, question_id: str, **options: Unpack[ActOptions]) -> Forecast:
        """Withdraw the standing forecast: a gap begins, earlier forecasts still count."""
        return self._act(question_id, "withdraw", options)

    def undo(self, question_id: str, **options: Unpack[ActOptions]) -> Forecast:
        """Undo the last action by appending a compensating one."""
        return self._act(question_id, "undo", options)

    def redo(self, question_id: str, **options: Unpack[ActOptions]) -> Forecast:
        """Redo the last undone action; refused after any other action."""
        return self._act(question_id, "redo", options)

    def _act(
        self,
        question_id: str,
        act: Act,
        options: ActOptions,
        *,
        cites: tuple[EvidenceId, ...] = (),
        distribution: Distribution | None = None,
    ) -> Forecast:
        request = ForecastRequest(
            question_id,
            act,
            self._author(options.get("forecaster")),
            options.get("rationale", ""),
            options.get("key"),
            cites,
            distribution,
        )
        with self._store.writing() as session:
            return submit_forecast.record_act(session, request, self._now())
