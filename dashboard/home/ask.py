"""Page of a new question: its fields depend on the kind of question."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import uuid4

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals
from dashboard.home.question_form import (
    EXAMPLES,
    QuestionForm,
    choose_kind,
    choose_shape,
    input_options,
    input_override,
    input_prior,
    input_range,
    input_reason,
    input_statements,
    show_findings,
)
from dashboard.wording import plural
from forecasts.distributions.cdf import Scale
from forecasts.errors import ForecastsError, InvalidQuestion
from forecasts.essays.question_names import name_question
from forecasts.linting.lint import Flaw
from forecasts.questions.horizon import infer_horizon_shape
from forecasts.questions.new_question import NewQuestion, date_scale
from forecasts.questions.question import HorizonShape, Kind
from tracker.errors import Refused, Unresolvable

_CLOSE_FINDINGS: Final = frozenset({"other-deadline", "no-start"})
"""Findings that compare words with the close, which make no sense before there is one."""


def render(visit: Visit) -> None:
    """Show the form with the linter's findings; on success open the question's page."""
    st.subheader("Ask a question", anchor=False)
    form = QuestionForm(st.session_state.setdefault("asking", uuid4().hex))
    with st.container(width=760):
        draft = _show_fields(visit, form)
        flaws = _lint_draft(visit, draft)
        show_findings(form, flaws)
        override = input_override(form, flaws) if draft.new_question.text else ""
        if st.button("Ask this question", type="primary", key="ask"):
            with show_refusals():
                _ask_question(visit, draft, override)


@dataclass(frozen=True, slots=True)
class NewQuestionInputs:
    """Content of the form; `refusal` is why some of it could not be read."""

    new_question: NewQuestion
    closes: datetime | None
    refusal: ForecastsError | None


def _show_fields(visit: Visit, form: QuestionForm) -> NewQuestionInputs:
    kind = choose_kind(form)
    text = form.text("Question", "text", placeholder=EXAMPLES[kind], max_chars=300)
    form.place("text")
    options, scale, shape, refusal = _read_kind_inputs(visit, form, kind, text)
    form.place("options", "scale")
    criteria = "\n".join(
        form.lines(
            "How it is resolved", "criteria", placeholder="What exactly counts, and what does not."
        )
    )
    form.place("criteria")
    sources = form.lines(
        "Sources, one a line", "sources", placeholder="https://… or the name of who will report it"
    )
    form.place("sources")
    opens, closes, resolves = _show_times(visit, form)
    form.place("times")
    new_question = NewQuestion(
        id="",
        text=text,
        criteria=criteria,
        sources=sources,
        opens_at=opens,
        closes_at=closes or opens + timedelta(days=1),
        resolves_at=resolves or closes or opens + timedelta(days=1),
        kind=kind,
        horizon_shape=shape,
        options=options,
        scale=scale,
    )
    reason = input_reason(form, kind)
    prior = input_prior(form, new_question, refusal, reason)
    form.place("prior")
    tags = tuple(
        tag.strip()
        for tag in form.text("Tags, separated by commas", "tags").split(",")
        if tag.strip()
    )
    complete = replace(
        new_question, id=_show_name(form, text), prior=prior, prior_reason=reason, tags=tags
    )
    try:
        complete = replace(complete, statements=input_statements(visit, form, new_question))
    except ForecastsError as error:
        refusal = refusal or error
    return NewQuestionInputs(complete, closes, refusal)


KindInputs = tuple[tuple[str, ...], Scale | None, HorizonShape, ForecastsError | None]
"""Options, range and horizon shape of a question, and why they could not be read."""


def _read_kind_inputs(visit: Visit, form: QuestionForm, kind: Kind, text: str) -> KindInputs:
    inferred = infer_horizon_shape(text, kind)
    shape = inferred.shape
    try:
        match kind:
            case "binary":
                return (), None, choose_shape(form, inferred), None
            case "categorical" | "ordered":
                return input_options(form, kind), None, shape, None
            case "numeric":
                return (), input_range(form), shape, None
            case "date":
                return (), _show_date_range(visit, form), shape, None
    except ForecastsError as refusal:
        return (), None, shape, refusal


def _show_date_range(visit: Visit, form: QuestionForm) -> Scale:
    left, right = st.columns(2)
    today = visit.now.date()
    earliest = left.date_input(
        "Earliest date", today, format="YYYY-MM-DD", **form.register_field("earliest")
    )
    latest = right.date_input(
        "Latest date", None, format="YYYY-MM-DD", **form.register_field("latest")
    )
    st.caption(
        "Dates in UTC. It may also never come by the latest date: everyone forecasts how likely "
        "that is."
    )
    if not isinstance(latest, date):
        raise InvalidQuestion(
            "a question about a date needs its window: fill in the earliest and the latest date"
        )
    return date_scale(earliest.isoformat(), latest.isoformat())


def _show_times(
    visit: Visit, form: QuestionForm
) -> tuple[datetime, datetime | None, datetime | None]:
    labels = {"opens": "Opens", "closes": "Closes", "resolves": "Answer due"}
    helps = {
        "opens": "Empty: now.",
        "closes": "Forecasts are taken until then.",
        "resolves": "Empty: at the close.",
    }
    times: dict[str, datetime | None] = {}
    for column, (name, label) in zip(st.columns(3), labels.items(), strict=True):
        local = column.datetime_input(
            label, None, help=helps[name], format="YYYY-MM-DD", **form.register_field(name)
        )
        times[name] = None if local is None else local.replace(tzinfo=visit.zone)
    st.caption(
        f"Times in {visit.zone.key}. Left empty, it opens now, and the answer is due at the close."
    )
    return times["opens"] or visit.now, times["closes"], times["resolves"]


def _show_name(form: QuestionForm, text: str) -> str:
    proposed = name_question(text)
    entered = form.text(
        "Short name",
        "name",
        placeholder=proposed or "grain-exports",
        help="For its address and for commands; kept for good.",
    )
    return entered or proposed


def _lint_draft(visit: Visit, draft: NewQuestionInputs) -> tuple[Flaw, ...]:
    """Lint the question; skip an empty one, and findings about times that are not given yet."""
    if not draft.new_question.text:
        return ()
    flaws = visit.tracker.questions.lint(draft.new_question)
    if draft.closes is not None:
        return flaws
    return tuple(
        flaw for flaw in flaws if flaw.where != "times" and flaw.code not in _CLOSE_FINDINGS
    )


def _ask_question(visit: Visit, draft: NewQuestionInputs, override: str) -> None:
    if not draft.new_question.text:
        raise InvalidQuestion("the question itself is empty: say it in one sentence")
    if draft.refusal is not None:
        raise draft.refusal
    if draft.closes is None:
        raise InvalidQuestion("when does it close? give a date and time")
    try:
        question = visit.tracker.questions.ask(draft.new_question, override=override)
    except Unresolvable as refusal:
        summary = plural(len(refusal.flaws), "finding blocks", "findings block")
        raise Refused(
            f"{summary} it: mend what stands beside the fields, or say why it opens all the same"
        ) from None
    st.session_state.pop("asking", None)
    notify("The question is open" if question.opens_at <= visit.now else "The question is asked")
    st.switch_page(visit.pages["question"], query_params={"q": question.id})
