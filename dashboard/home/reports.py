"""Reports page: reports, table downloads, and the addresses for programs."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from dashboard.components import widgets
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_choice, show_empty, show_section_title
from dashboard.wording.numbers import clip
from tracker.model.json_values import TABLE_FORMATS, TableFormat
from tracker.reports.content import ReportKind

_REPORT_KINDS: Final[dict[ReportKind, str]] = {
    "week": "The last week",
    "question": "A question",
    "scenarios": "Scenarios",
    "essay": "An essay",
}
_MEDIA_TYPES: Final[dict[TableFormat, str]] = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}
_MAX_TITLE_CHARACTERS: Final = 120


def render(visit: Visit) -> None:
    """Show the choice of a report, the choice of a table, and the addresses for programs."""
    st.subheader("Reports", anchor=False)
    st.markdown(
        "A report states what was known at one moment, with charts, sources and a hash of its "
        "data, so that anyone can check that nothing was changed."
    )
    kind = show_choice("Report on", _REPORT_KINDS, "report", index=0)
    if kind == "week":
        widgets.show_report_buttons(visit, "week")
    elif kind is not None:
        _show_report_choice(visit, kind)
    if visit.tracker.principal.has("administer"):
        _show_tables(visit)
    show_section_title("For programs")
    st.markdown(
        "- API, for all that pages do: [/api/v1/docs](/api/v1/docs)\n"
        "- Changes, for any feed reader (Atom): `/changes.atom`\n"
        "- In a terminal: `tracker report build`, `tracker report export`"
    )


def _show_report_choice(visit: Visit, kind: ReportKind) -> None:
    subjects = _list_subjects(visit, kind)
    if not subjects:
        show_empty(
            "There is nothing to report on yet.",
            "Load a question set on Home, or ask a question of your own.",
        )
        return
    name = show_choice("Which one", subjects, "name", index=0)
    if name is not None:
        widgets.show_report_buttons(visit, kind, name)


def _list_subjects(visit: Visit, kind: ReportKind) -> dict[str, str]:
    match kind:
        case "question":
            return {
                s.question.id: clip(s.question.text, _MAX_TITLE_CHARACTERS)
                for s in visit.tracker.questions.list()
            }
        case "scenarios":
            return {
                s.scenario_set.question_id: s.scenario_set.title
                for s in visit.tracker.scenarios.list()
            }
        case _:
            return {str(name): title for name, title in visit.tracker.essays.titles().items()}


def _show_tables(visit: Visit) -> None:
    show_section_title("Tables")
    st.caption(
        "Every table as it is stored. In CSV, for spreadsheets, text that could start a formula "
        "gets an apostrophe; Parquet and JSON are exact."
    )
    tables = {name: name.replace("_", " ") for name in visit.tracker.reports.table_names()}
    name = show_choice("Table", tables, "table", index=list(tables).index("forecast"))
    if name is None:
        return
    with st.container(horizontal=True, gap="small"):
        for file_format in TABLE_FORMATS:
            st.download_button(
                file_format.upper() if file_format != "parquet" else "Parquet",
                _make_table_later(visit, name, file_format),
                f"{name}.{file_format}",
                _MEDIA_TYPES[file_format],
                key=f"table-{name}-{file_format}",
                on_click="ignore",
                icon=":material/download:",
                type="tertiary",
            )


def _make_table_later(visit: Visit, name: str, file_format: TableFormat) -> Callable[[], bytes]:
    tracker = visit.tracker
    return lambda: tracker.reports.export_table(name, file_format)
