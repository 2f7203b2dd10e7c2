"""How tables of scores are headed: each number with its unit and direction."""

from typing import Final

import streamlit as st

from dashboard.components.score_data import rules_of
from dashboard.wording import capital
from forecasts.questions.question import Question
from forecasts.scoring.rulebook import RULES, RuleName

_C = st.column_config

_SKILL = (
    "100 × the gain of the headline rule over knowing nothing, over the scheduled time. "
    "Higher is better."
)

_FIRST: Final[tuple[RuleName, ...]] = (
    "brier",
    "ranked",
    "crps",
    "log",
    "quantile",
    "baseline",
    "peer",
)
"""The rules that a table of scores shows before all are asked for."""


def score_columns(question: Question, *, everything: bool) -> dict[str, object]:
    """The columns of a table of scores: skill, the rules of the kind with the headline rule first,
    coverage.
    """
    rules = rules_of(question.kind)
    shown = rules if everything else [r for r in rules if r.name in _FIRST]
    numbers: dict[str, object] = {
        r.name: _C.NumberColumn(
            f"{r.title} {'↓' if r.better == 'lower' else '↑'}",
            format="%+.1f" if r.is_points else "%.3f",
            help=f"{direction(r.name)}.",
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


def direction(rule: RuleName) -> str:
    """The range of a rule, and which way is better."""
    found = RULES[rule]
    return f"{capital(found.range)}; {found.better} is better"
