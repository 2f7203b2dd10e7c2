"""Weekly review: changes, answers, scores, new evidence, stale forecasts and failing feeds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from forecasts.questions.answers import get_answer
from forecasts.questions.formatting import (
    format_answer,
    format_percent,
    format_short,
    format_signed,
    format_utc_day,
)
from forecasts.questions.links import is_past_close
from forecasts.questions.question import CROWD, RESERVED, SUGGESTION, ForecasterId, QuestionId
from forecasts.scoring.rulebook import HEADLINE_RULES, RULES
from forecasts.scoring.scores import score_alone
from forecasts.scoring.summary import summarise_scores
from tracker.model.read_models import QuestionSummary
from tracker.questions.queries.families import load_families
from tracker.questions.queries.score_selection import load_table
from tracker.reports.content import (
    Block,
    ReportCell,
    ReportDocument,
    ReportSection,
    format_count,
    make_cell,
    make_paragraph,
    make_row,
    make_table,
)
from tracker.reports.known import QuestionRows, load_questions_as_of
from tracker.storage import as_of, feeds, record, resolution_record
from tracker.storage.sessions import Session

WEEK: Final = timedelta(days=7)
STALE_AFTER: Final = timedelta(days=30)
"""Age of the last confirmation from which my forecast is stale."""

MIN_MOVE: Final = 0.01
"""Smaller changes are not reported."""

MAX_TABLE_ROWS: Final = 40
"""Rows per table; a line gives the number of further rows."""


@dataclass(frozen=True, slots=True)
class _Week:
    """All questions as known at the end and at the start of the week."""

    at: datetime
    since: datetime
    me: ForecasterId
    name: str
    before: QuestionRows
    now: QuestionRows
    evidence: dict[QuestionId, int]


@dataclass(frozen=True, slots=True)
class _WeekChange:
    """Change of a forecaster's probability of YES in the week."""

    summary: QuestionSummary
    forecaster: str
    before: float
    after: float


def build_weekly_report(session: Session, at: datetime, me: ForecasterId) -> ReportDocument:
    """Build the report on the seven days before an instant."""
    since = at - WEEK
    people = record.list_forecasters(session)
    name = people[me].name if me in people else me
    week = _Week(
        at,
        since,
        me,
        name,
        load_questions_as_of(session, since),
        load_questions_as_of(session, at),
        as_of.count_evidence_at(session, at, since),
    )
    changes, answered = _list_changes(week), _list_answered(week)
    scores = _build_scores(session, week)
    sections = (
        _build_changes(changes),
        _build_answers(answered),
        *scores,
        _build_new_evidence(week),
        _build_stale(week),
        _build_feeds(session, week),
    )
    number = len({change.summary.question.id for change in changes})
    summary = (
        f"{format_count(number, 'question')} moved by a point or more, {len(answered)} got an "
        f"answer, {format_count(sum(week.evidence.values()), 'piece', 'pieces')} of evidence "
        "came in."
    )
    title = f"Weekly review, {format_utc_day(since)} to {format_utc_day(at)}"
    return ReportDocument("week", "", title, summary, at, sections)


def _list_changes(week: _Week) -> list[_WeekChange]:
    """Return changes on open yes-no questions, the largest first."""
    changes = []
    for question_id, s in week.now.items():
        old = week.before.get(question_id)
        if old is None or s.status != "open":
            continue
        for forecaster_id in (week.me, CROWD, SUGGESTION):
            if forecaster_id in s.standings and forecaster_id in old.standings:
                before, after = old.standings[forecaster_id].p, s.standings[forecaster_id].p
                if before is not None and after is not None and abs(after - before) >= MIN_MOVE:
                    changes.append(
                        _WeekChange(s, s.standings[forecaster_id].forecaster.name, before, after)
                    )
    return sorted(changes, key=lambda change: -abs(change.after - change.before))


def _list_answered(week: _Week) -> list[QuestionSummary]:
    """Return the questions whose answer was entered in the week."""
    return [
        s
        for s in week.now.values()
        if s.resolution is not None and s.resolution.entered_at > week.since
    ]


def _build_changes(changes: Sequence[_WeekChange]) -> ReportSection:
    rows = [
        make_row(
            change.summary.question.text,
            change.forecaster,
            format_percent(change.before),
            format_percent(change.after),
            f"{format_signed(100 * (change.after - change.before))} points",
        )
        for change in changes
    ]
    headings = ("question", "who", "a week before", "now", "change")
    return _build_table_section(
        "What moved",
        headings,
        rows,
        "No open question moved by a point or more.",
        numbers=(2, 3, 4),
    )


def _build_answers(answered: Sequence[QuestionSummary]) -> ReportSection:
    rows = []
    for s in answered:
        assert s.resolution is not None
        standing = s.standings.get(CROWD) or s.standings.get(SUGGESTION)
        forecast = (
            "–"
            if standing is None
            else f"{standing.forecaster.name} {format_short(s.question, standing.distribution)}"
        )
        source = make_cell(s.resolution.source_url, s.resolution.source_url)
        rows.append(
            make_row(
                s.question.text,
                format_answer(s.question, s.resolution),
                forecast,
                format_utc_day(s.resolution.known_at),
                source,
            )
        )
    headings = ("question", "answer", "held last", "known", "source")
    return _build_table_section(
        "What was answered", headings, rows, "No answer was entered.", wide=(0, 4)
    )


