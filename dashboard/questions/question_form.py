"""Parts of a form that asks a question, shared by the page Ask and the drafts of an essay."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.components.visit import Visit
from dashboard.wording.numbers import escape_markdown, percent_whole
from dashboard.wording.questions import (
    KIND_NAMES,
    describe_forecast,
    line_labels,
    option_line_label,
)
from forecasts.distributions.cdf import Scale
from forecasts.errors import ForecastsError, InvalidQuestion
from forecasts.linting.lint import Flaw
from forecasts.questions.compiled_question import (
    MAX_LINE_LENGTH,
    CompiledQuestion,
    build_own_lines,
    format_names,
    parse_names,
)
from forecasts.questions.horizon import HORIZON_MEANINGS, InferredShape
from forecasts.questions.new_question import NewQuestion, build_question
from forecasts.questions.question import FORECAST_FORMATS, HorizonShape, Kind
from forecasts.statistics.reference_class import read_base_rate

EXAMPLES: Mapping[Kind, str] = MappingProxyType(
    {
        "binary": "Will both governments announce a ceasefire by 30 June 2027?",
        "categorical": "Which capital will host the next round of talks?",
        "ordered": "In which band will the share lie at the end of 2027?",
        "numeric": "How many tonnes of grain will be exported in 2027?",
        "date": "When will the treaty be ratified?",
    }
)


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """One rendering of a form. Its inputs stay until the question is asked, across pages.

    `initial` has the initial values by field name; `places` are the containers for findings about a
    part.
    """

    id: str
    initial: Mapping[str, Any] = field(default_factory=dict)
    used: dict[str, None] = field(default_factory=dict)
    places: dict[str, DeltaGenerator] = field(default_factory=dict)

    def key(self, name: str) -> str:
        """Return the widget key of a field."""
        return f"ask-{name}-{self.id}"

    def register_field(self, name: str, first: Any = None) -> dict[str, Any]:
        """Register a field and return its widget arguments; it starts from its initial value, or
        from `first`.

        The initial value goes into the session state and is no default, so that a slot or a
        proposal can change it later.
        """
        key, initial = self.key(name), self.initial.get(name, first)
        if key not in st.session_state and initial is not None:
            st.session_state[key] = initial
        self.used[name] = None
        return {"key": key, "persist_state": "session"}

    def follow(self, name: str, computed: Any) -> None:
        """Set a registered field to its computed value, unless somebody has changed it."""
        key = self.key(name)
        last_key = f"{key}-computed"
        current = st.session_state.get(key)
        if current != computed and current in (None, "", st.session_state.get(last_key)):
            st.session_state[key] = computed
        st.session_state[last_key] = computed

    def value(self, name: str) -> Any:
        """Return the current or initial value of a field."""
        return st.session_state.get(self.key(name), self.initial.get(name))

    def fields(self) -> dict[str, Any]:
        """Return the values of all fields, those of parts that are not shown as well."""
        suffix = f"-{self.id}"
        keys = [str(key) for key in st.session_state if str(key).endswith(suffix)]
        names = [key[4 : -len(suffix)] for key in keys if key.startswith("ask-")]
        return {name: self.value(name) for name in (*self.initial, *names)}

    def text(self, label: str, name: str, **options: Any) -> str:
        """Show a line of text."""
        return (
            st.text_input(label, autocomplete="off", **self.register_field(name), **options) or ""
        ).strip()

    def lines(self, label: str, name: str, *, height: int = 100, **options: Any) -> tuple[str, ...]:
        """Show a text of several lines and return those that are not empty."""
        entered = st.text_area(label, height=height, **self.register_field(name), **options) or ""
        return tuple(line.strip() for line in entered.splitlines() if line.strip())

    def day(self, label: str, name: str, **options: Any) -> date | None:
        """Show an optional date."""
        key, initial = self.key(name), self.initial.get(name)
        if key not in st.session_state and initial:
            is_stored = isinstance(initial, str)
            st.session_state[key] = date.fromisoformat(initial) if is_stored else initial
        self.used[name] = None
        selected = st.date_input(
            label, None, format="YYYY-MM-DD", key=key, persist_state="session", **options
        )
        return selected if isinstance(selected, date) else None

    def place(self, *parts: str) -> None:
        """Reserve the place of findings about these parts, which are known once the form has been
        read.
        """
        here = st.container(gap="xxsmall")
        self.places.update(dict.fromkeys(parts, here))


def choose_kind(form: QuestionForm, **options: Any) -> Kind:
    """Show the choice of the question's kind; `options` go to the widget."""
    kind: Kind = st.pills(
        "Type of answer",
        list(KIND_NAMES),
        required=True,
        format_func=KIND_NAMES.__getitem__,
        **form.register_field("kind", "binary"),
        **options,
    )
    return kind


