"""Parts of a question's page that a scenario set adds: its scenarios, and their table."""

from collections.abc import Sequence
from math import isclose
from typing import Final

import streamlit as st

from dashboard import charts
from dashboard.components.acting import notify
from dashboard.components.markup import make_tag, show_markup
from dashboard.components.rows import (
    TITLE,
    Cell,
    LinkCell,
    Row,
    RowColumn,
    TextCell,
    page_address,
    show_rows,
)
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_empty, show_refusals, unwrap_prose
from dashboard.scenarios import data
from dashboard.wording.numbers import (
    clip,
    escape_markdown,
    format_signed_points,
    percent_exact,
    plural,
)
from forecasts.distributions.distribution import Categorical
from forecasts.errors import InvalidQuestion
from forecasts.questions.question import Question, QuestionId
from forecasts.scenarios.scenario_set import (
    FIVE_WORDS,
    ScenarioLikelihoods,
    ScenarioSet,
    nearest_word,
    parse_likelihood,
)
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import BoardEntry, ScenarioPage

NEUTRAL_LIKELIHOOD: Final = FIVE_WORDS["roughly even chance"]
"""Initial value of a new row: the same for every scenario, so it has no effect."""


def show_scenarios(visit: Visit, summary: QuestionSummary) -> None:
    """Show each scenario in its colour, with what it means and what everyone gives it."""
    page = visit.tracker.scenarios.get(summary.question.id)
    shares = data.list_shares(summary, visit.me, visit.now)
    names = data.list_scenarios(page)
    styles = charts.option_lines(names, ordered=summary.question.kind == "ordered")
    colours = {style.name: style.colour for style in styles}
    meanings = dict(zip(names, page.scenario_set.descriptions, strict=False))
    show_markup(make_tag("h2", "Scenarios"))
    columns = [
        RowColumn(TITLE, page.scenario_set.title),
        *(RowColumn(name, name, "end") for name in shares),
    ]
    rows = []
    for name in summary.question.offered_options(visit.now):
        note = unwrap_prose(meanings.get(name, ""))
        title = TextCell(name, note.removeprefix(f"{name}: "), swatch=colours.get(name, ""))
        cells: dict[str, Cell] = {TITLE: title}
        for label, parts in shares.items():
            if name in parts:
                cells[label] = TextCell(
                    percent_exact(parts[name]), tone="strong" if label == "Now" else ""
                )
        rows.append(Row(name, cells))
    show_rows("scenarios", "Scenarios", columns, rows)


def show_tests(visit: Visit, summary: QuestionSummary) -> None:
    """Show what each open question's answer would change most, the most telling one first."""
    page = visit.tracker.scenarios.get(summary.question.id)
    now = data.current_posterior(page, visit.now).distribution
    values = data.answer_values(page, now)
    if not values:
        show_empty(
            "No indicator question is open.",
            "Add a row about an open question to the likelihood table.",
        )
        return
    columns = [
        RowColumn(TITLE, "Question"),
        RowColumn("now", "Now", "end"),
        RowColumn("yes", "If YES"),
        RowColumn("no", "If NO"),
        RowColumn("shift", "Expected shift", "end", help="Of all shares together, once answered"),
    ]
    rows = [
        Row(
            value.question_id,
            {
                **_build_question_cells(page.board[value.question_id]),
                "yes": TextCell(describe_largest_change(now, value.if_yes)),
                "no": TextCell(describe_largest_change(now, value.if_no)),
                "shift": TextCell(plural(round(100.0 * value.expected_shift), "point")),
            },
        )
        for value in values
    ]
    show_rows("tests", "What would change it", columns, rows)
    st.caption("The questions that tell most come first: forecast these with care.")


def describe_largest_change(before: Categorical, after: Categorical) -> str:
    """Describe the scenario that changes most: `friends +42 points`.

    >>> before, after = (Categorical(("friends", "Other"), (p, 1.0 - p)) for p in (0.3, 0.72))
    >>> describe_largest_change(before, after).replace("\\u00a0", " ")
    'friends +42 points'
    """
    name = max(after.options, key=lambda option: abs(after.of(option) - before.of(option)))
    return f"{name} {format_signed_points(after.of(name) - before.of(name))}"


def _build_question_cells(seat: BoardEntry) -> dict[str, Cell]:
    question = seat.question.question
    return {
        TITLE: LinkCell(question.text, page_address("question", q=question.id)),
        "now": TextCell(describe_board_state(seat), tone="quiet", help=seat.by),
    }


def describe_board_state(seat: BoardEntry) -> str:
    """Describe an indicator question's state: `41%`, `resolved YES`, `no number`."""
    if seat.question.resolution is not None:
        outcome = seat.question.resolution.outcome
        return f"resolved {outcome.upper()}" if outcome in ("yes", "no") else outcome
    return "no number" if seat.p is None else percent_exact(seat.p)


