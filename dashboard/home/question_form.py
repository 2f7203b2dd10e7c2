"""The parts of a form that asks a question, which the page of one's own questions and the drafts of
an essay share.
"""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.wording import KIND, inert, told
from forecasts.distributions.cdf import Scale
from forecasts.errors import ForecastsError, InvalidQuestion
from forecasts.linting.lint import Flaw
from forecasts.questions.new_question import Asked, question_from
from forecasts.questions.question import FORMS, HorizonShape, Kind

EXAMPLES: Mapping[Kind, str] = MappingProxyType(
    {
        "binary": "Will both governments announce a ceasefire by 30 June 2027?",
        "categorical": "Which capital will host the next round of talks?",
        "ordered": "In which band will the share lie at the end of 2027?",
        "numeric": "How many tonnes of grain will be exported in 2027?",
        "date": "When will the treaty be ratified?",
    }
)
SHAPES: Mapping[HorizonShape, str] = MappingProxyType(
    {
        "event_by": "Whether something happens by the close",
        "holds_until": "Whether something holds until the close",
        "state_at": "How things stand at the close",
    }
)


@dataclass(frozen=True, slots=True)
class Form:
    """One rendering of a form. What is typed into it stays until the question is asked, on other
    pages too.

    `begun` is what stands in it at first, by the name of the field; `places` are where findings
    about a part go.
    """

    id: str
    begun: Mapping[str, Any] = field(default_factory=dict)
    used: dict[str, None] = field(default_factory=dict)
    places: dict[str, DeltaGenerator] = field(default_factory=dict)

    def key(self, name: str) -> str:
        """The name under which a field is known to streamlit."""
        return f"ask-{name}-{self.id}"

    def keyed(self, name: str, first: Any = None) -> dict[str, Any]:
        """How an input of this form is known; it begins with what was there, or with `first`.

        What it begins with is put into its state, and is no default: so that a slot or a proposal
        may change it later.
        """
        key, begun = self.key(name), self.begun.get(name, first)
        if key not in st.session_state and begun is not None:
            st.session_state[key] = begun
        self.used[name] = None
        return {"key": key, "persist_state": "session"}

    def value(self, name: str) -> Any:
        """What stands in a field now, or would at first."""
        return st.session_state.get(self.key(name), self.begun.get(name))

    def fields(self) -> dict[str, Any]:
        """What stands in all fields that were drawn."""
        return {name: st.session_state.get(self.key(name)) for name in self.used}

    def text(self, label: str, name: str, **how: Any) -> str:
        """A line of text."""
        return (st.text_input(label, autocomplete="off", **self.keyed(name), **how) or "").strip()

    def lines(self, label: str, name: str, *, height: int = 100, **how: Any) -> tuple[str, ...]:
        """A text of several lines, those that are not empty."""
        said = st.text_area(label, height=height, **self.keyed(name), **how) or ""
        return tuple(line.strip() for line in said.splitlines() if line.strip())

    def day(self, label: str, name: str, **how: Any) -> date | None:
        """A day, or none."""
        key, begun = self.key(name), self.begun.get(name)
        if key not in st.session_state and isinstance(begun, str):
            st.session_state[key] = date.fromisoformat(begun)
        self.used[name] = None
        found = st.date_input(
            label, None, format="YYYY-MM-DD", key=key, persist_state="session", **how
        )
        return found if isinstance(found, date) else None

    def place(self, *parts: str) -> None:
        """Findings about these parts of the question stand here, once the whole form has been
        read.
        """
        here = st.container(gap="xxsmall")
        self.places.update(dict.fromkeys(parts, here))


def kind_of(form: Form) -> Kind:
    """What kind of answer the question has."""
    kind: Kind = st.pills(
        "The answer is",
        list(KIND),
        required=True,
        format_func=KIND.__getitem__,
        **form.keyed("kind", "binary"),
    )
    return kind


def shape_of(form: Form) -> HorizonShape:
    """How a yes-no question behaves in time."""
    shape: HorizonShape = st.selectbox(
        "It is about",
        list(SHAPES),
        format_func=SHAPES.__getitem__,
        **form.keyed("shape", "event_by"),
    )
    return shape


