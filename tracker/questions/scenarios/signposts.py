"""Expected indicators: note which were seen and which dates passed in silence; a calendar of what
comes next.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from forecasts.evidence.evidence import Indicator
from forecasts.evidence.signposts import Entry, Signpost, calendar, signposts
from forecasts.questions.question import Question, status
from tracker.model.audit import Mark
from tracker.model.scenarios import Calendar
from tracker.questions.queries.question_list import summaries
from tracker.storage import evidence, questions, resolutions
from tracker.storage import signposts as marks
from tracker.storage.sessions import Session

LATELY = timedelta(days=30)
"""How long a mark is shown beside what is still to come."""


def watched(session: Session, now: datetime) -> tuple[Question, ...]:
    """The questions whose signposts are marked: those that are open, and for a month those that
    wait for an answer.

    A date may be that of the close itself, and nobody may have been there when it passed.
    """
    resolved = resolutions.current(session)
    standing = [(q, status(q, resolved.get(q.id), now)) for q in questions.every(session)]
    return tuple(
        q for q, s in standing if s == "open" or (s == "closed" and now - q.closes_at <= LATELY)
    )


def mark(session: Session, wanted: Iterable[Question], now: datetime) -> tuple[Mark, ...]:
    """Note what changed of the expected indicators of some questions: seen, or silent past their
    date.
    """
    noted = marks.newest(session)
    found = []
    for question in wanted:
        for signpost in _signposts(session, question, now):
            before = noted.get(signpost.indicator.id)
            new = _mark(question, signpost, now)
            if new is not None and (before is None or before.state != new.state):
                marks.add(session, new)
                found.append(new)
    return tuple(found)


def _signposts(session: Session, question: Question, now: datetime) -> tuple[Signpost, ...]:
    expecting = [i for i in questions.indicators(session, [question.id]) if i.expected is not None]
    if not expecting:
        return ()
    return signposts(question, expecting, evidence.as_counted(session, question.id, now), now)


def _mark(question: Question, signpost: Signpost, now: datetime) -> Mark | None:
    indicator = signpost.indicator
    if signpost.state == "waiting" or indicator.expected is None:
        return None
    seen = signpost.state == "seen"
    ratio = indicator.expected.ratio_when_seen if seen else indicator.expected.ratio_when_silent
    return Mark(
        indicator.id, question.id, signpost.state, indicator.expected.by, ratio, signpost.trust, now
    )


def upcoming(session: Session, now: datetime) -> Calendar:
    """What is expected next over all questions without an answer, and what was noted in the last 30
    days.
    """
    rows = {row.question.id: row for row in summaries(session, now)}
    asked = [row.question for row in rows.values() if row.status in ("upcoming", "open", "closed")]
    entries = [Entry(q, _signposts(session, q, now)) for q in asked]
    expecting: dict[str, Indicator] = {
        s.indicator.id: s.indicator for e in entries for s in e.signposts
    }
    noted = tuple(m for m in marks.newest(session).values() if m.at >= now - LATELY)
    names = {
        i.id: i.name for i in questions.indicators(session, sorted({m.question_id for m in noted}))
    }
    return Calendar(
        expected=calendar(entries, now),
        marks=tuple(sorted(noted, key=lambda m: m.at, reverse=True)),
        questions=rows,
        names={**names, **{i.id: i.name for i in expecting.values()}},
    )
