"""Expected indicators: mark those seen or silent past their date, and list upcoming ones."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from forecasts.evidence.evidence import Indicator
from forecasts.evidence.signposts import CalendarQuestion, Signpost, build_calendar, list_signposts
from forecasts.questions.question import Question, question_status
from tracker.model.audit import SignpostStatus
from tracker.model.scenarios import SignpostCalendar
from tracker.questions.queries.question_list import summarise_questions
from tracker.storage import as_of, evidence, questions, resolution_record, scenarios
from tracker.storage.sessions import Session

RECENT_PERIOD = timedelta(days=30)
"""Period for which a mark is shown beside upcoming signposts."""


def list_watched_questions(session: Session, now: datetime) -> tuple[Question, ...]:
    """List questions whose signposts are updated: open ones, and unanswered ones for a month after
    close.

    A date may be that of the close itself, and nobody may have been there when it passed.
    """
    resolved = resolution_record.load_current_resolutions(session)
    with_status = [
        (q, question_status(q, resolved.get(q.id), now)) for q in questions.list_questions(session)
    ]
    return tuple(
        q
        for q, s in with_status
        if s == "open" or (s == "closed" and now - q.closes_at <= RECENT_PERIOD)
    )


def mark_signposts(
    session: Session, watched_questions: Iterable[Question], now: datetime
) -> tuple[SignpostStatus, ...]:
    """Store new marks of expected indicators: seen, or silent past their date."""
    newest_marks = scenarios.load_signpost_statuses(session)
    new_marks = []
    for question in watched_questions:
        for signpost in _load_signposts(session, question, now):
            previous = newest_marks.get(signpost.indicator.id)
            new = _build_mark(question, signpost, now)
            if new is not None and (previous is None or previous.state != new.state):
                scenarios.add_signpost_status(session, new)
                new_marks.append(new)
    return tuple(new_marks)


def _load_signposts(session: Session, question: Question, now: datetime) -> tuple[Signpost, ...]:
    expecting = [
        i for i in questions.list_indicators(session, [question.id]) if i.expected is not None
    ]
    if not expecting:
        return ()
    return list_signposts(
        question, expecting, evidence.merge_evidence(session, question.id, now), now
    )


def _build_mark(question: Question, signpost: Signpost, now: datetime) -> SignpostStatus | None:
    indicator = signpost.indicator
    if signpost.state == "waiting" or indicator.expected is None:
        return None
    seen = signpost.state == "seen"
    ratio = indicator.expected.ratio_when_seen if seen else indicator.expected.ratio_when_silent
    return SignpostStatus(
        indicator.id, question.id, signpost.state, indicator.expected.by, ratio, signpost.trust, now
    )


def load_calendar(session: Session, now: datetime) -> SignpostCalendar:
    """Return expected signposts of unanswered questions, and the marks of the last 30 days."""
    rows = {row.question.id: row for row in summarise_questions(session, now)}
    unanswered = [
        row.question for row in rows.values() if row.status in ("upcoming", "open", "closed")
    ]
    entries = [CalendarQuestion(q, _load_signposts(session, q, now)) for q in unanswered]
    expecting: dict[str, Indicator] = {
        s.indicator.id: s.indicator for e in entries for s in e.signposts
    }
    recent_marks = tuple(
        m for m in scenarios.load_signpost_statuses(session).values() if m.at >= now - RECENT_PERIOD
    )
    names = {
        i.id: i.name
        for i in questions.list_indicators(session, sorted({m.question_id for m in recent_marks}))
    }
    return SignpostCalendar(
        expected=build_calendar(entries, now),
        marks=tuple(sorted(recent_marks, key=lambda m: m.at, reverse=True)),
        questions=rows,
        names={**names, **{i.id: i.name for i in expecting.values()}},
        wordings={q: wording for q, wording in as_of.list_wordings(session).items() if q in rows},
    )
