"""Import page: forecasts made elsewhere, from files or an account, with preview and undo."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, get_args

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.rows import Row, RowColumn, TextCell, show_rows
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_empty, show_refusals, show_section_title
from dashboard.settings.text import (
    IMPORT_COLUMNS,
    describe_import,
    describe_preview,
    name_source,
)
from dashboard.wording.numbers import clip, escape_markdown, plural
from tracker.ingestion.forecast_accounts import AccountSite
from tracker.model.forecast_import import FileRow, ImportBatch, ImportChoices, ImportPreview

MAX_MEGABYTES: Final = 10
"""Maximum size of a file here; a command takes larger ones."""

MAX_ROWS: Final = 20
MAX_TEXT: Final = 120
MAX_MAPPED: Final = 20
"""New questions that can be mapped onto known ones here; a command takes any number."""

_FETCHED_KEY: Final = "import-fetched"
_ROUND_KEY: Final = "import-round"
_AS_NEW: Final = ""
_SITES: Final[dict[AccountSite, str]] = {
    "fatebook": "Fatebook",
    "manifold": "Manifold",
    "metaculus": "Metaculus",
}
_PROBLEM_COLUMNS: Final = (RowColumn("line", "Line"), RowColumn("reason", "Problem"))
_ROW_COLUMNS: Final = (
    RowColumn("text", "Question"),
    RowColumn("forecast", "Forecast", "end"),
    RowColumn("made", "Made", "end"),
)


def render(visit: Visit) -> None:
    """Show the form at the left, and the imports that were made at the right."""
    st.subheader("Import forecasts", anchor=False)
    if not visit.may_curate:
        show_empty("Importing needs the role analyst.", "Ask an admin for it.")
        return
    left, right = st.columns(2, gap="large")
    with left:
        _show_form(visit)
    with right:
        _show_batches(visit)


def _show_form(visit: Visit) -> None:
    number = st.session_state.setdefault(_ROUND_KEY, 0)  # a new number clears the fields
    uploads = st.file_uploader(
        "Exports of Fatebook, PredictionBook, Metaculus or Manifold, or a spreadsheet",
        type=["csv", "tsv", "json", "jsonl", "zip", "xlsx"],
        accept_multiple_files=True,
        max_upload_size=MAX_MEGABYTES,
        key=f"import-files-{number}",
    )
    with st.expander("From an account", icon=":material/cloud_download:"):
        _show_account(visit)
    files = {file.name: file.getvalue() for file in uploads or ()}
    files = files or st.session_state.get(_FETCHED_KEY, {})
    if not files:
        st.caption(
            "Forecasts enter with the times at which they were made, on retrospective questions: "
            "practice that stays apart from your live record."
        )
        return
    with show_refusals():
        _show_plan(visit, files)


def _show_account(visit: Visit) -> None:
    with st.form("import-account", border=False):
        site = st.selectbox("Site", get_args(AccountSite), format_func=_SITES.__getitem__)
        name = st.text_input(
            "User name (Manifold) or number of the question (Metaculus)", autocomplete="off"
        )
        key = st.text_input(
            "Key (Fatebook, Metaculus)", type="password", autocomplete="off",
            help="It is used once and stored nowhere.",
        )  # fmt: skip
        if st.form_submit_button("Fetch"):
            with show_refusals(), st.spinner("Asking the site …"):
                content = visit.tracker.forecasts.fetch_account(site, name, key)
                ending = "zip" if site == "metaculus" else "json"
                st.session_state[_FETCHED_KEY] = {f"{site}.{ending}": content}


def _show_plan(visit: Visit, files: Mapping[str, bytes]) -> None:
    """Show what would enter, and the choices; raises `Refused` for files that are none."""
    choices = ImportChoices(zone=visit.zone.key)
    columns = st.container()
    with st.spinner("Reading …"):
        headers = visit.tracker.forecasts.list_headers(files)
        if headers:
            with columns:
                choices = replace(choices, columns=_choose_columns(headers))
        plan = visit.tracker.forecasts.preview_import(files, choices)
    st.markdown(escape_markdown(describe_preview(plan)))
    if mapped := _choose_questions(visit, plan):
        choices = replace(choices, questions=mapped)
        plan = visit.tracker.forecasts.preview_import(files, choices)
    _show_problems(plan)
    _show_first_rows(visit, plan)
    skip = bool(plan.refused) and st.checkbox(
        f"Leave out {plural(len(plan.refused), 'broken row')}", key="import-skip"
    )
    nothing = plan.forecasts + plan.answers == 0
    st.button(
        "Import",
        type="primary",
        key="import-now",
        disabled=nothing or (bool(plan.refused) and not skip),
        on_click=_import,
        args=(visit, files, replace(choices, skip_broken=skip)),
    )


def _choose_columns(headers: tuple[str, ...]) -> dict[str, str]:
    """Return the columns that were chosen; the rest is guessed."""
    with st.expander("Columns", icon=":material/view_column:"):
        chosen = {
            ours: st.selectbox(
                label, [_AS_NEW, *headers], format_func=lambda h: h or "By its header",
                key=f"import-column-{ours}",
            )
            for ours, label in IMPORT_COLUMNS.items()
        }  # fmt: skip
    return {ours: header for ours, header in chosen.items() if header}


def _choose_questions(visit: Visit, plan: ImportPreview) -> dict[str, str]:
    """Return the known questions that were chosen for new ones, by link or text."""
    known = {
        s.question.id: s.question.text
        for s in visit.tracker.questions.list()
        if s.question.retrospective
    }
    new = [question for question in plan.questions if question.matched is None][:MAX_MAPPED]
    if not known or not new:
        return {}
    with st.expander("Same as a question here?", icon=":material/join:"):
        chosen = {
            question.link or question.text: st.selectbox(
                question.text, [_AS_NEW, *known], key=f"import-question-{question.text}",
                format_func=lambda name: known.get(name, "A new question"),
            )
            for question in new
        }  # fmt: skip
    return {key: name for key, name in chosen.items() if name}


def _show_problems(plan: ImportPreview) -> None:
    if not plan.refused:
        return
    rows = [
        Row(str(number), {"line": TextCell(f"{row.line:,}"), "reason": TextCell(row.reason)})
        for number, row in enumerate(plan.refused[:MAX_ROWS])
    ]
    show_rows("import-problems", "Broken rows", _PROBLEM_COLUMNS, rows)
    if len(plan.refused) > MAX_ROWS:
        st.caption(f"And {plural(len(plan.refused) - MAX_ROWS, 'more broken row')}.")


def _show_first_rows(visit: Visit, plan: ImportPreview) -> None:
    with st.expander("First rows", icon=":material/table_rows:"):
        rows = [_build_row(visit, str(nr), row) for nr, row in enumerate(plan.first_rows)]
        show_rows("import-rows", "First rows", _ROW_COLUMNS, rows)


def _build_row(visit: Visit, name: str, row: FileRow) -> Row:
    """Build a row of a file: a forecast, or an answer."""
    values = row.values
    made_at = values.get("made_at", values.get("known_at", ""))
    forecast = values.get("probability", values.get("forecast", values.get("outcome", "")))
    question = str(values.get("text", values.get("question", "")))
    cells = {
        "text": TextCell(clip(question, MAX_TEXT)),
        "forecast": TextCell(str(forecast)),
        "made": TextCell(visit.day(made_at) if isinstance(made_at, datetime) else str(made_at)),
    }
    return Row(name, cells)


def _import(visit: Visit, files: Mapping[str, bytes], choices: ImportChoices) -> None:
    with show_refusals():
        result = visit.tracker.forecasts.import_files(files, choices)
        st.session_state.pop(_FETCHED_KEY, None)
        st.session_state[_ROUND_KEY] += 1
        notify(describe_import(result))


def _show_batches(visit: Visit) -> None:
    batches = visit.tracker.forecasts.imports()
    show_section_title("Imports")
    if not batches:
        show_empty("Nothing was imported yet.", "Whatever an import enters can be taken back here.")
        return
    columns = (
        RowColumn("from", "From"),
        RowColumn("at", "When", "end"),
        RowColumn("forecasts", "Forecasts", "end"),
    )
    show_rows("imports", "Imports", columns, [_build_batch_row(visit, b) for b in batches])
    standing = {batch.id: batch for batch in batches if batch.undone_at is None}
    if standing:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.selectbox(
                "Import", list(standing), format_func=lambda b: _name_batch(visit, standing[b])
            )
            st.button("Undo", on_click=_undo, args=(visit, chosen), icon=":material/undo:")


def _build_batch_row(visit: Visit, batch: ImportBatch) -> Row:
    state = f"undone {visit.day(batch.undone_at)}" if batch.undone_at else ""
    cells = {
        "from": TextCell(name_source(batch.source), state or batch.name),
        "at": TextCell(visit.day(batch.at)),
        "forecasts": TextCell(f"{batch.forecasts:,}"),
    }
    return Row(str(batch.id), cells)


def _name_batch(visit: Visit, batch: ImportBatch) -> str:
    return f"{name_source(batch.source)}, {visit.day(batch.at)} ({batch.name})"


def _undo(visit: Visit, batch_id: int) -> None:
    with show_refusals():
        undone = visit.tracker.forecasts.undo_import(batch_id)
        stayed = (
            f"; {plural(len(undone.in_use), 'question')} in use stayed" if undone.in_use else ""
        )
        notify(f"{plural(undone.forecasts, 'forecast')} taken back{stayed}")