def _build_scores(session: Session, week: _Week) -> Iterator[ReportSection]:
    """Score each forecaster by the main rule of each kind, over all questions scored by now."""
    people = record.list_forecasters(session)
    resolutions = resolution_record.load_current_resolutions(session)
    families = load_families(session, (s.question for s in week.now.values()))
    for retrospective, heading in (
        (False, "Scores so far"),
        (True, "Scores of questions that look back"),
    ):
        questions = {
            q: s.question
            for q, s in week.now.items()
            if s.question.retrospective == retrospective
            and is_past_close(s.question, week.at)
            and get_answer(s.question, s.resolution) is not None
        }
        table = load_table(session, questions, resolutions)
        scores = summarise_scores(score_alone(table, HEADLINE_RULES), families)
        if not scores:
            continue
        rows = [
            make_row(
                people[s.forecaster_id].name,
                RULES[s.rule].title,
                s.questions,
                s.families,
                format_signed(s.points),
                format_percent(s.coverage),
                "–" if s.mean_while_active is None else f"{s.mean_while_active:.3f}",
            )
            for s in scores
        ]
        headings = ("who", "rule", "n", "families", "points", "time covered", "mean score")
        note = (
            f"{format_count(len(questions), 'question')} whose scheduled close has passed. "
            "Points are the gain over knowing nothing, added up; they grow with the questions "
            "answered and rank nobody. The mean score is better when lower."
        )
        yield ReportSection(
            heading,
            (
                make_table(headings, rows, wide=(0,), numbers=(2, 3, 4, 5, 6)),
                make_paragraph(note, quiet=True),
            ),
        )


def _build_new_evidence(week: _Week) -> ReportSection:
    ranked = sorted(week.evidence.items(), key=lambda pair: (-pair[1], pair[0]))
    rows = [
        make_row(week.now[q].question.text, n, week.now[q].evidence)
        for q, n in ranked
        if q in week.now
    ]
    headings = ("question", "new pieces", "in all")
    return _build_table_section(
        "New evidence", headings, rows, "No evidence came in.", numbers=(1, 2)
    )


def _build_stale(week: _Week) -> ReportSection:
    open_forecasts = [
        (s, s.standings[week.me])
        for s in week.now.values()
        if s.status == "open" and week.me in s.standings and week.me not in RESERVED
    ]
    stale = sorted(
        ((h.since, s, h) for s, h in open_forecasts if h.since < week.at - STALE_AFTER),
        key=lambda entry: entry[0],
    )
    rows = [
        make_row(
            s.question.text,
            format_short(s.question, h.distribution),
            format_utc_day(since),
            (week.at - since).days,
        )
        for since, s, h in stale
    ]
    headings = ("question", "forecast", "last confirmed", "days ago")
    nothing = (
        f"None of {format_count(len(open_forecasts), 'open forecast')} of {week.name} is older "
        f"than {STALE_AFTER.days} days."
    )
    return _build_table_section(
        f"Stale forecasts of {week.name}", headings, rows, nothing, numbers=(3,)
    )


def _build_feeds(session: Session, week: _Week) -> ReportSection:
    """List feeds with failed polls, by whole days in UTC: poll counts are daily."""
    titles = {state.id: state.feed.title for state in feeds.list_feeds(session)}
    last = week.at.astimezone(UTC).date()
    rows, polled = [], 0
    for feed_id, days in feeds.list_day_counts(session, week.since.astimezone(UTC).date()).items():
        day_counts = [count for count in days if count.day <= last]
        polls, failed = (
            sum(count.polls for count in day_counts),
            sum(count.failed for count in day_counts),
        )
        polled += polls > 0
        if failed:
            new = sum(count.new_items for count in day_counts)
            rows.append((failed, make_row(titles.get(feed_id, feed_id), polls, failed, new)))
    ranked = [cells for _, cells in sorted(rows, key=lambda pair: -pair[0])]
    nothing = (
        f"No poll of {format_count(polled, 'feed')} failed." if polled else "No feed was polled."
    )
    headings = ("feed", "polls", "failed", "new items")
    return _build_table_section("Feeds in trouble", headings, ranked, nothing, numbers=(1, 2, 3))


def _build_table_section(
    heading: str,
    headings: tuple[str, ...],
    rows: Sequence[tuple[ReportCell, ...]],
    nothing: str,
    *,
    wide: tuple[int, ...] = (0,),
    numbers: tuple[int, ...] = (),
) -> ReportSection:
    if not rows:
        return ReportSection(heading, (make_paragraph(nothing),))
    blocks: list[Block] = [make_table(headings, rows[:MAX_TABLE_ROWS], wide=wide, numbers=numbers)]
    if len(rows) > MAX_TABLE_ROWS:
        blocks.append(make_paragraph(f"{len(rows) - MAX_TABLE_ROWS} more.", quiet=True))
    return ReportSection(heading, tuple(blocks))
