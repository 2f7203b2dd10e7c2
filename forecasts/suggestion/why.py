"""Explanation of a suggestion in a sentence and in rows.

Order: base rate → time → news → learned correction → limits. Shared by pages, reports, command line
and API.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from forecasts.evidence.log_odds import Group
from forecasts.questions.format import MINUS, counted, percent, signed
from forecasts.questions.question import EvidenceId
from forecasts.suggestion.binary import Line, Suggestion
from forecasts.suggestion.categorical import OptionGroup, OptionLine, OptionSuggestion

Percent = Callable[[float], str]
"""Formatter of a probability."""

TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "base rate": "Base rate",
        "time passed": "Time",
        "evidence": "News: story",
        "table row": "News: table row",
        "silence": "News: silence",
        "usual level": "News: usual level",
        "evidence scale": "News: scale",
        "saturation": "News: saturation",
        "all options": "Other options",
        "learned correction": "Learned correction",
        "limits": "Limits",
    }
)
"""Heading of a line: its group, and for news the kind of line."""

NO_NEWS: Final = "no news"

NOTHING: Final = 0.0005
"""Smallest contribution shown, in nats; less would be written +0.000."""

FADED: Final = 0.005
"""Stories that contribute less than this, in nats, share one row."""


@dataclass(frozen=True, slots=True)
class Told:
    """Row of an explanation: heading, text and contribution in nats.

    `evidence_id` names a story, whose headline is more telling than `what`; that then describes its
    weight.
    """

    kind: str
    title: str
    what: str
    adds: float
    evidence_id: EvidenceId | None = None


def told(groups: Iterable[Group | OptionGroup]) -> tuple[Told, ...]:
    """Rows of an explanation in order; faded stories share one row.

    Base rate, time and learned correction are always included, and a row says if there is no news.
    Lines left out contribute less than `NOTHING` each.
    """
    return tuple(row for group in groups for row in _group_rows(group))


def _group_rows(group: Group | OptionGroup) -> Iterator[Told]:
    if group.name == "News":
        yield from _news_rows(group)
    elif group.name not in ("Limits", "Other options") or not is_empty(group):
        yield from map(_make_row, group.lines)


def _news_rows(group: Group | OptionGroup) -> Iterator[Told]:
    if is_empty(group):
        yield Told("no news", "News", NO_NEWS, math.fsum(map(_nats_of, group.lines)))
        return
    stories = [line for line in group.lines if line.evidence_id is not None]
    faded = [_nats_of(line) for line in stories if abs(_nats_of(line)) < FADED]
    yield from (_make_row(line) for line in stories if abs(_nats_of(line)) >= FADED)
    if faded:
        suffix = " each" if len(faded) > 1 else ""
        words = (
            f"{counted(len(faded), 'faded story', 'faded stories')}, less than {FADED:g}{suffix}"
        )
        yield Told("evidence", TITLES["evidence"], words, math.fsum(faded))
    without_story = (line for line in group.lines if line.evidence_id is None)
    yield from (_make_row(line) for line in without_story if abs(_nats_of(line)) >= NOTHING)


def _make_row(line: Line | OptionLine) -> Told:
    kind = _row_kind(line)
    return Told(kind, TITLES[kind], line.why, _nats_of(line), line.evidence_id)


def _row_kind(line: Line | OptionLine) -> str:
    """Kind of a line; rows of a likelihood table are told apart from stories."""
    is_row = isinstance(line, OptionLine) and line.kind == "evidence" and line.evidence_id is None
    return "table row" if is_row else line.kind


def is_empty(group: Group | OptionGroup) -> bool:
    """Return True if no line of a group contributes `NOTHING` or more."""
    return all(abs(_nats_of(line)) < NOTHING for line in group.lines)


def nats(adds: float) -> str:
    """Format a contribution in nats; a dash for less than `NOTHING`.

    >>> nats(0.2), nats(-0.0004)
    ('+0.200', '–')
    """
    return signed(adds, 3) if abs(adds) >= NOTHING else "–"


def why_in_words(suggestion: Suggestion, percent: Percent = percent) -> str:
    """Steps from the base rate to the suggestion, group by group, in one sentence.

    Points depend on the order of the groups.

    >>> from forecasts.evidence.log_odds import Line
    >>> from forecasts.questions.question import QuestionId, utc
    >>> lines = (Line("base rate", "", -1.735, 0.15), Line("learned correction", "", 0.2, 0.177))
    >>> why_in_words(Suggestion(QuestionId("q"), utc("2026-01-01"), lines, 0.177, learned_from=30))
    'base rate 15% → no news → learned correction +3 points (from 30 questions) = 18%'
    """
    groups = [group for group in suggestion.groups if group.name != "Limits" or not is_empty(group)]
    steps = (_describe_step(group, suggestion, percent) for group in groups)
    return f"{' → '.join(steps)} = {percent(suggestion.p)}"


def share_in_words(suggestion: OptionSuggestion, option: str, percent: Percent = percent) -> str:
    """Steps to the share of an option, in factors; "base rate 0" if there are no lines.

    >>> from forecasts.distributions.distribution import Categorical
    >>> from forecasts.questions.question import QuestionId, utc
    >>> lines = {"Rome": (OptionLine("base rate", "", math.log(0.4)), OptionLine("all options", "",
    ...     math.log(0.5)))}
    >>> held = Categorical(("Rome", "Oslo"), (0.2, 0.8))
    >>> share_in_words(OptionSuggestion(QuestionId("q"), utc("2026-01-01"), held, lines), "Rome")
    'base rate 40% → no news → other options ×0.5 = 20%'
    """
    share = suggestion.distribution.of(option)
    groups = [
        group
        for group in suggestion.groups(option)
        if group.name != "Other options" or not is_empty(group)
    ]
    steps = (_describe_factor(group, percent) for group in groups)
    return f"{' → '.join(steps) or 'base rate 0'} = {percent(share)}"


def _nats_of(line: Line | OptionLine) -> float:
    return line.log_odds if isinstance(line, Line) else line.log_share


def _describe_step(group: Group, suggestion: Suggestion, percent: Percent) -> str:
    match group.name:
        case "Base rate" | "Time":
            return f"{group.name.lower()} {percent(group.p_after)}"
        case "Learned correction" if not suggestion.learned_from and is_empty(group):
            return "no learned correction yet"
        case "News" if is_empty(group):
            return NO_NEWS
    learned = group.name == "Learned correction" and suggestion.learned_from
    source = f" (from {counted(suggestion.learned_from, 'question')})" if learned else ""
    head, tail = _describe_news(group) if group.name == "News" else (group.name.lower(), source)
    return f"{head} {_format_points(group.p_after - group.p_before)}{tail}"


def _describe_factor(group: OptionGroup, percent: Percent) -> str:
    if group.name == "Base rate":
        return f"base rate {percent(math.exp(group.log_share))}"
    if group.name == "News" and is_empty(group):
        return NO_NEWS
    head, tail = _describe_news(group) if group.name == "News" else (group.name.lower(), "")
    return f"{head} ×{math.exp(group.log_share):.2g}{tail}"


def _describe_news(group: Group | OptionGroup) -> tuple[str, str]:
    """Label of the news, and the count of its stories or table rows."""
    kinds = [_row_kind(line) for line in group.lines]
    stories, rows = kinds.count("evidence"), kinds.count("table row")
    if rows:
        return "news", f" ({counted(rows, 'table row')})"
    return (
        ("news", f" ({counted(stories, 'story', 'stories')})")
        if stories
        else ("news that did not come", "")
    )


def _format_points(change: float) -> str:
    """Format a change in percentage points, with a decimal below one point."""
    size = abs(100.0 * change)
    shown = f"{size:.0f}" if size >= 0.95 else f"{size:.1f}".removesuffix(".0")
    sign = "±" if shown == "0" else "+" if change > 0 else MINUS
    return f"{sign}{shown} {'point' if shown == '1' else 'points'}"
