"""Notices for a person, decided from the news as that person sees it. Pure.

A question is quiet once it is answered, apart from the notice that it is. What a channel was told
decides what is new for it: a move counts from the last message that gave the estimate, and a key
that the channel knows is never told again. Nobody is told of what they did themselves.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from forecasts.questions.formatting import (
    format_answer,
    format_count,
    format_percent,
    format_sentence,
    format_short,
    format_utc_day,
)
from forecasts.questions.question import SUGGESTION, Forecaster, ForecasterId, QuestionId
from tracker.feeds.feed import FeedState, items_per_day
from tracker.model.comments import Mention
from tracker.model.feed_read_models import FeedHealth
from tracker.model.notifications import (
    Attention,
    ChannelMemory,
    Notification,
    NotificationKind,
    Rule,
    StrongEvidence,
)
from tracker.model.proposed_answers import MissingAnswer, ProposedAnswer
from tracker.model.read_models import QuestionSummary
from tracker.model.signed_heads import SignedHead

DAY: Final = timedelta(days=1)
MAX_AGE: Final = timedelta(days=14)
"""Age from which what happened is no news any more, such as after a channel was out of order."""

TOP_MOVES: Final = 5
"""Moves that a summary of the week names."""

MIN_WEEKLY_MOVE: Final = 0.05
MIN_STALE_MOVE: Final = 0.1
"""Move of the estimate since a forecast that makes an old forecast stale."""

DECISIVE: Final = 5


@dataclass(frozen=True, slots=True)
class News:
    """News that a person can see at an instant, and the questions to which they pay attention.

    `may_answer` says whether they may confirm answers. What their rules do not need is empty.
    """

    now: datetime
    me: ForecasterId
    may_answer: bool
    questions: tuple[QuestionSummary, ...]
    attention: Mapping[QuestionId, Attention] = field(default_factory=dict)
    evidence: tuple[StrongEvidence, ...] = ()
    proposals: tuple[ProposedAnswer, ...] = ()
    missing: tuple[MissingAnswer, ...] = ()
    feeds: tuple[FeedHealth, ...] = ()
    mentions: tuple[Mention, ...] = ()
    people: Mapping[ForecasterId, Forecaster] = field(default_factory=dict)
    head: SignedHead | None = None


def decide(news: News, rules: Iterable[Rule], memory: ChannelMemory) -> tuple[Notification, ...]:
    """Return what to tell by these rules, in their order."""
    notices = (n for rule in rules for n in _DECIDERS[rule.kind](news, rule, memory))
    return tuple(notice for notice in notices if notice.key not in memory.keys)


def _list_watched(news: News, rule: Rule) -> Iterator[QuestionSummary]:
    """Yield the unanswered questions of a rule's scope, without those that are muted."""
    return (
        row for row in news.questions if row.resolution is None and _is_watched(news, rule, row)
    )


def _is_watched(news: News, rule: Rule, row: QuestionSummary) -> bool:
    attention = news.attention.get(row.question.id)
    is_mine = attention == "follow" or news.me in row.standings
    return (
        attention != "mute" and not row.question.retrospective and (rule.scope == "all" or is_mine)
    )


def _index_watched(news: News, rule: Rule) -> Mapping[QuestionId, QuestionSummary]:
    return {row.question.id: row for row in _list_watched(news, rule)}


def _make_notice(
    kind: NotificationKind, key: object, row: QuestionSummary, *, title: str, detail: str = ""
) -> Notification:
    """Make a notice on a question, with its estimate."""
    question_id = row.question.id
    return Notification(
        key=f"{kind}:{question_id}:{key}",
        kind=kind,
        title=title,
        subject=row.question.text,
        detail=detail,
        question_id=question_id,
        page=f"question?q={quote(question_id, safe='')}",
        now=_find_estimate(row),
    )


def _find_estimate(row: QuestionSummary) -> float | None:
    standing = row.standings.get(SUGGESTION)
    return None if standing is None else standing.p


def _describe_forecasts(news: News, row: QuestionSummary) -> str:
    """Say what the person and the estimate hold."""
    mine, estimate = row.standings.get(news.me), row.standings.get(SUGGESTION)
    parts = []
    if mine is not None:
        parts.append(f"You hold {format_short(row.question, mine.distribution)}")
    if estimate is not None:
        words = f"the estimate is {format_short(row.question, estimate.distribution)}"
        parts.append(words if parts else words[:1].upper() + words[1:])
    return f"{', '.join(parts)}." if parts else ""


