"""The inputs of one row of a likelihood table: P(YES | scenario) for each scenario, in words or as
a number.
"""

from collections.abc import Sequence

import streamlit as st

from dashboard.scenarios.scenarios_text import likelihood
from dashboard.wording import inert
from forecasts.scenarios.scenario_set import FIVE_WORDS, likelihood_from

NEW = FIVE_WORDS["roughly even chance"]
"""What a new row begins with: it says the same of every scenario, and so nothing."""


def row_inputs(scenarios: Sequence[str], start: Sequence[float], form: str) -> tuple[str, ...]:
    """What stands in the inputs, not read yet: one of the five words, or a number that was
    typed.
    """
    found = []
    for n, (name, p) in enumerate(zip(scenarios, start, strict=True)):
        now = likelihood(p)
        choices = [*FIVE_WORDS, *([] if now in FIVE_WORDS else [now])]
        found.append(
            st.selectbox(
                inert(name), choices, index=choices.index(now), key=f"likelihood-{form}-{n}", accept_new_options=True,
                help="One of the five words, or a number such as 30%.",
            )
        )  # fmt: skip
    return tuple(said or "" for said in found)


def read(said: Sequence[str]) -> tuple[float, ...]:
    """The numbers; raises `InvalidProbability` with what would be right."""
    return tuple(map(likelihood_from, said))
