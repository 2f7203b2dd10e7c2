"""Explanation of a suggestion in a sentence and in rows.

Order: base rate → time → news → learned correction → limits. Shared by pages, reports, command line
and API.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from forecasts.distributions.cdf import Cdf
from forecasts.distributions.probability import logit, sigmoid
from forecasts.evidence.evidence import Direction, describe_side
from forecasts.evidence.log_odds import RAW_NEWS_KINDS, LedgerGroup, StoryEffect
from forecasts.questions.formatting import (
    MINUS,
    format_count,
    format_percent,
    format_quantile,
    format_short,
    format_signed,
)
from forecasts.questions.question import EvidenceId, Question
from forecasts.suggestion.binary import LedgerLine, Suggestion
from forecasts.suggestion.categorical import OptionGroup, OptionLine, OptionSuggestion
from forecasts.suggestion.curves import QUANTILE_LEVELS, CurveSuggestion

AnySuggestion = Suggestion | OptionSuggestion | CurveSuggestion
"""Suggestion of a question, by its kind."""

Percent = Callable[[float], str]
"""Formatter of a probability."""

LINE_TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "base rate": "Base rate",
        "time passed": "Time",
        "reports": "News: reports",
        "evidence": "News: judged story",
        "table row": "News: table row",
        "signpost": "News: signpost",
        "doubt": "News: doubt",
        "evidence scale": "News: scale",
        "all options": "Other options",
        "learned correction": "Learned correction",
        "limits": "Limits",
    }
)
"""Heading of a line: its group, and for news the kind of line."""

NO_NEWS: Final = "no news"
"""Words where no piece is there, rejected ones aside."""

MIN_NATS: Final = 0.0005
"""Smallest contribution shown, in nats; less would be written +0.000."""


@dataclass(frozen=True, slots=True)
class ExplanationRow:
    """Row of an explanation: heading, text and contribution in nats.

    `stories` are those behind it, the one with the largest effect first: its headline tells more
    than `text`, which then describes the weight.
    """

    kind: str
    title: str
    text: str
    nats: float
    stories: tuple[EvidenceId, ...] = ()

    def find_headline(self, headlines: Mapping[EvidenceId, str]) -> str:
        """Headline of the story with the largest effect, and how many more; "" without one."""
        known = [headlines[story] for story in self.stories if story in headlines]
        if not known:
            return ""
        return known[0] if len(known) == 1 else f"{known[0]} (and {len(known) - 1:,} more)"


def explanation_rows(groups: Iterable[LedgerGroup | OptionGroup]) -> tuple[ExplanationRow, ...]:
    """Rows of an explanation in order.

    Base rate, time and learned correction are always included, and a row says if there is no news.
    Lines left out contribute less than `MIN_NATS` each.
    """
    return tuple(row for group in groups for row in _group_rows(group))


def _group_rows(group: LedgerGroup | OptionGroup) -> Iterator[ExplanationRow]:
    if group.name == "News":
        yield from _news_rows(group)
    elif group.name not in ("Limits", "Other options") or not is_negligible(group):
        yield from map(_make_row, group.lines)


def _news_rows(group: LedgerGroup | OptionGroup) -> Iterator[ExplanationRow]:
    if is_negligible(group):
        nats = math.fsum(map(_nats_of, group.lines))
        yield ExplanationRow("no news", "News", _describe_no_news(group), nats)
        return
    yield from (_make_row(line) for line in group.lines if abs(_nats_of(line)) >= MIN_NATS)


def _describe_no_news(group: LedgerGroup | OptionGroup) -> str:
    """Describe a negligible group: `no news that counts (29 perhaps)`, or `no news`."""
    stories = count_stories(group.lines)
    tiny = f"{stories:,} with next to no effect" if stories else ""
    counts = ", ".join(filter(None, (tiny, group.idle)))
    return f"{NO_NEWS} that counts ({counts})" if counts else NO_NEWS


def _make_row(line: LedgerLine | OptionLine) -> ExplanationRow:
    stories = tuple(effect.evidence_id for effect in sort_effects(line.effects))
    return ExplanationRow(line.kind, LINE_TITLES[line.kind], line.why, _nats_of(line), stories)


def sort_effects(effects: Iterable[StoryEffect]) -> list[StoryEffect]:
    """Sort effects of stories, the largest first."""
    return sorted(effects, key=lambda effect: (-abs(effect.log_odds), effect.evidence_id))


def count_stories(lines: Iterable[LedgerLine | OptionLine]) -> int:
    """Count the stories behind lines."""
    return sum(len(line.effects) for line in lines)


def story_effects(lines: Iterable[LedgerLine | OptionLine]) -> dict[EvidenceId, float]:
    """Effect of each story, in nats before doubt and scale: what its absence would change."""
    return {e.evidence_id: e.log_odds for line in lines for e in line.effects}


@dataclass(frozen=True, slots=True)
class Mover:
    """Line that moves a suggestion: without it the probability would be `change` lower.

    `stories` are those behind it, the one with the largest effect first.
    """

    kind: str
    text: str
    change: float
    stories: tuple[EvidenceId, ...] = ()


def rank_movers(suggestion: AnySuggestion, option: str = "") -> tuple[Mover, ...]:
    """Rank what moves a suggestion from its base rate, the largest first: news, time, correction.

    The probability is that of YES, of the `option`, or of a number above (a date before) the median
    without news. Doubt and scale are shared by all news.

    >>> from forecasts.evidence.log_odds import LedgerLine
    >>> from forecasts.questions.question import utc
    >>> lines = (LedgerLine("base rate", "", -1.0, 0.27), LedgerLine("evidence", "Talks", 2.0, 0.73,
    ...     (StoryEffect(7, 2.0),)), LedgerLine("evidence scale", "", -1.0, 0.5))
    >>> [(mover.text, round(mover.change, 2)) for mover in
    ...     rank_movers(Suggestion("q", utc("2026-01-01"), lines, 0.5))]
    [('Talks', 0.23)]
    """
    lines = _lines_of(suggestion, option)
    factor, p = measure_news_factor(lines), _probability_of(suggestion, option)
    movers = (
        Mover(
            line.kind,
            line.why,
            _measure_change(p, _nats_of(line) * (factor if line.kind in RAW_NEWS_KINDS else 1.0)),
            tuple(effect.evidence_id for effect in sort_effects(line.effects)),
        )
        for line in lines
        if line.kind in (*RAW_NEWS_KINDS, "table row", "time passed", "learned correction")
    )
    return tuple(sorted(movers, key=lambda mover: -abs(mover.change)))


def story_changes(suggestion: AnySuggestion, option: str = "") -> dict[EvidenceId, float]:
    """Change of the probability by each story, as in `rank_movers`."""
    lines = _lines_of(suggestion, option)
    factor, p = measure_news_factor(lines), _probability_of(suggestion, option)
    return {
        story: _measure_change(p, nats * factor) for story, nats in story_effects(lines).items()
    }


def _lines_of(suggestion: AnySuggestion, option: str) -> tuple[LedgerLine | OptionLine, ...]:
    return (
        suggestion.lines.get(option, ())
        if isinstance(suggestion, OptionSuggestion)
        else suggestion.lines
    )


def _probability_of(suggestion: AnySuggestion, option: str) -> float:
    match suggestion:
        case Suggestion():
            return suggestion.p
        case OptionSuggestion():
            return suggestion.distribution.of(option)
        case CurveSuggestion():
            return sigmoid(suggestion.log_odds)


def measure_news_factor(lines: Iterable[LedgerLine | OptionLine]) -> float:
    """Factor by which doubt and scale change the sum of all news."""
    sums = dict.fromkeys((*RAW_NEWS_KINDS, "doubt", "evidence scale"), 0.0)
    for line in lines:
        if line.kind in sums:
            sums[line.kind] += _nats_of(line)
    raw = math.fsum(sums[kind] for kind in RAW_NEWS_KINDS)
    return math.fsum(sums.values()) / raw if raw else 1.0


def _measure_change(p: float, nats: float) -> float:
    return p - sigmoid(logit(p) - nats) if 0.0 < p < 1.0 else 0.0


def is_negligible(group: LedgerGroup | OptionGroup) -> bool:
    """Return True if no line of a group contributes `MIN_NATS` or more."""
    return all(abs(_nats_of(line)) < MIN_NATS for line in group.lines)


def format_contribution(adds: float) -> str:
    """Format a contribution in nats; a dash for less than `MIN_NATS`.

    >>> format_contribution(0.2), format_contribution(-0.0004)
    ('+0.200', '–')
    """
    return format_signed(adds, 3) if abs(adds) >= MIN_NATS else "–"


def explain_suggestion(suggestion: Suggestion, percent: Percent = format_percent) -> str:
    """Steps from the base rate to the suggestion, group by group, in one sentence.

    Points depend on the order of the groups.

    >>> from forecasts.evidence.log_odds import LedgerLine
    >>> from forecasts.questions.question import utc
    >>> lines = (LedgerLine("base rate", "", -1.735, 0.15),
    ...     LedgerLine("learned correction", "", 0.2, 0.177))
    >>> explain_suggestion(Suggestion("q", utc("2026-01-01"), lines, 0.177, learned_from=30))
    'base rate 15% → no news → learned correction +3 points (from 30 questions) = 18%'
    """
    groups = [
        group for group in suggestion.groups if group.name != "Limits" or not is_negligible(group)
    ]
    steps = (_describe_step(group, suggestion, percent) for group in groups)
    return f"{' → '.join(steps)} = {percent(suggestion.p)}"


def explain_share(
    suggestion: OptionSuggestion, option: str, percent: Percent = format_percent
) -> str:
    """Steps to the share of an option, in factors; "base rate 0" if there are no lines.

    >>> from forecasts.distributions.distribution import Categorical
    >>> from forecasts.questions.question import QuestionId, utc
    >>> lines = {"Rome": (OptionLine("base rate", "", math.log(0.4)), OptionLine("all options", "",
    ...     math.log(0.5)))}
    >>> held = Categorical(("Rome", "Oslo"), (0.2, 0.8))
    >>> explain_share(OptionSuggestion(QuestionId("q"), utc("2026-01-01"), held, lines), "Rome")
    'base rate 40% → no news → other options ×0.5 = 20%'
    """
    share = suggestion.distribution.of(option)
    groups = [
        group
        for group in suggestion.groups(option)
        if group.name != "Other options" or not is_negligible(group)
    ]
    steps = (_describe_factor(group, percent) for group in groups)
    return f"{' → '.join(steps) or 'base rate 0'} = {percent(share)}"


def explain_curve(question: Question, suggestion: CurveSuggestion) -> str:
    """Steps from the base rate of a number or a date to its suggestion, in one sentence.

    News is told as the factor on the odds of its side.

    >>> from forecasts.distributions.cdf import Cdf, Scale
    >>> from forecasts.questions.question import utc
    >>> prior, lines = Cdf((0.0, 40.0), (0.0, 1.0)), (
    ...     LedgerLine("evidence", "", 0.7, 0.67, (StoryEffect(1, 0.7),)),)
    >>> question = Question("grain", "essay", "numeric", "Exports?", "As reported.", (), "state_at",
    ...     utc("2026-01-01"), utc("2027-01-01"), utc("2027-01-08"), prior, "even", (),
    ...     scale=Scale(0.0, 40.0))
    >>> tilted = Cdf((0.0, 20.0, 40.0), (0.0, 0.33, 1.0))
    >>> explain_curve(question, CurveSuggestion("grain", utc("2026-01-01"), prior, tilted, lines))
    'base rate 20 (2 to 38) → news ×2.01 for higher (1 story) = 25.07 (3.03 to 38.51)'
    """
    steps = [f"base rate {format_short(question, question.prior)}"]
    if question.kind == "date":
        steps.append(f"time {format_short(question, suggestion.start)}")
    news = next(group for group in suggestion.groups if group.name == "News")
    if is_negligible(news):
        steps.append(_describe_no_news(news))
    else:
        head, tail = _describe_news(news)
        side = describe_side(question.kind, Direction.YES if news.log_odds > 0 else Direction.NO)
        steps.append(f"{head} ×{math.exp(abs(news.log_odds)):.3g} for {side}{tail}")
    return f"{' → '.join(steps)} = {format_short(question, suggestion.distribution)}"


@dataclass(frozen=True, slots=True)
class QuantileRow:
    """Values of base rate and suggestion at one level, in words: `5% lower`, `12`, `14`."""

    level: str
    prior: str
    suggested: str


def compare_quantiles(question: Question, suggestion: CurveSuggestion) -> tuple[QuantileRow, ...]:
    """Compare the quantiles of base rate and suggestion; a value beyond the range is in words."""
    assert isinstance(question.prior, Cdf)
    curves = (question.prior, suggestion.distribution)
    side = "earlier" if question.kind == "date" else "lower"
    return tuple(
        QuantileRow(
            f"{level:.0%} {side}",
            *(format_quantile(question, curve, level) for curve in curves),
        )
        for level in QUANTILE_LEVELS
    )


def _nats_of(line: LedgerLine | OptionLine) -> float:
    return line.log_odds if isinstance(line, LedgerLine) else line.log_share


def _describe_step(group: LedgerGroup, suggestion: Suggestion, percent: Percent) -> str:
    match group.name:
        case "Base rate" | "Time":
            return f"{group.name.lower()} {percent(group.p_after)}"
        case "Learned correction" if not suggestion.learned_from and is_negligible(group):
            return "no learned correction yet"
        case "News" if is_negligible(group):
            return _describe_no_news(group)
    learned = group.name == "Learned correction" and suggestion.learned_from
    source = f" (from {format_count(suggestion.learned_from, 'question')})" if learned else ""
    head, tail = _describe_news(group) if group.name == "News" else (group.name.lower(), source)
    return f"{head} {format_points(group.p_after - group.p_before)}{tail}"


def _describe_factor(group: OptionGroup, percent: Percent) -> str:
    if group.name == "Base rate":
        return f"base rate {percent(math.exp(group.log_share))}"
    if group.name == "News" and is_negligible(group):
        return _describe_no_news(group)
    head, tail = _describe_news(group) if group.name == "News" else (group.name.lower(), "")
    return f"{head} ×{math.exp(group.log_share):.2g}{tail}"


def _describe_news(group: LedgerGroup | OptionGroup) -> tuple[str, str]:
    """Label of the news, and the count of its table rows and stories."""
    rows = [line.kind for line in group.lines].count("table row")
    stories = count_stories(group.lines)
    counts = [
        *([format_count(rows, "table row")] if rows else []),
        *([format_count(stories, "story", "stories")] if stories else []),
    ]
    return ("news", f" ({', '.join(counts)})") if counts else ("news that did not come", "")


def format_points(change: float) -> str:
    """Format a change in percentage points, with a decimal below one point."""
    size = abs(100.0 * change)
    shown = f"{size:.0f}" if size >= 0.95 else f"{size:.1f}".removesuffix(".0")
    sign = "±" if shown == "0" else "+" if change > 0 else MINUS
    return f"{sign}{shown} {'point' if shown == '1' else 'points'}"
