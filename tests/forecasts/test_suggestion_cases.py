"""Suggestions against reference cases that were computed elsewhere."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from forecasts.distributions.probability import logit, sigmoid
from forecasts.evidence.evidence import Direction, Evidence, Indicator, IndicatorId, Strength
from forecasts.questions.question import Question
from forecasts.suggestion.binary import SuggestionModel, suggest
from tests.forecasts import oracles
from tests.forecasts.strategies import by_id, day, evidence, indicator, lines_of, question, report


def spoken(case: dict[str, Any]) -> tuple[Question, list[Evidence], dict[IndicatorId, Indicator]]:
    """The case in our words: its clusters are stories, its usual levels stand on the indicators."""
    asked = case["question"]
    q = replace(
        question(asked["kind"], prior=asked["prior"], days=asked["deadline"]),
        prior_reason=asked["prior_note"],
    )
    usual = asked.get("usual", {})
    names = sorted({item["indicator"] for item in case["items"]} | set(usual))
    stories: dict[str, list[dict[str, Any]]] = {}
    for item in case["items"]:
        stories.setdefault(item["cluster"], []).append(item)
    known = [story(number, items) for number, items in enumerate(stories.values(), 1)]
    return q, known, by_id(*(indicator(name, usual=usual.get(name, 0.0)) for name in names))


def story(number: int, items: Sequence[dict[str, Any]]) -> Evidence:
    first = min(items, key=lambda item: item["first_seen"])
    return evidence(
        number,
        first["first_seen"],
        Direction(first["direction"]),
        Strength(first["strength"]),
        signpost=first["indicator"],
        reports=[report(i["first_seen"], i["source_group"], i["reliability"]) for i in items],
    )


OUR_KINDS = {"recalibration": "learned correction", "clip": "limits"}


@pytest.mark.parametrize("case", oracles.cases("evidence_cases.json", "EV"))
def test_reference_case_ledger(case: dict[str, Any]) -> None:
    q, known, indicators = spoken(case)
    archive = day(case["question"]["archive_from"]) if "archive_from" in case["question"] else None
    found = suggest(
        q,
        known,
        indicators,
        day(case["t"]),
        model=SuggestionModel(gamma=case["gamma"]),
        archive_from=archive,
    )
    assert found.p == pytest.approx(case["expected_p"], abs=1e-9)
    assert [line.kind for line in found.lines] == [
        OUR_KINDS.get(kind := e["kind"].removesuffix(", no event"), kind) for e in case["ledger"]
    ]
    for line, expected in zip(found.lines, case["ledger"], strict=True):
        assert line.log_odds == pytest.approx(expected["d"], abs=1e-9)
        assert line.p_after == pytest.approx(expected["p_after"], abs=1e-9)
        assert_same_facts(line.why, expected["why"])


def assert_same_facts(ours: str, theirs: str) -> None:
    """Every fact of the reference's reason stands in ours, in our words."""
    patterns = {
        r"\[(\w+)\]": "{0}: ",
        r"strength \d LR ([\d.]+)": "likelihood ratio {0}",
        r"(\d+) of (\d+) days": "{0} of {1} days",
        r"novelty x([\d.]+)": "novelty ×{0}",
        r"decay x([\d.]+)": "decay ×{0}",
        r"\((\d+) source groups, (\d+) items\)": "({0} source group",
        r"(\d+) items\)": "{0} report",
        r"^(\w+): usual level (\S+), ramp x(\S+)": "{0}: usual level {1}, ramp ×{2}",
        r"gamma=(\S+)": "×{0}",
        r"at LR (\d+)": "likelihood ratio of {0}",
        r"^a=0\S*, b=1": "not learned yet",
        r"comparable years .*": "comparable years (Jeffreys 0.318, rounded)",
    }
    for pattern, words in patterns.items():
        fact = re.search(pattern, theirs)
        if fact:
            assert words.format(*fact.groups()) in ours
    reliability = re.search(r"reliability ([\d.]+)", theirs)
    if reliability:
        assert f"reliability {float(reliability[1]):.2f}" in ours


def test_reference_case_likelihood_ratios_add_in_log_odds() -> None:
    case = oracles.case("scoring_cases.json", "L03")
    lrs = case["input"]["lrs"]
    z = logit(case["input"]["prior"]) + sum(map(math.log, lrs))
    assert sigmoid(z) == pytest.approx(case["expected"], abs=case["tolerance"])


def test_reference_case_novelty() -> None:
    case = oracles.case("scoring_cases.json", "L06")
    counts = case["input"]["n"]
    stories = [evidence(n, at=10, strength=Strength.MODERATE) for n in range(1, max(counts) + 1)]
    lines = lines_of(suggest(question(), stories, {}, day(10)), "evidence")
    scale = case["input"]["ln_lr"] / lines[0].log_odds
    totals = [scale * math.fsum(line.log_odds for line in lines[:n]) for n in counts]
    assert totals == pytest.approx(case["expected"], abs=1e-9)


def test_reference_case_half_life() -> None:
    case = oracles.case("scoring_cases.json", "L09")
    known = by_id(indicator(half_life=case["input"]["half_life_days"]))
    found = [
        lines_of(suggest(question(), [evidence(at=0)], known, day(age)), "evidence")[0].log_odds
        for age in case["input"]["age_days"]
    ]
    assert [each / found[0] for each in found] == pytest.approx(
        case["expected"], abs=case["tolerance"]
    )
