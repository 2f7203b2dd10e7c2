"""A visit of a page on a real tracker, without a browser."""

import json
import re
from functools import cache
from html import unescape
from types import SimpleNamespace
from typing import Any

import pandas as pd
from streamlit.components.v2 import manifest_scanner
from streamlit.config import set_option
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest, app_test, local_script_runner
from streamlit.testing.v1.local_script_runner import LocalScriptRunner, require_widgets_deltas

from dashboard.server.response_cache import share_tracker
from tracker.app.tracker import Tracker

set_option("browser.gatherUsageStats", False)
"""As `dashboard.server.configuration` has it where pages are served."""

manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
"""There is nothing to find, what is installed does not change while tests run, and it took half of
their time.
"""

app_test.MagicMock = lambda spec: SimpleNamespace(get_client=lambda session_id: None)
"""A runtime without clients: mocking the whole of streamlit's own took a quarter of a short page's
time.
"""


def _waited_for(runner: LocalScriptRunner, timeout: float = 3) -> None:
    """Looking a thousand times a second whether the page is there takes the interpreter from the
    page.
    """
    if runner._script_thread is not None:
        runner._script_thread.join(timeout)
    require_widgets_deltas(runner, timeout)


local_script_runner.require_widgets_deltas = _waited_for


def open_page(tracker: Tracker, start: str, **params: str) -> AppTest:
    """A first visit of the page, as a browser with these query parameters would see it."""

    def script(start: str) -> None:
        from dashboard import app

        app.main(start)

    share_tracker(tracker)
    visit = AppTest.from_function(script, args=(start,), default_timeout=30)
    for name, value in params.items():
        visit.query_params[name] = value
    return seen(visit.run())


def seen(visit: AppTest) -> AppTest:
    """The page, which did not fail."""
    assert not visit.exception, visit.exception
    return visit


def sent_rows(visit: AppTest, label: str) -> list[dict[str, Any]]:
    """The rows of the list with this name, by their columns, as they are sent to the browser."""
    for element in visit.get("bidi_component"):
        if element.proto.component_name.endswith("rows"):
            data = json.loads(element.proto.json)
            if data["label"] == label:
                return [{"id": row["id"], **row["cells"]} for row in data["rows"]]
    return []


def row_words(visit: AppTest) -> list[str]:
    """What stands in the lists of a page."""
    sent = [
        json.loads(element.proto.json)
        for element in visit.get("bidi_component")
        if element.proto.component_name.endswith("rows")
    ]
    return [
        " ".join(str(cell.get(part, "")) for part in ("text", "note") if cell.get(part))
        for data in sent
        for row in data["rows"]
        for cell in row["cells"].values()
    ]


def words(visit: AppTest) -> str:
    """All prose of a page."""
    kinds = (
        visit.title,
        visit.header,
        visit.subheader,
        visit.markdown,
        visit.caption,
        visit.text,
        visit.info,
        visit.error,
        visit.warning,
    )
    prose = [str(element.value) for kind in kinds for element in kind]
    links = [element.proto.label for element in visit.get("page_link")]
    return plain("\n".join([*prose, *links, *marked(visit), prose_of(visit), *row_words(visit)]))


def prose_of(visit: AppTest) -> str:
    """The text of our own HTML, a line for each element that breaks it."""
    bodies = (body for e in visit.get("html") if not (body := e.proto.body).startswith("<style"))
    return plain(
        unescape(
            re.sub(r"<[^>]*>", "", re.sub(r"</(p|li|h\d|div|summary)>", "\n", "\n".join(bodies)))
        )
    )


def lists(visit: AppTest) -> dict[str, list[dict[str, Any]]]:
    """The rows of every list of the page, by its name."""
    sent = [
        json.loads(e.proto.json)
        for e in visit.get("bidi_component")
        if e.proto.component_name.endswith("rows")
    ]
    return {each["label"]: each["rows"] for each in sent}


def marked(visit: AppTest) -> list[str]:
    """Feed texts that are shown with their matched words marked."""
    sent = [
        json.loads(e.proto.json)
        for e in visit.get("bidi_component")
        if e.proto.component_name.endswith("reader")
    ]
    texts = [text for each in sent for text in each.get("report", ())]
    return ["".join(piece for piece, _ in text["pieces"]) for text in texts]


def sections(visit: AppTest) -> list[str]:
    """The sections of the inbox with their counts."""
    (control,) = [g for g in visit.get("button_group") if g.label == "Section"]
    return [plain(option.content) for option in control.proto.options]


def drawn(visit: AppTest, name: str) -> pd.DataFrame:
    """A frame of the first chart of the page that draws it, as the browser gets it."""
    sets = [each for chart in visit.get("vega_lite_chart") for each in chart.proto.datasets]
    found = next(each.data.data for each in sets if each.name == name)
    return convert_arrow_bytes_to_pandas_df(found)


def plain(text: str) -> str:
    """A label as it is read: without escapes, word joiners and no-break spaces."""
    return text.replace("\\", "").replace("\u2060", "").replace("\u00a0", " ")


def button(visit: AppTest, label: str) -> Any:
    """The only button with this label."""
    (found,) = [b for b in visit.button if plain(b.label) == label]
    return found


def give_answer(visit: AppTest) -> AppTest:
    """Send the filled form of an answer, and confirm it below the preview."""
    seen(button(visit, "Preview the scores").click().run())
    return seen(button(visit, "Resolve").click().run())


def field(visit: AppTest, label: str) -> Any:
    """The only input with this label."""
    (found,) = [
        w
        for kind in (visit.text_input, visit.text_area, visit.number_input, visit.date_input)
        for w in kind
        if plain(w.label) == label
    ]
    return found


def spec(visit: AppTest, at: int = 0) -> dict[str, Any]:
    """The specification of a chart of the page."""
    return json.loads(visit.get("vega_lite_chart")[at].proto.spec)


def layers(visit: AppTest, at: int = 0) -> set[str]:
    """The names of the frames that a chart of the page draws."""
    found = spec(visit, at)
    return {layer.get("data", found.get("data"))["name"] for layer in found["layer"]}
