"""The title of an essay comes out of the file that a person saved, where it shows one."""

from hypothesis import given
from hypothesis import strategies as st

from tests.tables import check_rows
from tracker.errors import Refused
from tracker.essays.extracting import MAX_TITLE_CHARS, choose_essay_name, find_title


@check_rows(
    [
        (
            "<title>Seven hunches – The Far Post</title><h1>Seven <em>hunches</em></h1>",
            "Seven hunches",
        ),
        (
            "<title>Seven hunches – The Far Post</title><h1>The Far News</h1>",
            "Seven hunches – The Far Post",
        ),
        ("<title>Grain &amp;\n trade</title>", "Grain & trade"),
        ("<h1>  </h1><h1>Grain</h1>", "Grain"),
        ("<title>Grain</title><svg><title>Logo</title></svg>", "Grain"),
        ("<p>Grain</p>", ""),
    ]
)
def test_a_page_is_called_by_its_heading_or_its_title(page: str, title: str) -> None:
    actual = find_title(f"<!doctype html><html><body>{page}</body></html>".encode(), "page.html")
    assert actual == title


@check_rows(
    [
        ("---\ntitle: x\n---\nBefore.\n\n## The *river* treaty ##\n", "a.md", "The river treaty"),
        ("# Grain\r\n\r\nIt will rise.", "a.txt", "Grain"),
        ("Grain and trade\n\nIt will rise.", "a.txt", "Grain and trade"),
        ("Grain and trade\n\nIt will rise.", "a.md", "Grain and trade"),
        ("Will grain rise?\n\nIt will.", "a.txt", "Will grain rise?"),
        ("Grain will rise.\n\nIt will.", "a.txt", ""),
        ("Grain will\nrise by a lot\n\nIt will.", "a.txt", ""),
        (f"{'grain ' * 30}\n\nIt will.", "a.txt", ""),
        ("Grain", "a.txt", ""),
        ("No.\n# Grain\n", "a.txt", ""),
        ("", "a.txt", ""),
    ]
)
def test_a_text_is_called_by_heading_or_first_line(text: str, name: str, title: str) -> None:
    assert find_title(text.encode(), name) == title


@check_rows([
("essay", "The grain trade", "essay"), ("Grain 2027", "Why", "grain-2027"), ("page", "", "page"),
("…", "The grain trade", "grain-trade"), ("…", "", ""),
])  # fmt: skip
def test_an_unnamed_file_is_named_by_its_title(stem: str, title: str, name: str) -> None:
    assert choose_essay_name(stem, title) == name


@given(st.binary(max_size=400), st.sampled_from(["a.txt", "a.md", "a.html", "a.mhtml", "a"]))
def test_a_title_is_one_short_line(raw: bytes, name: str) -> None:
    try:
        title = find_title(raw, name)
    except Refused:
        return
    assert len(title) <= MAX_TITLE_CHARS
    assert title == " ".join(title.split())