def show_table(visit: Visit, summary: QuestionSummary) -> None:
    """Show how likely YES is in each scenario, and the form that adds or changes a row."""
    page = visit.tracker.scenarios.get(summary.question.id)
    if page.scenario_set.note:
        st.caption(escape_markdown(unwrap_prose(page.scenario_set.note)))
    names = data.list_scenarios(page)
    columns = [
        RowColumn(TITLE, "How likely is YES in each scenario?"),
        RowColumn("now", "Now", "end"),
        *(RowColumn(name, clip(name, 24), "end") for name in names),
    ]
    rows = []
    for row in data.rank_rows(page):
        cells = _build_question_cells(page.board[row.question_id])
        for name, p in zip(names, row.p, strict=False):
            cells[name] = TextCell(percent_exact(p), help=nearest_word(p))
        rows.append(Row(row.question_id, cells))
    numbers = min((len(row.p) for row in page.scenario_set.rows), default=len(names))
    if rows:
        show_rows("likelihoods", "The likelihood table", columns, rows)
        st.caption(
            escape_markdown(f"Some rows have no number for “{names[numbers]}” yet: add it below.")
            if numbers < len(names)
            else "The rows that tell the scenarios apart best come first."
        )
    else:
        show_empty(
            "The table has no rows yet.",
            "Add a yes/no question below that is more likely in one scenario than in another.",
        )
    if summary.status in ("open", "upcoming"):
        _show_row_form(visit, page)


@st.fragment
def _show_row_form(visit: Visit, page: ScenarioPage) -> None:
    """Show the form that changes a row, or adds one about another yes/no question."""
    rows = {row.question_id: row for row in page.scenario_set.rows}
    texts = {name: page.board[name].question.question.text for name in rows} | {
        s.question.id: s.question.text
        for s in visit.tracker.questions.list()
        if s.question.kind == "binary" and s.status in ("open", "upcoming")
    }
    picked = st.selectbox(
        "Change a row, or add one", list(texts), index=None, key="table-row",
        format_func=lambda name: clip(texts[name], 120), placeholder="Type to search",
    )  # fmt: skip
    if picked is None:
        return
    row = rows.get(picked, ScenarioLikelihoods(picked, ()))
    names = data.list_scenarios(page)
    with st.form(f"row-{picked}", border=False):
        st.caption(
            "How likely is YES in each scenario? Choose a word, or type a number such as 30%."
        )
        with st.container(horizontal=True):
            entered = _show_likelihoods(names, row)
        reason = st.text_area(
            "Why these numbers", unwrap_prose(row.why), key=f"row-why-{picked}", height=80,
            max_chars=2_000,
        )  # fmt: skip
        with st.container(horizontal=True):
            is_saving = st.form_submit_button(
                "Save row" if picked in rows else "Add row", type="primary"
            )
            is_removing = picked in rows and st.form_submit_button("Remove row")
    if is_saving or is_removing:
        with show_refusals():
            changed = ScenarioLikelihoods(picked, ())
            if is_saving:
                changed = read_row(picked, entered, reason or "")
            visit.tracker.scenarios.set_likelihoods(page.scenario_set.question_id, changed)
            notify("Row saved" if is_saving else "Row removed; the record keeps it")
            st.rerun()


def _show_likelihoods(names: Sequence[str], row: ScenarioLikelihoods) -> list[str]:
    """Show the inputs and return their raw content: one of the five words, or a typed number."""
    start = (*row.p, *[NEUTRAL_LIKELIHOOD] * (len(names) - len(row.p)))
    entered = []
    for name, p in zip(names, start, strict=True):
        current = format_likelihood(p)
        choices = list(dict.fromkeys([*FIVE_WORDS, current]))
        picked = st.selectbox(
            escape_markdown(name), choices, index=choices.index(current), accept_new_options=True,
            key=f"likelihood-{row.question_id}-{name}",
        )  # fmt: skip
        entered.append(picked or "")
    return entered


def format_likelihood(p: float) -> str:
    """Format a likelihood as it may be typed: one of the five words if exact, else `60%`."""
    word = nearest_word(p)
    return word if isclose(FIVE_WORDS[word], p, abs_tol=1e-9) else f"{100.0 * p:.6g}%"


def read_row(question_id: QuestionId, entered: Sequence[str], reason: str) -> ScenarioLikelihoods:
    """Read a row; raises `ForecastsError` for what is no likelihood, or without a reason."""
    if not reason.strip():
        raise InvalidQuestion("a row needs its reason: write a sentence under Why these numbers")
    return ScenarioLikelihoods(question_id, tuple(map(parse_likelihood, entered)), reason.strip())


@st.fragment
def show_new_set(visit: Visit, question: Question) -> None:
    """Show the form that turns a question with options into a scenario set."""
    st.caption("Its options become scenarios: exclusive, and together all that can come.")
    title = st.text_input("Title", key="set-title", max_chars=120, autocomplete="off")
    meanings = [
        st.text_area(
            escape_markdown(f"What “{option.name}” means"), key=f"set-{question.id}-{option.name}",
            height=70, max_chars=1_000,
        )
        for option in question.options
    ]  # fmt: skip
    if st.button("Turn into scenarios", type="primary", key="make-set"):
        with show_refusals():
            texts = tuple((meaning or "").strip() for meaning in meanings)
            if not (title or "").strip():
                raise InvalidQuestion("a scenario set needs a title")
            if not all(texts):
                raise InvalidQuestion("say what every scenario means, so that two people agree")
            visit.tracker.scenarios.add(ScenarioSet(question.id, (title or "").strip(), texts))
            notify("It is a scenario set now; add rows to its likelihood table")
            st.rerun()
