"""The weekly review: what moved, what was answered, how good everyone was, what waits, and how the
feeds fared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from forecasts.questions.answers import answer
from forecasts.questions.cohorts import counts
from forecasts.questions.forecaster import CROWD, RESERVED, SUGGESTION
from forecasts.questions.format import answer_in_words, in_short, percent, signed
from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.scoring.rulebook import HEADLINE, RULES
from forecasts.scoring.skill_words import in_points, ranged
from tracker.model.read_models import QuestionSummary
from tracker.questions.queries.accuracy import summaries
from tracker.reports.content import (
    Block,
    Cell,
    Report,
    Section,
    cell,
    counted,
    day,
    row,
    table,
    words,
)
from tracker.reports.known import Rows, known
from tracker.storage import feeds, forecasts, resolutions
from tracker.storage import known as store
from tracker.storage.sessions import Session

WEEK: Final = timedelta(days=7)
STALE_AFTER: Final = timedelta(days=30)
"""My forecast is stale when I have not confirmed it for longer."""

POINT: Final = 0.01
"""What moved by less did not move."""

MOST: Final = 40
"""Rows of a table; a line says how many more there were."""


@dataclass(frozen=True, slots=True)
class _Week:
    """All questions as they stood at the end of the week, and at its start."""

    at: datetime
    since: datetime
    me: ForecasterId
    name: str
    before: Rows
    now: Rows
    evidence: dict[QuestionId, int]


@dataclass(frozen=True, slots=True)
class _Move:
    """How far a forecaster's probability of YES moved in the week."""

    summary: QuestionSummary
    who: str
    before: float
    after: float


def report(session: Session, at: datetime, me: ForecasterId) -> Report:
    """The seven days up to an instant."""
    since = at - WEEK
    people = forecasts.forecasters(session)
    name = people[me].name if me in people else me
    week = _Week(
        at,
        since,
        me,
        name,
        known(session, since),
        known(session, at),
        store.evidence(session, at, since),
    )
    moves, answered = _moves(week), _answered(week)
    scores = _scores(session, week)
    sections = (
        _moved(moves),
        _resolved(answered),
        *scores,
        _news(week),
        _stale(week),
        _feeds(session, week),
    )
    number = len({move.summary.question.id for move in moves})
    said = (
        f"{counted(number, 'question')} moved by a point or more, {len(answered)} got an answer,"
        f" {counted(sum(week.evidence.values()), 'piece', 'pieces')} of evidence came in."
    )
    title = f"Weekly review, {day(since)} to {day(at)}"
    return Report("week", "", title, said, at, sections)


def _moves(week: _Week) -> list[_Move]:
    """What moved on yes-no questions that are open, the largest move first."""
    found = []
    for question_id, s in week.now.items():
        old = week.before.get(question_id)
        if old is None or s.status != "open":
            continue
        for who in (week.me, CROWD, SUGGESTION):
            if who in s.standings and who in old.standings:
                before, after = old.standings[who].p, s.standings[who].p
                if before is not None and after is not None and abs(after - before) >= POINT:
                    found.append(_Move(s, s.standings[who].forecaster.name, before, after))
    return sorted(found, key=lambda move: -abs(move.after - move.before))


def _answered(week: _Week) -> list[QuestionSummary]:
    """The questions whose answer was entered in the week."""
    return [
        s
        for s in week.now.values()
        if s.resolution is not None and s.resolution.entered_at > week.since
    ]


def _moved(moves: Sequence[_Move]) -> Section:
    rows = [
        row(
            move.summary.question.text,
            move.who,
            percent(move.before),
            percent(move.after),
            f"{signed(100 * (move.after - move.before))} points",
        )
        for move in moves
    ]
    headings = ("question", "who", "a week before", "now", "change")
    return _listed(
        "What moved",
        headings,
        rows,
        "No open question moved by a point or more.",
        numbers=(2, 3, 4),
    )


def _resolved(answered: Sequence[QuestionSummary]) -> Section:
    rows = []
    for s in answered:
        assert s.resolution is not None
        held = s.standings.get(CROWD) or s.standings.get(SUGGESTION)
        said = (
            "–"
            if held is None
            else f"{held.forecaster.name} {in_short(s.question, held.distribution)}"
        )
        source = cell(s.resolution.source_url, s.resolution.source_url)
        rows.append(
            row(
                s.question.text,
                answer_in_words(s.question, s.resolution),
                said,
                day(s.resolution.known_at),
                source,
            )
        )
    headings = ("question", "answer", "held last", "known", "source")
    return _listed("What was answered", headings, rows, "No answer was entered.", wide=(0, 4))


