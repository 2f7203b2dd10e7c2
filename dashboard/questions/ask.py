"""Page of a new question: four fields for one of yes or no, the rest behind More."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import uuid4

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.sharing import choose_members
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals
from dashboard.questions.question_form import (
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
    read_stated_prior,
    show_finding,
)
from dashboard.wording.numbers import plural
from forecasts.distributions.cdf import Scale
from forecasts.errors import ForecastsError, InvalidQuestion
from forecasts.essays.dates import find_dates
from forecasts.essays.question_names import name_question
from forecasts.linting.lint import Flaw
from forecasts.questions.horizon import infer_horizon_shape
from forecasts.questions.new_question import NewQuestion, date_scale
from forecasts.questions.question import ForecasterId, HorizonShape, Kind
from tracker.errors import Refused, Unresolvable

_CLOSE_FINDINGS: Final = frozenset({"other-deadline", "no-start"})
"""Findings that compare words with the close, which make no sense before there is one."""


def render(visit: Visit) -> None:
    """Show the form with the linter's result; on success open the question's page."""
    st.subheader("Ask a question", anchor=False)
    form = QuestionForm(st.session_state.setdefault("asking", uuid4().hex))
    with st.container(width=760):
        draft = _show_fields(visit, form)
        flaws = _lint_draft(visit, draft)
        if draft.new_question.text:
            _show_findings(flaws)
        is_blocked = any(flaw.severity == "blocking" for flaw in flaws)
        override = input_override(form) if is_blocked else ""
        if st.button("Ask this question", type="primary", key="ask"):
            with show_refusals():
                _ask_question(visit, draft, override)


@dataclass(frozen=True, slots=True)
class NewQuestionInputs:
    """Content of the form; `refusal` is why some of it could not be read."""

    new_question: NewQuestion
    closes: datetime | None
    refusal: ForecastsError | None
    private_to: tuple[ForecasterId, ...] | None = None


@dataclass(frozen=True, slots=True)
class KindInputs:
    """Parts that only some kinds have, and the close; `refusal` says why one could not be read."""

    closes: datetime | None = None
    options: tuple[str, ...] = ()
    scale: Scale | None = None
    refusal: ForecastsError | None = None


def _show_fields(visit: Visit, form: QuestionForm) -> NewQuestionInputs:
    kind = choose_kind(form, label_visibility="collapsed")
    text = form.text("Question", "text", placeholder=EXAMPLES[kind], max_chars=300)
    parts = _read_kind_inputs(visit, form, kind)
    criteria = "\n".join(
        form.lines(
            "How it is resolved", "criteria", height=90,
            placeholder="What counts as YES, from when to when, and who will report it."
            if kind == "binary"
            else "What exactly counts, and who will report it.",
        )
    )  # fmt: skip
    closes = _input_close(visit, form, text)
    new_question = NewQuestion(
        id="", text=text, criteria=criteria, sources=(), opens_at=visit.now,
        closes_at=closes or visit.now + timedelta(days=1),
        resolves_at=closes or visit.now + timedelta(days=1),
        kind=kind, horizon_shape=infer_horizon_shape(text, kind).shape,
        options=parts.options, scale=parts.scale,
    )  # fmt: skip
    if kind == "binary":
        reason = input_reason(form, kind, "Base rate (optional): how often did this happen before?")
        prior = read_stated_prior(kind, reason)
    else:
        reason, prior = "", input_prior(form, new_question, parts.refusal, "")
    new_question = replace(new_question, prior=prior, prior_reason=reason)
    with st.expander("More", key=f"more-{form.id}"):
        return _show_more(visit, form, new_question, replace(parts, closes=closes))


def _show_more(
    visit: Visit, form: QuestionForm, new: NewQuestion, parts: KindInputs
) -> NewQuestionInputs:
    """Show the fields that can stay as they are."""
    sources = form.lines(
        "Sources, one per line", "sources", height=80,
        placeholder="https://… or the name of who will report it",
    )  # fmt: skip
    shape: HorizonShape | None = new.horizon_shape
    if new.kind == "binary":
        shape = choose_shape(form, infer_horizon_shape(new.text, new.kind))
    left, right = st.columns(2)
    with left:
        opens = _input_time(visit, form, "opens", "Defaults to now.")
    with right:
        resolves = _input_time(visit, form, "resolves", "Defaults to the closing date.")
    reason = new.prior_reason if new.kind == "binary" else input_reason(form, new.kind)
    tags = form.text("Tags, separated by commas", "tags")
    private_to = choose_members(visit, form.id)
    complete = replace(
        new,
        id=_input_id(form, new.text),
        sources=sources,
        horizon_shape=shape,
        opens_at=opens or visit.now,
        resolves_at=resolves or new.closes_at,
        prior_reason=reason,
        tags=tuple(tag.strip() for tag in tags.split(",") if tag.strip()),
    )
    refusal = parts.refusal
    try:
        complete = replace(complete, statements=input_statements(visit, form, new))
    except ForecastsError as error:
        refusal = refusal or error
    return NewQuestionInputs(complete, parts.closes, refusal, private_to)


def _read_kind_inputs(visit: Visit, form: QuestionForm, kind: Kind) -> KindInputs:
    try:
        match kind:
            case "binary":
                return KindInputs()
            case "categorical" | "ordered":
                return KindInputs(options=input_options(form, kind))
            case "numeric":
                return KindInputs(scale=input_range(form))
            case "date":
                return KindInputs(scale=_show_date_range(visit, form))
    except ForecastsError as refusal:
        return KindInputs(refusal=refusal)


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
        "Dates in UTC. Forecasts also say how likely it is not to happen by the latest date."
    )
    if not isinstance(latest, date):
        raise InvalidQuestion(
            "a date question needs a window: fill in the earliest and latest date"
        )
    return date_scale(earliest.isoformat(), latest.isoformat())


def _input_close(visit: Visit, form: QuestionForm, text: str) -> datetime | None:
    """Show the input of the close, which follows the last day that the text names."""
    form.register_field("closes")
    named = find_close(text, visit.now)
    form.follow("closes", named and named.astimezone(visit.zone).replace(tzinfo=None))
    help_text = "Last moment to forecast; filled in from the date in the question."
    return _input_time(visit, form, "closes", help_text)


def find_close(text: str, now: datetime) -> datetime | None:
    """Return the end of the last day to come that a text names, in UTC; None without one.

    >>> find_close("Will it rain by 30 June 2027?", datetime(2026, 1, 1, tzinfo=UTC))
    datetime.datetime(2027, 7, 1, 0, 0, tzinfo=datetime.timezone.utc)
    """
    days = [mention.last_days[0] for mention in find_dates(text)]
    coming = [day for day in days if day >= now.date() and day < date.max]
    if not coming:
        return None
    return datetime.combine(max(coming) + timedelta(days=1), datetime.min.time(), UTC)


_TIMES: Final = {"opens": "Opens", "closes": "Closes", "resolves": "Resolution due"}


def _input_time(visit: Visit, form: QuestionForm, name: str, help_text: str) -> datetime | None:
    local = st.datetime_input(
        f"{_TIMES[name]} ({visit.zone.key})", None, help=help_text, format="YYYY-MM-DD",
        **form.register_field(name),
    )  # fmt: skip
    return None if local is None else local.replace(tzinfo=visit.zone)


def _input_id(form: QuestionForm, text: str) -> str:
    proposed = name_question(text)
    entered = form.text(
        "ID",
        "name",
        placeholder=proposed or "grain-exports",
        help="Used in its address and in commands; can’t be changed later.",
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


def _show_findings(flaws: Sequence[Flaw]) -> None:
    """Show the linter's result in one line: what to fix first, and the rest on demand."""
    ranked = sorted(flaws, key=lambda flaw: flaw.severity != "blocking")
    if ranked and ranked[0].severity == "blocking":
        show_finding(ranked.pop(0))
    else:
        st.caption(":material/check: Ready to ask.")
    if ranked:
        with st.popover(plural(len(ranked), "more finding"), type="tertiary", key="findings"):
            for flaw in ranked:
                show_finding(flaw)


def _ask_question(visit: Visit, draft: NewQuestionInputs, override: str) -> None:
    if not draft.new_question.text:
        raise InvalidQuestion("write the question in one sentence")
    if draft.refusal is not None:
        raise draft.refusal
    if draft.closes is None:
        raise InvalidQuestion("add a closing date and time")
    try:
        question = visit.tracker.questions.ask(
            draft.new_question, override=override, private_to=draft.private_to
        )
    except Unresolvable as refusal:
        blocking = plural(len(refusal.flaws), "thing needs", "things need")
        raise Refused(f"{blocking} fixing first, or say why it should open anyway") from None
    st.session_state.pop("asking", None)
    notify("Question opened" if draft.new_question.opens_at <= visit.now else "Question scheduled")
    st.switch_page(visit.pages["question"], query_params={"q": question.id})
