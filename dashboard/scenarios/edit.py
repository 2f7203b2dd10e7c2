"""My own shares: edit one scenario, choose how the others give way, see before and after, save."""

from dataclasses import dataclass
from math import fsum
from uuid import uuid4

import streamlit as st

from dashboard.components.toasts import say
from dashboard.components.visit import Visit
from dashboard.components.widgets import calm, table
from dashboard.question.distributions_data import as_read
from dashboard.scenarios import scenarios_data as frames
from dashboard.scenarios.scenarios_text import GIVES_WAY
from dashboard.wording import in_short, inert, percent_exact
from forecasts.distributions.distribution import Categorical
from forecasts.errors import ForecastsError, InvalidForecast
from forecasts.scenarios.diagnosticity import GiveWay, gives_way
from forecasts.scenarios.scenario_set import ScenarioPosterior
from tracker.model.scenarios import ScenarioPage

_C = st.column_config
STARTS = ("What I hold", "By the table")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is edited: the form's name, the shares that it began with, and those edited so far."""

    form: str
    begun: Categorical
    shares: Categorical

    @property
    def edited(self) -> bool:
        """Whether an edit was kept already."""
        return self.begun != self.shares


@st.fragment
def render(visit: Visit, page: ScenarioPage, found: ScenarioPosterior) -> None:
    """The form, as long as the question takes forecasts."""
    if page.summary.status not in ("open", "upcoming"):
        st.caption("It takes no forecasts any more.")
        return
    sheet = _sheet(visit, page, found)
    left, right = st.columns(2, gap="medium")
    with left:
        after, problem = _edited(sheet, found)
    with right:
        _preview(sheet, after)
    _save(visit, page, sheet, (after, problem))


def _sheet(visit: Visit, page: ScenarioPage, found: ScenarioPosterior) -> Sheet:
    """The shares to begin with: mine, else those by the table; and what was edited of them so
    far.
    """
    form = st.session_state.setdefault(f"own-{page.scenario_set.question_id}", uuid4().hex)
    offered = page.summary.question.offered(visit.now)
    mine = page.held.get(visit.me)
    held = None if mine is None else as_read(page.summary.question, mine, visit.now)
    begun = found.distribution
    if isinstance(held, Categorical):
        start = st.segmented_control(
            "Begin with", STARTS, default=STARTS[0], required=True, key=f"start-{form}",
            on_change=_forget, args=(form,),
        )  # fmt: skip
        begun = held if start == STARTS[0] else begun
    else:
        st.caption("You hold no forecast yet: this begins with the shares by the table.")
    begun = frames.offered_shares(begun, offered)
    return Sheet(form, begun, st.session_state.get(f"shares-{form}", begun))


def _remember(form: str, shares: Categorical) -> None:
    """Keep an edit, so that the next one goes on from it."""
    st.session_state[f"shares-{form}"] = shares


def _forget(form: str) -> None:
    """Leave what was edited so far."""
    st.session_state.pop(f"shares-{form}", None)


def _edited(sheet: Sheet, found: ScenarioPosterior) -> tuple[Categorical, str]:
    """The shares with the edit that stands in the inputs, and why it cannot be made, empty when it
    can.
    """
    names = sheet.shares.options
    first = names.index(frames.moved_most(found)) if frames.moved_most(found) in names else 0
    option = st.selectbox("Scenario", names, index=first, key=f"option-{sheet.form}")
    now = 100.0 * sheet.shares.of(option)
    share = st.number_input(
        "Its share, in percent", 0.0, 100.0, round(now, 2), step=1.0, format="%.4g",
        key=f"share-{sheet.form}-{option}-{now:.6f}",
    )  # fmt: skip
    ways: tuple[GiveWay, ...] = tuple(GIVES_WAY)
    how = st.segmented_control(
        "The others give way", ways, default=ways[0], required=True, key=f"way-{sheet.form}",
        format_func=lambda way: GIVES_WAY[way][0],
    )  # fmt: skip
    st.caption(GIVES_WAY[how][1])
    one = None
    if how == "from one":
        one = st.selectbox(
            "Which one",
            [name for name in names if name != option],
            key=f"one-{sheet.form}-{option}",
        )
    if abs(share - now) < 0.005:  # the input shows two decimals: its own rounding is no edit
        return sheet.shares, ""
    try:
        return gives_way(sheet.shares, option, share / 100.0, how=how, one=one), ""
    except ForecastsError as refusal:
        st.caption(f":material/error: {inert(str(refusal))}")
        return sheet.shares, str(refusal)


def _preview(sheet: Sheet, after: Categorical) -> None:
    columns = {
        "option": _C.TextColumn("Scenario", width=190),
        "before": _C.NumberColumn("Before", format="%g %%"),
        "after": _C.NumberColumn("After", format="%g %%"),
        "change": _C.NumberColumn("Change", format="%+.1f", help="In points."),
    }
    table(frames.edited_frame(sheet.begun, after), columns, "The shares before and after the edit")
    st.markdown(f"Together **{inert(percent_exact(round(fsum(after.p), 12)))}**, before and after.")
    with st.container(horizontal=True):
        if after != sheet.shares:
            st.button(
                "Keep this, edit another",
                key="keep-edit",
                on_click=_remember,
                args=(sheet.form, after),
            )
        if sheet.edited:
            st.button(
                "Begin again",
                key="begin-again",
                type="tertiary",
                on_click=_forget,
                args=(sheet.form,),
            )


def _save(visit: Visit, page: ScenarioPage, sheet: Sheet, edited: tuple[Categorical, str]) -> None:
    after, problem = edited
    with st.form(f"own-why-{sheet.form}", border=False):
        why = st.text_area(
            "Why", key=f"own-why-text-{sheet.form}", height=90, max_chars=4_000,
            placeholder="What do you know that moves you?",
        )  # fmt: skip
        if not st.form_submit_button("Save as my forecast", type="primary"):
            return
    with calm():
        if problem:
            raise InvalidForecast(problem)
        if not (why or "").strip():
            raise InvalidForecast("a forecast needs its reason: write a sentence under Why")
        question = page.summary.question
        visit.tracker.forecast(question.id, after, rationale=why.strip(), key=sheet.form)
        _forget(sheet.form)
        st.session_state.pop(f"own-{question.id}", None)
        say(f"Saved: {in_short(question, after)}")
        st.rerun()
