"""Learned values of the crowd: who weighs how much, and how bold it is."""

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
import streamlit as st

from dashboard.components.frames import build_frame
from dashboard.components.visit import Visit
from dashboard.components.widgets import WRAPPED_ROW_HEIGHT, get_selected_row, show_table
from dashboard.settings.data import ParameterKey, effective_value, is_in_effect
from dashboard.settings.learned_box import (
    LearnedGroup,
    show_learned_box,
    show_learned_history,
    show_learned_state,
)
from dashboard.wording import PARAMETER_STATES, display_name
from forecasts.aggregation.pooling import weigh_skills
from forecasts.questions.question import Forecaster, ForecasterId
from forecasts.statistics.small_samples import MIN_FAMILIES, MIN_RARER
from tracker.questions.crowd_lessons import EXPONENT, SKILL
from tracker.questions.fit_parameters import LearnedRecord

_C = st.column_config

_QUESTIONS_BY_RULE: Final[Mapping[str, str]] = {
    "brier": "yes or no, options",
    "ranked": "ordered steps",
    "crps": "numbers, dates",
}
"""Questions of each headline rule."""


def show_crowd_lessons(visit: Visit, parameters: Mapping[ParameterKey, LearnedRecord]) -> None:
    """Show the weight of each member of the crowd, and the exponent."""
    st.markdown("**How much each member of the crowd weighs**")
    values = [value for (name, _), value in parameters.items() if name == SKILL]
    if not values:
        st.caption(
            f"All weigh alike. It takes {MIN_FAMILIES} families of questions that two people "
            "forecast, answered and closed; a family is a set of questions that share their fate."
        )
    else:
        _show_weights(visit, parameters, values)
    exponent = effective_value(parameters, EXPONENT)
    lesson = LearnedGroup(
        "exponent",
        "How bold the weighted crowd is",
        ((EXPONENT, "all"),),
        "The weighted crowd is left as it is. Learning begins when it stood on "
        f"{MIN_FAMILIES} families of yes-no questions, with the rarer answer in {MIN_RARER}.",
    )
    show_learned_box(visit, parameters, lesson, (describe_exponent(exponent),))


def describe_exponent(exponent: float) -> str:
    """State what the exponent does to a forecast.

    >>> describe_exponent(1.5)
    'The exponent is 1.50: where members together say 70%, the crowd says 78%.'
    """
    odds = (0.7 / 0.3) ** exponent
    share = 100 * odds / (1 + odds)
    return (
        f"The exponent is {exponent:.2f}: where members together say 70%, the crowd says "
        f"{share:.0f}%."
    )


def _show_weights(
    visit: Visit,
    parameters: Mapping[ParameterKey, LearnedRecord],
    values: Sequence[LearnedRecord],
) -> None:
    st.caption(
        "By skill on the same questions at the same times as others, drawn to the average while "
        "little is known. Pick a row for its history, and to freeze or reset it."
    )
    frame = weights_frame(values, visit.tracker.accuracy.summarise().forecasters, visit.me)
    columns = {
        "member": _C.TextColumn("Member", width=190),
        "weight": _C.NumberColumn("Weight", format="×%.2f", help="1 for the average person."),
        "skill": _C.NumberColumn("Skill", format="%+.1f", help="Points better than the average."),
        "kinds": _C.TextColumn("On", width=140, help="Kinds of questions."),
        "n": _C.NumberColumn("Families", help="Families of questions it was learned from."),
        "since": _C.DatetimeColumn("Since", format="D MMM YYYY", timezone=visit.zone.key),
        "state": _C.TextColumn("State", width=90),
        "why": _C.TextColumn("Why", width=380),
    }
    selected = get_selected_row(
        show_table(
            frame, columns, "Members of the crowd", key="crowd-skill-table", on_select="rerun",
            selection_mode="single-row", row_height=WRAPPED_ROW_HEIGHT,
        )
    )  # fmt: skip
    if selected is None or selected >= len(frame):
        return
    scope = frame.iloc[selected]["id"]
    lesson = LearnedGroup(f"crowd-{scope}", frame.iloc[selected]["member"], ((SKILL, scope),))
    with st.container(border=True, gap="xsmall"):
        st.text(lesson.title)
        show_learned_state(visit, lesson, parameters[SKILL, scope])
        show_learned_history(visit, lesson)


def weights_frame(
    values: Sequence[LearnedRecord],
    forecasters: Mapping[ForecasterId, Forecaster],
    me: ForecasterId,
) -> pd.DataFrame:
    """Weight of each member of the crowd, largest first. Columns:

    id, member, weight (1 for the average and after a reset), skill (points), kinds (of questions),
    n (families of questions), since, state, why.
    """
    rows = []
    for value in values:
        rule, _, member = value.learned.scope.partition("/")
        skill = value.learned.value if is_in_effect(value) else 0.0
        known = forecasters.get(ForecasterId(member))
        rows.append(
            (
                value.learned.scope,
                member if known is None else display_name(known, me),
                float(weigh_skills([skill])[0]),
                100 * skill,
                _QUESTIONS_BY_RULE.get(rule, rule),
                value.learned.n,
                value.learned.as_of,
                PARAMETER_STATES[value.state],
                value.learned.why,
            )
        )
    return build_frame(
        "id member weight:float skill:float kinds n:int since:time state why",
        sorted(rows, key=lambda row: -row[2]),
    )
