"""Format values: JSON for programs, tables for people."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import fsum
from typing import Any, Final

from rich.console import Console, Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from forecasts.distributions.distribution import Distribution, p_yes
from forecasts.distributions.probability import sigmoid
from forecasts.essays.claim_outcomes import describe_outcome_condition
from forecasts.evidence.evidence import describe_side
from forecasts.questions.amendments import QuestionVersion, WordingSegment, diff_versions
from forecasts.questions.compiled_question import CompiledQuestion, format_names, list_lines
from forecasts.questions.formatting import (
    format_answer,
    format_full,
    format_percent,
    format_short,
    format_signed,
    format_utc_day,
    format_utc_minute,
)
from forecasts.questions.question import SUGGESTION, ForecasterId, Question
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.categorical import OptionSuggestion
from forecasts.suggestion.curves import CurveSuggestion
from forecasts.suggestion.explanation import (
    compare_quantiles,
    explain_curve,
    explain_share,
    explain_suggestion,
    explanation_rows,
    format_contribution,
)
from tracker.model.evidence import EvidenceCard
from tracker.model.feed_read_models import FeedCoverage
from tracker.model.json_values import to_plain
from tracker.model.read_models import QuestionPage, QuestionStatements, QuestionSummary

CONTEXT_WORDS: Final = 6
"""Unchanged words shown on either side of a change of wording."""


def question_row(row: QuestionSummary, me: str) -> dict[str, Any]:
    """Return a question as one flat record for `--json`."""
    forecasts = {
        forecaster: forecast_value(row.question, standing.distribution)
        for forecaster, standing in row.standings.items()
    }
    return {
        **to_plain(row.question),
        "prior": forecast_value(row.question, row.question.prior),
        "status": row.status,
        "outcome": row.resolution.outcome if row.resolution else None,
        "mine": forecasts.get(ForecasterId(me)),
        "suggestion": forecasts.get(SUGGESTION),
        "standings": forecasts,
        "change_7d": row.change_7d,
        "evidence": row.evidence,
        "waiting": row.waiting,
    }


def forecast_value(question: Question, distribution: Distribution | None) -> Any:
    """Return a forecast for programs: the probability if binary, else the text to type."""
    return (
        p_yes(distribution)
        if distribution is None or question.kind == "binary"
        else format_full(question, distribution)
    )


def questions_table(rows: Sequence[QuestionSummary], me: str) -> Table:
    """Build the table of questions with their current numbers."""
    table = new_table("question", "status", "you", "estimate", "7 days", "evidence", "closes")
    for row in rows:
        forecasts = {
            forecaster: format_short(row.question, standing.distribution)
            for forecaster, standing in row.standings.items()
        }
        answer = format_answer(row.question, row.resolution) if row.resolution else row.status
        table.add_row(
            safe_text(f"{row.question.id}\n{row.question.text}"),
            safe_text(answer),
            safe_text(forecasts.get(ForecasterId(me), "–")),
            safe_text(forecasts.get(SUGGESTION, "–")),
            "–" if row.change_7d is None else f"{format_signed(100 * row.change_7d, 0)} points",
            f"{row.evidence}" + (f" ({row.waiting} new)" if row.waiting else ""),
            format_utc_day(row.question.closes_at),
        )
    return table


def print_question(console: Console, page: QuestionPage) -> None:
    """Print one question: the answer first, then the reasons."""
    question, summary = page.summary.question, page.summary
    console.print(Text(question.text, style="bold"))
    console.print(
        f"{question.id} · {summary.status} · opens {format_utc_day(question.opens_at)}, closes "
        f"{format_utc_minute(question.closes_at)}"
    )
    for resolution in page.resolutions:
        console.print(
            Text(f"answered {format_answer(question, resolution)}", style="bold"),
            f"known {format_utc_minute(resolution.known_at)}:",
            Text(resolution.note),
        )
    table = new_table("forecaster", "forecast", "since")
    for forecaster, standing in sorted(summary.standings.items()):
        forecast = safe_text(format_full(question, standing.distribution))
        table.add_row(
            safe_text(page.forecasters[forecaster].name),
            forecast,
            format_utc_minute(standing.since),
        )
    console.print(table)
    _print_suggestion(console, page)
    _print_sources(console, page)


def _print_suggestion(console: Console, page: QuestionPage) -> None:
    """Print the suggestion and the evidence."""
    _print_explanation(console, page)
    if page.evidence:
        console.print(evidence_table(page.summary.question, page.evidence[:20]))
    if page.headlines and page.evidence:
        console.print(safe_text(page.headlines))
    if page.coverage and page.coverage.silent and page.summary.status == "open":
        console.print(safe_text(describe_silent_feeds(page.coverage)))


def _print_explanation(console: Console, page: QuestionPage) -> None:
    """Print what makes up the suggestion, by its kind."""
    question = page.summary.question
    match page.suggestion:
        case Suggestion() as suggestion:
            shown = format_percent(suggestion.p)
            console.print(safe_text(f"Why {shown}: {explain_suggestion(suggestion)}"))
            console.print(suggestion_table(suggestion, page.evidence, shown))
        case CurveSuggestion() as suggestion:
            shown = format_percent(sigmoid(suggestion.log_odds))
            console.print(safe_text(f"Estimate: {explain_curve(question, suggestion)}"))
            console.print(quantile_table(question, suggestion))
            console.print(suggestion_table(suggestion, page.evidence, shown))
        case OptionSuggestion() as suggestion:
            for name in suggestion.distribution.options:
                console.print(safe_text(f"Estimate for {name}: {explain_share(suggestion, name)}"))
        case None:
            pass


def quantile_table(question: Question, suggestion: CurveSuggestion) -> Table:
    """Build the table of quantiles of base rate and suggestion."""
    table = new_table("chance", "base rate", "estimate")
    for row in compare_quantiles(question, suggestion):
        table.add_row(row.level, row.prior, row.suggested)
    return table


def _print_sources(console: Console, page: QuestionPage) -> None:
    """Print the source of the question, and what its answer rests on."""
    question = page.summary.question
    for claim in page.claims:
        console.print(Text(f"From “{page.essay.title}”, character {claim.offset}: “{claim.quote}”"))
    console.print(Text(f"Criteria: {question.criteria}"))
    if question.sources:
        console.print(safe_text(f"Sources: {'; '.join(question.sources)}"))
    lines = describe_lines(question, page.statements.compiled)
    console.print(safe_text(f"News is compared with {lines}"))
    if condition := describe_outcome_condition(question):
        console.print(safe_text(f"The claim {condition}"))
    for line in _list_annotations(page):
        console.print(safe_text(line))


def _list_annotations(page: QuestionPage) -> Iterator[str]:
    """Yield the annotations: wordings, override of the linter, unverified answers."""
    for before, version in pairwise(page.versions):
        yield (
            f"Wording {version.number}, {format_utc_minute(version.at)} by {version.by}: "
            f"{version.why}"
        )
        yield from _diff_wordings(before, version)
    if page.override is not None:
        yield (
            f"Opened against the linter ({', '.join(page.override.codes)}) by "
            f"{page.override.by}: {page.override.why}"
        )
    for answer in page.unchecked:
        yield (
            f"Not checked, and not counted: {answer.answer or answer.outcome} "
            f"({answer.source_url}) {answer.note}"
        )


def _diff_wordings(previous: QuestionVersion, version: QuestionVersion) -> Iterator[str]:
    """Yield the word diff of two wordings: `-removed- +added+`, with long unchanged parts
    shortened.
    """
    for part, pieces in diff_versions(previous, version, joiner="; ").items():
        yield f"  {part}: {' '.join(_mark_piece(piece) for piece in pieces)}"


def _mark_piece(piece: WordingSegment) -> str:
    mark = {"same": "", "removed": "-", "added": "+"}[piece.change]
    return f"{mark}{piece.text}{mark}" if mark else _shorten_unchanged(piece.text)


def _shorten_unchanged(text: str) -> str:
    words = text.split()
    return (
        text
        if len(words) <= 2 * CONTEXT_WORDS
        else " ".join([*words[:CONTEXT_WORDS], "…", *words[-CONTEXT_WORDS:]])
    )


def describe_silent_feeds(coverage: FeedCoverage) -> str:
    """Describe the silent feeds among those that should carry evidence."""
    lines = [f"  {feed.title}: {feed.why}" for feed in coverage.silent]
    first = f"{len(lines)} of {coverage.feeds} feeds that should carry its evidence are silent:"
    return "\n".join([first, *lines])


def suggestion_table(
    suggestion: Suggestion | CurveSuggestion, cards: Sequence[EvidenceCard], sum_percent: str
) -> Table:
    """Build the table of a suggestion's lines by group.

    They add up in log-odds; percentages depend on the order. Those of a number or a date are the
    probability of "higher" or "earlier" than the median of its base rate.
    """
    table = new_table("why", "log-odds", "then")
    headlines = {card.evidence.id: f"“{card.headline}”" for card in cards}
    z = 0.0
    for row in explanation_rows(suggestion.groups):
        z += row.nats
        headline = row.find_headline(headlines)
        text = f"{row.title}: {row.text}"
        table.add_row(
            safe_text(f"{text}; {headline}" if headline else text),
            format_contribution(row.nats),
            format_percent(sigmoid(z)),
        )
    total = fsum(line.log_odds for line in suggestion.lines)
    table.add_row("Sum", format_signed(total, 3), sum_percent)
    return table


def evidence_table(question: Question, cards: Sequence[EvidenceCard]) -> Table:
    """Build the table of evidence, newest first, with the matched words."""
    table = new_table("nr", "seen", "headline", "speaks", "strength", "matched", "state")
    for card in cards:
        piece = card.evidence
        reports = f" ({len(card.items)} reports)" if len(card.items) > 1 else ""
        table.add_row(
            str(piece.id),
            format_utc_day(piece.first_seen_at),
            safe_text(f"{card.headline}{reports} – {card.carrier.feed_title}"),
            safe_text(describe_side(question.kind, piece.direction, piece.option)),
            piece.strength.name.lower(),
            safe_text(", ".join(piece.matched)),
            card.state,
        )
    return table


def describe_lines(question: Question, lines: CompiledQuestion) -> str:
    """Describe the lines that news on a question is compared with in half a sentence."""
    written = (f"{label} “{line}”" for label, line in list_lines(question, lines) if line)
    return ", ".join(written) or "no line"


def statements_table(question: Question, lines: QuestionStatements) -> Group:
    """Build the table of a question's lines and names, with who wrote them."""
    table = new_table("reports", "line")
    for label, line in list_lines(question, lines.compiled):
        table.add_row(safe_text(label), safe_text(line or "–"))
    for label, line in lines.derived:
        table.add_row(safe_text(f"{label}, too"), safe_text(line))
    for name in format_names(lines.compiled.names):
        table.add_row("name", safe_text(name))
    if lines.written_at is None:
        return Group(table, "All lines are made of the question by rules.")
    reworded = " The question has been reworded since." if lines.reworded else ""
    edit = f"Edited by {lines.compiled.author}, {format_utc_minute(lines.written_at)}"
    return Group(table, safe_text(f"{edit}; rules make the rest.{reworded}"))


def options_table(question: Question) -> Table:
    """Build the table of a question's options in order, with their dates."""
    table = new_table("option", "added", "removed")
    for option in question.options:
        table.add_row(
            safe_text(option.name),
            format_utc_minute(option.added_at),
            format_utc_minute(option.removed_at),
        )
    return table


def new_table(*headings: str) -> Table:
    """Create an empty table with these headings."""
    table = Table(header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def safe_text(text: str) -> Text:
    """Return third-party text without markup and terminal escapes."""
    return Text("".join(c for c in text if c == "\n" or c.isprintable()))


def escape_title(text: str) -> str:
    """Escape third-party text for a title or caption, which takes markup."""
    return escape(safe_text(text).plain)
