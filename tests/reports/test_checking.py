"""The file of a report is read back: whole or changed, and the same as the database or not."""

import zlib

import pytest

from tests.reports.lived import QUESTION, Lived
from tests.tables import check_rows
from tracker.errors import Refused
from tracker.reports.report_files import (
    REPORT_FORMATS,
    ReportFormat,
    read_embedded_report,
    render_report,
)


@check_rows(REPORT_FORMATS, "form")
def test_a_file_of_any_format_says_what_the_database_says(lived: Lived, form: ReportFormat) -> None:
    report = lived.tracker.reports.build("question", QUESTION, as_of=lived.open)
    found = lived.tracker.reports.check(render_report(report, form))
    assert (found.whole, found.same) == (True, True)
    assert (found.carried.kind, found.carried.name, found.carried.known_at) == (
        "question",
        QUESTION,
        lived.open,
    )
    assert found.carried.sha256 == report.sha256
    assert found.words.startswith("The file is whole, and says what this database says")


@pytest.mark.gate
def test_a_changed_file_is_found_out(lived: Lived) -> None:
    page = render_report(lived.tracker.reports.build("question", QUESTION), "html")
    found = lived.tracker.reports.check(page.replace(b"55%", b"95%"))
    assert not found.whole
    assert "was changed" in found.words
    report = lived.tracker.reports.build("question", QUESTION)
    found = lived.tracker.reports.check(render_report(report, "json").replace(b"55%", b"95%"))
    assert (found.whole, found.same) == (True, False)
    assert "this database says something else" in found.words


@check_rows([
    b"", b"{}", b"[" * 100_000, b"<html></html>", b"%PDF-1.7\nstream\n{]\nendstream",
    b"%PDF-1.7\nstream\n" + zlib.compress(b"{" + b" " * 1_000_000 + b"}") + b"\nendstream",
    b'{"kind": "question", "name": 1, "known_at": "2026-01-01", "format": 1}',
    b'{"kind": "secrets", "name": "", "known_at": "2026-01-01", "format": 1}',
])  # fmt: skip
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="not the file of a report"):
        read_embedded_report(content)
