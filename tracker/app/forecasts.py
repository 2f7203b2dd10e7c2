"""Forecasts of people: submit, reaffirm, withdraw, undo, redo and import them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypedDict, Unpack

from forecasts.distributions.distribution import Distribution
from forecasts.questions.parse_forecast import base_for_change, parse_forecast
from forecasts.questions.question import EvidenceId, ForecasterId
from forecasts.questions.timeline import Act, Forecast
from tracker.app.service import Service, cacheable
from tracker.model.audit import Authorship
from tracker.model.forecast_import import (
    DEFAULT_CHOICES,
    ForecastImport,
    ImportBatch,
    ImportChoices,
    ImportPreview,
    ImportUndone,
)
from tracker.questions import submit_forecast
from tracker.questions.importing import import_forecasts, sources, undo_import
from tracker.questions.queries.question_page import require_question
from tracker.questions.submit_forecast import ForecastRequest
from tracker.storage import imports
from tracker.storage.sessions import Session

if TYPE_CHECKING:
    from tracker.ingestion.forecast_accounts import AccountSite


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

    def preview_import(
        self, files: Mapping[str, bytes], choices: ImportChoices = DEFAULT_CHOICES
    ) -> ImportPreview:
        """Return what an import of these files would enter, and the rows that are broken."""
        with self._store.reading() as session:
            return self._plan(session, files, choices, self._authorship()).preview()

    def import_files(
        self,
        files: Mapping[str, bytes],
        choices: ImportChoices = DEFAULT_CHOICES,
        *,
        by: ForecasterId | None = None,
    ) -> ForecastImport:
        """Import forecasts with their own times, and answers, from the bytes of files by name.

        All in one transaction. Broken rows are named in the result; nothing enters while there is
        one, unless the choices leave them out. Sources and forms: docs/importing-forecasts.md.
        """
        with self._store.writing() as session:
            plan = self._plan(session, files, choices, self._authorship(by))
            return import_forecasts.store_import(session, plan)

    def _plan(
        self,
        session: Session,
        files: Mapping[str, bytes],
        choices: ImportChoices,
        authorship: Authorship,
    ) -> import_forecasts.ImportPlan:
        importer = import_forecasts.Importer(
            authorship, is_admin=self._context.principal.has("administer")
        )
        read = sources.read_files(files, choices)
        return import_forecasts.plan_import(session, read, choices, importer)

    @staticmethod
    def list_headers(files: Mapping[str, bytes]) -> tuple[str, ...]:
        """Return the headers of a spreadsheet, of which columns are chosen; none for others."""
        return sources.list_headers(files)

    @cacheable()
    def imports(self) -> tuple[ImportBatch, ...]:
        """Return all imports, the newest first."""
        with self._store.reading() as session:
            return imports.list_batches(session)

    def undo_import(self, batch_id: int) -> ImportUndone:
        """Take back all that an import entered; scores and lists are as they were before it."""
        with self._store.writing() as session:
            is_admin = self._context.principal.has("administer")
            return undo_import.undo_import(session, batch_id, self._authorship(), is_admin=is_admin)

    def fetch_account(self, site: "AccountSite", name: str = "", key: str = "") -> bytes:
        """Download the forecasts of an account elsewhere, as a file to import; raises `Refused`."""
        from tracker.ingestion.forecast_accounts import fetch_account

        return fetch_account(self._context.network, site, name, key)

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
