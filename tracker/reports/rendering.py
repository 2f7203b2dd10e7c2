"""Rendering of reports as HTML and PDF; the only module that uses Jinja and Typst.

Neither needs a browser or a network. A report is passed as data, never as markup: no text in it can
be a command.
"""

import json
from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from forecasts.questions.formatting import format_utc_minute
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
            draw=lambda chart: Markup(render_svg(chart)),  # noqa: S704  vl-convert escapes texts
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
