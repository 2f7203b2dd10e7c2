"""The form of a forecast as a browser uses it: what it is handed, and what it sends back."""

import json
from typing import Any

from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from tests.dashboard.pages import seen


def _element(visit: AppTest) -> Any:
    (found,) = [
        e.proto for e in visit.get("bidi_component") if e.proto.component_name.endswith("entry")
    ]
    return found


def has_form(visit: AppTest) -> bool:
    """Whether the page has a form."""
    return any(e.proto.component_name.endswith("entry") for e in visit.get("bidi_component"))


def form_of(visit: AppTest) -> dict[str, Any]:
    """What the browser is handed."""
    data: dict[str, Any] = json.loads(_element(visit).json)
    return data


def echo_of(visit: AppTest) -> dict[str, Any]:
    """What the form says about its content: of the latest draft, else of the initial forecast."""
    data = form_of(visit)
    echo: dict[str, Any] = data["echo"] or data["initial"]
    return echo


def problem_of(visit: AppTest) -> str:
    """The sentence that refuses what was sent last."""
    problem = form_of(visit)["problem"]
    return "" if problem is None else str(problem["text"])


def _send(visit: AppTest, widget: WidgetState) -> AppTest:
    states = visit._tree.get_widget_states()
    states.widgets.append(widget)
    return seen(visit._run(states))


def draft(visit: AppTest, text: str | None = None, **content: Any) -> AppTest:
    """Type a text, or set values, and wait for the echo."""
    sent = {"form": form_of(visit)["form"], "nr": 1, "text": text, **content}
    return _send(visit, WidgetState(id=_element(visit).id, json_value=json.dumps({"draft": sent})))


def act(visit: AppTest, name: str, **content: Any) -> AppTest:
    """Press a button of the form."""
    sent = {"form": form_of(visit)["form"], "at": 1, **content, "act": name}
    events = json.dumps([{"event": "act", "value": sent}])
    trigger = _make_trigger_id(_element(visit).id, "events")
    return _send(visit, WidgetState(id=trigger, json_trigger_value=events))


def save(visit: AppTest, text: str | None = None, reason: str = "", **content: Any) -> AppTest:
    """Save a text or values, with a reason."""
    return act(visit, "save", text=text, reason=reason, **content)
