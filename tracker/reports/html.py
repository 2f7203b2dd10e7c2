"""A report as one HTML file that needs nothing else: style, charts and data inside. Jinja lives
here alone.
"""

from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from tracker.reports.content import Report, minute
from tracker.reports.figures import svg

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What the file may load: nothing, from anywhere."""


def html(report: Report) -> bytes:
    """The report as a file that opens anywhere, offline too. Every text is escaped; nothing in it
    runs.
    """
    return (
        _template()
        .render(
            report=report,
            known_at=minute(report.known_at),
            policy=POLICY,
            style=Markup(_read("report.css")),  # noqa: S704  ours
            data=Markup(_in_script(report.data)),  # noqa: S704  it cannot end the element
            draw=lambda chart: Markup(svg(chart)),  # noqa: S704  vl-convert escapes the texts in it
        )
        .encode()
    )


def _in_script(data: str) -> str:
    r"""JSON that cannot end the element around it: `<` may be written `\u003c` in a text, and
    stands nowhere else.
    """
    return data.replace("<", "\\u003c")


@lru_cache(maxsize=1)
def _template() -> Template:
    # Not by the file's name: everything is escaped, whatever it is called.
    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(_read),
    )
    return made.get_template("report.html.jinja")


def _read(name: str) -> str:
    return files("tracker.reports").joinpath(name).read_text(encoding="utf-8")