def _scores(session: Session, week: _Week) -> Iterator[Section]:
    """Everyone by the rule that speaks for each kind, over all questions that count by now."""
    people = forecasts.forecasters(session)
    every = resolutions.all_scores(session)
    for retrospective, heading in (
        (False, "Scores so far"),
        (True, "Scores of questions that look back"),
    ):
        asked = {
            q: s.question
            for q, s in week.now.items()
            if s.question.retrospective == retrospective
            and counts(s.question, week.at)
            and answer(s.question, s.resolution) is not None
        }
        found = [s for s in summaries(every, asked) if s.rule in HEADLINE.values()]
        if not found:
            continue
        rows = [
            row(
                people[s.forecaster_id].name,
                RULES[s.rule].title,
                s.questions,
                in_points(s.rule, s.skill),
                ranged(s) or "–",
                "–" if s.mean_while_active is None else f"{s.mean_while_active:.3f}",
            )
            for s in found
        ]
        headings = ("who", "rule", "n", "skill", "95 % interval", "mean score")
        few = (
            "Skill is the gain over knowing nothing in points, higher is better; the mean "
            "score is better when lower."
        )
        small = (
            " Fewer than 20 questions are too few to say who is better." if len(asked) < 20 else ""
        )
        note = f"{counted(len(asked), 'question')} whose scheduled close has passed. {few}{small}"
        yield Section(
            heading,
            (table(headings, rows, wide=(0,), numbers=(2, 3, 4, 5)), words(note, quiet=True)),
        )


def _news(week: _Week) -> Section:
    ranked = sorted(week.evidence.items(), key=lambda pair: (-pair[1], pair[0]))
    rows = [
        row(week.now[q].question.text, n, week.now[q].evidence) for q, n in ranked if q in week.now
    ]
    headings = ("question", "new pieces", "in all")
    return _listed("New evidence", headings, rows, "No evidence came in.", numbers=(1, 2))


def _stale(week: _Week) -> Section:
    held = [
        (s, s.standings[week.me])
        for s in week.now.values()
        if s.status == "open" and week.me in s.standings and week.me not in RESERVED
    ]
    old = sorted(
        ((h.since, s, h) for s, h in held if h.since < week.at - STALE_AFTER),
        key=lambda each: each[0],
    )
    rows = [
        row(
            s.question.text,
            in_short(s.question, h.distribution),
            day(since),
            (week.at - since).days,
        )
        for since, s, h in old
    ]
    headings = ("question", "forecast", "last confirmed", "days ago")
    nothing = (
        f"None of {counted(len(held), 'open forecast')} of {week.name} is older than "
        f"{STALE_AFTER.days} days."
    )
    return _listed(f"Stale forecasts of {week.name}", headings, rows, nothing, numbers=(3,))


def _feeds(session: Session, week: _Week) -> Section:
    """Feeds with failed polls, by whole days in UTC: what is kept of polling is kept by the day."""
    titles = {state.id: state.feed.title for state in feeds.feeds(session)}
    last = week.at.astimezone(UTC).date()
    rows, polled = [], 0
    for feed_id, days in feeds.days(session, week.since.astimezone(UTC).date()).items():
        mine = [one for one in days if one.day <= last]
        polls, failed = sum(one.polls for one in mine), sum(one.failed for one in mine)
        polled += polls > 0
        if failed:
            new = sum(one.new_items for one in mine)
            rows.append((failed, row(titles.get(feed_id, feed_id), polls, failed, new)))
    ranked = [cells for _, cells in sorted(rows, key=lambda pair: -pair[0])]
    nothing = f"No poll of {counted(polled, 'feed')} failed." if polled else "No feed was polled."
    headings = ("feed", "polls", "failed", "new items")
    return _listed("Feeds in trouble", headings, ranked, nothing, numbers=(1, 2, 3))


def _listed(  # noqa: PLR0917  a heading, what stands under it, and what if nothing does
    heading: str,
    headings: tuple[str, ...],
    rows: Sequence[tuple[Cell, ...]],
    nothing: str,
    wide: tuple[int, ...] = (0,),
    numbers: tuple[int, ...] = (),
) -> Section:
    if not rows:
        return Section(heading, (words(nothing),))
    blocks: list[Block] = [table(headings, rows[:MOST], wide=wide, numbers=numbers)]
    if len(rows) > MOST:
        blocks.append(words(f"{len(rows) - MOST} more.", quiet=True))
    return Section(heading, tuple(blocks))
