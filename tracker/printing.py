"""Values as text: JSON for programs, tables for people."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from forecasts.forecaster import SUGGESTION
from forecasts.question import ForecasterId
from forecasts.scoring import RULES, Score, recompute
from forecasts.suggestion import Suggestion
from tracker.summaries import Accuracy, EvidenceCard, FeedHealth, QuestionPage, QuestionSummary


def to_json(value: Any) -> str:
    """Any value of ours as JSON: times as ISO 8601 in UTC, closed sets as words."""
    return json.dumps(plain(value), ensure_ascii=False, indent=2)


def plain(value: Any) -> Any:
    """A value as dictionaries, lists, texts and numbers."""
    match value:
        case IntEnum():
            return value.name.lower()
        case datetime():
            return value.isoformat()
        case Mapping():
            return {str(key): plain(entry) for key, entry in value.items()}
        case str() | int() | float() | None:
            return value
        case Path():
            return str(value)
        case _ if is_dataclass(value):
            return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
        case Iterable():
            return [plain(entry) for entry in value]
    raise TypeError(f"{type(value).__name__} has no JSON form")


def percent(p: float | None) -> str:
    """A probability for people: whole percents, tenths near the ends, never a false 0 % or 100 %."""
    if p is None:
        return "–"
    if 0 < p < 0.001:
        return "<0.1%"
    if 0.999 < p < 1:
        return ">99.9%"
    return f"{p:.1%}" if p < 0.1 or p > 0.9 else f"{p:.0%}"


def day(at: datetime | None) -> str:
    """A date in UTC."""
    return "–" if at is None else f"{at:%Y-%m-%d}"


def minute(at: datetime | None) -> str:
    """A time in UTC to the minute."""
    return "–" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


def question_row(row: QuestionSummary, me: str) -> dict[str, Any]:
    """A question as one flat record for `--json`."""
    held = {who: standing.p for who, standing in row.standings.items()}
    return {
        **plain(row.question),
        "prior": row.question.prior.p,
        "status": row.status,
        "outcome": row.resolution.outcome if row.resolution else None,
        "mine": held.get(ForecasterId(me)),
        "suggestion": held.get(SUGGESTION),
        "standings": held,
        "change_7d": row.change_7d,
        "evidence": row.evidence,
        "waiting": row.waiting,
    }


def questions_table(rows: Sequence[QuestionSummary], me: str) -> Table:
    """Questions with their current numbers."""
    table = _table("question", "status", "mine", "suggestion", "7 days", "evidence", "closes")
    for row in rows:
        held = {who: standing.p for who, standing in row.standings.items()}
        answer = row.resolution.outcome if row.resolution else row.status
        table.add_row(
            _safe(f"{row.question.id}\n{row.question.text}"),
            answer,
            percent(held.get(ForecasterId(me))),
            percent(held.get(SUGGESTION)),
            "–" if row.change_7d is None else f"{100 * row.change_7d:+.0f} points",
            f"{row.evidence}" + (f" ({row.waiting} new)" if row.waiting else ""),
            day(row.question.closes_at),
        )
    return table


def print_page(console: Console, page: QuestionPage) -> None:
    """One question: the answer first, then why."""
    question, summary = page.summary.question, page.summary
    console.print(Text(question.text, style="bold"))
    console.print(
        f"{question.id} · {summary.status} · opens {day(question.opens_at)}, closes {minute(question.closes_at)}"
    )
    for resolution in page.resolutions:
        console.print(
            f"answered [bold]{resolution.outcome}[/bold], known {minute(resolution.known_at)}: ", Text(resolution.note)
        )
    held = _table("forecaster", "probability", "since")
    for who, standing in sorted(summary.standings.items()):
        held.add_row(page.forecasters[who].name, percent(standing.p), minute(standing.since))
    console.print(held)
    if page.suggestion:
        console.print(suggestion_table(page.suggestion, page.evidence))
    console.print(evidence_table(page.evidence[:20]))
    for claim in page.claims:
        console.print(Text(f"From “{page.essay.title}”, character {claim.offset}: “{claim.quote}”"))
    console.print(Text(f"Criteria: {question.criteria}"))


def suggestion_table(suggestion: Suggestion, cards: Sequence[EvidenceCard]) -> Table:
    """Why the suggestion is what it is. The lines add up in log-odds; percentages depend on the order."""
    table = _table("why", "log-odds", "then")
    table.title = f"suggestion {percent(suggestion.p)}"
    headlines = {card.evidence.id: f"“{card.headline}”, " for card in cards}
    for line in suggestion.lines:
        of = headlines.get(line.evidence_id, "") if line.evidence_id is not None else ""
        table.add_row(_safe(f"{line.kind}: {of}{line.why}"), f"{line.log_odds:+.3f}", percent(line.p_after))
    table.add_row("sum", f"{sum(line.log_odds for line in suggestion.lines):+.3f}", percent(suggestion.p))
    return table


def evidence_table(cards: Sequence[EvidenceCard]) -> Table:
    """Evidence, newest first, with the words that matched."""
    table = _table("nr", "seen", "headline", "speaks", "strength", "matched", "state")
    for card in cards:
        piece = card.evidence
        copies = f" ({len(card.items)} copies)" if len(card.items) > 1 else ""
        table.add_row(
            str(piece.id),
            day(piece.first_seen_at),
            _safe(f"{card.headline}{copies} – {card.items[0].feed_title}"),
            {1: "for", -1: "against", 0: "neither"}[piece.direction],
            piece.strength.name.lower(),
            _safe(", ".join(piece.matched)),
            piece.status,
        )
    return table


def scores_table(scores: Sequence[Score]) -> Table:
    """Scores of one question by forecaster and rule."""
    table = _table("forecaster", "rule", "mean while active", "skill over schedule", "coverage")
    for score in scores:
        mean = "–" if score.mean_while_active is None else f"{score.mean_while_active:.4f}"
        table.add_row(
            score.forecaster_id,
            RULES[score.rule].title,
            mean,
            f"{score.skill_over_schedule:+.4f}",
            f"{score.coverage:.0%}",
        )
    table.caption = "mean while active: lower is better; skill over schedule: above 0 beats always saying 50 %"
    return table


def receipt_table(score: Score) -> Table:
    """The intervals a score is made of."""
    table = _table("from", "to", "p", "score", "weight", "contribution")
    table.title = f"{score.forecaster_id}, {RULES[score.rule].title}"
    table.caption = (
        "receipts recompute" if recompute(score) == score else "RECEIPTS DO NOT RECOMPUTE: run `tracker verify`"
    )
    for part in score.receipt:
        table.add_row(
            minute(part.start),
            minute(part.end),
            percent(part.p),
            f"{part.score:.4f}",
            f"{part.weight:.4f}",
            f"{part.contribution:.4f}",
        )
    return table


def accuracy_table(accuracy: Accuracy) -> Table:
    """Everyone's accuracy with the number of questions it rests on."""
    table = _table("forecaster", "rule", "questions", "skill over schedule", "mean while active", "coverage")
    for row in accuracy.summaries:
        mean = "–" if row.mean_while_active is None else f"{row.mean_while_active:.4f}"
        skill = "–" if row.skill is None else f"{row.skill:+.4f}"
        name = accuracy.forecasters[row.forecaster_id].name
        table.add_row(name, RULES[row.rule].title, str(row.questions), skill, mean, f"{row.coverage:.0%}")
    table.caption = f"{accuracy.unscored} annulled or ambiguous questions are not scored"
    return table


def feeds_table(rows: Sequence[FeedHealth]) -> Table:
    """Feeds with their health, the error in full."""
    table = _table("feed", "state", "last success", "next poll", "7 days", "error")
    for row in rows:
        week = f"{row.items_7d} items, {row.evidence_7d} evidence"
        state = row.state
        table.add_row(
            _safe(f"{state.id}\n{state.title}"),
            row.health,
            minute(state.last_success_at),
            minute(state.next_due_at),
            week,
            _safe(state.last_error),
        )
    return table


def _table(*headings: str) -> Table:
    table = Table(header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _safe(text: str) -> Text:
    """Text that is not ours, printed as it is: no markup, no terminal escapes."""
    return Text("".join(c for c in text if c == "\n" or c.isprintable()))
