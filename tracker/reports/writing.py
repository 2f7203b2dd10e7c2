"""A report as the bytes of a file."""

from pathlib import Path
from typing import Final, Literal, assert_never, get_args

from tracker.errors import Refused
from tracker.reports.content import Report

Format = Literal["html", "pdf", "json"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)

MEDIA_TYPES: Final[dict[Format, str]] = {
    "html": "text/html",
    "pdf": "application/pdf",
    "json": "application/json",
}


def written(report: Report, form: Format) -> bytes:
    """The report in a format; the same report gives the same bytes on one machine.

    The bytes of `json` are the data themselves: their SHA-256 is the report's.
    """
    match form:
        case "html":
            from tracker.reports.html import html

            return html(report)
        case "pdf":
            from tracker.reports.pdf import pdf

            return pdf(report)
        case "json":
            return report.data.encode()
        case _:
            assert_never(form)


def file_name(report: Report, form: Format) -> str:
    """What a report's file is called: `question-xi-zelensky-2026-11-24.pdf`."""
    parts = (report.kind, report.name, f"{report.known_at:%Y-%m-%d}")
    said = "-".join(part for part in parts if part)
    return f"{''.join(c if c.isalnum() or c in '-_' else '-' for c in said)[:100]}.{form}"


def format_of(file: Path, wanted: Format | None) -> Format:
    """The format that was asked for, or else what the file's name says; raises `Refused` where
    neither does.
    """
    said = file.suffix.lower().removeprefix(".")
    found = wanted or next((form for form in FORMATS if form == said), None)
    if found is None:
        raise Refused(
            f"{file} does not say its format: end it in .html, .pdf or .json, or give --format"
        )
    return found
