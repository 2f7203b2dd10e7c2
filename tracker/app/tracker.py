"""The tracker: every verb of the application, and the one place where it is wired together.

Each verb gathers what it needs, lets `forecasts` decide, and stores the outcome in one transaction.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from forecasts.distributions.distribution import Distribution
from forecasts.questions.answers import check_resolution
from forecasts.questions.forecaster import Forecaster
from forecasts.questions.parse_forecast import base_for_change, parse_forecast
from forecasts.questions.question import EvidenceId, ForecasterId, Resolution
from forecasts.questions.timeline import Act, Forecast
from forecasts.scoring.scores import Score
from tracker.app.essay_verbs import EssayVerbs
from tracker.app.evidence_verbs import EvidenceVerbs
from tracker.app.feed_verbs import FeedVerbs
from tracker.app.installation_verbs import InstallationVerbs
from tracker.app.lazy_module import LazyModule
from tracker.app.question_verbs import QuestionVerbs
from tracker.app.report_verbs import ReportVerbs
from tracker.app.scenario_verbs import ScenarioVerbs
from tracker.feeds.answers import Fetch, FetchLimits
from tracker.files.permissions import restrict_permissions
from tracker.ingestion.match_state import MatchState
from tracker.ingestion.network import Network, make_fetch_limits
from tracker.model.audit import Authorship
from tracker.model.read_models import (
    Accuracy,
    CalibrationReport,
    Choice,
    ComparisonReport,
    Habits,
    JobRun,
    LogCheck,
    Receipts,
    ScoreCheck,
)
from tracker.questions import submit_forecast as forecasting
from tracker.questions.queries import question_page as reading
from tracker.questions.resolve import (
    AnswerInput,
    preview_scores,
    reopen_question,
    rescore_all,
    resolve_question,
    scores_are_current,
    update_scores,
)
from tracker.questions.scenarios.pairs import annul_branches
from tracker.questions.submit_forecast import ForecastRequest
from tracker.questions.update_suggestion import record_suggestions
from tracker.settings import Settings
from tracker.storage import event_log_rows as log
from tracker.storage import forecasts, properties, resolutions
from tracker.storage.leader import Leadership, hold_leadership
from tracker.storage.opening import open_store
from tracker.storage.sessions import Store

if TYPE_CHECKING:
    import polars as pl

    from forecasts.suggestion.postmortem import PostMortem
    from tracker.questions import verify as verifying
    from tracker.questions.queries import postmortem as postmortems
else:
    postmortems, verifying = (
        LazyModule("tracker.questions.queries.postmortem"),
        LazyModule("tracker.questions.verify"),
    )

EVERYTHING = Choice()


def clock() -> datetime:
    """The present, in UTC: the only place that reads the clock."""
    return datetime.now(UTC)


def open_tracker(
    settings: Settings,
    *,
    create: bool = True,
    now: Callable[[], datetime] = clock,
    fetch: Fetch | None = None,
    limits: FetchLimits | None = None,
) -> "Tracker":
    """Open the database named by the settings, bring it to the newest version, and wire the verbs.

    Without `create`, a SQLite file that is not there is refused. `fetch` replaces the network,
    `limits` how it is used.
    """
    restrict_permissions(settings.file, settings.url)
    store = open_store(settings.url, create=create)
    try:
        with store.reading() as session:
            current = scores_are_current(session)
        if not current:
            with store.writing() as session:
                update_scores(session)
    except BaseException:
        store.close()
        raise
    return Tracker(settings, store, now, Network(limits or make_fetch_limits(settings), now, fetch))


class Said(TypedDict, total=False):
    """What may go with any act: the reason, who acts, and a key that makes a repeated request
    harmless.
    """

    rationale: str
    forecaster: ForecasterId | None
    key: str | None


class Tracker(
    QuestionVerbs,
    EssayVerbs,
    ScenarioVerbs,
    FeedVerbs,
    EvidenceVerbs,
    ReportVerbs,
    InstallationVerbs,
    AbstractContextManager["Tracker"],
):
    """The application. All times it returns are aware UTC; all its errors are one line for a
    person.
    """

    def __init__(
        self, settings: Settings, store: Store, now: Callable[[], datetime], network: Network
    ) -> None:
        self.settings = settings
        self.now = now
        self._store = store
        self._network = network
        self._desk = MatchState(settings.encoder, settings.data_dir / "models")
        self.me = ForecasterId(settings.me)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the network and the database back."""
        self._network.close()
        self._store.close()

    # Forecasts

    def forecast(
        self,
        question_id: str,
        held: Distribution | str,
        *,
        cites: Sequence[EvidenceId] = (),
        **said: Unpack[Said],
    ) -> Forecast:
        """Set a forecast, made or as it is typed (see `parse_forecast`), with its reason and the
        evidence behind it.
        """
        who = said.get("forecaster") or self.me
        distribution = self.read_forecast(question_id, held, who) if isinstance(held, str) else held
        return self._act(
            question_id, "forecast", said, cites=tuple(cites), distribution=distribution
        )

    def read_forecast(
        self, question_id: str, text: str, forecaster: ForecasterId | None = None
    ) -> Distribution:
        """What a person typed as a forecast of this question, over the options that it offers now.

        `+5` and `x2` change what the forecaster (by default whoever types here) holds; three
        numbers or dates keep its masses beyond the range, or those of the base rate.
        """
        with self._store.reading() as session:
            question = reading.require_question(session, question_id)
            held = forecasting.get_current_distribution(session, question.id, forecaster or self.me)
            return parse_forecast(question, text, self.now(), base_for_change(question, held))

    def reaffirm(self, question_id: str, **said: Unpack[Said]) -> Forecast:
        """Say again what stands; it counts as an act and makes the forecast fresh."""
        return self._act(question_id, "reaffirm", said)

    def withdraw(self, question_id: str, **said: Unpack[Said]) -> Forecast:
        """Take the standing forecast back: from now on there is a gap, what stood before still
        counts.
        """
        return self._act(question_id, "withdraw", said)

    def undo(self, question_id: str, **said: Unpack[Said]) -> Forecast:
        """Take back the last act as a new act; nothing is removed from the history."""
        return self._act(question_id, "undo", said)

    def redo(self, question_id: str, **said: Unpack[Said]) -> Forecast:
        """Bring back what the last undo took, as a new act; refused once something new was said
        since.
        """
        return self._act(question_id, "redo", said)

    def _act(
        self,
        question_id: str,
        act: Act,
        said: Said,
        *,
        cites: tuple[EvidenceId, ...] = (),
        distribution: Distribution | None = None,
    ) -> Forecast:
        who = said.get("forecaster") or self.me
        request = ForecastRequest(
            question_id, act, who, said.get("rationale", ""), said.get("key"), cites, distribution
        )
        with self._store.writing() as session:
            return forecasting.record_act(session, request, self.now())

    def add_forecaster(self, forecaster: Forecaster) -> None:
        """Register a forecaster with a display name; one that is there stays as it is."""
        with self._store.writing() as session:
            forecasts.add_forecaster(session, forecaster)

    # Resolutions and scores

    def resolve(
        self,
        question_id: str,
        answer: str,
        *,
        source_url: str,
        known_at: datetime,
        event_at: datetime | None = None,
        note: str = "",
        by: ForecasterId | None = None,
    ) -> tuple[Score, ...]:
        """Answer a question, or annul it, and score everyone; a later answer supersedes this one.

        `answer` is yes or no, the name of an option, a number or a date, or annulled or ambiguous.
        If the question is the condition of a pair, the branch that cannot come about any more is
        annulled with it.
        """
        given = AnswerInput(answer, source_url, known_at, event_at, note, by or self.me)
        with self._store.writing() as session:
            forecasting.refuse_reserved(given.by)
            question = reading.require_question(session, question_id)
            resolution = given.to_resolution(question, self.now())
            resolve_question(session, question, resolution)
            annul_branches(session, question, resolution)
            return resolutions.list_scores(
                session, question.id
            )  # none if it is itself a branch that was annulled

    def reopen(self, question_id: str, why: str, *, by: ForecasterId | None = None) -> None:
        """Take the answer of a question back, with the reason: it is open again, or waits for its
        answer.

        Nothing is overwritten; its scores go until it is answered anew.
        """
        made = Authorship(by or self.me, self.now())
        with self._store.writing() as session:
            forecasting.refuse_reserved(made.by)
            reopen_question(session, reading.require_question(session, question_id), why, made)

    def check_answer(
        self,
        question_id: str,
        answer: str,
        *,
        source_url: str,
        known_at: datetime,
        event_at: datetime | None = None,
        note: str = "",
    ) -> Resolution:
        """The resolution that `resolve_question` would keep, checked as it would be, and not
        kept.
        """
        with self._store.reading() as session:
            question = reading.require_question(session, question_id)
            resolution = AnswerInput(
                answer, source_url, known_at, event_at, note, self.me
            ).to_resolution(question, self.now())
            check_resolution(question, resolution)
            return resolution

    def preview(
        self, question_id: str, answers: Sequence[str], known_at: datetime
    ) -> dict[str, tuple[Score, ...]]:
        """What everyone would score under each of several answers, if it was known at an instant;
        nothing is kept.
        """
        with self._store.reading() as session:
            return preview_scores(
                session, reading.require_question(session, question_id), answers, known_at
            )

    def scores(self, question_id: str) -> tuple[Score, ...]:
        """The scores of a question with their receipts; empty until it is resolved."""
        with self._store.reading() as session:
            return resolutions.list_scores(
                session, reading.require_question(session, question_id).id
            )

    def post_mortem(self, question_id: str) -> "PostMortem | None":
        """What an answered question can teach whoever types here; None while there is no answer to
        score against.
        """
        with self._store.reading() as session:
            return postmortems.build_post_mortem(session, question_id, self.me)

    def receipts(self, question_id: str) -> Receipts:
        """Everyone's scores on a question with their receipts, and the forecasts that came too late
        to count.
        """
        with self._store.reading() as session:
            return reading.get_receipts(session, question_id)

    def accuracy(self, choice: Choice = EVERYTHING) -> Accuracy:
        """How good everyone was on the chosen questions; live and retrospective ones never mix."""
        from tracker.questions.queries import accuracy

        with self._store.reading() as session:
            return accuracy.measure_accuracy(session, choice, self.now())

    def score_table(self, choice: Choice = EVERYTHING) -> "pl.DataFrame":
        """Every score of the chosen questions as a table, for a spreadsheet."""
        from tracker.questions.queries import accuracy

        with self._store.reading() as session:
            return accuracy.tabulate_scores(session, choice, self.now())

    def calibration(self, choice: Choice = EVERYTHING, *, lead_days: int = 30) -> CalibrationReport:
        """What everybody held so many days before the scheduled close, against what happened."""
        from tracker.questions.queries import accuracy

        with self._store.reading() as session:
            return accuracy.measure_calibration(session, choice, lead_days, self.now())

    def compare(self, choice: Choice = EVERYTHING) -> ComparisonReport:
        """Every pair of forecasters on the questions that both answered, with a verdict in
        words.
        """
        from tracker.questions.queries import accuracy

        with self._store.reading() as session:
            return accuracy.compare_forecasters(session, choice, self.now())

    def habits(self, choice: Choice = EVERYTHING) -> tuple[Habits, ...]:
        """How people revise: how often, by how much, and whether as much as the evidence asks
        for.
        """
        from tracker.questions.queries import updating_habits as habits

        with self._store.reading() as session:
            return habits.measure_habits(session, choice, self.now())

    def rescore(self) -> int:
        """Work out all scores again from the facts; the number of questions scored."""
        with self._store.writing() as session:
            return rescore_all(session)

    # Time

    def suggest(self) -> int:
        """Let time pass: bring the suggestion of every open question up to now; how many moved."""
        now = self.now()
        with self._store.writing() as session:
            return record_suggestions(
                session, reading.list_open_questions(session, now).values(), now
            )

    # The database itself

    def version(self) -> str:
        """A word that stays the same as long as nothing is written to the database, by this process
        or another.
        """
        return self._store.read_version()

    def newest_entry(self) -> int:
        """The number of the newest entry of the log: what follows from logged facts alone changes
        with it only.
        """
        with self._store.reading() as session:
            return log.find_newest_seq(session)

    def leading(self) -> AbstractContextManager[Leadership]:
        """Hold the place of the one scheduler, to be checked; raises `AlreadyRunning` and names who
        holds it.
        """
        return hold_leadership(self._store.engine, self.now())

    def verify(self, head: str | None = None) -> LogCheck:
        """Check the event log, and every stored fact against it; `head` is an earlier SEQ:HASH to
        find in it.
        """
        with self._store.reading() as session:
            return verifying.verify_log(session, head)

    def verify_scores(self) -> ScoreCheck:
        """Work every score out again from the facts, and compare with what is stored."""
        with self._store.reading() as session:
            return verifying.check_scores(session)

    def replayed_until(self) -> datetime | None:
        """The simulated time a replay has reached; None in a live database."""
        with self._store.reading() as session:
            return properties.read_replay_time(session)

    def headlines(self) -> str:
        """Who worded the headlines of a replay, as its history states it; empty in a live
        database.
        """
        with self._store.reading() as session:
            return properties.read_property(session, properties.HEADLINES_KEY) or ""

    def note_headlines(self, said: str) -> None:
        """Keep who worded the headlines of a replay."""
        with self._store.writing() as session:
            properties.write_property(session, properties.HEADLINES_KEY, said)

    def mark_replayed(self, until: datetime) -> None:
        """Mark the database as a replay that has reached this time."""
        with self._store.writing() as session:
            properties.save_replay_time(session, until)

    def record_run(self, run: JobRun) -> None:
        """Keep the outcome of a scheduled job."""
        with self._store.writing() as session:
            properties.add_job_run(session, run)

    def runs(self) -> tuple[JobRun, ...]:
        """The last run of each scheduled job."""
        with self._store.reading() as session:
            return properties.list_last_job_runs(session)
