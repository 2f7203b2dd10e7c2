"""Report files: render, name and choose the format."""

from pathlib import Path
from typing import Final, Literal, assert_never, get_args

from tracker.errors import Refused
from tracker.reports.content import ReportDocument

ReportFormat = Literal["html", "pdf", "json"]
REPORT_FORMATS: Final[tuple[ReportFormat, ...]] = get_args(ReportFormat)

MEDIA_TYPES: Final[dict[ReportFormat, str]] = {
    "html": "text/html",
    "pdf": "application/pdf",
    "json": "application/json",
}


def render_report(report: ReportDocument, form: ReportFormat) -> bytes:
    """Render a report in a format; the same report gives the same bytes on one machine.

    `json` is the data itself: its SHA-256 is the report's.
    """
    match form:
        case "html":
            from tracker.reports.html import render_html

            return render_html(report)
        case "pdf":
            from tracker.reports.pdf import render_pdf

            return render_pdf(report)
        case "json":
            return report.data.encode()
        case _:
            assert_never(form)


def report_file_name(report: ReportDocument, form: ReportFormat) -> str:
    """Name the file of a report: `question-xi-zelensky-2026-11-24.pdf`."""
    parts = (report.kind, report.name, f"{report.known_at:%Y-%m-%d}")
    stem = "-".join(part for part in parts if part)
    return f"{''.join(c if c.isalnum() or c in '-_' else '-' for c in stem)[:100]}.{form}"


def choose_format(file: Path, requested: ReportFormat | None) -> ReportFormat:
    """Return the requested format, else that of the suffix; raises `Refused` without either."""
    suffix = file.suffix.lower().removeprefix(".")
    chosen = requested or next((form for form in REPORT_FORMATS if form == suffix), None)
    if chosen is None:
        raise Refused(
            f"{file} does not say its format: end it in .html, .pdf or .json, or give --format"
        )
    return chosen