def choose_shape(form: QuestionForm, inferred: InferredShape | None = None) -> HorizonShape:
    """Show the choice of the horizon shape of a yes-no question.

    It follows the inferred shape, which is shown with its reason, until another one is chosen.
    """
    options = form.register_field("shape", None if inferred else "event_by")
    if inferred is not None:
        form.follow("shape", inferred.shape)
    shape: HorizonShape = st.pills(
        "Timing",
        list(HORIZON_MEANINGS),
        required=True,
        format_func=HORIZON_MEANINGS.__getitem__,
        **options,
    )
    if inferred is not None and form.value("text"):
        st.caption(escape_markdown(f"As worded: {inferred.reason}."))
    return shape


def input_options(form: QuestionForm, kind: Kind) -> tuple[str, ...]:
    """Show the input of a question's options."""
    if kind == "ordered":
        return form.lines(
            "Options, one per line, from low to high", "options", placeholder="low\nmiddle\nhigh"
        )
    options = form.lines("Options, one per line", "options", placeholder="Beijing\nMoscow\nOther")
    st.caption("With an option called Other, more can be added while the question is open.")
    return options


def input_range(form: QuestionForm) -> Scale:
    """Show the inputs of a number's range; raises `InvalidQuestion` if it is missing or invalid."""
    low, high, unit = st.columns(3)
    with low:
        st.number_input("From", value=None, format="%g", **form.register_field("lower"))
        st.checkbox("or below", help="It may also lie below.", **form.register_field("open-lower"))
    with high:
        st.number_input("To", value=None, format="%g", **form.register_field("upper"))
        st.checkbox("or above", help="It may also lie above.", **form.register_field("open-upper"))
    with unit:
        form.text("Unit", "unit", placeholder="tonnes")
        is_logarithmic = st.checkbox(
            "Logarithmic", help="Equal steps are equal ratios.", **form.register_field("log")
        )
    if is_logarithmic:
        st.number_input(
            "Zero point, below the range", format="%g", **form.register_field("zero", 0.0)
        )
    return read_range(form)


def read_range(form: QuestionForm) -> Scale:
    """Read the range of a number; raises `InvalidQuestion` if it is missing or invalid."""
    lower, upper = form.value("lower"), form.value("upper")
    if lower is None or upper is None:
        raise InvalidQuestion("a question about a number needs its range: fill in From and To")
    zero = float(form.value("zero") or 0.0) if form.value("log") else None
    return Scale(
        float(lower),
        float(upper),
        bool(form.value("open-lower")),
        bool(form.value("open-upper")),
        zero,
        str(form.value("unit") or "").strip(),
    )


def input_reason(
    form: QuestionForm, kind: Kind, label: str = "How often has this happened before?"
) -> str:
    """Show the input of the base rate in words, with the number that it states."""
    if kind != "binary":
        return form.text("Where the base rate comes from", "reason")
    reason = form.text(
        label, "reason", placeholder="6 of 11 years, one in ten, or 30%", live="300ms"
    )
    if not reason or form.value("prior"):
        return reason
    rate = read_base_rate(reason)
    if rate is None:
        st.caption("No count here, so it starts at 50%. Write 6 of 11, one in ten, or 30%.")
    else:
        st.caption(f"It starts at {percent_whole(rate.p)}: {rate.arithmetic}.")
    return reason


def read_stated_prior(kind: Kind, reason: str) -> str:
    """Return the base rate that a reason states, as it may be typed; "" if it states none."""
    rate = read_base_rate(reason) if kind == "binary" else None
    return "" if rate is None else f"{100.0 * rate.p:.4g}%"


def input_prior(
    form: QuestionForm, new_question: NewQuestion, refusal: ForecastsError | None, reason: str
) -> str:
    """Show the input of the base rate; empty, it is the one that the reason states."""
    example = (
        "30%"
        if new_question.kind == "binary"
        else FORECAST_FORMATS[new_question.kind].partition("such as ")[2]
    )
    stated = read_stated_prior(new_question.kind, reason)
    prior = form.text(
        "Base rate",
        "prior",
        placeholder=stated or example,
        help="Before any evidence; it can’t be changed later.",
    )
    if not prior and not stated:
        st.caption("If empty, all answers start equally likely.")
    elif prior and refusal is None:
        _show_echo(new_question, prior)
    return prior or stated


