"""Inputs of a row of the likelihood table: P(YES | scenario) for each scenario, in words or
numbers.
"""

from collections.abc import Sequence

import streamlit as st

from dashboard.scenarios.scenarios_text import format_likelihood
from dashboard.wording import escape_markdown
from forecasts.scenarios.scenario_set import FIVE_WORDS, parse_likelihood

NEUTRAL_LIKELIHOOD = FIVE_WORDS["roughly even chance"]
"""Initial value of a new row: the same for every scenario, so it has no effect."""


def show_row_inputs(scenarios: Sequence[str], start: Sequence[float], form: str) -> tuple[str, ...]:
    """Show the inputs and return their raw content: one of the five words, or a typed number."""
    entered = []
    for index, (name, p) in enumerate(zip(scenarios, start, strict=True)):
        current = format_likelihood(p)
        choices = [*FIVE_WORDS, *([] if current in FIVE_WORDS else [current])]
        entered.append(
            st.selectbox(
                escape_markdown(name), choices, index=choices.index(current),
                key=f"likelihood-{form}-{index}", accept_new_options=True,
                help="One of the five words, or a number such as 30%.",
            )
        )  # fmt: skip
    return tuple(text or "" for text in entered)


def parse_likelihoods(texts: Sequence[str]) -> tuple[float, ...]:
    """Parse the likelihoods; raises `InvalidProbability` with the valid forms."""
    return tuple(map(parse_likelihood, texts))
