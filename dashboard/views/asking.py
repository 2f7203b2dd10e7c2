"""The page on which a question of one's own is asked: its fields appear as its kind needs them."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import streamlit as st

from dashboard.views.parts import calm, say
from dashboard.views.visit import Visit
from dashboard.wording import KIND, inert, told
from forecasts.asking import Asked, date_scale, question_from
from forecasts.cdf import Scale
from forecasts.errors import ForecastsError, InvalidQuestion
from forecasts.question import FORMS, HorizonShape, Kind

_EXAMPLES: Mapping[Kind, str] = MappingProxyType(
    {
        "binary": "Will both governments announce a ceasefire by 30 June 2027?",
        "categorical": "Which capital will host the next round of talks?",
        "ordered": "In which band will the share lie at the end of 2027?",
        "numeric": "How many tonnes of grain will be exported in 2027?",
        "date": "When will the treaty be ratified?",
    }
)
_SHAPES: Mapping[HorizonShape, str] = MappingProxyType(
    {
        "event_by": "Whether something happens by the close",
        "holds_until": "Whether something holds until the close",
        "state_at": "How things stand at the close",
    }
)


def render(visit: Visit) -> None:
    """The form, the refusal if there is one, and on success the question itself."""
    st.subheader("Ask a question", anchor=False)
    form = Form(st.session_state.setdefault("asking", uuid4().hex))
    with st.container(width=760):
        asked = _fields(visit, form)
        if st.button("Ask this question", type="primary", key="ask"):
            with calm():
                _ask(visit, asked)


@dataclass(frozen=True, slots=True)
class Form:
    """One rendering of the form. What is typed into it stays until the question is asked, on other pages too."""

    id: str

    def keyed(self, name: str) -> dict[str, Any]:
        """How an input of this form is known."""
        return {"key": f"ask-{name}-{self.id}", "persist_state": "session"}

    def text(self, label: str, name: str, **how: Any) -> str:
        """A line of text."""
        return (st.text_input(label, autocomplete="off", **self.keyed(name), **how) or "").strip()

    def lines(self, label: str, name: str, **how: Any) -> tuple[str, ...]:
        """A text of several lines, those that are not empty."""
        said = st.text_area(label, height=100, **self.keyed(name), **how) or ""
        return tuple(line.strip() for line in said.splitlines() if line.strip())


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the form; `refusal` says what of it could not be read."""

    asked: Asked
    closes: datetime | None
    refusal: ForecastsError | None


