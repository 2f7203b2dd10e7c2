"""Sentences of the home page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from dashboard.components.question_list import DatedMove
from dashboard.home.data import SINCE_LAST_VISIT, ForecastTask, HomeOverview, Period
from dashboard.wording.numbers import (
    MINUS,
    NBSP,
    clip,
    format_age,
    percent_exact,
    percent_number,
    plural,
)
from forecasts.questions.question import CROWD, SUGGESTION, EvidenceId, ForecasterId, is_computed
from forecasts.suggestion.changes import Cause, ChangeReason, ProbabilityChange
from tracker.model.read_models import QuestionSummary

ARROW: Final = "\u2192"
MAX_HEADLINE_CHARACTERS: Final = 90

_CAUSES: Final[Mapping[Cause, str]] = {
    "base rate": "as its base rate changed",
    "time passed": "as time passed",
    "time passed on news": "as no new reports came",
    "judged anew": "as earlier reports were judged again",
    "came in": "after new reports",
    "reports": "after new reports",
    "evidence": "after new reports",
    "table row": "as a linked question moved",
    "signpost": "as a signpost was seen or missed",
    "doubt": "as its news was weighed again",
    "evidence scale": "as its news was weighed again",
    "learned correction": "by a correction learned from past questions",
    "small changes": "in several small steps",
}
"""Causes of a move in words, where no headline tells them."""


def overview_sentence(period: Period, overview: HomeOverview, proposals: int) -> str:
    """Summarise moves and pending tasks in a sentence; `proposals` are answers to confirm."""
    last = period == SINCE_LAST_VISIT
    over = "since your last visit" if last else f"in {period.replace(' ', NBSP)}"
    moves = plural(len(overview.moves), "estimate") if overview.moves else "No estimate"
    return f"{moves} moved {over}; {describe_tasks(overview, proposals)}."


def describe_tasks(overview: HomeOverview, proposals: int) -> str:
    """Describe what waits: `7 pieces of evidence and 2 answers wait for you`."""
    answers = proposals + len(overview.overdue)
    counts = (
        (overview.pieces, plural(overview.pieces, "piece") + " of evidence"),
        (answers, plural(answers, "answer")),
        (overview.due_forecasts, plural(overview.due_forecasts, "forecast")),
    )
    parts = [words for count, words in counts if count]
    if not parts:
        return "nothing waits for you"
    *first, last = parts
    words = f"{', '.join(first)} and {last}" if first else last
    total = sum(count for count, _ in counts)
    return f"{words} {'waits' if total == 1 else 'wait'} for you"


def format_move(move: DatedMove) -> tuple[str, str]:
    """Format the ends of a move and its points so that they agree: `63% → 71%` and `+8`."""
    before, after = percent_exact(move.before), percent_exact(move.after)
    points = f"{100.0 * move.change:+.0f}"
    if round(percent_number(move.after) - percent_number(move.before)) != int(points):
        before, after = f"{100.0 * move.before:.1f}%", f"{100.0 * move.after:.1f}%"
        points = f"{float(after[:-1]) - float(before[:-1]):+.1f}"
    return f"{before} {ARROW} {after}", points.replace("-", MINUS)


def list_drivers(change: ProbabilityChange) -> list[ChangeReason]:
    """List the reasons that pushed a probability the way it went, the largest first."""
    sign = 1.0 if change.after > change.before else -1.0
    drivers = [reason for reason in change.reasons if reason.log_odds * sign > 0.0]
    return sorted(drivers, key=lambda reason: -abs(reason.log_odds))


def describe_cause(change: ProbabilityChange, headlines: Mapping[EvidenceId, str]) -> str:
    """Describe what moved an estimate most; "" where nothing tells it.

    >>> from forecasts.questions.question import QuestionId, utc
    >>> days = utc("2026-03-02"), utc("2026-05-01")
    >>> reasons = (ChangeReason("came in", "", 0.4, EvidenceId(7)),
    ...     ChangeReason("came in", "", 0.1, EvidenceId(9)), ChangeReason("doubt", "", -0.1))
    >>> change = ProbabilityChange(QuestionId("q"), *days, 0.5, 0.6, reasons)
    >>> print(describe_cause(change, {7: "“Ships sail” (Reuters)", 9: "“Port opens” (AP)"}))
    after “Ships sail” (Reuters) and 1 more report
    """
    drivers = list_drivers(change)
    if not drivers:
        return ""
    main = drivers[0]
    headline = headlines.get(main.evidence_id) if main.evidence_id is not None else None
    if headline is None:
        return _CAUSES.get(main.cause, "")
    if main.cause == "judged anew":
        return f"as {headline} was judged again"
    reports = sum(reason.cause == "came in" for reason in drivers[1:])
    more = f" and {reports} more {'report' if reports == 1 else 'reports'}" if reports else ""
    return f"after {headline}{more}"


def format_source(headline: str, source: str) -> str:
    """Format a headline with its source: `“Ships sail” (Reuters)`."""
    return f"“{clip(headline, MAX_HEADLINE_CHARACTERS)}” ({source})"


def describe_task(task: ForecastTask, since: datetime | None, now: datetime) -> str:
    """Describe why a forecast is due: `closes in 3 days; yours is 9 days old`."""
    closes = f"closes {format_age(task.summary.question.closes_at, now)}"
    if task.kind == "confirm" and since is not None:
        return f"you confirmed it {format_age(since, now)}; {closes}"
    return f"{closes}; no forecast of yours yet"


def format_others(s: QuestionSummary, me: ForecasterId) -> str:
    """Format the probabilities of other people and platforms: `40%`, `30–62%`, or ""."""
    probabilities = sorted(
        standing.p
        for forecaster_id, standing in s.standings.items()
        if standing.p is not None and forecaster_id != me and not is_computed(forecaster_id)
    )
    if not probabilities:
        return ""
    low, high = percent_exact(probabilities[0]), percent_exact(probabilities[-1])
    return high if low == high else f"{low.removesuffix('%')}–{high}"


def format_standing(s: QuestionSummary, forecaster_id: ForecasterId) -> str:
    """Format the probability of a forecaster, "" without one."""
    standing = s.standings.get(forecaster_id)
    return "" if standing is None or standing.p is None else percent_exact(standing.p)


COMPARED: Final[Mapping[str, ForecasterId]] = {"crowd": CROWD, "estimate": SUGGESTION}
"""Columns of disagreements besides one's own, by their name."""
