"""Why a suggestion is what it is, in a sentence and in rows: base rate → time → news → learned
correction → limits.

Pages, reports, the command line and the API all tell it by these functions, so that they never
differ.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from forecasts.evidence import EvidenceId
from forecasts.ledger import Group
from forecasts.option_suggestion import OptionGroup, OptionLine, OptionSuggestion
from forecasts.spoken import MINUS, counted, percent, signed
from forecasts.suggestion import Line, Suggestion

Percent = Callable[[float], str]
"""A function that writes a probability."""

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
"""The heading of a line wherever lines are shown: its group, and for news the kind of line."""

NO_NEWS: Final = "no news"

NOTHING: Final = 0.0005
"""A line that adds less than this, in nats, would be written +0.000: it is not told."""

FADED: Final = 0.005
"""Stories that add less than this, in nats, are told together."""


@dataclass(frozen=True, slots=True)
class Told:
    """A row of the explanation: its heading, what it is about, and what it adds in nats.

    `evidence_id` names a story, whose headline says more than `what`; that is then how it was
    weighed.
    """

    kind: str
    title: str
    what: str
    adds: float
    evidence_id: EvidenceId | None = None


def told(groups: Iterable[Group | OptionGroup]) -> tuple[Told, ...]:
    """The rows of an explanation in order: every line that adds something, and faded stories
    together in one.

    Base rate, time and learned correction are always told, and where there is no news a row says
    so. What is left out adds less than `NOTHING` each.
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
    """The kind of a line; a row of a likelihood table is no story."""
    is_row = isinstance(line, OptionLine) and line.kind == "evidence" and line.evidence_id is None
    return "table row" if is_row else line.kind


def is_empty(group: Group | OptionGroup) -> bool:
    """True if no line of a group adds `NOTHING` or more."""
    return all(abs(_nats_of(line)) < NOTHING for line in group.lines)


def nats(adds: float) -> str:
    """The log-odds that a row adds, as text; a dash for less than `NOTHING`.

    >>> nats(0.2), nats(-0.0004)
    ('+0.200', '–')
    """
    return signed(adds, 3) if abs(adds) >= NOTHING else "–"


def why_in_words(suggestion: Suggestion, percent: Percent = percent) -> str:
    """The way from the base rate to the suggestion, group by group. Points depend on the order of
    the groups.

    >>> from forecasts.ledger import Line
    >>> from forecasts.question import QuestionId, utc
    >>> lines = (Line("base rate", "", -1.735, 0.15), Line("learned correction", "", 0.2, 0.177))
    >>> why_in_words(Suggestion(QuestionId("q"), utc("2026-01-01"), lines, 0.177, learned_from=30))
    'base rate 15% → no news → learned correction +3 points (from 30 questions) = 18%'
    """
    groups = [group for group in suggestion.groups if group.name != "Limits" or not is_empty(group)]
    steps = (_describe_step(group, suggestion, percent) for group in groups)
    return f"{' → '.join(steps)} = {percent(suggestion.p)}"


def share_in_words(suggestion: OptionSuggestion, option: str, percent: Percent = percent) -> str:
    """The same for the share of an option, in factors; without lines, that its base rate is 0.

    >>> from forecasts.distribution import Categorical
    >>> from forecasts.question import QuestionId, utc
    >>> lines = {"Rome": (OptionLine("base rate", "", math.log(0.4)), OptionLine("all options", "", math.log(0.5)))}
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
    """Name the news and count its stories or table rows; without any it is news that did not
    come.
    """
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
    """A move in percentage points: whole ones, and tenths of the first."""
    size = abs(100.0 * change)
    shown = f"{size:.0f}" if size >= 0.95 else f"{size:.1f}".removesuffix(".0")
    sign = "±" if shown == "0" else "+" if change > 0 else MINUS
    return f"{sign}{shown} {'point' if shown == '1' else 'points'}"
