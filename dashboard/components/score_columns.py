"""Columns of score tables, each with its unit and direction."""

from typing import Final

import streamlit as st

from dashboard.components.score_data import list_rules_for
from dashboard.wording import capitalise
from forecasts.questions.question import Question
from forecasts.scoring.rulebook import RULES, RuleName

_C = st.column_config

_SKILL = (
    "100 × the gain of the headline rule over knowing nothing, over the scheduled time. "
    "Higher is better."
)

_DEFAULT_RULES: Final[tuple[RuleName, ...]] = (
    "brier",
    "ranked",
    "crps",
    "log",
    "quantile",
    "baseline",
    "peer",
)
"""Rules that a table of scores shows by default."""


def build_score_columns(question: Question, *, everything: bool) -> dict[str, object]:
    """Build the columns of a score table: skill, the rules (headline rule first), coverage."""
    rules = list_rules_for(question.kind)
    shown = rules if everything else [r for r in rules if r.name in _DEFAULT_RULES]
    numbers: dict[str, object] = {
        r.name: _C.NumberColumn(
            f"{r.title} {'↓' if r.better == 'lower' else '↑'}",
            format="%+.1f" if r.is_points else "%.3f",
            help=f"{describe_direction(r.name)}.",
        )
        for r in shown
    }
    return {
        "forecaster": _C.TextColumn("Forecaster", width="medium"),
        "skill": _C.NumberColumn("Skill", format="%+.1f", help=_SKILL),
        **numbers,
        "coverage": _C.NumberColumn(
            "Coverage", format="%g %%", help="Share of the scheduled time with a forecast."
        ),
    }


def describe_direction(rule: RuleName) -> str:
    """Describe the range of a rule and the better direction."""
    definition = RULES[rule]
    return f"{capitalise(definition.range)}; {definition.better} is better"
