"""Actions of routes that parse or print otherwise than their use case.

Each takes the tracker of whoever asks. `request_key` is the key of a request, if it has one.
"""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from forecasts.evidence.evidence import Grade, Indicator
from forecasts.linting.lint import Flaw
from forecasts.questions.formatting import format_answer, format_full
from forecasts.questions.new_question import NewQuestion, date_scale
from forecasts.questions.question import EssayId, EvidenceId, ForecasterId, Question, Status
from forecasts.questions.series import Series
from forecasts.questions.timeline import Forecast
from forecasts.scoring.comparison import EvidencePoint
from forecasts.scoring.rulebook import RuleName
from tracker.app.questions import Wording
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, Refused
from tracker.essays.claim_questions import PlannedQuestion
from tracker.feeds.discovery.feed_links import FeedCandidate
from tracker.feeds.feed import Feed
from tracker.feeds.parsing.series_document import ReadValue
from tracker.interfaces.api.question_answers import (
    make_act,
    make_brief,
    make_detail,
    make_evidence,
    make_proposal,
)
from tracker.model.api_values import (
    AnswerBrief,
    ChangeBrief,
    EvidenceBrief,
    ForecastAct,
    QuestionBrief,
    QuestionDetail,
)
from tracker.model.audit import ActivityEntry
from tracker.model.benchmarks import Benchmark, SameQuestion
from tracker.model.evidence import SearchHit
from tracker.model.feed_read_models import FeedImport, TrialMatch
from tracker.model.forecast_import import (
    DEFAULT_CHOICES,
    ForecastImport,
    ImportChoices,
    ImportPreview,
)
from tracker.model.json_values import TableFormat
from tracker.model.read_models import Choice
from tracker.reports.content import ReportKind
from tracker.reports.report_files import MEDIA_TYPES, ReportFormat, render_report

MAX_PIECES = 10_000
"""Pieces of evidence of a question that can be paged through."""

MAX_HITS = 200
MAX_CHANGES = 1000


SAME_QUESTION = SameQuestion()


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """A file as an answer."""

    content: bytes
    media_type: str


# Questions


def list_questions(
    tracker: Tracker, status: Status | None = None, tag: str = "", text: str = ""
) -> tuple[QuestionBrief, ...]:
    """Questions with their current forecasts, the next to close first.

    All of them, or those with a status, a tag, and a text in their own text or id.
    """
    part = " ".join(text.lower().split())
    return tuple(
        make_brief(summary)
        for summary in tracker.questions.list()
        if status in (None, summary.status)
        and (not tag or tag in summary.question.tags)
        and part in f"{summary.question.id} {summary.question.text}".lower()
    )


def read_question(tracker: Tracker, question_id: str) -> QuestionDetail:
    """Everything about one question."""
    return make_detail(tracker.questions.get(question_id))


def read_question_as_of(tracker: Tracker, question_id: str, at: datetime) -> QuestionDetail:
    """A question as it was known at an instant."""
    return make_detail(tracker.questions.get_as_of(question_id, at))


def ask_question(
    tracker: Tracker,
    new: NewQuestion,
    *,
    indicators: tuple[Indicator, ...] = (),
    override: str = "",
    earliest: date | None = None,
    latest: date | None = None,
) -> QuestionDetail:
    """Open a question; its id must be new.

    `prior` is typed as a forecast is. A date question has its window from `earliest` to `latest`. A
    blocking finding of the linter refuses it, unless `override` gives a reason.
    """
    if earliest is not None and latest is not None:
        new = replace(new, scale=date_scale(earliest.isoformat(), latest.isoformat()))
    question = tracker.questions.ask(new, indicators=indicators, override=override)
    return read_question(tracker, question.id)


def edit_question(
    tracker: Tracker, question_id: str, wording: Wording, *, why: str, override: str = ""
) -> QuestionDetail:
    """Reword a question, with a reason; forecasts keep the wording that they were made on."""
    tracker.questions.edit(question_id, wording, why=why, override=override)
    return read_question(tracker, question_id)


def lint_question(
    tracker: Tracker, new: NewQuestion, *, indicators: tuple[Indicator, ...] = ()
) -> tuple[Flaw, ...]:
    """Findings of the linter on a question not yet asked, blocking ones first."""
    return tracker.questions.lint(new, indicators)


# Forecasts


def preview_import(
    tracker: Tracker, files: Mapping[str, str], choices: ImportChoices = DEFAULT_CHOICES
) -> ImportPreview:
    """Read what an import would enter, and which rows are broken: base64 of files by name."""
    return tracker.forecasts.preview_import(_decode_files(files), choices)


def import_files(
    tracker: Tracker,
    files: Mapping[str, str],
    choices: ImportChoices = DEFAULT_CHOICES,
    *,
    by: ForecasterId | None = None,
) -> ForecastImport:
    """Import forecasts with their own times, and answers: base64 of files by name."""
    return tracker.forecasts.import_files(_decode_files(files), choices, by=by)