def options_of(form: Form, kind: Kind) -> tuple[str, ...]:
    """The options of a question that has some."""
    if kind == "ordered":
        return form.lines(
            "Options, one a line, from low to high", "options", placeholder="low\nmiddle\nhigh"
        )
    found = form.lines("Options, one a line", "options", placeholder="Beijing\nMoscow\nOther")
    st.caption("With an option called Other, more can be added while the question is open.")
    return found


def range_of(form: Form) -> Scale:
    """The range of a number; raises `InvalidQuestion` where it is not filled in, or is none."""
    left, right = st.columns(2)
    with left:
        lower = st.number_input("From", value=None, format="%g", **form.keyed("lower"))
        open_lower = st.checkbox("It may also lie below", **form.keyed("open-lower"))
    with right:
        upper = st.number_input("To", value=None, format="%g", **form.keyed("upper"))
        open_upper = st.checkbox("It may also lie above", **form.keyed("open-upper"))
    unit = form.text("Unit", "unit", placeholder="tonnes")
    zero = None
    if st.checkbox("Logarithmic: equal steps are equal ratios", **form.keyed("log")):
        zero = st.number_input(
            "Zero point, below the range", format="%g", **form.keyed("zero", 0.0)
        )
    if lower is None or upper is None:
        raise InvalidQuestion("a question about a number needs its range: fill in From and To")
    return Scale(float(lower), float(upper), open_lower, open_upper, zero, unit)


def base_rate(
    form: Form, asked: Asked, refusal: ForecastsError | None, *, prompt: str = ""
) -> tuple[str, str]:
    """The base rate as it is typed, with an echo of what it says, and where it comes from.

    With a prompt, what happened before is asked for first: the number follows from it.
    """
    reason = _reason(form, prompt) if prompt else None
    example = "30%" if asked.kind == "binary" else FORMS[asked.kind].partition("such as ")[2]
    prior = form.text(
        "Base rate",
        "prior",
        placeholder=example,
        help="Before any evidence; it is never changed later.",
    )
    if not prior:
        st.caption("Empty: what somebody who knows nothing would say.")
    elif refusal is None:
        # Only the base rate is looked at here: what else is missing may still come.
        whole = replace(
            asked, id="draft", text="draft", criteria="draft", sources=("draft",), prior=prior
        )
        try:
            question = question_from(replace(whole, resolves_at=asked.closes_at))
            st.caption(inert(told(question, question.prior)))
        except ForecastsError as problem:
            st.caption(f":material/error: {inert(str(problem))}")
    return prior, _reason(form, prompt) if reason is None else reason


def _reason(form: Form, prompt: str) -> str:
    if not prompt:
        return form.text(
            "Where the base rate comes from", "reason", placeholder="3 of 10 comparable years"
        )
    st.caption(inert(prompt))
    return form.text(
        "How often did this happen before?", "reason", placeholder="3 of 10 comparable years"
    )


def show_findings(form: Form, flaws: Sequence[Flaw]) -> None:
    """Every finding of the linter where its part of the form is, those that block first, each with
    its reason and fix.

    What belongs to no part that is drawn stands where this is called.
    """
    for flaw in flaws:
        with form.places.get(flaw.where, nullcontext()):
            said = f"{inert(flaw.reason[:1].upper() + flaw.reason[1:]).rstrip('.')}."
            if flaw.severity == "blocking":
                st.markdown(f":material/block: **Blocks it.** {said} *{inert(flaw.fix)}*")
            else:
                st.caption(f":material/lightbulb: {said} *{inert(flaw.fix)}*")


def override_of(form: Form, flaws: Sequence[Flaw]) -> str:
    """What stands in the way in one line, and the field for why it opens all the same; "" where
    nothing blocks.
    """
    blocking = sum(flaw.severity == "blocking" for flaw in flaws)
    advice = len(flaws) - blocking
    more = f"; {advice} {'piece' if advice == 1 else 'pieces'} of advice" if advice else ""
    if not blocking:
        st.caption(f":material/check: Nothing blocks it{more}.")
        return ""
    st.caption(
        f":material/block: {blocking} {'finding blocks' if blocking == 1 else 'findings block'} "
        f"it{more}."
    )
    return form.text(
        "Open it all the same, because",
        "override",
        live="300ms",
        placeholder="Say why; it is logged with the findings, under your name.",
    )
