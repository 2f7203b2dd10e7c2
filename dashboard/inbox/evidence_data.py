"""Evidence: one row a piece, and the reports behind one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.components.columns_data import TIME, frame_of
from dashboard.wording import machine, percent_number, side_of, strength, uncalled
from forecasts.questions.question import Kind
from tracker.feeds.item import ItemId
from tracker.model.read_models import EvidenceCard, StoryItem


@dataclass(frozen=True, slots=True)
class Told:
    """A report of a story, and whether it only repeats the text of an earlier one."""

    report: StoryItem
    copy: bool


def told(items: Sequence[StoryItem]) -> tuple[Told, ...]:
    """The reports of a story, first seen first: of those that carry one text all but the first are
    copies.
    """
    texts: set[ItemId] = set()
    found = []
    for item in sorted(items, key=lambda i: (i.item.first_seen_at, i.item.id)):
        text = item.copy_of or item.item.id
        found.append(Told(item, text in texts))
        texts.add(text)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Fold:
    """What the reports of a story come to: texts, the groups that stand behind them, and copies."""

    reports: int
    independent: int
    copies: int


def fold(items: Sequence[StoryItem]) -> Fold:
    """Count a story's reports as its reliability counts them: a copy is no second witness, nor is
    the same owner.
    """
    every = told(items)
    own = [t.report.source_group for t in every if not t.copy]
    return Fold(len(own), len(set(own)), len(every) - len(own))


def reports_frame(items: Sequence[StoryItem]) -> pd.DataFrame:
    """Every report of a story, first seen first. Columns:

    seen, source (feed title), group (the agency that it names, or the feed's owner), what (`report`
    or `copy`), headline. All but `what` is text of feeds.
    """
    types = {"seen": TIME, "source": "str", "group": "str", "what": "str", "headline": "str"}
    rows = (
        (t.report.item.first_seen_at, t.report.feed_title, t.report.source_group, "copy" if t.copy else "report",
         t.report.item.title)
        for t in told(items)
    )  # fmt: skip
    return frame_of(types, rows)


def evidence_frame(cards: Sequence[EvidenceCard], kind: Kind) -> pd.DataFrame:
    """One row a piece of evidence, in the words of its question's kind. Columns:

    id, seen, headline (feed text), direction, sure (of the direction, percent; empty where nobody
    called it or a person took it), strength, relevant (how likely the match bears on the question,
    percent; empty as before), status, judge (empty, or the model's name), matched (words), nearest
    (phrasing), sources (feed titles), reports, independent and copies (counts), url (of the first
    report).
    """
    types = {
        "id": "int64",
        "seen": TIME,
        "headline": "str",
        "direction": "str",
        "sure": "float64",
        "strength": "str",
        "relevant": "float64",
        "status": "str",
        "judge": "str",
        "matched": "str",
        "nearest": "str",
        "sources": "str",
        "reports": "int64",
        "independent": "int64",
        "copies": "int64",
        "url": "str",
    }
    return frame_of(types, (_row(card, kind) for card in cards))


def _row(card: EvidenceCard, kind: Kind) -> tuple[Any, ...]:
    e, counts, model = card.evidence, fold(card.items), machine(card.evidence.judged_by)
    waits = e.status == "logged"
    return (
        e.id,
        e.first_seen_at,
        card.headline,
        side_of(e, kind),
        percent_number(e.p_direction) if waits and not uncalled(e) else None,
        strength(e.strength),
        percent_number(e.relevance) if waits else None,
        f"{card.state}, machine judgement" if model else card.state,
        model,
        ", ".join(e.matched),
        card.why.nearest,
        ", ".join(dict.fromkeys(item.feed_title for item in card.items)),
        counts.reports,
        counts.independent,
        counts.copies,
        card.items[0].item.url,
    )
