"""Series: numbers that sources publish, polled as feeds are, which settle questions."""

from forecasts.questions.series import Series, SeriesId
from tracker.app.service import Service, cacheable
from tracker.errors import Refused
from tracker.ingestion import series_subscriptions as subscriptions
from tracker.ingestion.series_subscriptions import SeriesTrial
from tracker.model.proposed_answers import SeriesStatus
from tracker.questions.settle_by_series import require_series
from tracker.storage import feeds, series
from tracker.storage.sessions import Session


class SeriesService(Service, noun="series"):
    """Use cases on series."""

    @cacheable()
    def list(self) -> tuple[SeriesStatus, ...]:
        """Return the series that are read, with their newest values, by name."""
        with self._store.reading() as session:
            return tuple(
                _describe(session, definition.id, whole=False)
                for definition in series.list_series(session)
            )

    @cacheable()
    def get(self, series_id: str) -> SeriesStatus:
        """Return one series with its values; raises `NotFound`."""
        with self._store.reading() as session:
            return _describe(session, require_series(session, series_id).id)

    def is_read(self, name: str) -> bool:
        """Return True if a series of this name is read."""
        with self._store.reading() as session:
            return name in series.map_series_to_feeds(session)

    def check(self, definition: Series) -> SeriesTrial:
        """Read an address once, store nothing, and show the values or what is wrong."""
        return subscriptions.try_series(self._context.network, definition, self._now)

    def check_again(self, series_id: str) -> SeriesTrial:
        """Read the address of a series once and store nothing; raises `NotFound`."""
        with self._store.reading() as session:
            definition = require_series(session, series_id)
        return self.check(definition)

    def add(self, definition: Series) -> SeriesStatus:
        """Read a series from now on, with what it has now.

        Raises `Refused` if its address cannot be read, or its name exists.
        """
        trial = self.check(definition)
        if trial.reading is None:
            raise Refused(f"{definition.url} is no such series: {trial.reason}")
        with self._store.writing() as session:
            subscriptions.add_tried_series(
                session, trial, self._settings.request_budget, self._now()
            )
            return _describe(session, definition.id)

    def remove(self, series_id: str) -> SeriesStatus:
        """Read a series no more; its values stay, as what answers rest on."""
        with self._store.writing() as session:
            status = _describe(session, require_series(session, series_id).id)
            subscriptions.remove_series(session, status.series.id, status.state.id, self._now())
            return status


def _describe(session: Session, series_id: SeriesId, *, whole: bool = True) -> SeriesStatus:
    definition = require_series(session, series_id)
    feed_id = series.map_series_to_feeds(session)[series_id]
    settled = series.load_settlements(session)
    return SeriesStatus(
        definition,
        feeds.list_series_documents(session)[feed_id],
        series.count_values(session, series_id),
        series.load_values(session, series_id)
        if whole
        else series.load_newest_value(session, series_id),
        tuple(question for question, s in settled.items() if s.series_id == series_id),
        tuple(
            other.id
            for other in series.load_series_of_feeds(session, [feed_id])[feed_id]
            if other.id != series_id
        ),
    )
