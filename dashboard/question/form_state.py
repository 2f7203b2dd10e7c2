"""What is typed and not yet saved: kept in the viewer's browser, and put back after a reload.

The browser hands back what it kept, and that can be anything: each value is used as the start of an
input, which takes only what fits it.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4

import streamlit as st

from dashboard.components.scripts import scripted
from forecasts.questions.question import ForecasterId, QuestionId

_MOST: Final = 60
"""Values of one form: more were not kept by this page."""


def form_of(question_id: QuestionId) -> str:
    """The name of this rendering of the form: also the key under which its save is kept once
    only.
    """
    name: str = st.session_state.setdefault(f"form-{question_id}", uuid4().hex)
    return name


def begin_anew(question_id: QuestionId, *kept: str) -> None:
    """The next form of this question is another one, with the values of these inputs only."""
    form = st.session_state.pop(f"form-{question_id}", None)
    values = {name: st.session_state.get(f"{name}-{form}") for name in kept}
    if any(values.values()):
        st.session_state[f"restored-{form_of(question_id)}"] = values


def text_of(form: str, name: str, usual: str = "") -> str:
    """What an input of text starts from: the draft, else what is usual, which is no draft."""
    st.session_state.setdefault(f"usual-{form}", {})[name] = usual
    value = _restored(form).get(name)
    return value if isinstance(value, str) else usual


def flag_of(form: str, name: str) -> bool:
    """What a switch starts from."""
    return _restored(form).get(name) is True


def numbers_of(form: str, name: str) -> list[int]:
    """What a choice of several numbers starts from."""
    value = _restored(form).get(name)
    return [each for each in value if type(each) is int] if isinstance(value, list) else []


def number_of(form: str, name: str, usual: float) -> float:
    """What an input of a number starts from: the draft, else what is usual, which is no draft."""
    st.session_state.setdefault(f"usual-{form}", {})[name] = usual
    value = _restored(form).get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
        return usual
    return float(value)


def day_of(form: str, name: str, usual: date) -> date:
    """What an input of a date starts from."""
    st.session_state.setdefault(f"usual-{form}", {})[name] = usual.isoformat()
    value = _restored(form).get(name)
    try:
        return date.fromisoformat(value) if isinstance(value, str) else usual
    except ValueError:
        return usual


def keep(
    question_id: QuestionId, who: ForecasterId, form: str, held_since: datetime | None
) -> None:
    """Let the browser keep what stands in the form, for the person who typed it.

    `held_since` is when they last said what they hold: once they have said something newer, the
    draft is void.
    """
    after = 0.0 if held_since is None else held_since.timestamp()
    data = {
        "question": question_id,
        "who": who,
        "form": form,
        "after": after,
        "values": _values(form),
    }

    def put_back() -> None:
        found = st.session_state[f"keeper-{question_id}"].restored
        if isinstance(found, Mapping) and 0 < len(found) <= _MOST:
            begin_anew(question_id)
            st.session_state[f"restored-{form_of(question_id)}"] = dict(found)

    scripted("keeper")(key=f"keeper-{question_id}", data=data, on_restored_change=put_back)


def _restored(form: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = st.session_state.get(f"restored-{form}", {})
    return found


def _values(form: str) -> dict[str, Any]:
    """What stands in the form and is not there by itself."""
    usual = st.session_state.get(f"usual-{form}", {})
    end, found = f"-{form}", {}
    for key, value in st.session_state.items():
        name = str(key).removesuffix(end)
        plain = value.isoformat() if isinstance(value, date) else value
        if name != key and isinstance(plain, str | int | float | list):
            found[_RENEWED.sub(r"\1", name)] = plain
    found = {name: plain for name, plain in found.items() if plain != usual.get(name, "")}
    return {
        name: value
        for name, value in found.items()
        if value not in (False, []) and name not in _OWN
    }


_RENEWED: Final = re.compile(r"^(typed)\d+$")
"""A field that was made anew has a number: see `chance`."""

_OWN: Final = ("form", "usual", "restored", "slide", "turn")
"""What this file notes, and the slider, which follows what is typed."""
