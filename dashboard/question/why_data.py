"""Lines of a suggestion and causes of its changes, as data frames and in words."""

from collections.abc import Sequence
from math import fsum, log
from typing import Any, Final

import pandas as pd

from dashboard.charts.revisions import DOWN, END, NONE, UP
from dashboard.components.frames import build_frame, memoise
from dashboard.wording.evidence import LINE_MEANINGS
from dashboard.wording.numbers import (
    NBSP,
    clip,
    format_log_odds,
    percent_exact,
    percent_number,
    percent_whole,
)
from forecasts.distributions.distribution import Categorical
from forecasts.distributions.probability import logit, sigmoid
from forecasts.evidence.log_odds import RAW_NEWS_KINDS, LedgerGroup, LedgerLine
from forecasts.questions.formatting import capitalise
from forecasts.questions.question import Question
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.categorical import OptionSuggestion
from forecasts.suggestion.changes import ProbabilityChange
from forecasts.suggestion.curves import CurveSuggestion
from forecasts.suggestion.explanation import (
    NO_NEWS,
    ExplanationRow,
    compare_quantiles,
    count_stories,
    explanation_rows,
)
from tracker.model.evidence import EvidencePiece

CAUSE_MEANINGS: Final = {
    "came in": "a new story",
    "time passed on news": "no news: silence, or older stories fading",
    "judged anew": "a story was judged, gained a report, or turned out to be one with another",
    "small changes": "what moved it too little for a row each",
    "recorded otherwise": (
        "recorded at the time; can’t be recalculated because news was logged later"
    ),
    "cited": "a piece of evidence that the forecast rests on, by what it moves the estimate",
    "judgement": "the rest, which is the forecaster's own",
}
"""Meaning of each cause of a change that is no line of the suggestion."""

_SELF_EXPLANATORY: Final = frozenset(
    {"came in", "base rate", "time passed", "small changes", "sum"}
)


def change_sentence(
    move: ProbabilityChange, since: str, until: str, *, from_base_rate: bool = False
) -> str:
    """State a change: `From 25.2% (2 Mar) to 31% (1 May): up 5.8 points, +0.29 in log-odds.`

    `since` and `until` are in words.
    """
    base = "the base rate, " if from_base_rate else ""
    before, after = _format_tenths(move.before), _format_tenths(move.after)
    sentence = f"From {before} ({base}{since}) to {after} ({until})"
    if move.log_odds is None:
        return (
            f"{sentence}. Certainty is infinitely far away in log-odds, so no reasons add up to it."
        )
    return f"{sentence}: {_format_points(move)}, {format_log_odds(move.log_odds)} in log-odds."


def percent_tenths(p: float) -> float:
    """Return a percentage with one decimal, near the ends with more: changes are often small."""
    return round(100 * p, 1) if 0.1 <= p <= 0.9 else percent_number(p)


def _format_tenths(p: float) -> str:
    return f"{percent_tenths(p):g}%" if 0.1 <= p <= 0.9 else percent_exact(p)


def _format_points(move: ProbabilityChange) -> str:
    change = move.after - move.before
    if not change:
        return "unchanged"
    direction, size = "up" if change > 0 else "down", round(100 * abs(change), 1)
    amount = f"{size:g}" if size else "less than 0.1"
    return f"{direction} {'' if size else 'by '}{amount}{NBSP}{'point' if size == 1 else 'points'}"


def explain_causes(causes: set[str]) -> str:
    """Explain the less obvious causes among these, a sentence each; empty if there is none."""
    meanings = {**LINE_MEANINGS, **CAUSE_MEANINGS}
    return " ".join(
        f"{c.capitalize()}: {meaning}."
        for c, meaning in meanings.items()
        if c in causes - _SELF_EXPLANATORY
    )


MAX_BARS: Final = 12
"""Maximum number of bars in a chart, both ends included; the remaining news is summed in one
bar.
"""

MIN_BAR_LOG_ODDS: Final = 0.005
"""News that adds less than this in log-odds has no bar of its own: it would read +0.00."""

_MAX_LABEL_CHARS: Final = 44

_ZERO_LOG_ODDS: Final = 1e-12


@memoise(2)
def why_frame(
    suggestion: Suggestion | CurveSuggestion, pieces: Sequence[EvidencePiece]
) -> pd.DataFrame:
    """The lines of the suggestion and their sum. Columns:

    line (its group, and in the news its kind), what (reason; for evidence its headline), log_odds,
    after (percent so far), weighed (how the evidence was weighed), kind.
    """
    rows: list[tuple[Any, ...]] = []
    z = 0.0
    for row in explanation_rows(suggestion.groups):
        z += row.nats
        subject, weighed = _headline_and_reason(row, pieces)
        rows.append((row.title, subject, row.nats, percent_number(sigmoid(z)), weighed, row.kind))
    total = fsum(line.log_odds for line in suggestion.lines)
    rows.append(("Sum", "All lines together", total, percent_number(sigmoid(total)), "", "sum"))
    return build_frame("line what log_odds:float after:float weighed kind", rows)


