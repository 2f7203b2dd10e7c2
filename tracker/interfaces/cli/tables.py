"""Values as text: JSON for programs, tables for people."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from math import fsum
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from forecasts.distributions.distribution import Distribution, p_yes
from forecasts.distributions.probability import sigmoid
from forecasts.essays.claim_outcomes import in_words
from forecasts.questions.forecaster import SUGGESTION
from forecasts.questions.format import answer_in_words, in_full, in_short, percent, signed
from forecasts.questions.question import ForecasterId, Question
from forecasts.questions.versions import Piece, Version, difference
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.categorical import OptionSuggestion
from forecasts.suggestion.why import nats, share_in_words, told, why_in_words
from tracker.model.json_values import plain
from tracker.model.read_models import Coverage, EvidenceCard, QuestionPage, QuestionSummary

BESIDE: Final = 6
"""Words of a wording that stayed the same, on either side of what changed."""


def day(at: datetime | None) -> str:
    """A date in UTC."""
    return "–" if at is None else f"{at:%Y-%m-%d}"


def minute(at: datetime | None) -> str:
    """A time in UTC to the minute."""
    return "–" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


def question_row(row: QuestionSummary, me: str) -> dict[str, Any]:
    """A question as one flat record for `--json`."""
    held = {
        who: said(row.question, standing.distribution) for who, standing in row.standings.items()
    }
    return {
        **plain(row.question),
        "prior": said(row.question, row.question.prior),
        "status": row.status,
        "outcome": row.resolution.outcome if row.resolution else None,
        "mine": held.get(ForecasterId(me)),
        "suggestion": held.get(SUGGESTION),
        "standings": held,
        "change_7d": row.change_7d,
        "evidence": row.evidence,
        "waiting": row.waiting,
    }


def said(question: Question, held: Distribution | None) -> Any:
    """A forecast for programs: the probability of a binary question, and what would be typed for
    another.
    """
    return p_yes(held) if held is None or question.kind == "binary" else in_full(question, held)


def questions_table(rows: Sequence[QuestionSummary], me: str) -> Table:
    """Questions with their current numbers."""
    table = table_of("question", "status", "mine", "suggestion", "7 days", "evidence", "closes")
    for row in rows:
        held = {
            who: in_short(row.question, standing.distribution)
            for who, standing in row.standings.items()
        }
        answer = answer_in_words(row.question, row.resolution) if row.resolution else row.status
        table.add_row(
            safe(f"{row.question.id}\n{row.question.text}"),
            safe(answer),
            safe(held.get(ForecasterId(me), "–")),
            safe(held.get(SUGGESTION, "–")),
            "–" if row.change_7d is None else f"{signed(100 * row.change_7d, 0)} points",
            f"{row.evidence}" + (f" ({row.waiting} new)" if row.waiting else ""),
            day(row.question.closes_at),
        )
    return table


def print_page(console: Console, page: QuestionPage) -> None:
    """One question: the answer first, then why."""
    question, summary = page.summary.question, page.summary
    console.print(Text(question.text, style="bold"))
    console.print(
        f"{question.id} · {summary.status} · opens {day(question.opens_at)}, closes "
        f"{minute(question.closes_at)}"
    )
    for resolution in page.resolutions:
        console.print(
            Text(f"answered {answer_in_words(question, resolution)}", style="bold"),
            f"known {minute(resolution.known_at)}:",
            Text(resolution.note),
        )
    held = table_of("forecaster", "forecast", "since")
    for who, standing in sorted(summary.standings.items()):
        told = safe(in_full(question, standing.distribution))
        held.add_row(safe(page.forecasters[who].name), told, minute(standing.since))
    console.print(held)
    _print_suggested(console, page)
    _print_text(console, page)


def _print_suggested(console: Console, page: QuestionPage) -> None:
    """What the crowd and the evidence make of it."""
    if page.weighted_crowd:
        weights = page.weighted_crowd.weights.items()
        earned = ", ".join(
            f"{page.forecasters[who].name} {signed(points)}" for who, points in weights
        )
        console.print(
            safe(
                f"crowd weighted by contribution: {percent(page.weighted_crowd.p)} (points: "
                f"{earned})"
            )
        )
    if page.suggestion:
        console.print(safe(f"Why {percent(page.suggestion.p)}: {why_in_words(page.suggestion)}"))
        console.print(suggestion_table(page.suggestion, page.evidence))
    if found := page.option_suggestion:
        for name in found.distribution.options:
            console.print(safe(f"Suggested for {name}: {share_in_words(found, name)}"))
    if page.evidence:
        console.print(evidence_table(page.evidence[:20]))
    if page.headlines and page.evidence:
        console.print(safe(page.headlines))
    if page.coverage and page.coverage.silent and page.summary.status == "open":
        console.print(safe(silent_in_words(page.coverage)))


def _print_text(console: Console, page: QuestionPage) -> None:
    """Where the question comes from, and what its answer rests on."""
    question = page.summary.question
    for claim in page.claims:
        console.print(Text(f"From “{page.essay.title}”, character {claim.offset}: “{claim.quote}”"))
    console.print(Text(f"Criteria: {question.criteria}"))
    console.print(safe(f"Sources: {'; '.join(question.sources)}"))
    if told := in_words(question):
        console.print(safe(f"The claim {told}"))
    for line in _beside_the_text(page):
        console.print(safe(line))


def _beside_the_text(page: QuestionPage) -> Iterator[str]:
    """What was said of the question itself: its wordings, an override of the linter, answers that
    wait for a check.
    """
    for before, version in pairwise(page.versions):
        yield f"Wording {version.number}, {minute(version.at)} by {version.by}: {version.why}"
        yield from _changed(before, version)
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


def _changed(before: Version, after: Version) -> Iterator[str]:
    """What a wording changed of the one before: `-removed- +added+`, with long stretches of the
    same left out.
    """
    parts = (
        ("question", before.text, after.text),
        ("criteria", before.criteria, after.criteria),
        ("sources", "; ".join(before.sources), "; ".join(after.sources)),
    )
    for name, old, new in parts:
        pieces = difference(old, new)
        if any(piece.change != "same" for piece in pieces):
            yield f"  {name}: {' '.join(_marked(piece) for piece in pieces)}"


def _marked(piece: Piece) -> str:
    mark = {"same": "", "removed": "-", "added": "+"}[piece.change]
    return f"{mark}{piece.text}{mark}" if mark else _in_short(piece.text)


def _in_short(text: str) -> str:
    words = text.split()
    return text if len(words) <= 2 * BESIDE else " ".join([*words[:BESIDE], "…", *words[-BESIDE:]])


def silent_in_words(coverage: Coverage) -> str:
    """Which of the feeds that should carry evidence are silent, and why."""
    each = [f"  {feed.title}: {feed.why}" for feed in coverage.silent]
    first = f"{len(each)} of {coverage.feeds} feeds that should carry its evidence are silent:"
    return "\n".join([first, *each])


def suggestion_table(suggestion: Suggestion, cards: Sequence[EvidenceCard]) -> Table:
    """The lines of a suggestion, group by group. They add up in log-odds; percentages depend on the
    order.
    """
    table = table_of("why", "log-odds", "then")
    headlines = {card.evidence.id: f"“{card.headline}”, " for card in cards}
    z = 0.0
    for row in told(suggestion.groups):
        z += row.adds
        of = "" if row.evidence_id is None else headlines.get(row.evidence_id, "")
        table.add_row(safe(f"{row.title}: {of}{row.what}"), nats(row.adds), percent(sigmoid(z)))
    total = fsum(line.log_odds for line in suggestion.lines)
    table.add_row("Sum", signed(total, 3), percent(suggestion.p))
    return table


def why_json(found: Suggestion | OptionSuggestion | None) -> dict[str, Any] | None:
    """A suggestion for programs, in its groups; None where there is none."""
    match found:
        case Suggestion():
            return {"p": found.p, "why": why_in_words(found), "learned_from": found.learned_from,
                    "groups": plain(found.groups)}  # fmt: skip
        case OptionSuggestion():
            shares = zip(found.distribution.options, found.distribution.p, strict=True)
            return {"options": [{"option": name, "p": p, "why": share_in_words(found, name),
                                 "groups": plain(found.groups(name))} for name, p in shares]}  # fmt: skip
        case None:
            return None


def evidence_table(cards: Sequence[EvidenceCard]) -> Table:
    """Evidence, newest first, with the words that matched."""
    table = table_of("nr", "seen", "headline", "speaks", "strength", "matched", "state")
    for card in cards:
        piece = card.evidence
        copies = f" ({len(card.items)} copies)" if len(card.items) > 1 else ""
        table.add_row(
            str(piece.id),
            day(piece.first_seen_at),
            safe(f"{card.headline}{copies} – {card.items[0].feed_title}"),
            {1: "for", -1: "against", 0: "neither"}[piece.direction],
            piece.strength.name.lower(),
            safe(", ".join(piece.matched)),
            card.state,
        )
    return table


def options_table(question: Question) -> Table:
    """The options of a question in their order, and when they came or went."""
    table = table_of("option", "added", "removed")
    for option in question.options:
        table.add_row(safe(option.name), minute(option.added_at), minute(option.removed_at))
    return table


def table_of(*headings: str) -> Table:
    """An empty table with these headings."""
    table = Table(header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def safe(text: str) -> Text:
    """Text that is not ours, printed as it is: no markup, no terminal escapes."""
    return Text("".join(c for c in text if c == "\n" or c.isprintable()))


def as_title(text: str) -> str:
    """The same for a title or a caption, which has its style only as plain text."""
    return escape(safe(text).plain)