def _fields(visit: Visit, form: Form) -> Draft:
    kind: Kind = st.pills(
        "The answer is", list(KIND), default="binary", required=True, format_func=KIND.__getitem__, **form.keyed("kind")
    )
    text = form.text("Question", "text", placeholder=_EXAMPLES[kind], max_chars=300)
    options, scale, shape, refusal = _of_kind(visit, form, kind)
    criteria = "\n".join(
        form.lines("How it is resolved", "criteria", placeholder="What exactly counts, and what does not.")
    )
    sources = form.lines("Sources, one a line", "sources", placeholder="https://… or the name of who will report it")
    opens, closes, resolves = _times(visit, form)
    asked = Asked(
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
    prior, reason = _base_rate(form, asked, refusal)
    tags = tuple(tag.strip() for tag in form.text("Tags, separated by commas", "tags").split(",") if tag.strip())
    whole = replace(asked, id=_name(form, text), prior=prior, prior_reason=reason, tags=tags)
    return Draft(whole, closes, refusal)


OfKind = tuple[tuple[str, ...], Scale | None, HorizonShape, ForecastsError | None]
"""Options, range and horizon shape of a question, and why they could not be read."""


def _of_kind(visit: Visit, form: Form, kind: Kind) -> OfKind:
    shape: HorizonShape = "event_by" if kind == "date" else "state_at"
    try:
        match kind:
            case "binary":
                shape = st.selectbox(
                    "It is about", list(_SHAPES), format_func=_SHAPES.__getitem__, **form.keyed("shape")
                )
                return (), None, shape, None
            case "categorical" | "ordered":
                return _options(form, kind), None, shape, None
            case "numeric":
                return (), _range(form), shape, None
            case "date":
                return (), _window(visit, form), shape, None
    except ForecastsError as refusal:
        return (), None, shape, refusal


def _options(form: Form, kind: Kind) -> tuple[str, ...]:
    if kind == "ordered":
        return form.lines("Options, one a line, from low to high", "options", placeholder="low\nmiddle\nhigh")
    found = form.lines("Options, one a line", "options", placeholder="Beijing\nMoscow\nOther")
    st.caption("With an option called Other, more can be added while the question is open.")
    return found


def _range(form: Form) -> Scale:
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
        zero = st.number_input("Zero point, below the range", value=0.0, format="%g", **form.keyed("zero"))
    if lower is None or upper is None:
        raise InvalidQuestion("a question about a number needs its range: fill in From and To")
    return Scale(float(lower), float(upper), open_lower, open_upper, zero, unit)


def _window(visit: Visit, form: Form) -> Scale:
    left, right = st.columns(2)
    today = visit.now.date()
    earliest = left.date_input("Earliest date", today, format="YYYY-MM-DD", **form.keyed("earliest"))
    latest = right.date_input("Latest date", None, format="YYYY-MM-DD", **form.keyed("latest"))
    st.caption("Dates in UTC. It may also never come by the latest date: everyone forecasts how likely that is.")
    if not isinstance(latest, date):
        raise InvalidQuestion("a question about a date needs its window: fill in the earliest and the latest date")
    return date_scale(earliest.isoformat(), latest.isoformat())


def _times(visit: Visit, form: Form) -> tuple[datetime, datetime | None, datetime | None]:
    labels = {"opens": "Opens", "closes": "Closes", "resolves": "Answer due"}
    helps = {"opens": "Empty: now.", "closes": "Forecasts are taken until then.", "resolves": "Empty: at the close."}
    found: dict[str, datetime | None] = {}
    for place, (name, label) in zip(st.columns(3), labels.items(), strict=True):
        local = place.datetime_input(label, None, help=helps[name], format="YYYY-MM-DD", **form.keyed(name))
        found[name] = None if local is None else local.replace(tzinfo=visit.zone)
    st.caption(f"Times in {visit.zone.key}. Left empty, it opens now, and the answer is due at the close.")
    return found["opens"] or visit.now, found["closes"], found["resolves"]


def _base_rate(form: Form, asked: Asked, refusal: ForecastsError | None) -> tuple[str, str]:
    """The base rate as it is typed, with an echo of what it says."""
    example = "30%" if asked.kind == "binary" else FORMS[asked.kind].partition("such as ")[2]
    prior = form.text("Base rate", "prior", placeholder=example, help="Before any evidence; it is never changed later.")
    if not prior:
        st.caption("Empty: what somebody who knows nothing would say.")
    elif refusal is None:
        # Only the base rate is looked at here: what else is missing may still come.
        whole = replace(asked, id="draft", text="draft", criteria="draft", sources=("draft",), prior=prior)
        try:
            question = question_from(replace(whole, resolves_at=asked.closes_at))
            st.caption(inert(told(question, question.prior)))
        except ForecastsError as problem:
            st.caption(f":material/error: {inert(str(problem))}")
    reason = form.text("Where the base rate comes from", "reason", placeholder="3 of 10 comparable years")
    return prior, reason


def _name(form: Form, text: str) -> str:
    made = short_name(text)
    said = form.text(
        "Short name",
        "name",
        placeholder=made or "grain-exports",
        help="For its address and for commands; kept for good.",
    )
    return said or made


def short_name(text: str) -> str:
    """A short name out of a question: its words of some weight, in small letters."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = [word for word in re.findall(r"[a-z0-9]+", plain) if word not in _LIGHT]
    return "-".join(words[:5])


_LIGHT = frozenset(
    "a an and at be by for how in is it many much of on or the to was what when where which who will".split()
)


def _ask(visit: Visit, draft: Draft) -> None:
    if not draft.asked.text:
        raise InvalidQuestion("the question itself is empty: say it in one sentence")
    if draft.refusal is not None:
        raise draft.refusal
    if draft.closes is None:
        raise InvalidQuestion("when does it close? give a date and time")
    question = visit.tracker.ask(draft.asked)
    st.session_state.pop("asking", None)
    say("The question is open" if question.opens_at <= visit.now else "The question is asked")
    st.switch_page(visit.pages["question"], query_params={"q": question.id})
