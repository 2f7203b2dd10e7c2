"""Report files: render, name and choose the format."""

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal, assert_never, get_args

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from forecasts.questions.formatting import format_utc_minute
from forecasts.questions.question import utc
from tracker.errors import Refused
from tracker.reports.content import REPORT_KINDS, Chart, ReportDocument, ReportKind, hash_text
from tracker.reports.svg_charts import WIDTH, render_svg
from tracker.storage.event_log import canonical_json

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
            from tracker.reports.report_files import render_html

            return render_html(report)
        case "pdf":
            from tracker.reports.report_files import render_pdf

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


_HTML_DATA: Final = re.compile(
    rb'<script type="application/json" id="data">(.*?)</script>', re.DOTALL
)
_HTML_HASH: Final = re.compile(rb'<code id="sha256">([0-9a-f]{64})</code>')
_PDF_HASH: Final = re.compile(rb"sha256:([0-9a-f]{64})")
_PDF_STREAM: Final = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)

MAX_STREAM_BYTES: Final = 64_000_000
"""Size limit of an inflated PDF stream; report data is smaller."""


@dataclass(frozen=True, slots=True)
class EmbeddedReport:
    """Subject of a report file, the hash of its data, and the hash that it shows."""

    kind: ReportKind
    name: str
    known_at: datetime
    sha256: str
    shown: str


@dataclass(frozen=True, slots=True)
class ReportCheck:
    """Data hash of a report file, and that of the same report from the database now."""

    carried: EmbeddedReport
    from_database: str

    @property
    def whole(self) -> bool:
        """True if the data has the hash that the file shows."""
        return self.carried.sha256 == self.carried.shown

    @property
    def same(self) -> bool:
        """True if the database gives the same data for that instant."""
        return self.carried.sha256 == self.from_database

    @property
    def words(self) -> str:
        """The result as a sentence."""
        if not self.whole:
            return "The file was changed: its data do not have the hash that it shows."
        if not self.same:
            return (
                "The file is whole, but this database says something else of "
                f"{self.carried.known_at.isoformat()}. A report of an earlier release may be "
                "worded in another way."
            )
        return (
            "The file is whole, and says what this database says of "
            f"{self.carried.known_at.isoformat()}."
        )


def read_embedded_report(content: bytes) -> EmbeddedReport:
    """Read the data embedded in a report file of any format; raises `Refused` if there is none."""
    if content.startswith(b"%PDF"):
        data, hash_match = _find_pdf_data(content), _PDF_HASH.search(content)
    elif match := _HTML_DATA.search(content):
        data, hash_match = _parse_data(match[1]), _HTML_HASH.search(content)
    else:
        data, hash_match = _parse_data(content), None
    if data is None:
        raise Refused("this is not the file of a report: it carries no data of one")
    sha256 = hash_text(canonical_json(data))
    if hash_match is not None:
        shown = hash_match[1].decode()
    elif content.startswith(b"{"):
        shown = sha256
    else:
        shown = ""
    return EmbeddedReport(data["kind"], data["name"], utc(data["known_at"]), sha256, shown)


def _find_pdf_data(content: bytes) -> dict[str, Any] | None:
    """Return the report data among the streams of a PDF."""
    return next(
        (data for stream in _inflate_streams(content) if (data := _parse_data(stream)) is not None),
        None,
    )


def _inflate_streams(content: bytes) -> Iterator[bytes]:
    for match in _PDF_STREAM.finditer(content):
        try:
            inflated = zlib.decompressobj().decompress(match[1], MAX_STREAM_BYTES)
        except zlib.error:
            inflated = match[1]
        if inflated.startswith(b"{"):
            yield inflated


def _parse_data(text: bytes) -> dict[str, Any] | None:
    """Parse the data of a report; None for anything else."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    is_report = (
        isinstance(data, dict)
        and data.get("kind") in REPORT_KINDS
        and {"name", "known_at", "format"} <= data.keys()
    )
    return (
        data
        if is_report and isinstance(data["name"], str) and isinstance(data["known_at"], str)
        else None
    )


CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
"""Content security policy: the file may load nothing."""


def render_html(report: ReportDocument) -> bytes:
    """Render a report as HTML that works offline. Text is escaped; nothing in it is executed."""
    return _fill_template(
        "report.html.jinja",
        report,
        styles=("report.css",),
        widths=(WIDTH,),
        data=Markup(_escape_script(report.data)),  # noqa: S704  it cannot end the element
    )


NARROW: Final = 290
"""Width of the lines of a chart on a phone."""


def render_public_page(report: ReportDocument) -> bytes:
    """Render a report as a page for whoever has a link to it: light or dark, also on a phone."""
    return _fill_template(
        "report.html.jinja", report, styles=("report.css", "public.css"), widths=(WIDTH, NARROW)
    )


def render_frame(report: ReportDocument, width: int, address: str) -> bytes:
    """Render the chart of a report as a page for a frame; `address` has more, "" for nothing.

    The report has a chart.
    """
    return _fill_template(
        "frame.html.jinja",
        report,
        styles=("report.css", "public.css"),
        widths=(width,),
        address=address,
    )


def _fill_template(
    name: str,
    report: ReportDocument,
    *,
    styles: tuple[str, ...],
    widths: tuple[int, ...],
    data: Markup | None = None,
    address: str = "",
) -> bytes:
    """Fill a template; a chart is drawn once for each width, and the style sheet shows one."""

    def draw(chart: Chart) -> Markup:
        elements = "".join(render_svg(chart, width) for width in widths)
        return Markup(elements)  # noqa: S704  vl-convert escapes texts

    text = _load_template(name).render(
        report=report,
        known_at=format_utc_minute(report.known_at),
        policy=CONTENT_SECURITY_POLICY,
        style=Markup("".join(map(_read_resource, styles))),  # noqa: S704  ours
        data=data,
        draw=draw,
        address=address,
    )
    return text.encode()


def _escape_script(data: str) -> str:
    r"""Escape JSON so that it cannot end its element: `<` occurs in strings only, as `\u003c`."""
    return data.replace("<", "\\u003c")


@lru_cache
def _load_template(name: str) -> Template:
    # Not select_autoescape: everything is escaped, whatever the file is called.
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(_read_resource),
    )
    return environment.get_template(name)


def _read_resource(name: str) -> str:
    return files("tracker.reports").joinpath(name).read_text(encoding="utf-8")


def render_pdf(report: ReportDocument) -> bytes:
    """Render a report as PDF; the same report gives the same bytes on one machine.

    Letters missing from Typst's own fonts, such as Chinese ones, come from system fonts; without
    one, an empty box stands for each.
    """
    import typst

    content = json.loads(report.data)
    charts = iter(report.charts)
    for section in content["sections"]:
        for block in section["blocks"]:
            if block["block"] == "chart":
                block["svg"] = render_svg(next(charts))
    inputs = {
        "report": json.dumps(content, ensure_ascii=False),
        "data": report.data,
        "sha256": report.sha256,
        "command": report.command,
        "known_at": format_utc_minute(report.known_at),
    }
    compiled = typst.Compiler(_load_typst_template(), sys_inputs=inputs).compile(
        format="pdf", timestamp=int(report.known_at.timestamp())
    )
    assert isinstance(compiled, bytes)
    return compiled


@lru_cache(maxsize=1)
def _load_typst_template() -> bytes:
    return files("tracker.reports").joinpath("report.typ").read_bytes()
