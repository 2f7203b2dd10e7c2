"""Evidence cases: a question with items in clusters, and the ledger that comes of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from forecasts.distributions.distribution import Binary
from forecasts.evidence.evidence import (
    Direction,
    Evidence,
    Indicator,
    IndicatorId,
    SourceReport,
    StoryId,
    Strength,
)
from forecasts.questions.question import EvidenceId, Question
from forecasts.suggestion.binary import (
    DEFAULT_HALF_LIFE_DAYS,
    DEFAULT_MODEL,
    SuggestionModel,
    suggest,
)
from tests.acceptance.oracles.asked import ONLY, OPENS, QUESTION, question
from tests.acceptance.oracles.cases import LEDGER

Given = Mapping[str, Any]

THEIR_KINDS: Final[Mapping[str, str]] = {"learned correction": "recalibration", "limits": "clip"}
"""What the reference cases call a line, where they call it otherwise."""


def ledger(given: Given) -> Any:
    """The suggestion and the lines that make it up."""
    asked = given["question"]
    archive = asked.get("archive_from")
    found = suggest(
        _question(asked),
        _stories(given["items"]),
        _indicators(given),
        _day(given["t"]),
        model=_model(given),
        archive_from=None if archive is None else _day(archive),
    )
    lines = [
        {"kind": THEIR_KINDS.get(line.kind, line.kind), "d": line.log_odds, "p_after": line.p_after}
        for line in found.lines
    ]
    return {"expected_p": found.p, "ledger": lines}


def _day(days: float) -> datetime:
    return OPENS + timedelta(days=days)


def _question(asked: Given) -> Question:
    return question(
        _day(asked.get("open", 0.0)),
        _day(asked["deadline"]),
        horizon_shape=asked["kind"],
        prior=Binary(asked["prior"]),
        prior_reason=asked.get("prior_note", "none given"),
    )


def _model(given: Given) -> SuggestionModel:
    config = given["config"]
    shift, slope = config.get("recal", (DEFAULT_MODEL.shift, DEFAULT_MODEL.slope))
    return SuggestionModel(
        gamma=given.get("gamma", config.get("gamma", DEFAULT_MODEL.gamma)),
        soft_cap=config.get("cap", DEFAULT_MODEL.soft_cap),
        novelty=config.get("novelty_delta", DEFAULT_MODEL.novelty),
        novelty_window_days=config.get("novelty_window", DEFAULT_MODEL.novelty_window_days),
        p_min=config.get("p_min", DEFAULT_MODEL.p_min),
        p_max=config.get("p_max", DEFAULT_MODEL.p_max),
        shift=shift,
        slope=slope,
    )


def _indicators(given: Given) -> dict[IndicatorId, Indicator]:
    """An indicator for each name among the items and the usual levels; a level below 0 favours
    NO.
    """
    levels = given["question"].get("usual") or {}
    fades = given["config"].get("half_life", {})
    names = sorted({item["indicator"] for item in given["items"]} | set(levels))
    return {
        IndicatorId(name): Indicator(
            id=IndicatorId(name),
            question_id=QUESTION,
            name=name,
            direction=Direction.NO if levels.get(name, 0.0) < 0.0 else Direction.YES,
            strength=Strength.MODERATE,
            terms=(),
            half_life_days=fades.get(name, fades.get("default", DEFAULT_HALF_LIFE_DAYS)),
            usual_level=abs(levels.get(name, 0.0)),
        )
        for name in names
    }


def _stories(items: Sequence[Given]) -> list[Evidence]:
    """A confirmed piece of evidence for each cluster, with a report for each of its items."""
    clusters: dict[str, list[Given]] = {}
    for item in items:
        clusters.setdefault(item["cluster"], []).append(item)
    return [_story(number, own) for number, own in enumerate(clusters.values(), 1)]


def _story(number: int, items: Sequence[Given]) -> Evidence:
    first = min(items, key=lambda item: item["first_seen"])
    return Evidence(
        id=EvidenceId(number),
        question_id=QUESTION,
        story_id=StoryId(number),
        indicator_id=IndicatorId(first["indicator"]),
        direction=Direction(first["direction"]),
        strength=Strength(first["strength"]),
        relevance=1.0,
        status="confirmed",
        judged_by=ONLY,
        first_seen_at=_day(first["first_seen"]),
        reports=tuple(
            SourceReport(i["source_group"], i["reliability"], _day(i["first_seen"])) for i in items
        ),
    )


FUNCTIONS = {LEDGER: ledger}