def quantile_frame(suggestion: CurveSuggestion, question: Question) -> pd.DataFrame:
    """Quantiles of base rate and suggestion. Columns: level, prior, suggested, all in words."""
    rows = ((r.level, r.prior, r.suggested) for r in compare_quantiles(question, suggestion))
    return build_frame("level prior suggested", rows)


def option_suggestion_frame(suggestion: OptionSuggestion, question: Question) -> pd.DataFrame:
    """The suggested shares of the options. Columns:

    option, prior (percent, empty for an option that was added later), suggested (percent), change
    (points), stories and rows (counts of stories and of likelihood table rows about it).
    """
    priors = _prior_shares(question)
    rows = [
        (
            name,
            percent_number(priors[name]) if name in priors else None,
            percent_number(p),
            round(100.0 * (p - priors[name]), 1) if name in priors else None,
            count_stories(lines := suggestion.lines.get(name, ())),
            sum(line.kind == "table row" for line in lines),
        )
        for name, p in zip(suggestion.distribution.options, suggestion.distribution.p, strict=True)
    ]
    return build_frame("option prior:float suggested:float change:float stories:int rows:int", rows)


def most_changed_option(suggestion: OptionSuggestion, question: Question) -> str:
    """Return the option whose share moved most from its base rate; the first one if none moved."""
    priors = _prior_shares(question)
    shares = zip(suggestion.distribution.options, suggestion.distribution.p, strict=True)
    return max(shares, key=lambda pair: abs(pair[1] - priors.get(pair[0], pair[1])))[0]


def option_why_frame(
    suggestion: OptionSuggestion, option: str, pieces: Sequence[EvidencePiece]
) -> pd.DataFrame:
    """The lines of one option's share and their sum, the logarithm of the share. Columns:

    line, what, log_share (contribution to ln of the share), weighed, kind. As in `why_frame`; empty
    for an option whose share is 0 from the start.
    """
    rows: list[tuple[Any, ...]] = []
    for row in explanation_rows(suggestion.groups(option)):
        subject, weighed = _headline_and_reason(row, pieces)
        rows.append((row.title, subject, row.nats, weighed, row.kind))
    if rows:
        rows.append(
            ("Sum", "All lines together", log(suggestion.distribution.of(option)), "", "sum")
        )
    return build_frame("line what log_share:float weighed kind", rows)


def _prior_shares(question: Question) -> dict[str, float]:
    prior = question.prior
    return dict(zip(prior.options, prior.p, strict=True)) if isinstance(prior, Categorical) else {}


def _headline_and_reason(row: ExplanationRow, pieces: Sequence[EvidencePiece]) -> tuple[str, str]:
    """Return the subject of a row (for evidence its headline) and how it was weighed."""
    headline = row.find_headline({piece.evidence.id: piece.headline for piece in pieces})
    return (clip(headline, 170), row.text) if headline else (clip(row.text, 170), "")


_MIN_LOG_ODDS: Final = 0.0005


def change_reasons_frame(move: ProbabilityChange, pieces: Sequence[EvidencePiece]) -> pd.DataFrame:
    """The reasons of a change and their sum. Columns:

    cause, what (reason; for evidence its headline), log_odds, after (percent so far), weighed (how
    the evidence was weighed). Empty if certainty makes the log-odds infinite.
    """
    if move.certain:
        return build_frame("cause what log_odds:float after:float weighed", ())
    headlines = {piece.evidence.id: piece.headline for piece in pieces}
    rows: list[tuple[Any, ...]] = []
    z = logit(move.before)
    for reason in move.reasons:
        z += reason.log_odds
        if abs(reason.log_odds) >= _MIN_LOG_ODDS or reason.cause in ("cited", "judgement"):
            headline = None if reason.evidence_id is None else headlines.get(reason.evidence_id)
            subject, weighed = (headline, reason.why) if headline is not None else (reason.why, "")
            after = percent_tenths(sigmoid(z))
            rows.append((reason.cause, clip(subject, 170), reason.log_odds, after, weighed))
    total = fsum(reason.log_odds for reason in move.reasons)
    rows.append(("sum", "All reasons together", total, percent_tenths(move.after), ""))
    return build_frame("cause what log_odds:float after:float weighed", rows)


