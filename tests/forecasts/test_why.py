"""Why a suggestion is what it is: its lines in groups, in rows and in one sentence."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import Categorical
from forecasts.distributions.probability import logit
from forecasts.evidence.evidence import Direction, Evidence, Strength
from forecasts.evidence.log_odds import GROUPS, LedgerLine, LineKind, StoryEffect, group_lines
from forecasts.questions.question import EvidenceId, Question, QuestionId
from forecasts.scenarios.scenario_set import ScenarioLikelihoods, ScenarioSet, compute_posterior
from forecasts.suggestion.binary import Suggestion, SuggestionModel, suggest
from forecasts.suggestion.categorical import (
    OptionLine,
    OptionSuggestion,
    suggest_options,
    suggest_scenarios,
)
from forecasts.suggestion.curves import CurveSuggestion, suggest_curve
from forecasts.suggestion.explanation import (
    LINE_TITLES,
    MIN_NATS,
    explain_share,
    explain_suggestion,
    explanation_rows,
)
from tests.forecasts.strategies import (
    INDICATORS,
    OPTIONS,
    by_id,
    categorical_question,
    date_question,
    day,
    due,
    evidence,
    evidence_lists,
    indicator,
    law,
    moments,
    numeric_question,
    question,
    questions,
)

AT = day(20)
LEARNED = SuggestionModel(shift=0.2, learned_from=30)


def made_of(*lines: tuple[LineKind, float], learned_from: int = 0) -> Suggestion:
    """A suggestion of these lines; stories are numbered."""
    total, rows = 0.0, []
    for number, (kind, adds) in enumerate(lines):
        total += adds
        effects = (StoryEffect(EvidenceId(number), adds),) if kind == "evidence" else ()
        rows.append(LedgerLine(kind, f"reason {number}", adds, 0.5, effects))
    p = 1 / (1 + math.exp(-total))
    return Suggestion(QuestionId("q"), day(0), tuple(rows), p, learned_from=learned_from)


# Groups


@law
@given(
    questions(),
    evidence_lists(),
    moments,
    st.builds(
        SuggestionModel,
        gamma=st.floats(0.0, 2.0),
        shift=st.floats(-1.0, 1.0),
        doubt=st.floats(0.0, 0.4),
        learned_from=st.integers(0, 99),
    ),
)
def test_groups_add_up_to_the_log_odds_of_p(
    q: Question, known: list[Evidence], at: float, model: SuggestionModel
) -> None:
    found = suggest(q, known, INDICATORS, day(at), model=model)
    groups = found.groups
    assert math.fsum(g.log_odds for g in groups) == pytest.approx(logit(found.p), rel=0, abs=1e-12)
    assert [g.name for g in groups] == ["Base rate", "Time", "News", "Learned correction", "Limits"]
    assert tuple(line for g in groups for line in g.lines) == found.lines
    assert groups[0].p_before == 0.5
    assert [g.p_after for g in groups[:-1]] == [g.p_before for g in groups[1:]]
    assert groups[-1].p_after == pytest.approx(found.p, abs=1e-9)
    assert {line.kind for line in groups[2].lines} <= set(GROUPS["News"])


@law
@given(st.lists(st.tuples(st.sampled_from(OPTIONS), st.sampled_from([-1, 1])), max_size=8))
def test_groups_of_an_option_add_up(pieces: list[tuple[str, int]]) -> None:
    asked = categorical_question()
    known = [
        replace(evidence(n, direction=Direction(side)), question_id=asked.id, option=option)
        for n, (option, side) in enumerate(pieces)
    ]
    found = suggest_options(asked, known, {}, day(20))
    for option, p in zip(found.distribution.options, found.distribution.p, strict=True):
        groups = found.groups(option)
        assert [g.name for g in groups] == ["Base rate", "News", "Other options"]
        assert math.fsum(g.log_share for g in groups) == pytest.approx(
            math.log(p), rel=0, abs=1e-12
        )


def test_every_line_has_a_group() -> None:
    # Every kind of line has one group and a title.
    kinds = [kind for kinds in GROUPS.values() for kind in kinds]
    assert sorted(kinds) == sorted([*get_args(LineKind), "all options"])
    assert set(LINE_TITLES) == {*kinds, "table row"}
    # Without lines there is a group of no news.
    assert [(g.name, g.lines, g.log_odds) for g in group_lines([])] == [("News", (), 0.0)]


# The sentence


def test_corrections_are_not_news() -> None:
    # A learned correction is never told as news.
    found = suggest(question(prior=0.15), [], {}, day(0), model=LEARNED)
    assert explain_suggestion(found) == (
        "base rate 15% → time 15% → no news → learned correction +3 points (from 30 "
        "questions) = 18%"
    )
    correction = next(
        row for row in explanation_rows(found.groups) if row.title == "Learned correction"
    )
    assert correction.text == "learned from 30 answered questions: shift +0.2"
    one = suggest(question(prior=0.15), [], {}, day(0), model=replace(LEARNED, learned_from=1))
    assert one.lines[-2].why == "learned from 1 answered question: shift +0.2"
    # Before anything is learned the sentence says so.
    found = suggest(question(prior=0.15), [], {}, day(0))
    assert (
        explain_suggestion(found)
        == "base rate 15% → time 15% → no news → no learned correction yet = 15%"
    )
    assert [row.text for row in explanation_rows(found.groups)][-1] == "not learned yet"
    given_by_hand = suggest(question(prior=0.15), [], {}, day(0), model=SuggestionModel(shift=0.2))
    assert "learned correction +3 points = 18%" in explain_suggestion(given_by_hand)


def test_the_sentence_tells_what_moved() -> None:
    # News is told with its stories.
    found = made_of(
        ("base rate", -1.0),
        ("time passed", -0.1),
        ("evidence", 0.5),
        ("evidence", -0.2),
        ("evidence scale", -0.1),
    )
    assert (
        explain_suggestion(found) == "base rate 27% → time 25% → news +4 points (2 stories) = 29%"
    )
    alone = made_of(("base rate", 0.0), ("evidence", -0.04))
    assert explain_suggestion(alone) == "base rate 50% → news −1 point (1 story) = 49%"
    assert "news +0.1 points (1 story)" in explain_suggestion(
        made_of(("base rate", 0.0), ("evidence", 0.004))
    )
    assert "news ±0 points (1 story)" in explain_suggestion(
        made_of(("base rate", 0.0), ("evidence", 0.001))
    )
    # What did not come is not told as stories.
    silent = by_id(indicator("treaty", expected=due(20)))
    assert "→ news that did not come −" in explain_suggestion(
        suggest(question(), [], silent, day(30))
    )
    # Limits are told only where they did something.
    assert "limits" not in explain_suggestion(suggest(question(), [], {}, day(10)))
    far = suggest(question(prior=0.999), [], {}, day(0), model=SuggestionModel(shift=0.0))
    assert explain_suggestion(far).endswith("limits −0.9 points = 99.0%")
    assert explanation_rows(far.groups)[-1].title == "Limits"
    # Probabilities are written as the reader of the sentence wants.
    found = suggest(question(prior=0.15), [], {}, day(0))
    assert explain_suggestion(found, lambda p: f"{p:.3f}").startswith("base rate 0.150 → ")


# Shares


def test_pieces_that_count_for_nothing_are_told_as_such() -> None:
    """There is no "no news" beside a list of news: it says how many pieces, and why not."""
    old = [replace(evidence(n, at=-n), strength=Strength.STRONG) for n in (1, 2)]
    unsure = evidence(3, at=5, status="logged", relevance=0.6)
    even = evidence(4, at=5, direction=Direction.NEUTRAL)
    rejected = evidence(5, at=5, status="rejected")
    words = "no news that counts (2 from before the question opened, 1 perhaps, 1 for neither side)"
    for asked in (question(), numeric_question(), date_question()):
        found = suggested(asked, [*old, unsure, even, rejected])
        (row,) = (row for row in explanation_rows(found.groups) if row.title == "News")
        assert row.text == words
        assert suggested(asked, [rejected]).idle == ""
    assert f"→ {words} →" in explain_suggestion(suggest(question(), [*old, unsure, even], {}, AT))
    # Of an option only what concerns it is told, and where something counts nothing of it.
    moscow = replace(unsure, option=OPTIONS[0])
    options = suggest_options(categorical_question(), [moscow], {}, AT)
    assert "→ no news that counts (1 perhaps)" in explain_share(options, OPTIONS[0])
    assert "→ no news =" in explain_share(options, OPTIONS[1])
    assert "perhaps" not in explain_suggestion(suggest(question(), [unsure, evidence(6)], {}, AT))


def suggested(asked: Question, pieces: Sequence[Evidence]) -> Suggestion | CurveSuggestion:
    how = suggest if asked.kind == "binary" else suggest_curve
    return how(asked, pieces, {}, AT)


def test_options_are_told_in_factors() -> None:
    # The share of an option is told in factors.
    asked = categorical_question()
    story = replace(evidence(1), question_id=asked.id, option=OPTIONS[0])
    found = suggest_options(asked, [story], {}, day(20))
    assert "→ news ×" in explain_share(found, OPTIONS[0])
    assert "(1 story) → other options ×" in explain_share(found, OPTIONS[0])
    assert "→ no news → other options ×" in explain_share(found, OPTIONS[1])
    still = suggest_options(asked, [], {}, day(20))
    assert explain_share(still, OPTIONS[0]).endswith(
        "→ no news = " + explain_share(still, OPTIONS[0]).split(" = ")[1]
    )
    assert [row.title for row in explanation_rows(still.groups(OPTIONS[0]))] == [
        "Base rate",
        "News",
    ]
    # An option that cannot be is told without lines.
    held = Categorical(("Rome", "Oslo"), (0.0, 1.0))
    found = OptionSuggestion(
        QuestionId("q"), day(0), held, {"Rome": (), "Oslo": (OptionLine("base rate", "", 0.0),)}
    )
    assert explain_share(found, "Rome") == "base rate 0 = 0.0%"
    assert found.groups("Rome") == ()


def test_rows_of_tables_and_headlines_are_told() -> None:
    # Rows of a likelihood table are no stories.
    asked = categorical_question()
    scenarios = ScenarioSet(
        asked.id,
        "Two years",
        ("",) * len(OPTIONS),
        (ScenarioLikelihoods(QuestionId("summit"), (0.2, 0.6, 0.5)[: len(OPTIONS)]),),
    )
    found = suggest_scenarios(
        asked, compute_posterior(asked, scenarios, {QuestionId("summit"): 0.9}), [], {}, at=day(20)
    )
    assert "(1 table row)" in explain_share(found, OPTIONS[1])
    assert "News: table row" in [row.title for row in explanation_rows(found.groups(OPTIONS[1]))]
    # The headline of a line is that of the story with the largest effect.
    effects = (StoryEffect(EvidenceId(1), 0.1), StoryEffect(EvidenceId(2), -0.3))
    line = LedgerLine("reports", "talks: 2 reports", 0.2, 0.5, effects)
    (row,) = explanation_rows(group_lines([line]))
    assert row.stories == (2, 1)
    assert row.find_headline({EvidenceId(1): "Old", EvidenceId(2): "New"}) == "New (and 1 more)"
    assert row.find_headline({}) == ""


# Rows


@law
@given(st.lists(st.floats(-0.02, 0.02), max_size=12), st.floats(-0.002, 0.002))
def test_rows_add_up_but_for_what_is_next_to_nothing(weights: list[float], silence: float) -> None:
    found = made_of(("base rate", -0.8), *(("evidence", w) for w in weights), ("signpost", silence))
    rows = explanation_rows(found.groups)
    left_out = [w for w in (*weights, silence) if abs(w) < MIN_NATS]
    if len(left_out) == len(weights) + 1:
        assert [r.title for r in rows] == ["Base rate", "News"]
    else:
        total = math.fsum(r.nats for r in rows) + math.fsum(left_out)
        assert total == pytest.approx(logit(found.p), abs=1e-9)
