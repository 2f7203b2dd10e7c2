"""Benchmarks: the same question on a market or another platform, linked by a person and scored."""

from forecasts.questions.question import ForecasterId
from tracker.app.service import Service, cacheable
from tracker.benchmarks import link as linking
from tracker.benchmarks import poll as polling
from tracker.benchmarks.platforms import parse_address
from tracker.errors import Refused
from tracker.model.benchmarks import Benchmark, LookUp, QuoteReport, SameQuestion, Unreadable
from tracker.questions.queries.question_page import require_question


class BenchmarkService(Service, noun="benchmarks"):
    """Use cases on benchmarks."""

    @cacheable()
    def list(self, question_id: str = "") -> tuple[Benchmark, ...]:
        """Return the benchmarks of a question, or of all; raises `NotFound`."""
        with self._store.reading() as session:
            question = require_question(session, question_id) if question_id else None
            return linking.list_benchmarks(session, question.id if question else None)

    def look_up(self, question_id: str, address: str) -> LookUp:
        """Read the question at an address, store nothing, and show it beside ours.

        Raises `Refused` in one line for another address, or one that cannot be read now.
        """
        with self._store.reading() as session:
            question = require_question(session, question_id)
        place = parse_address(address)
        if isinstance(place, Unreadable):
            raise Refused(place.reason)
        platform, external_id = place
        token = self._settings.metaculus_token
        quote = polling.fetch_quote(self._context.network, platform, external_id, token)
        return linking.compare(question, platform, quote, self._now())

    def link(
        self,
        seen: LookUp,
        choice: SameQuestion | None = None,
        *,
        by: ForecasterId | None = None,
    ) -> Benchmark:
        """Link both questions, which a person looked up and judged to be the same.

        It replaces the link of the same platform. Raises `Refused` if they cannot be linked.
        """
        choice = choice or SameQuestion()
        hours = self._settings.benchmark_hours
        with self._store.writing() as session:
            author = self._authorship(by)
            link = linking.add_link(session, seen, choice, author, hours=hours)
            return linking.require_link(session, link.question_id, link.platform)

    def unlink(
        self, question_id: str, platform: str, *, by: ForecasterId | None = None
    ) -> Benchmark:
        """Read it no more: its forecasts stay, and it holds none from now on."""
        with self._store.writing() as session:
            return linking.end_link(session, question_id, platform, self._authorship(by))

    def poll(self) -> QuoteReport:
        """Read the benchmarks that are due, of all questions."""
        settings, network = self._settings, self._context.network
        schedule = polling.QuoteSchedule(settings.benchmark_hours, settings.metaculus_token)
        return polling.poll_benchmarks(self._whole_store, network, schedule, self._now)
