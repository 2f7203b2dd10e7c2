"""Forms of a scenario set: make one of a question, and edit my own shares of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from uuid import uuid4

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals, show_table
from dashboard.scenarios import data
from dashboard.scenarios.table import NEUTRAL_LIKELIHOOD, parse_likelihoods, show_row_inputs
from dashboard.scenarios.text import GIVE_WAY_LABELS
from dashboard.wording import clip, escape_markdown, format_forecast, percent_exact
from forecasts.distributions.distribution import Categorical
from forecasts.errors import ForecastsError, InvalidForecast, InvalidQuestion
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.question import Question, QuestionId
from forecasts.scenarios.diagnosticity import ShareEditMethod, edit_share
from forecasts.scenarios.scenario_set import ScenarioLikelihoods, ScenarioPosterior, ScenarioSet
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import ScenarioPage, ScenarioSummary

_C = st.column_config
START_CHOICES = ("What you hold", "By the table")


@dataclass(frozen=True, slots=True)
class ShareForm:
    """Edit form: its name, its initial shares, and the shares edited so far."""

    form: str
    initial: Categorical
    shares: Categorical

    @property
    def edited(self) -> bool:
        """True if an edit was kept."""
        return self.initial != self.shares


@st.fragment
def render(visit: Visit, page: ScenarioPage, posterior: ScenarioPosterior) -> None:
    """Show the form while the question takes forecasts."""
    if page.summary.status not in ("open", "upcoming"):
        st.caption("It takes no forecasts any more.")
        return
    form = _build_form(visit, page, posterior)
    left, right = st.columns(2, gap="medium")
    with left:
        shares, problem = _show_edit(form, posterior)
    with right:
        _show_preview(form, shares)
    _show_save_form(visit, page, form, shares=shares, problem=problem)


def _build_form(visit: Visit, page: ScenarioPage, posterior: ScenarioPosterior) -> ShareForm:
    """Build the edit form: from my forecast, else the table's shares, with the edits so far."""
    form = st.session_state.setdefault(f"own-{page.scenario_set.question_id}", uuid4().hex)
    offered = page.summary.question.offered_options(visit.now)
    own_forecast = page.held.get(visit.me)
    current = (
        None
        if own_forecast is None
        else fold_removed_options(page.summary.question, visit.now, own_forecast)
    )
    initial = posterior.distribution
    if isinstance(current, Categorical):
        start = st.segmented_control(
            "Begin with", START_CHOICES, default=START_CHOICES[0], required=True,
            key=f"start-{form}", on_change=_discard_edits, args=(form,),
        )  # fmt: skip
        initial = current if start == START_CHOICES[0] else initial
    else:
        st.caption("You hold no forecast yet: this begins with the shares by the table.")
    initial = data.fill_option_shares(initial, offered)
    return ShareForm(form, initial, st.session_state.get(f"shares-{form}", initial))


def _keep_edit(form: str, shares: Categorical) -> None:
    """Keep an edit as the start of the next one."""
    st.session_state[f"shares-{form}"] = shares


def _discard_edits(form: str) -> None:
    """Discard the edits so far."""
    st.session_state.pop(f"shares-{form}", None)


def _show_edit(form: ShareForm, posterior: ScenarioPosterior) -> tuple[Categorical, str]:
    """Show the inputs of an edit; return the shares and the reason why they are invalid, "" if
    none.
    """
    names = form.shares.options
    first = (
        names.index(data.most_changed_scenario(posterior))
        if data.most_changed_scenario(posterior) in names
        else 0
    )
    option = st.selectbox("Scenario", names, index=first, key=f"option-{form.form}")
    current_percent = 100.0 * form.shares.of(option)
    share = st.number_input(
        "Its share, in percent", 0.0, 100.0, round(current_percent, 2), step=1.0, format="%.4g",
        key=f"share-{form.form}-{option}-{current_percent:.6f}",
    )  # fmt: skip
    give_ways: tuple[ShareEditMethod, ...] = tuple(GIVE_WAY_LABELS)
    give_way = st.segmented_control(
        "The others give way", give_ways, default=give_ways[0], required=True,
        key=f"way-{form.form}", format_func=lambda rule: GIVE_WAY_LABELS[rule][0],
    )  # fmt: skip
    st.caption(GIVE_WAY_LABELS[give_way][1])
    donor = None
    if give_way == "from one":
        donor = st.selectbox(
            "Which one",
            [name for name in names if name != option],
            key=f"one-{form.form}-{option}",
        )
    if abs(share - current_percent) < 0.005:  # rounding by the input to two decimals is no edit
        return form.shares, ""
    try:
        return edit_share(form.shares, option, share / 100.0, method=give_way, donor=donor), ""
    except ForecastsError as refusal:
        st.caption(f":material/error: {escape_markdown(str(refusal))}")
        return form.shares, str(refusal)


def _show_preview(form: ShareForm, shares: Categorical) -> None:
    columns = {
        "option": _C.TextColumn("Scenario", width=190),
        "before": _C.NumberColumn("Before", format="%g%%"),
        "after": _C.NumberColumn("After", format="%g%%"),
        "change": _C.NumberColumn("Change", format="%+.1f", help="In points."),
    }
    show_table(
        data.edit_preview_frame(form.initial, shares),
        columns,
        "The shares before and after the edit",
    )
    st.markdown(
        f"Together **{escape_markdown(percent_exact(round(fsum(shares.p), 12)))}**, before and "
        "after."
    )
    with st.container(horizontal=True):
        if shares != form.shares:
            st.button(
                "Keep this, edit another",
                key="keep-edit",
                on_click=_keep_edit,
                args=(form.form, shares),
            )
        if form.edited:
            st.button(
                "Begin again",
                key="begin-again",
                type="tertiary",
                on_click=_discard_edits,
                args=(form.form,),
            )