def link_benchmark(
    tracker: Tracker,
    question_id: str,
    address: str,
    *,
    code: str,
    choice: SameQuestion = SAME_QUESTION,
) -> Benchmark:
    """Link the same question elsewhere; `code` is that of the criteria which a person has read."""
    seen = tracker.benchmarks.look_up(question_id, address)
    if code != seen.quote.code:
        raise Refused(f"{seen.name} shows other criteria than those of {code!r}: read them")
    return tracker.benchmarks.link(seen, choice)


def _decode_files(files: Mapping[str, str]) -> dict[str, bytes]:
    try:
        return {name: b64decode(text, validate=True) for name, text in files.items()}
    except ValueError as error:
        raise Refused(f"files come as base64: {error}") from error


def submit_forecast(
    tracker: Tracker,
    question_id: str,
    forecast: str | float,
    *,
    rationale: str = "",
    cites: tuple[EvidenceId, ...] = (),
    forecaster: ForecasterId | None = None,
    request_key: str | None = None,
) -> ForecastAct:
    """Submit a forecast: P(YES) as a number, or any forecast as it is typed."""
    typed = forecast if isinstance(forecast, str) else f"{100 * forecast:.10g}%"
    act = tracker.forecasts.submit(
        question_id,
        typed,
        cites=cites,
        rationale=rationale,
        forecaster=forecaster,
        key=request_key,
    )
    return _describe_act(tracker, act)


def reaffirm(
    tracker: Tracker,
    question_id: str,
    rationale: str = "",
    *,
    forecaster: ForecasterId | None = None,
    request_key: str | None = None,
) -> ForecastAct:
    """Confirm the standing forecast; it counts as an update."""
    act = tracker.forecasts.reaffirm(
        question_id, rationale=rationale, forecaster=forecaster, key=request_key
    )
    return _describe_act(tracker, act)


def withdraw(
    tracker: Tracker,
    question_id: str,
    rationale: str = "",
    *,
    forecaster: ForecasterId | None = None,
    request_key: str | None = None,
) -> ForecastAct:
    """Withdraw the standing forecast; earlier forecasts still count."""
    act = tracker.forecasts.withdraw(
        question_id, rationale=rationale, forecaster=forecaster, key=request_key
    )
    return _describe_act(tracker, act)


def undo(tracker: Tracker, question_id: str, *, request_key: str | None = None) -> ForecastAct:
    """Undo the last act by appending another one."""
    return _describe_act(tracker, tracker.forecasts.undo(question_id, key=request_key))


def redo(tracker: Tracker, question_id: str, *, request_key: str | None = None) -> ForecastAct:
    """Redo the last act that was undone."""
    return _describe_act(tracker, tracker.forecasts.redo(question_id, key=request_key))


def _describe_act(tracker: Tracker, act: Forecast) -> ForecastAct:
    page = tracker.questions.get(act.question_id, newest=0)
    names = {f.id: f.name for f in page.forecasters.values()}
    return make_act(page.summary.question, act, names)


# Evidence and answers


def list_evidence(tracker: Tracker, question_id: str) -> tuple[EvidenceBrief, ...]:
    """Evidence on a question, newest first, rejected pieces included."""
    return tuple(map(make_evidence, tracker.evidence.list(question_id, limit=MAX_PIECES)))


def list_inbox(tracker: Tracker, question_id: str | None = None) -> tuple[EvidenceBrief, ...]:
    """Evidence that awaits review on open questions, the most influential first."""
    return tuple(map(make_evidence, tracker.evidence.inbox(question_id)))


def search_items(
    tracker: Tracker, words: str, *, since: datetime | None = None
) -> tuple[SearchHit, ...]:
    """Search everything that was read, the newest first."""
    return tracker.evidence.search(words, since=since, limit=MAX_HITS)


def list_proposals(tracker: Tracker) -> tuple[AnswerBrief, ...]:
    """Answers that series or decisive reports propose."""
    return tuple(map(make_proposal, tracker.resolutions.proposals()))


# Accuracy


def export_scores(tracker: Tracker, choice: Choice) -> tuple[dict[str, object], ...]:
    """Every score of the chosen questions, a row each."""
    return tuple(row._asdict() for row in tracker.accuracy.score_table(choice))


def trace_pair(
    tracker: Tracker, choice: Choice, *, rule: RuleName, a: ForecasterId, b: ForecasterId
) -> tuple[EvidencePoint, ...]:
    """The evidence on one pair of a comparison over time."""
    report = tracker.accuracy.compare(choice)
    for compared in report.rules:
        for pair in compared.comparisons:
            if (compared.rule, pair.a, pair.b) == (rule, a, b):
                return tracker.accuracy.trace_pair(choice, rule, pair)
    raise NotFound("pair", f"{a}, {b}", f"{rule} compares no such two on these questions")


