"""Render a report as one self-contained HTML file; the only module that uses Jinja."""

from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from forecasts.questions.format import format_utc_minute
from tracker.reports.content import ReportDocument
from tracker.reports.svg_charts import render_svg

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
"""Content security policy: the file may load nothing."""


def render_html(report: ReportDocument) -> bytes:
    """Render a report as HTML that works offline. Text is escaped; nothing in it is executed."""
    return (
        _load_template()
        .render(
            report=report,
            known_at=format_utc_minute(report.known_at),
            policy=CONTENT_SECURITY_POLICY,
            style=Markup(_read_resource("report.css")),  # noqa: S704  ours
            data=Markup(_escape_script(report.data)),  # noqa: S704  it cannot end the element
            draw=lambda chart: Markup(render_svg(chart)),  # noqa: S704  vl-convert escapes the texts in it
        )
        .encode()
    )


def _escape_script(data: str) -> str:
    r"""Escape JSON so that it cannot end its element: `<` occurs in strings only, as `\u003c`."""
    return data.replace("<", "\\u003c")


@lru_cache(maxsize=1)
def _load_template() -> Template:
    # Not select_autoescape: everything is escaped, whatever the file is called.
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(_read_resource),
    )
    return environment.get_template("report.html.jinja")


def _read_resource(name: str) -> str:
    return files("tracker.reports").joinpath(name).read_text(encoding="utf-8")
