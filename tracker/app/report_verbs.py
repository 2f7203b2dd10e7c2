"""The verbs that give out what is known: reports, whole tables, and what changed lately.

A part of `Tracker`, apart because it is the part that others read without a page or a terminal.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, assert_never

from forecasts.questions.question import ForecasterId
from tracker.errors import NotFound, Refused
from tracker.model.formats import TableFormat
from tracker.model.read_models import ActivityEntry
from tracker.settings import Settings
from tracker.storage import dump as whole
from tracker.storage import event_log_rows as log
from tracker.storage import known, properties
from tracker.storage.sessions import Session, Store

if TYPE_CHECKING:
    from tracker.reports.checking import ReportCheck
    from tracker.reports.content import ReportDocument, ReportKind


class ReportVerbs:
    """What the application gives out. All times are aware UTC; all errors are one line for a
    person.
    """

    settings: Settings
    now: Callable[[], datetime]
    me: ForecasterId
    _store: Store

    def report(
        self, kind: "ReportKind", name: str = "", *, as_of: datetime | None = None
    ) -> "ReportDocument":
        """A report on a question, a scenario set (by its question), an essay, or the week before.

        It says what this tracker knew at `as_of`: by default now, in a replay the time that it has
        reached, or that of what was entered after. Raises `NotFound`, and `Refused` for an instant
        that is still to come.
        """
        with self._store.reading() as session:
            now = self._stands_at(session)
            if as_of is not None and as_of > now:
                raise Refused(
                    f"nobody knows yet what will be known on {as_of.isoformat()}: it is "
                    f"{now.isoformat()}"
                )
            return self._report(session, kind, name, as_of or now)

    def _stands_at(self, session: Session) -> datetime:
        """The present of this database."""
        reached, newest = properties.read_replay_time(session), log.find_last_entry(session)
        if reached is None:
            return self.now()
        return reached if newest is None else max(reached, newest.entered_at)

    def _report(
        self, session: Session, kind: "ReportKind", name: str, at: datetime
    ) -> "ReportDocument":
        from tracker.reports import essay, question, scenarios, week

        match kind:
            case "question":
                return question.build_question_report(session, name, at, self.me)
            case "scenarios":
                return scenarios.build_scenario_report(session, name, at)
            case "essay":
                return essay.build_essay_report(session, name, at)
            case "week":
                return week.build_weekly_report(session, at, self.me)
            case _:
                assert_never(kind)

    def check_report(self, content: bytes) -> "ReportCheck":
        """Hold the file of a report against its own hash, and against what is known here of the
        same instant.
        """
        from tracker.reports.checking import ReportCheck, read_embedded_report

        found = read_embedded_report(content)
        return ReportCheck(found, self.report(found.kind, found.name, as_of=found.known_at).sha256)

    @staticmethod
    def tables() -> tuple[str, ...]:
        """The names of all tables."""
        return whole.list_table_names()

    def table_file(self, name: str, form: TableFormat) -> bytes:
        """A whole table as a file; raises `NotFound`."""
        from tracker.reports.table_export import encode_table

        if name not in whole.list_table_names():
            raise NotFound("table", name, "`tracker export` lists the names")
        with self._store.reading() as session:
            return encode_table(whole.dump_table(session, name), form)

    def changes(self, most: int = 100) -> tuple[ActivityEntry, ...]:
        """What people did lately, the newest first: questions asked, forecasts, answers."""
        with self._store.reading() as session:
            return known.list_recent_changes(session, most)
