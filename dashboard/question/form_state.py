"""Unsaved form input: stored in the viewer's browser and restored after a reload.

The browser may return anything: each value is validated and used only as the initial value of an
input.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4

import streamlit as st

from dashboard.components.scripts import load_component
from forecasts.questions.question import ForecasterId, QuestionId

_MAX_VALUES: Final = 60
"""Values of one form; more cannot be from this page."""


def get_form_id(question_id: QuestionId) -> str:
    """Return the id of this rendering of the form, also the idempotency key of its save."""
    name: str = st.session_state.setdefault(f"form-{question_id}", uuid4().hex)
    return name


def reset_form(question_id: QuestionId, *names: str) -> None:
    """Start a new rendering of the form that keeps only the values of these inputs."""
    form = st.session_state.pop(f"form-{question_id}", None)
    values = {name: st.session_state.get(f"{name}-{form}") for name in names}
    if any(values.values()):
        st.session_state[f"restored-{get_form_id(question_id)}"] = values


def initial_text(form: str, name: str, default: str = "") -> str:
    """Return the initial text of an input: the draft, else the default."""
    st.session_state.setdefault(f"usual-{form}", {})[name] = default
    value = _get_restored(form).get(name)
    return value if isinstance(value, str) else default


def initial_flag(form: str, name: str) -> bool:
    """Return the initial state of a switch."""
    return _get_restored(form).get(name) is True


def initial_numbers(form: str, name: str) -> list[int]:
    """Return the initial selection of several numbers."""
    value = _get_restored(form).get(name)
    return [number for number in value if type(number) is int] if isinstance(value, list) else []


def initial_number(form: str, name: str, default: float) -> float:
    """Return the initial number of an input: the draft, else the default."""
    st.session_state.setdefault(f"usual-{form}", {})[name] = default
    value = _get_restored(form).get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
        return default
    return float(value)


def initial_day(form: str, name: str, default: date) -> date:
    """Return the initial date of an input."""
    st.session_state.setdefault(f"usual-{form}", {})[name] = default.isoformat()
    value = _get_restored(form).get(name)
    try:
        return date.fromisoformat(value) if isinstance(value, str) else default
    except ValueError:
        return default


def store_draft(
    question_id: QuestionId, forecaster_id: ForecasterId, form: str, held_since: datetime | None
) -> None:
    """Store the content of the form in the browser, for the person who typed it.

    `held_since` is the time of their last act: a newer act makes the draft void.
    """
    after = 0.0 if held_since is None else held_since.timestamp()
    data = {
        "question": question_id,
        "who": forecaster_id,
        "form": form,
        "after": after,
        "values": _read_values(form),
    }

    def put_back() -> None:
        restored = st.session_state[f"keeper-{question_id}"].restored
        if isinstance(restored, Mapping) and 0 < len(restored) <= _MAX_VALUES:
            reset_form(question_id)
            st.session_state[f"restored-{get_form_id(question_id)}"] = dict(restored)

    load_component("keeper")(key=f"keeper-{question_id}", data=data, on_restored_change=put_back)


def _get_restored(form: str) -> Mapping[str, Any]:
    values: Mapping[str, Any] = st.session_state.get(f"restored-{form}", {})
    return values


def _read_values(form: str) -> dict[str, Any]:
    """Return the values of the form that differ from their defaults."""
    defaults = st.session_state.get(f"usual-{form}", {})
    end, values = f"-{form}", {}
    for key, value in st.session_state.items():
        name = str(key).removesuffix(end)
        content = value.isoformat() if isinstance(value, date) else value
        if name != key and isinstance(content, str | int | float | list):
            values[_RENEWED_PATTERN.sub(r"\1", name)] = content
    values = {
        name: content for name, content in values.items() if content != defaults.get(name, "")
    }
    return {
        name: value
        for name, value in values.items()
        if value not in (False, []) and name not in _EXCLUDED_KEYS
    }


_RENEWED_PATTERN: Final = re.compile(r"^(typed)\d+$")
"""A renewed field has a number: see `chance`."""

_EXCLUDED_KEYS: Final = ("form", "usual", "restored", "slide", "turn")
"""Keys of this module, and the slider, which follows the text."""