# Essays


def open_claims(
    tracker: Tracker,
    essay_id: str,
    offset: int,
    plans: tuple[PlannedQuestion, ...],
    *,
    override: str = "",
) -> tuple[Question, ...]:
    """Open questions from one sentence of an essay, all or none."""
    planned = [
        replace(plan, question=replace(plan.question, essay_id=EssayId(essay_id))) for plan in plans
    ]
    return tracker.essays.open_claims(planned, offset, override=override)


# Feeds and series


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """Settings of a feed to change; those left out stay.

    0 as `every_minutes` learns the interval, as `max_megabytes` is the general limit.
    """

    url: str | None = None
    title: str | None = None
    source_group: str | None = None
    grade: Grade | None = None
    theme: str | None = None
    importance: float | None = None
    every_minutes: float | None = None
    user_agent: str | None = None
    max_megabytes: float | None = None
    full_text: bool | None = None


@dataclass(frozen=True, slots=True)
class TriedFeed:
    """An address on trial: title and headlines of its feed, or the reason why it is none."""

    url: str
    reason: str
    title: str
    headlines: tuple[str, ...]
    candidates: tuple[FeedCandidate, ...]
    matches: tuple[TrialMatch, ...]


@dataclass(frozen=True, slots=True)
class TriedSeries:
    """A series on trial: its values, or the reason why there are none."""

    series: Series
    reason: str
    values: tuple[ReadValue, ...]


def subscribe_feed(tracker: Tracker, url: str) -> Feed:
    """Subscribe to the feed at an address, or to the one that a page links."""
    return tracker.feeds.subscribe(url)


def change_feed(tracker: Tracker, feed_id: str, settings: FeedSettings) -> Feed:
    """Change settings of a feed."""
    changes = {name: value for name, value in asdict(settings).items() if value is not None}
    for name in ("every_minutes", "max_megabytes"):
        if changes.get(name) == 0:
            changes[name] = None
    return tracker.feeds.change(feed_id, **changes)


def try_feed(tracker: Tracker, url: str) -> TriedFeed:
    """Fetch an address once, store nothing, and show what its feed would bring."""
    trial = tracker.feeds.find(url)
    items = () if trial.parsed is None else trial.parsed.items
    title = "" if trial.parsed is None else trial.parsed.title
    headlines = tuple(item.title for item in items)
    return TriedFeed(trial.url, trial.reason, title, headlines, trial.candidates, trial.matches)


def try_series(tracker: Tracker, definition: Series) -> TriedSeries:
    """Read an address once, store nothing, and show its values."""
    trial = tracker.series.check(definition)
    values = () if trial.reading is None else trial.reading.values
    return TriedSeries(trial.series, trial.reason, values)


def export_opml(tracker: Tracker) -> FileAnswer:
    """All feeds as an OPML subscription list."""
    return FileAnswer(tracker.feeds.export_opml(), "text/x-opml")


def import_opml(tracker: Tracker, document: str) -> FeedImport:
    """Add the feeds of an OPML subscription list that are new."""
    return tracker.feeds.import_opml(document.encode("utf-8", "replace"))


# Reports


def build_report(
    tracker: Tracker,
    kind: ReportKind,
    name: str = "",
    *,
    as_of: datetime | None = None,
    form: ReportFormat = "json",
) -> FileAnswer:
    """A report on a question, a scenario set (by its question), an essay, or the week."""
    report = tracker.reports.build(kind, name, as_of=as_of)
    return FileAnswer(render_report(report, form), MEDIA_TYPES[form])


_TABLE_TYPES = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}


def export_table(tracker: Tracker, name: str, form: TableFormat = "json") -> FileAnswer:
    """A whole table as a file; without such a name, the names there are."""
    names = tracker.reports.table_names()
    if name not in names:
        raise NotFound("table", name, f"there are {', '.join(names)}")
    return FileAnswer(tracker.reports.export_table(name, form), _TABLE_TYPES[form])


def list_changes(tracker: Tracker) -> tuple[ChangeBrief, ...]:
    """Recent acts of people, the newest first: questions, forecasts and answers."""
    return tuple(map(_describe_change, tracker.reports.recent_changes(MAX_CHANGES)))


def _describe_change(entry: ActivityEntry) -> ChangeBrief:
    q, act = entry.question, entry.act
    kind, words, why = "asked", "", q.criteria
    if isinstance(act, Forecast):
        kind, why = "forecast", act.rationale
        words = "" if act.distribution is None else format_full(q, act.distribution)
    elif act is not None:
        kind, words, why = "answered", format_answer(q, act), act.note
    return ChangeBrief(entry.seq, entry.at, q.id, q.text, entry.by, kind, words, why)
