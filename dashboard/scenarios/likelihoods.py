"""Inputs of a row of the likelihood table: P(YES | scenario) for each scenario, in words or
numbers.
"""

from collections.abc import Sequence

import streamlit as st

from dashboard.scenarios.scenarios_text import likelihood
from dashboard.wording import inert
from forecasts.scenarios.scenario_set import FIVE_WORDS, likelihood_from

NEW = FIVE_WORDS["roughly even chance"]
"""Initial value of a new row: the same for every scenario, so it has no effect."""


def row_inputs(scenarios: Sequence[str], start: Sequence[float], form: str) -> tuple[str, ...]:
    """Show the inputs and return their raw content: one of the five words, or a typed number."""
    entered = []
    for index, (name, p) in enumerate(zip(scenarios, start, strict=True)):
        current = likelihood(p)
        choices = [*FIVE_WORDS, *([] if current in FIVE_WORDS else [current])]
        entered.append(
            st.selectbox(
                inert(name), choices, index=choices.index(current),
                key=f"likelihood-{form}-{index}", accept_new_options=True,
                help="One of the five words, or a number such as 30%.",
            )
        )  # fmt: skip
    return tuple(text or "" for text in entered)


def read(texts: Sequence[str]) -> tuple[float, ...]:
    """Parse the likelihoods; raises `InvalidProbability` with the valid forms."""
    return tuple(map(likelihood_from, texts))
