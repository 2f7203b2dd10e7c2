"""Evaluations as tables for the terminal: every number beside its baseline and the n that it rests
on.
"""

from collections.abc import Iterator, Sequence

from rich.table import Table

from tests.acceptance.evaluation.claim_figures import EssayFigures
from tests.acceptance.evaluation.evidence_figures import (
    COUNTS_FROM,
    TOP,
    EvidenceFigures,
    EvidenceReport,
)
from tests.acceptance.evaluation.platform_questions import BlockedShare, LintReport, sum_shares
from tests.acceptance.evaluation.ranking import Accepted, Agreement
from tests.acceptance.evaluation.stories import StoryFigures
from tracker.interfaces.cli.score_tables import format_number
from tracker.interfaces.cli.tables import new_table, safe_text

LANGUAGES = 6
"""Languages that have a row of their own, the commonest ones."""


def evidence_table(report: EvidenceReport) -> Table:
    """One row a question: what was logged, and how well its pairs are ordered beside BM25."""
    table = new_table(
        "question",
        "pairs",
        "evidence",
        "logged",
        "right",
        "AP",
        "BM25",
        "called",
        "right",
        "stream",
    )
    for row in report.questions:
        table.add_row(
            safe_text(row.name),
            str(row.logged.n),
            str(row.logged.relevant),
            str(row.logged.accepted),
            str(row.logged.hits),
            format_number(row.ours.mean if row.ours else None, ".3f"),
            format_number(row.bm25.mean if row.bm25 else None, ".3f"),
            str(row.direction.called),
            str(row.direction.right),
            format_number(row.per_10000, ".1f"),
        )
    table.caption = (
        "AP: average precision of the matcher's relevance, by the profiles that production has, and "
        "of BM25 with the question's text. Called: logged evidence with a directed label that got a "
        "direction. Stream: pieces from unlabelled items for each 10,000 of them."
    )
    return table


def evidence_lines(report: EvidenceReport) -> Iterator[str]:
    """What the questions of each group come to together, a line each."""
    yield f"Matcher {report.matcher}."
    for group in report.groups:
        yield f"{group.name}: {group.questions} questions, {group.logged.n:,} judged pairs."
        yield f"  logged: {_accepted(group.logged)}"
        yield f"  counting without a review (from {COUNTS_FROM}): {_accepted(group.counting)}"
        yield f"  first {TOP} of each question: {_accepted(group.top)}"
        yield f"  {_order_line(group)}"
        yield f"  {_direction_line(group)}"
        if group.per_10000 is not None:
            per = format_number(group.per_10000, ".2f")
            yield f"  unlabelled stream: {group.unlabelled} pieces, {per} a question and 10,000 items"


def _accepted(found: Accepted) -> str:
    precision, recall = (format_number(v, ".2f") for v in (found.precision, found.recall))
    return (
        f"precision {precision} ({found.hits} of {found.accepted}), "
        f"recall {recall} ({found.hits} of {found.relevant})"
    )


def _order_line(group: EvidenceFigures) -> str:
    if group.ours is None or group.bm25 is None:
        return "average precision: – (no pair is evidence)"
    return (
        f"mean average precision {group.ours.mean:.3f} (BM25 {group.bm25.mean:.3f}), "
        f"pooled {group.ours.pooled:.3f} ({group.bm25.pooled:.3f})"
    )


def _direction_line(group: EvidenceFigures) -> str:
    told = group.direction
    coverage, accuracy = (format_number(v, ".2f") for v in (told.coverage, told.accuracy))
    return (
        f"direction: called {coverage} ({told.called} of {told.directed}), "
        f"right {accuracy} ({told.right} of {told.called}; majority "
        f"{format_number(group.majority, '.2f')}), called without a side {told.dared} of "
        f"{told.neutral}"
    )


def claims_table(found: Sequence[EssayFigures]) -> Table:
    """Two rows an essay: the claim finder, and a regex of modal verbs."""
    rates = ("P", "R", "F1")
    table = new_table("essay", "sentences", "by", *rates, "with testable P", *rates[1:])
    for one in found:
        for by, predictions, statements in (
            ("finder", one.predictions, one.statements),
            ("modal verbs", one.modal_predictions, one.modal_statements),
        ):
            numbers = (
                format_number(number, ".3f")
                for row in (predictions, statements)
                for number in (row.precision, row.recall, row.f1)
            )
            table.add_row(safe_text(one.name), str(one.sentences), by, *numbers)
    table.caption = (
        "Predictions: the claims. With testable: claims and background, against predictions and "
        "statements that could be checked at once."
    )
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


def lint_lines(report: LintReport) -> list[str]:
    """Say how many questions of platforms and of the list of unanswerable ones are blocked."""
    platforms = [*report.platforms.items(), ("all", sum_shares(report.platforms.values()))]
    lines = ["Questions of platforms, blocked", *(_share_line(*row) for row in platforms)]
    for half, classes in report.unanswerable.items():
        rows = [*classes.items(), ("all", sum_shares(classes.values()))]
        title = f"Unanswerable questions ({half.replace('_', ' ')}), blocked"
        lines += ["", title, *(_share_line(name.replace("_", " "), share) for name, share in rows)]
    return lines


def _share_line(name: str, share: BlockedShare) -> str:
    codes = ", ".join(f"{code} {count}" for code, count in list(share.by_code.items())[:4])
    part = f"{share.blocked / max(share.count, 1):.1%}"
    return f"  {name:16} {share.blocked:4} of {share.count:4}  {part:>6}  {codes}"