def _is_new(at: datetime, news: News, memory: ChannelMemory) -> bool:
    return at >= max(memory.since, news.now - MAX_AGE)


def _decide_mentions(news: News, rule: Rule, memory: ChannelMemory) -> Iterator[Notification]:
    watched = _index_watched(news, rule)
    for mention in news.mentions:
        row = watched.get(mention.question_id)  # none if the person may not see the question
        is_mine = mention.forecaster_id == news.me and _is_new(mention.at, news, memory)
        if row is not None and is_mine:
            title = f"{news.people[mention.by].name} mentioned you"
            yield _make_notice("mention", mention.id, row, title=title, detail=mention.text)


def _decide_proposed(news: News, rule: Rule, memory: ChannelMemory) -> Iterator[Notification]:
    watched = _index_watched(news, rule) if news.may_answer else {}
    for proposal in news.proposals:
        row = watched.get(proposal.question.id)
        if row is not None:
            answer = proposal.answer or proposal.outcome
            detail = f"“{proposal.quote}”. Confirm it or dismiss it on the page of the question."
            key = f"{proposal.key}:{answer}"
            yield _make_notice(
                "proposed", key, row, title=f"Answer proposed: {answer}", detail=detail
            )


def _decide_due(news: News, rule: Rule, memory: ChannelMemory) -> Iterator[Notification]:
    watched = _index_watched(news, rule) if news.may_answer else {}
    for missing in news.missing:
        row = watched.get(missing.question.id)
        if row is not None:
            due = format_utc_day(missing.question.resolves_at)
            yield _make_notice("due", due, row, title=f"Answer due since {due}")


def _decide_answered(news: News, rule: Rule, memory: ChannelMemory) -> Iterator[Notification]:
    for row in news.questions:
        resolution = row.resolution
        if resolution is None or not _is_watched(news, rule, row):
            continue
        if resolution.entered_by != news.me and _is_new(resolution.entered_at, news, memory):
            mine = row.standings.get(news.me)
            detail = f"You held {format_short(row.question, mine.distribution)}." if mine else ""
            title = f"Answered: {format_answer(row.question, resolution)}"
            yield _make_notice(
                "answered", resolution.entered_at.isoformat(), row, title=title, detail=detail
            )


def _decide_moved(news: News, rule: Rule, memory: ChannelMemory) -> Iterator[Notification]:
    for row in _list_watched(news, rule):
        start = memory.last.get(row.question.id, memory.since)
        now, before = _find_estimate(row), _find_value_at(row.history, start)
        if now is None or before is None or abs(now - before) * 100 < rule.threshold - 1e-9:
            continue
        points = format_count(round(abs(now - before) * 100), "point")
        title = f"{'Up' if now > before else 'Down'} {points} to {format_percent(now)}"
        detail = f"It was {format_percent(before)} on {format_utc_day(start)}."
        notice = _make_notice("moved", start.isoformat(), row, title=title, detail=detail)
        yield replace(notice, before=before)


def _find_value_at(history: Sequence[tuple[datetime, float]], at: datetime) -> float | None:
    """Return the estimate at an instant, or the first one if it is younger."""
    earlier = [p for made_at, p in history if made_at <= at]
    return earlier[-1] if earlier else next((p for _, p in history), None)


def _decide_evidence(news: News, rule: Rule, memory: ChannelMemory) -> Iterator[Notification]:
    watched = _index_watched(news, rule)
    for piece in news.evidence:
        row = watched.get(piece.question_id)
        if row is None or piece.accepted_by == news.me:
            continue
        if not _is_new(piece.accepted_at, news, memory):
            continue
        title = _describe_evidence(piece, row)
        detail = f"“{piece.headline}” ({piece.source}). {_describe_forecasts(news, row)}".strip()
        yield _make_notice("evidence", piece.id, row, title=title, detail=detail)


def _describe_evidence(piece: StrongEvidence, row: QuestionSummary) -> str:
    """Say how strong a piece is, and for what; numbers and dates have no side."""
    word = "Decisive evidence" if piece.strength >= DECISIVE else "Strong evidence"
    subject = piece.option or ("it" if row.question.kind == "binary" else "")
    side = "for" if piece.direction > 0 else "against"
    return f"{word} {side} {subject}" if subject else word


