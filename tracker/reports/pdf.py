"""Render a report as PDF with vector charts; the only module that uses Typst.

Typst is one wheel that includes its fonts, and needs neither a browser nor system libraries. The
report is passed as data, never as markup: no text in it can be a command.
"""

import json
from functools import lru_cache
from importlib.resources import files

from forecasts.questions.format import format_utc_minute
from tracker.reports.content import ReportDocument
from tracker.reports.svg_charts import render_svg


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
    compiled = typst.Compiler(_load_template(), sys_inputs=inputs).compile(
        format="pdf", timestamp=int(report.known_at.timestamp())
    )
    assert isinstance(compiled, bytes)
    return compiled


@lru_cache(maxsize=1)
def _load_template() -> bytes:
    return files("tracker.reports").joinpath("report.typ").read_bytes()
