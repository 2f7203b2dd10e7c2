"""A report as PDF, with charts as vectors. Typst lives here alone.

Typst is one wheel with its fonts inside, and needs neither a browser nor libraries of the system.
The report goes in as data, never as markup: no text in it can be a command.
"""

import json
from functools import lru_cache
from importlib.resources import files

from tracker.reports.content import Report, minute
from tracker.reports.figures import svg


def pdf(report: Report) -> bytes:
    """The report as PDF: the same report gives the same bytes on one machine.

    Letters that Typst's own fonts lack, such as Chinese ones, come from the fonts of the system;
    where it has none either, an empty box stands for each.
    """
    import typst

    content = json.loads(report.data)
    drawn = iter(report.charts)
    for section in content["sections"]:
        for block in section["blocks"]:
            if block["block"] == "chart":
                block["svg"] = svg(next(drawn))
    given = {
        "report": json.dumps(content, ensure_ascii=False),
        "data": report.data,
        "sha256": report.sha256,
        "command": report.command,
        "known_at": minute(report.known_at),
    }
    made = typst.Compiler(_template(), sys_inputs=given).compile(
        format="pdf", timestamp=int(report.known_at.timestamp())
    )
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=1)
def _template() -> bytes:
    return files("tracker.reports").joinpath("report.typ").read_bytes()
