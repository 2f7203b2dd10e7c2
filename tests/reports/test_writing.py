"""A report as HTML, PDF and JSON: self-contained, inert, with vector charts, and the same whenever
it is made.
"""

import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.builders import NOW
from tests.reports.lived import HOSTILE
from tests.tables import check_rows
from tracker.errors import Refused
from tracker.reports import svg_charts
from tracker.reports.content import (
    Chart,
    ChartEvent,
    EvidenceMark,
    Point,
    ReportDocument,
    ReportSection,
    ReportSeries,
    make_cell,
    make_paragraph,
    make_row,
    make_table,
)
from tracker.reports.report_files import (
    REPORT_FORMATS,
    choose_format,
    render_report,
    report_file_name,
)

LOADS = {"img", "iframe", "object", "embed", "link", "video", "audio", "source", "base", "form"}


class Elements(HTMLParser):
    """Every element of a page, with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def a_chart(name: str = "Ada", **changed: object) -> Chart:
    points = (Point(NOW, 0.3), Point(NOW.replace(day=20), 0.5))
    series = (
        ReportSeries(name, "me", points),
        ReportSeries("Estimate", "suggestion", points),
        ReportSeries("x", "person", points),
    )
    values = {"axis": "share", "unit": "", "series": series, "alt": f"What {name} held."}
    return Chart(**{**values, **changed})  # type: ignore[arg-type]


def a_report(*blocks: object, title: str = "A title") -> ReportDocument:
    return ReportDocument("question", "q", title, "63%", NOW, (ReportSection("All", blocks),))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def hostile() -> ReportDocument:
    """Hostile text in every place."""
    one = make_table(
        (HOSTILE, "n"),
        [make_row(make_cell(HOSTILE, "https://wire.invalid/a"), 1)],
        wide=(0,),
        numbers=(1,),
    )
    return a_report(a_chart(f"{HOSTILE} <b onload=x>"), make_paragraph(HOSTILE), one, title=HOSTILE)


def test_the_html_runs_nothing_and_keeps_every_text(hostile: ReportDocument) -> None:
    page = render_report(hostile, "html").decode()
    elements = Elements(page).found
    assert not [tag for tag, _ in elements if tag in LOADS]
    assert [attributes for tag, attributes in elements if tag == "script"] == [
        {"type": "application/json", "id": "data"}
    ]
    names = {name for _, attributes in elements for name in attributes}
    assert not [
        name
        for name in names
        if name.startswith("on") or name in ("src", "srcset", "xlink:href", "style")
    ]
    assert [a["href"] for _, a in elements if "href" in a] == ["https://wire.invalid/a"]
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src &#39;none&#39;" in page
    page = render_report(hostile, "html").decode()
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt; #read(&#34;/etc/passwd&#34;) *b*") >= 4
    assert "习近平 Привет" in page


def test_the_pdf_takes_hostile_text_for_text(
    hostile: ReportDocument,
) -> None:
    content = render_report(hostile, "pdf")
    assert content.startswith(b"%PDF-")
    assert b"/Subtype/Image" not in content.replace(b" ", b"")
    assert b"/URI" in content
    assert b"root:" not in content


@check_rows(REPORT_FORMATS, "form")
def test_the_same_report_is_the_same_file(hostile: ReportDocument, form: str) -> None:
    svg_charts.render_svg.cache_clear()
    first = render_report(hostile, form)  # type: ignore[arg-type]
    svg_charts.render_svg.cache_clear()
    assert render_report(hostile, form) == first  # type: ignore[arg-type]


def test_the_hash_is_that_of_the_data(hostile: ReportDocument) -> None:
    data = render_report(hostile, "json")
    assert hashlib.sha256(data).hexdigest() == hostile.sha256
    assert hostile.sha256.encode() in render_report(hostile, "html")
    assert hostile.sha256.encode() in render_report(hostile, "pdf")
    page = render_report(hostile, "html").decode()
    (inside,) = re.findall(
        r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL
    )
    again = json.dumps(
        json.loads(inside), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert hashlib.sha256(again.encode()).hexdigest() == hostile.sha256


def test_charts_are_vectors_whose_lines_are_told_apart() -> None:
    marks = (EvidenceMark(NOW, 1, 3), EvidenceMark(NOW, -1, 5), EvidenceMark(NOW, 0, 0))
    chart = a_chart(marks=marks, rules=(ChartEvent(NOW, "closes"),), answer=Point(NOW, 1.0))
    drawn = svg_charts.render_svg(chart)
    assert drawn.startswith("<svg")
    assert "<image" not in drawn
    assert ">closes</text>" in drawn
    assert drawn.count('aria-roledescription="point"') == 4
    assert "#0072B2" in drawn
    options = tuple(
        ReportSeries(name, "option", (Point(NOW, 0.5), Point(NOW.replace(day=9), 0.5)))
        for name in "ab"
    )
    assert (
        svg_charts.build_vega_spec(a_chart(series=options, stacked=True))["layer"][0]["encoding"][
            "y"
        ]["stack"]
        == "zero"
    )
    ranged = (
        ReportSeries(
            "Ada",
            "me",
            (Point(NOW, 1.7e9, 1.6e9, 1.8e9), Point(NOW.replace(day=9), 1.7e9, 1.6e9, 1.8e9)),
        ),
    )
    spec = svg_charts.build_vega_spec(a_chart(series=ranged, axis="date"))
    assert spec["layer"][0]["mark"]["type"] == "area"
    assert spec["layer"][0]["data"]["values"][0]["value"] == 1.7e12  # Vega counts milliseconds
    assert svg_charts.render_svg(a_chart(series=ranged, axis="date"))
    options = tuple(ReportSeries(str(n), "option", ()) for n in range(14))
    strokes = [(line.colour, line.dash) for line in svg_charts.assign_line_styles(options)]
    assert len({*strokes}) == 14


def test_a_file_is_named_after_its_report() -> None:
    assert report_file_name(a_report(), "pdf") == "question-q-2026-12-01.pdf"
    actual = report_file_name(ReportDocument("week", "", "t", "a", NOW, ()), "html")
    assert actual == "week-2026-12-01.html"
    assert "/" not in report_file_name(
        ReportDocument("question", "../../x", "t", "a", NOW, ()), "json"
    )
    assert choose_format(Path("a.PDF"), None) == "pdf"
    assert choose_format(Path("a.txt"), "json") == "json"
    with pytest.raises(Refused, match=r"end it in \.html, \.pdf or \.json"):
        choose_format(Path("a.txt"), None)
