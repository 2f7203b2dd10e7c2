"""What can be taken along: reports on everything, whole tables, and the addresses for programs."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from dashboard.components import downloads
from dashboard.components.visit import Visit
from dashboard.components.widgets import choice, empty, titled
from dashboard.wording import clipped
from tracker.model.formats import TABLE_FORMATS, TableFormat
from tracker.reports.content import Kind

_KINDS: Final[dict[Kind, str]] = {
    "week": "The last week",
    "question": "A question",
    "scenarios": "Scenarios",
    "essay": "An essay",
}
_MEDIA: Final[dict[TableFormat, str]] = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}
_LONGEST: Final = 120


def render(visit: Visit) -> None:
    """A report to choose, a table to choose, and where programs read."""
    st.subheader("Reports", anchor=False)
    st.markdown(
        "A report is one document that says what was known at one moment: with its charts, its "
        "sources, and a hash of its data, so that anyone can check that nothing was changed."
    )
    kind = choice("Report on", _KINDS, "report", index=0)
    if kind == "week":
        downloads.report(visit, "week")
    elif kind is not None:
        _one(visit, kind)
    _tables(visit)
    _programs()


def _one(visit: Visit, kind: Kind) -> None:
    found = _names(visit, kind)
    if not found:
        empty(
            "There is nothing to report on yet.",
            "Load a question set: `tracker sets import china_russia_2022`.",
        )
        return
    name = choice("Which one", found, "name", index=0)
    if name is not None:
        downloads.report(visit, kind, name)


def _names(visit: Visit, kind: Kind) -> dict[str, str]:
    match kind:
        case "question":
            return {
                s.question.id: clipped(s.question.text, _LONGEST) for s in visit.tracker.questions()
            }
        case "scenarios":
            return {
                s.scenario_set.question_id: s.scenario_set.title
                for s in visit.tracker.scenario_sets()
            }
        case _:
            return {str(name): title for name, title in visit.tracker.essay_titles().items()}


def _tables(visit: Visit) -> None:
    titled("Tables")
    st.caption(
        "Every table as it is stored. CSV is for spreadsheets: a text that could start a "
        "formula gets an apostrophe before it. Parquet and JSON are exact."
    )
    tables = {name: name.replace("_", " ") for name in visit.tracker.tables()}
    name = choice("Table", tables, "table", index=list(tables).index("forecast"))
    if name is None:
        return
    with st.container(horizontal=True, gap="small"):
        for form in TABLE_FORMATS:
            st.download_button(
                form.upper() if form != "parquet" else "Parquet",
                _table(visit, name, form),
                f"{name}.{form}",
                _MEDIA[form],
                key=f"table-{name}-{form}",
                on_click="ignore",
                icon=":material/download:",
                type="tertiary",
            )


def _table(visit: Visit, name: str, form: TableFormat) -> Callable[[], bytes]:
    tracker = visit.tracker
    return lambda: tracker.table_file(name, form)


def _programs() -> None:
    titled("For programs")
    st.markdown(
        "JSON, for reading: `/api/v1/questions` and `/api/v1/questions/ID`. What changes, as an "
        "Atom feed for any feed reader: `/changes.atom`. The same from a terminal: `tracker "
        "report`, `tracker export`."
    )
