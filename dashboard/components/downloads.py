"""Download buttons of reports. A report is made when its button is pressed."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from dashboard.components.visit import Visit
from tracker.reports.content import Kind
from tracker.reports.writing import MEDIA_TYPES, Format, written

_LABELS: Final[dict[Format, tuple[str, str]]] = {
    "html": ("HTML", "One file that opens anywhere, offline too, and prints well."),
    "pdf": ("PDF", "With vector charts, and the data attached."),
    "json": (
        "Data",
        "Everything that the report shows, as JSON; its SHA-256 is that of the report.",
    ),
}


def report(visit: Visit, kind: Kind, name: str = "") -> None:
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
                _made(visit, kind, name, file_format),
                f"{stem}.{file_format}",
                MEDIA_TYPES[file_format],
                key=f"report-{kind}-{name}-{file_format}",
                help=help_text,
                on_click="ignore",
                icon=":material/download:",
                type="tertiary",
            )


def _made(visit: Visit, kind: Kind, name: str, file_format: Format) -> Callable[[], bytes]:
    tracker = visit.tracker
    return lambda: written(tracker.report(kind, name), file_format)