def _show_echo(new_question: NewQuestion, prior: str) -> None:
    """Show a typed base rate as it is read; other fields may still be empty."""
    complete = replace(
        new_question, id="draft", text="draft", criteria="draft", sources=("draft",), prior=prior
    )
    try:
        question = build_question(replace(complete, resolves_at=new_question.closes_at))
        st.caption(escape_markdown(describe_forecast(question, question.prior)))
    except ForecastsError as error:
        st.caption(f":material/error: {escape_markdown(str(error))}")


def show_findings(form: QuestionForm, flaws: Sequence[Flaw]) -> None:
    """Show each finding with reason and fix beside its part of the form, blocking ones first.

    Findings about parts that are not drawn are shown here.
    """
    for flaw in flaws:
        with form.places.get(flaw.where, nullcontext()):
            show_finding(flaw)


def show_finding(flaw: Flaw) -> None:
    """Show a finding: one that blocks in full strength, advice as a note."""
    message = f"{escape_markdown(flaw.reason[:1].upper() + flaw.reason[1:]).rstrip('.')}."
    if flaw.severity == "blocking":
        st.markdown(f":material/block: **Needs fixing.** {message} *{escape_markdown(flaw.fix)}*")
    else:
        st.caption(f":material/lightbulb: {message} *{escape_markdown(flaw.fix)}*")


def input_override(form: QuestionForm) -> str:
    """Show the field for the reason why a question opens against the linter."""
    return form.text(
        "Override: reason",
        "override",
        live="300ms",
        placeholder="The reason is logged with the findings, under your name.",
    )


HEADING: Final = "Headlines to watch for"
EXPLANATION: Final = (
    "News is compared with these lines. They are generated "
    "from the question; clear one to regenerate it."
)
NAMES_LABEL: Final = "Names to look for, one per line, spellings separated by |"


def input_statements(
    visit: Visit, form: QuestionForm, new_question: NewQuestion
) -> CompiledQuestion | None:
    """Show the lines, folded, filled in by rules; None while the question is incomplete.

    Raises `InvalidQuestion` for lines that cannot stand, which it shows, too.
    """
    with st.expander(HEADING, type="compact", key=f"lines-{form.id}"):
        rules = _compile(visit, new_question)
        if rules is None:
            st.caption("Fill in the question and its answers to see its lines.")
            return None
        st.caption(EXPLANATION)
        for name, label in _follow_lines(form, new_question, rules).items():
            form.text(escape_markdown(label), name, max_chars=MAX_LINE_LENGTH)
        form.lines(
            NAMES_LABEL, "line-names", height=80, placeholder="Xi Jinping | Xi | Си Цзиньпин"
        )
        try:
            return read_statements(visit, form, new_question)
        except ForecastsError as error:
            st.caption(f":material/error: {escape_markdown(str(error))}")
            raise


def read_statements(
    visit: Visit, form: QuestionForm, new_question: NewQuestion
) -> CompiledQuestion | None:
    """Read the lines, which follow from the question until somebody changes them.

    None while the question is incomplete; raises `InvalidQuestion` for lines that cannot stand.
    """
    rules = _compile(visit, new_question)
    if rules is None:
        return None
    lines = {
        name: str(form.value(name) or "").strip()
        for name in _follow_lines(form, new_question, rules)
    }
    names = str(form.value("line-names") or "").splitlines()
    typed = {s.option: lines[option_line_label(s.option)] for s in rules.statements if s.option}
    return build_own_lines(
        lines.get("line-yes", ""),
        lines.get("line-no", ""),
        typed,
        parse_names(tuple(name.strip() for name in names if name.strip())),
    )


def _compile(visit: Visit, new_question: NewQuestion) -> CompiledQuestion | None:
    """Compile the question as far as it is filled in; None if that is not enough."""
    if not new_question.text:
        return None
    complete = replace(new_question, id="draft", criteria="draft", sources=("draft",))
    try:
        return visit.tracker.questions.compile(complete)
    except ForecastsError:
        return None


def _follow_lines(
    form: QuestionForm, new_question: NewQuestion, rules: CompiledQuestion
) -> dict[str, str]:
    """Fill in the lines that nobody has changed; return their labels by the names of the fields."""
    if new_question.options:
        made = {option_line_label(s.option): s.yes for s in rules.statements}
        labels = dict(zip(made, made, strict=True))
    else:
        first = rules.statements[0] if rules.statements else None
        made = {"line-yes": first.yes if first else "", "line-no": first.no if first else ""}
        labels = dict(zip(made, line_labels(new_question.kind), strict=True))
    for name, line in (made | {"line-names": "\n".join(format_names(rules.names))}).items():
        form.register_field(name, "")
        form.follow(name, line)
    return labels
