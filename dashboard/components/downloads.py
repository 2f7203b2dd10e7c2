"""Download buttons of reports. A report is made when its button is pressed."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from dashboard.components.visit import Visit
from tracker.reports.content import ReportKind
from tracker.reports.writing import MEDIA_TYPES, ReportFormat, render_report

_LABELS: Final[dict[ReportFormat, tuple[str, str]]] = {
    "html": ("HTML", "One file that opens anywhere, offline too, and prints well."),
    "pdf": ("PDF", "With vector charts, and the data attached."),
    "json": (
        "Data",
        "Everything that the report shows, as JSON; its SHA-256 is that of the report.",
    ),
}


def show_report_buttons(visit: Visit, kind: ReportKind, name: str = "") -> None:
    """Show the download buttons of one report."""
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"report-{kind}-{name}"
    ):
        st.caption("Report:", width="content")
        parts = (kind, name, f"{visit.stands_at:%Y-%m-%d}")
        stem = "-".join(part for part in parts if part)
        for file_format, (label, help_text) in _LABELS.items():
            st.download_button(
                label,
                make_report_later(visit, kind, name, file_format),
                f"{stem}.{file_format}",
                MEDIA_TYPES[file_format],
                key=f"report-{kind}-{name}-{file_format}",
                help=help_text,
                on_click="ignore",
                icon=":material/download:",
                type="tertiary",
            )


def make_report_later(
    visit: Visit, kind: ReportKind, name: str, file_format: ReportFormat
) -> Callable[[], bytes]:
    """Return a function that builds the report when its button is pressed."""
    tracker = visit.tracker
    return lambda: render_report(tracker.reports.build(kind, name), file_format)