@memoise(by_identity=2)
def waterfall_frame(suggestion: Suggestion, pieces: Sequence[EvidencePiece]) -> pd.DataFrame:
    """The bars of a suggestion from the base rate down to itself. Columns:

    rank (0 for the base rate), label (unique), start and end (log-odds; the bar lies between), way
    (`UP`, `DOWN`, `END` or `NONE`), shown (contribution, or for an end the probability), so_far
    (percent in words), why. Each bar starts where the one above it ends, and the last one ends at
    the suggestion. Time, learned correction and limits have a bar each. The number of bars is
    limited: the largest lines of news have their own, the others and tiny ones share one as "… n
    smaller".
    """
    first, *groups = suggestion.groups
    z = first.log_odds
    rows: list[tuple[Any, ...]] = [_end_row("Base rate", z, _join_reasons(first))]
    headlines = {piece.evidence.id: piece.headline for piece in pieces}
    for label, why, adds in _bar_steps(groups, headlines):
        way = UP if adds > 0 else DOWN if adds < 0 else NONE
        shown = f"{format_log_odds(adds)}{NBSP}{'▲' if adds > 0 else '▼'}" if adds else NO_NEWS
        rows.append((label, z, z + adds, way, shown, percent_whole(sigmoid(z + adds)), why))
        z += adds
    total = fsum(line.log_odds for line in suggestion.lines)
    rows.append(_end_row("Estimate", total, "all lines together"))
    numbered = [
        (rank, _unique_label(row[0], rank, rows), *row[1:]) for rank, row in enumerate(rows)
    ]
    return build_frame("rank:int label start:float end:float way shown so_far why", numbered)


def has_bars(bars: pd.DataFrame) -> bool:
    """Return True if a bar lies between the two ends."""
    return bool(bars["way"].isin((UP, DOWN)).any())


def _end_row(label: str, z: float, why: str) -> tuple[Any, ...]:
    shown = percent_whole(sigmoid(z))
    return (label, z, z, END, shown, shown, clip(why, 170))


_BarStep = tuple[str, str, float]
"""Label, reason and log-odds of a bar between the ends."""


def _bar_steps(groups: Sequence[LedgerGroup], headlines: dict[Any, str]) -> list[_BarStep]:
    """Return the bars between the ends in the order of the groups; news gets the bars that are
    left.
    """
    other_names = {g.name for g in groups if g.name != "News" and abs(g.log_odds) >= _ZERO_LOG_ODDS}
    steps: list[_BarStep] = []
    for group in groups:
        if group.name == "News":
            steps += _news_steps(group, headlines, MAX_BARS - 2 - len(other_names))
        elif group.name in other_names:
            steps.append((group.name, _join_reasons(group), group.log_odds))
    return steps


def _news_steps(news: LedgerGroup, headlines: dict[Any, str], max_bars: int) -> list[_BarStep]:
    moving = [line for line in news.lines if abs(line.log_odds) >= _ZERO_LOG_ODDS]
    if not moving:
        return [("News", "no story moves it", 0.0)]
    large = [line for line in moving if abs(line.log_odds) >= MIN_BAR_LOG_ODDS]
    if not len(moving) == len(large) <= max_bars:
        large = sorted(large, key=lambda line: -abs(line.log_odds))[: max_bars - 1]
    large_ids = set(map(id, large))
    steps = [
        (_bar_label(line, headlines), clip(line.why, 170), line.log_odds)
        for line in moving
        if id(line) in large_ids
    ]
    small = [line.log_odds for line in moving if id(line) not in large_ids]
    if abs(fsum(small)) >= _ZERO_LOG_ODDS:
        name = f"… {len(small)} smaller"
        steps.append((name, "the news that adds least, in one", fsum(small)))
    return steps


def _join_reasons(group: LedgerGroup) -> str:
    return clip("; ".join(line.why for line in group.lines), 170)


def _bar_label(line: LedgerLine, headlines: dict[Any, str]) -> str:
    """Label a judged story by its headline, an indicator by the name that begins its reason, else
    by the kind.
    """
    if line.kind == "evidence":
        story = next((e.evidence_id for e in line.effects if e.evidence_id in headlines), None)
        return clip(headlines[story] if story else line.why, _MAX_LABEL_CHARS)
    if line.kind in RAW_NEWS_KINDS:
        return clip(capitalise(line.why.split(":")[0]), _MAX_LABEL_CHARS)
    return line.kind.capitalize()


def _unique_label(label: str, rank: int, rows: Sequence[tuple[Any, ...]]) -> str:
    """Number a label if an equal one stands above it; equal labels would be drawn as one bar."""
    before = sum(row[0] == label for row in rows[:rank])
    return f"{label} ({before + 1})" if before else label
