"""Reports, whole tables, and recent changes."""

from datetime import datetime
from typing import TYPE_CHECKING, assert_never

from tracker.app.service import Service, cacheable
from tracker.errors import NotFound, Refused
from tracker.model.audit import ActivityEntry
from tracker.model.json_values import TableFormat
from tracker.questions.queries.question_page import require_question
from tracker.storage import as_of as known
from tracker.storage import database_info, event_log
from tracker.storage.sessions import Session

if TYPE_CHECKING:
    from tracker.reports.content import ReportDocument, ReportKind
    from tracker.reports.report_files import ReportCheck


class ReportService(Service, noun="reports"):
    """Use cases on reports and exports."""

    def build(
        self, kind: "ReportKind", name: str = "", *, as_of: datetime | None = None
    ) -> "ReportDocument":
        """Build a report on a question, a scenario set (by its question), an essay, or the week.

        It shows what was known at `as_of`: by default now, in a replay the later of the time that
        it has reached and of its newest entry. Raises `NotFound`, and `Refused` for the future.
        """
        with self._store.reading() as session:
            now = self._present(session)
            if as_of is not None and as_of > now:
                raise Refused(
                    f"nobody knows yet what will be known on {as_of.isoformat()}: it is "
                    f"{now.isoformat()}"
                )
            return self._build(session, kind, name, as_of or now)

    def _present(self, session: Session) -> datetime:
        reached, newest = (
            database_info.read_replay_time(session),
            event_log.find_last_entry(session),
        )
        if reached is None:
            return self._now()
        return reached if newest is None else max(reached, newest.entered_at)

    def _build(
        self, session: Session, kind: "ReportKind", name: str, at: datetime
    ) -> "ReportDocument":
        from tracker.reports import essay_report, question_report, scenario_report, weekly_report

        match kind:
            case "question":
                return question_report.build_question_report(session, name, at, self._me)
            case "scenarios":
                return scenario_report.build_scenario_report(session, name, at)
            case "essay":
                return essay_report.build_essay_report(session, name, at)
            case "week":
                return weekly_report.build_weekly_report(session, at, self._me)
            case _:
                assert_never(kind)

    @cacheable(per_person=True)
    def build_public(self, question_id: str) -> "ReportDocument":
        """Build the short report on a question that a link shows; raises `NotFound`."""
        from tracker.reports.public_report import build_public_report

        with self._store.reading() as session:
            now = self._present(session)
            return build_public_report(session, question_id, now, self._me)

    def check(self, content: bytes) -> "ReportCheck":
        """Check a report file against its own hash and against a rebuilt report."""
        from tracker.reports.report_files import ReportCheck, read_embedded_report

        report = read_embedded_report(content)
        rebuilt = self.build(report.kind, report.name, as_of=report.known_at)
        return ReportCheck(report, rebuilt.sha256)

    @staticmethod
    def table_names() -> tuple[str, ...]:
        """Return the names of all tables."""
        return database_info.list_table_names()

    def export_table(self, name: str, form: TableFormat) -> bytes:
        """Export a whole table as a file, private questions included; raises `NotFound`."""
        from tracker.reports.table_export import encode_table

        if name not in database_info.list_table_names():
            raise NotFound("table", name, "`tracker report export` lists the names")
        with self._whole_store.reading() as session:
            return encode_table(database_info.dump_table(session, name), form)

    def recent_changes(
        self, limit: int = 100, question_id: str | None = None
    ) -> tuple[ActivityEntry, ...]:
        """Return people's recent acts, the newest first: questions, forecasts, answers.

        On one question, or on all. Raises `NotFound`.
        """
        with self._store.reading() as session:
            only = None if question_id is None else require_question(session, question_id).id
            return known.list_recent_changes(session, limit, only)