def _decide_closes(news: News, rule: Rule, memory: ChannelMemory) -> Iterator[Notification]:
    for row in _list_watched(news, rule):
        left = row.question.closes_at - news.now
        if row.status == "open" and left <= rule.threshold * DAY:
            words = (
                "within a day" if left <= DAY else f"in {format_count(round(left / DAY), 'day')}"
            )
            detail = _describe_forecasts(news, row)
            key = row.question.closes_at.isoformat()
            yield _make_notice("closes", key, row, title=f"Closes {words}", detail=detail)


def _decide_stale(news: News, rule: Rule, memory: ChannelMemory) -> Iterator[Notification]:
    """A forecast is stale if it is old, and the estimate has moved since."""
    for row in _list_watched(news, rule):
        mine, now = row.standings.get(news.me), _find_estimate(row)
        if mine is None or now is None or row.status != "open":
            continue
        age, then = news.now - mine.since, _find_value_at(row.history, mine.since)
        if age < rule.threshold * DAY or then is None or abs(now - then) < MIN_STALE_MOVE:
            continue
        detail = (
            f"You hold {format_short(row.question, mine.distribution)}; since then the estimate "
            f"went from {format_percent(then)} to {format_percent(now)}."
        )
        title = f"Your forecast is {format_count(age // DAY, 'day')} old"
        yield _make_notice("stale", mine.since.isoformat(), row, title=title, detail=detail)


def _decide_feeds(news: News, rule: Rule, memory: ChannelMemory) -> Iterator[Notification]:
    for health in news.feeds:
        state = health.state
        silent_since = state.failing_since or state.last_new_at
        if state.paused or not health.silence or silent_since is None:
            continue
        if news.now - silent_since >= max(rule.threshold * _usual_gap(state), DAY):
            yield Notification(
                key=f"feed:{state.id}:{silent_since.isoformat()}",
                kind="feed",
                title="Silent feed",
                subject=state.feed.title,
                detail=format_sentence(health.silence),
                page=f"feeds?feed={quote(state.id, safe='')}",
            )


def _usual_gap(state: FeedState) -> timedelta:
    """Return the time between items, as it was when the last ones came."""
    return DAY / items_per_day(state.rhythm, state.rhythm.at or state.next_due_at)


def _decide_week(news: News, rule: Rule, memory: ChannelMemory) -> Iterator[Notification]:
    """One summary a week: the largest moves, what was answered, and what closes next."""
    year, week, _ = news.now.isocalendar()
    rows = [row for row in news.questions if _is_watched(news, rule, row)]
    week_ago = news.now - 7 * DAY
    moves = [(row.change_7d or 0.0, row) for row in rows if row.resolution is None]
    moves = [pair for pair in moves if abs(pair[0]) >= MIN_WEEKLY_MOVE]
    answered = sum(r.resolution is not None and r.resolution.entered_at > week_ago for r in rows)
    closing = sum(r.status == "open" and r.question.closes_at <= news.now + 7 * DAY for r in rows)
    if not (moves or answered or closing):
        return
    top = sorted(moves, key=lambda pair: -abs(pair[0]))[:TOP_MOVES]
    lines = [
        f"{'Up' if change > 0 else 'Down'} {format_count(round(abs(change) * 100), 'point')} to "
        f"{format_percent(_find_estimate(row))}: {row.question.text}"
        for change, row in top
    ]
    title = f"{len(moves)} moved, {answered} answered, {closing} close within a week"
    yield Notification(f"week:{year}-{week:02}", "week", title, "Your week", "\n".join(lines))


def _decide_head(news: News, rule: Rule, memory: ChannelMemory) -> Iterator[Notification]:
    """The newest signed head, to be kept where nobody who changes the database can reach it."""
    head = news.head
    if head is not None and _is_new(head.at, news, memory):
        detail = (
            f"Keep this message: “tracker system verify --head {head.seq}:{head.root}” checks that "
            f"nothing up to it was changed.\nSigned {head.at.isoformat()} with the key {head.key}\n"
            f"Signature {head.signature}"
        )
        title = f"Head of the log at entry {head.seq}"
        yield Notification(f"head:{head.seq}", "head", title, "Audit log", detail)


_Decider = Callable[[News, Rule, ChannelMemory], Iterator[Notification]]
_DECIDERS: Final[Mapping[NotificationKind, _Decider]] = {
    "mention": _decide_mentions,
    "proposed": _decide_proposed,
    "due": _decide_due,
    "answered": _decide_answered,
    "moved": _decide_moved,
    "evidence": _decide_evidence,
    "closes": _decide_closes,
    "stale": _decide_stale,
    "feed": _decide_feeds,
    "week": _decide_week,
    "head": _decide_head,
}
