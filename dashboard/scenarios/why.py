"""Explanation of a scenario's share: its prior, the contribution of each indicator question, the
sum.
"""

import streamlit as st

from dashboard.components.widgets import WRAPPED_ROW_HEIGHT, show_choice, show_table, unwrap_prose
from dashboard.scenarios import scenarios_data as frames
from dashboard.scenarios.scenarios_text import strain_sentence
from dashboard.wording import clip, escape_markdown, percent_whole, plural
from forecasts.scenarios.scenario_set import ScenarioPosterior
from tracker.model.scenarios import ScenarioPage

MAX_STRAIN_CHARACTERS = 120
_C = st.column_config


def show_strain(page: ScenarioPage, posterior: ScenarioPosterior) -> None:
    """Show a warning if current forecasts and table contradict each other."""
    strain = frames.measure_strain(page, posterior)
    if strain is None:
        return
    text = clip(page.board[strain.question_id].question.question.text, MAX_STRAIN_CHARACTERS)
    warning = strain_sentence(strain.nats, text, strain.observed, strain.expected)
    if warning:
        st.markdown(f":material/warning: {escape_markdown(warning)}")


def show_share_lines(page: ScenarioPage, posterior: ScenarioPosterior) -> None:
    """Show the lines of one scenario's share, which add up to its logarithm."""
    names = {name: name for name in posterior.distribution.options}
    first = list(names).index(frames.most_changed_scenario(posterior))
    option = show_choice(
        "Why this share", names, "scenario", index=first, width=320
    ) or frames.most_changed_scenario(posterior)
    frame = frames.scenario_why_frame(page, posterior, option)
    if frame.empty:
        st.caption("Its prior is 0, and no answer moves what cannot happen.")
        return
    share = posterior.distribution.of(option)
    st.markdown(
        f"**{escape_markdown(option)}: from {percent_whole(posterior.prior.of(option))} to "
        f"{percent_whole(share)}**"
    )
    columns = {
        "what": _C.TextColumn("What", width=400),
        "adds": _C.NumberColumn(
            "Adds", format="%+.2f", width=70, help="To the natural logarithm of its share."
        ),
        "times": _C.TextColumn("Multiplies it by", width=110),
        "alone": _C.TextColumn(
            "Alone", width=70, help="What it would multiply the prior by, if no other row counted."
        ),
        "weighed": _C.TextColumn("How", width=330),
    }
    show_table(frame, columns, f"The lines of the share of {option}", row_height=WRAPPED_ROW_HEIGHT)
    st.caption(
        "The lines add up to the logarithm of the share. “How” compares the board with the "
        "prior alone, and so does “Alone”; “Multiplies it by” is what a row does beside the "
        "others. Rows that share a cause say partly the same: a row that alone would raise a "
        "scenario may lower it here, where another has raised it too far. “All rows together” "
        "is the rest, so that what several rows say counts once and the shares make 100 %."
    )
    if posterior.left_out:
        st.caption(
            f"{plural(len(posterior.left_out), 'row has', 'rows have')} no number on the board and "
            "count nothing."
        )
    st.markdown("**The prior**")
    st.text(unwrap_prose(page.summary.question.prior_reason))