def _show_save_form(
    visit: Visit, page: ScenarioPage, form: ShareForm, *, shares: Categorical, problem: str
) -> None:
    with st.form(f"own-why-{form.form}", border=False):
        reason = st.text_area(
            "Why? (optional)", key=f"own-why-text-{form.form}", height=90, max_chars=4_000,
        )  # fmt: skip
        if not st.form_submit_button("Save as your forecast", type="primary"):
            return
    with show_refusals():
        if problem:
            raise InvalidForecast(problem)
        question = page.summary.question
        rationale = (reason or "").strip()
        visit.tracker.forecasts.submit(question.id, shares, rationale=rationale, key=form.form)
        _discard_edits(form.form)
        st.session_state.pop(f"own-{question.id}", None)
        notify(f"Saved: {format_forecast(question, shares)}")
        st.rerun()


MAX_QUESTION_CHARACTERS = 110


def show_set_form(visit: Visit, sets: Sequence[ScenarioSummary]) -> None:
    """Show the form, collapsed."""
    with st.expander("Make a question a scenario set", key="add-set", on_change="rerun") as drawer:
        if drawer.open:
            _show_form(visit, {summary.scenario_set.question_id for summary in sets})


@st.fragment
def _show_form(visit: Visit, used_ids: set[QuestionId]) -> None:
    rows = visit.tracker.questions.list()
    available = {
        row.question.id: row.question
        for row in rows
        if row.question.kind == "categorical"
        and row.status in ("open", "upcoming")
        and row.question.id not in used_ids
    }
    if not available:
        st.caption(
            "It needs a question with options that is open and no scenario set yet: ask one first."
        )
        st.page_link(visit.pages["ask"], label="Ask a question", icon=":material/add:")
        return
    st.caption("Its options are the scenarios: exclusive, and together all that can come.")
    picked = st.selectbox(
        "Question", list(available), index=None, placeholder="Type to search",
        format_func=lambda question_id: available[question_id].text, key="set-question",
    )  # fmt: skip
    if picked is not None:
        _show_set_inputs(visit, available[picked], rows)


def _show_set_inputs(visit: Visit, question: Question, rows: Sequence[QuestionSummary]) -> None:
    names = [option.name for option in question.options]
    title = st.text_input(
        "Title", key=f"set-title-{question.id}", max_chars=120, autocomplete="off"
    )
    descriptions = [
        st.text_area(
            escape_markdown(f"What “{name}” means"),
            key=f"set-{question.id}-{n}",
            height=70,
            max_chars=1_000,
        )
        for n, name in enumerate(names)
    ]
    table = _show_row_inputs(question, names, rows)
    if st.button("Make it a scenario set", type="primary", key="make-set"):
        with show_refusals():
            _add_set(
                visit,
                ScenarioSet(question.id, (title or "").strip(), _strip_texts(descriptions)),
                table,
            )


RowInput = tuple[QuestionId, tuple[str, ...], str]


def _show_row_inputs(
    question: Question, names: Sequence[str], rows: Sequence[QuestionSummary]
) -> list[RowInput]:
    """Show the inputs of the first rows of the table; more can be added on its page."""
    binary = {
        row.question.id: clip(row.question.text, MAX_QUESTION_CHARACTERS)
        for row in rows
        if row.question.kind == "binary" and row.status in ("open", "upcoming")
    }
    chosen = st.multiselect(
        "Indicator questions", list(binary), format_func=binary.__getitem__,
        key=f"set-rows-{question.id}",
        placeholder="Yes/no questions that the scenarios see differently",
        help="More can be added later, and every row can be changed.",
    )  # fmt: skip
    inputs = []
    for question_id in chosen:
        with st.container(border=True):
            st.markdown(
                f"**{escape_markdown(binary[question_id])}** How likely is YES in each scenario?"
            )
            with st.container(horizontal=True, key=f"set-row-{question_id}"):
                likelihoods = show_row_inputs(
                    names, [NEUTRAL_LIKELIHOOD] * len(names), f"set-{question.id}-{question_id}"
                )
            why = st.text_input(
                "Why these numbers", key=f"set-why-{question.id}-{question_id}", autocomplete="off"
            )
            inputs.append((question_id, likelihoods, (why or "").strip()))
    return inputs


def _strip_texts(texts: Sequence[str | None]) -> tuple[str, ...]:
    return tuple((text or "").strip() for text in texts)


def _add_set(visit: Visit, new: ScenarioSet, table: Sequence[RowInput]) -> None:
    if not new.title:
        raise InvalidQuestion("a scenario set needs a title")
    if not all(new.descriptions):
        raise InvalidQuestion(
            "say of every scenario what it means, so that two people judge it alike"
        )
    rows = tuple(
        ScenarioLikelihoods(question_id, parse_likelihoods(likelihoods), why)
        for question_id, likelihoods, why in table
    )
    visit.tracker.scenarios.add(ScenarioSet(new.question_id, new.title, new.descriptions, rows))
    notify("It is a scenario set now")
    st.query_params["q"] = new.question_id
    st.rerun()
