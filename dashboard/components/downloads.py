"""Buttons that give a report away. A report is made when its button is pressed, not when a page is
drawn.
"""

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
    """The buttons for one report, on what is known when one is pressed."""
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"report-{kind}-{name}"
    ):
        st.caption("Report:", width="content")
        for form, (label, tip) in _LABELS.items():
            st.download_button(
                label,
                _made(visit, kind, name, form),
                f"{'-'.join(part for part in (kind, name, f'{visit.stands_at:%Y-%m-%d}') if part)}.{form}",
                MEDIA_TYPES[form],
                key=f"report-{kind}-{name}-{form}",
                help=tip,
                on_click="ignore",
                icon=":material/download:",
                type="tertiary",
            )


def _made(visit: Visit, kind: Kind, name: str, form: Format) -> Callable[[], bytes]:
    tracker = visit.tracker
    return lambda: written(tracker.report(kind, name), form)
