"""Evaluations as tables for the terminal: every number beside its baseline and the n that it rests
on.
"""

from collections.abc import Iterator, Sequence

from rich.table import Table

from tests.acceptance.evaluation.labelled import AskedAbout
from tests.acceptance.evaluation.ranking import Accepted, Agreement, Cut
from tests.acceptance.evaluation.relevance import (
    FLOORS,
    MARGIN,
    DirectionFigures,
    QuestionFigures,
    Ranking,
    RelevanceReport,
)
from tests.acceptance.evaluation.stories import StoryFigures
from tracker.feeds.plain_text import shorten_text
from tracker.interfaces.cli.score_tables import format_number
from tracker.interfaces.cli.tables import new_table, safe_text

LONGEST = 60
"""Characters of a question that are shown where it has no id."""

LANGUAGES = 6
"""Languages that have a row of their own, the commonest ones."""

_WORDS = {-1: "against", 0: "neither", 1: "for"}


def questions_table(report: RelevanceReport) -> Table:
    """One row a question: its pool, and how well it is ordered beside BM25."""
    headings = ("AP", "BM25", "difference", "nDCG@10", "BM25", "accepted", "right", "understood as")
    table = new_table("question", "n", "relevant", *headings)
    for one in report.questions:
        table.add_row(
            safe_text(called(one.asked)),
            f"{one.n:,}",
            str(one.relevant),
            *_beside(one),
            str(one.accepted.accepted),
            str(one.accepted.hits),
            safe_text(one.understood),
        )
    table.caption = (
        "AP: average precision. BM25 with the question's text: k1 1.2, b 0.75, Snowball stems, "
        "idf from the pool. Accepted at the working threshold, right by the labels; an "
        "unlabelled item counts as not relevant."
    )
    return table


def _beside(one: QuestionFigures) -> tuple[str, ...]:
    if one.ours is None or one.bm25 is None:
        return ("–",) * 5
    mark = " !" if one.below_bm25 else ""
    return (
        *(
            format_number(value, ".3f")
            for value in (one.ours.average_precision, one.bm25.average_precision)
        ),
        format_number(one.ours.average_precision - one.bm25.average_precision, "+.3f") + mark,
        *(format_number(value, ".3f") for value in (one.ours.ndcg10, one.bm25.ndcg10)),
    )


def called(asked: AskedAbout) -> str:
    """A question by its id, or else by its text."""
    name, text = asked
    return name or shorten_text(text, LONGEST)


def relevance_lines(report: RelevanceReport) -> Iterator[str]:
    """What the questions come to together, a line each."""
    yield (
        f"{report.judge}, threshold {report.threshold:g}; pooled with {report.unlabelled:,} "
        "unlabelled items."
    )
    if report.mean_ours is not None and report.mean_bm25 is not None:
        yield _mean_line(report.mean_ours, report.mean_bm25, report.ranked)
    short = [called(one.asked) for one in report.questions if one.below_bm25]
    yield (
        f"More than {MARGIN} below BM25 (!): {', '.join(short) or 'none'} ({len(short)} of "
        f"{report.ranked})."
    )
    labelled = report.among_labelled
    alone = f"precision {format_number(labelled.precision, '.2f')} ({labelled.hits} of {labelled.accepted})"
    yield f"At the threshold: {_accepted(report.accepted)}; among labelled items alone {alone}."
    for floor in FLOORS:
        ours, bm25 = _cut(report.cuts[floor]), _cut(report.bm25_cuts[floor])
        yield (
            f"Best recall at precision ≥ {floor:g}, threshold chosen on this file: {ours}; "
            f"BM25 {bm25}."
        )
    yield from _direction_lines(report.direction)


def _mean_line(ours: Ranking, bm25: Ranking, n: int) -> str:
    apart = format_number(ours.average_precision - bm25.average_precision, "+.3f")
    precision = (
        f"AP {ours.average_precision:.3f}, BM25 {bm25.average_precision:.3f}, difference {apart}"
    )
    return f"Mean of {n} questions: {precision}; nDCG@10 {ours.ndcg10:.3f}, BM25 {bm25.ndcg10:.3f}."


def _accepted(found: Accepted) -> str:
    precision = f"precision {format_number(found.precision, '.2f')} ({found.hits} of {found.accepted} accepted)"
    return (
        f"{precision}, recall {format_number(found.recall, '.2f')} ({found.hits} of "
        f"{found.relevant} relevant)"
    )


def _cut(cut: Cut | None) -> str:
    return "none" if cut is None else f"{cut.recall:.2f} (from {cut.threshold:.3f})"


def _direction_lines(found: DirectionFigures) -> Iterator[str]:
    told = found.confusion
    accuracy = (
        f"accuracy {format_number(told.accuracy, '.2f')} ({told.right} of {told.called} called)"
    )
    coverage = f"coverage {format_number(told.coverage, '.0%')} of {told.directed} relevant items with a stance"
    stated = f"stated P(right) {format_number(found.stated, '.2f')} on average"
    yield f"Direction: {accuracy}, {coverage}; {stated}."
    always = f"Majority (always “{_WORDS[found.majority]}”): {format_number(found.majority_accuracy, '.2f')}"
    yield (
        f"{always} of {told.directed}, {format_number(found.majority_where_called, '.2f')} of the "
        f"{told.called} called."
    )
    dares = f"{told.dared} of {told.neutral} ({format_number(told.daring, '.0%')})"
    yield f"Relevant items without a stance that got a direction all the same: {dares}."


def confusion_table(found: DirectionFigures) -> Table:
    """True directions by called ones, over the relevant items."""
    table = new_table("stance", "called against", "no call", "called for")
    for truth, row in zip(_WORDS.values(), found.confusion.table, strict=True):
        table.add_row(truth, *map(str, row))
    return table


def stories_table(found: Sequence[StoryFigures]) -> Table:
    """One row a way to cluster and a language: precision, recall and F1 by B³ and by pairs."""
    table = new_table(
        "way",
        "among",
        "items",
        "events",
        "stories",
        "B³ P",
        "R",
        "F1",
        "pairs P",
        "R",
        "F1",
        "true pairs",
    )
    parts = [
        *dict.fromkeys(one.among for one in found)
    ]  # all, languages by how common they are, between them
    left_out = parts[LANGUAGES + 1 : -1]
    for one in found:
        if one.among in left_out:
            continue
        counts = (
            "–" if count is None else f"{count:,}" for count in (one.n, one.events, one.stories)
        )
        b_cubed, pairwise = _three(one.b_cubed), _three(one.pairwise)
        table.add_row(
            one.way, safe_text(one.among), *counts, *b_cubed, *pairwise, f"{one.pairs.true:,}"
        )
    more = f"; {len(left_out)} rarer languages are left out, JSON has them" if left_out else ""
    table.caption = (
        "P: precision, R: recall; B³ is a mean over items, pairs weigh an event by its size "
        f"squared{more}"
    )
    return table


def _three(found: Agreement | None) -> tuple[str, str, str]:
    if found is None:
        return ("–", "–", "–")
    return (
        format_number(found.precision, ".3f"),
        format_number(found.recall, ".3f"),
        format_number(found.f1, ".3f"),
    )
