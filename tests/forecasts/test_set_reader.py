"""Reading one file: every refusal names the line where the mistake stands."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from forecasts.distributions.distribution import Binary
from forecasts.errors import InvalidQuestionSet
from forecasts.question_sets.record_reader import SetFile, SetRecord, require_unique_ids
from tests.forecasts.strategies import OPENS, evidence, question
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/set_reader")


def only_record(text: str) -> SetRecord:
    (record,) = SetFile("some.toml", text).records("thing")
    return record


def refusal(act: Callable[[], object]) -> InvalidQuestionSet:
    with pytest.raises(InvalidQuestionSet) as caught:
        act()
    return caught.value


def marked(text: str) -> int:
    """The line that carries the mark."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if "# here" in line)


@check_rows(
    [
        ('[[thing]]\nid = "a"\nid = "b"\n', 3),
        ('[[thing]]\nid = "a\n', 2),
        ("[[thing]]\nwhen = 2022-13-01\n", 2),
        ('[[thing]]\nid = """never closed\n', 3),
        ("[[thing]]\nn = " + "9" * 5000 + "\n", 3),
        ("a = " + "[" * 5000, 1),
    ]
)
def test_what_is_no_toml_is_refused_at_its_line(text: str, line: int) -> None:
    error = refusal(lambda: SetFile("some.toml", text))
    assert (error.file, error.line) == ("some.toml", line)
    assert error.reason.startswith("not valid TOML")
    assert str(error).startswith(f"some.toml:{line}: not valid TOML")


def test_absent_tables_and_escaped_names() -> None:
    # An absent table has no records.
    assert list(SetFile("some.toml", "").records("thing")) == []
    # A name that is hidden by escapes is refused at the first line.
    assert (
        refusal(lambda: SetFile("some.toml", '\n["t\\u0068ing"]\n').allow_only("other")).line == 1
    )
    assert refusal(lambda: only_record('\n[["t\\u0068ing"]]\n').read_text("id")).line == 1


@check_rows(["\n[thing] # here\n", "\nthing = 3 # here\n", "\nthing = [1] # here\n"])
def test_a_table_that_is_no_list_of_entries_is_refused(text: str) -> None:
    error = refusal(lambda: list(SetFile("some.toml", text).records("thing")))
    assert (error.line, error.reason) == (marked(text), "write thing as [[thing]] entries")


@check_rows(TABLES["misspelt_tables_are_refused_at_their_line"])
def test_misspelt_tables_are_refused_at_their_line(text: str) -> None:
    error = refusal(lambda: SetFile("some.toml", text).allow_only("thing", "other"))
    assert (error.line, error.reason) == (
        marked(text),
        "unknown 'thingy'; known here: thing, other",
    )


def test_entries_know_their_lines() -> None:
    # Each entry knows its own lines.
    text = '[[thing]]\nid = "a"\n\n[[other]]\nid = 1\n\n[[ thing ]]\nname = "n"\nid = 3 # here\n'
    first, second = SetFile("some.toml", text).records("thing")
    assert (first.line, second.line) == (1, 7)
    assert first.read_text("id") == "a"
    assert refusal(lambda: second.read_text("id")).line == marked(text)
    assert refusal(lambda: first.read_text("missing")).line == 1
    # Text inside a long string is never taken for a key or a header.
    text = (
        '[[thing]]\nnote = """\n[[thing]]\nid = no key\n"""\nid = 3 # here\n[[thing]]\nid = "b"\n'
    )
    first, second = SetFile("some.toml", text).records("thing")
    assert refusal(lambda: first.read_text("id")).line == marked(text)
    assert second.line == 7
    # A nested list is never taken for a header.
    text = '[[thing]]\nterms = [\n  ["a"]\n]\nid = 3 # here\n'
    assert refusal(lambda: only_record(text).read_text("id")).line == marked(text)


@check_rows(TABLES["nested_parts_are_found_by_header_or_key"])
def test_nested_parts_are_found_by_header_or_key(text: str) -> None:
    assert refusal(lambda: only_record(text).read_text("part")).line == marked(text)


def test_escaped_keys_are_refused_at_their_entry() -> None:
    text = '[[thing]]\n"i\\u0064" = 1\n[[thing]]\n"i\\u0064" = 2\nid_ = 3\n'
    first, second = SetFile("some.toml", text).records("thing")
    assert refusal(lambda: first.read_text("id")).line == 1
    assert refusal(lambda: second.read_text("id")).line == 3
    spelt_out, _ = SetFile("some.toml", '[[thing]]\n"i\\u0064" = 1\n[[thing]]\nid = 2\n').records(
        "thing"
    )
    assert refusal(lambda: spelt_out.read_text("id")).line == 1


def test_values_are_read() -> None:
    # Texts are read with their white space folded.
    record = only_record(
        '[[thing]]\nid = "a-1_b"\nnote = """\n  two\n  lines\n"""\nempty = ""\ntags = ["x  y"]\n'
    )
    assert record.read_text("note") == "two lines"
    assert record.read_text("empty", "") == ""
    assert record.read_text("absent", "else") == "else"
    assert record.read_slug() == "a-1_b"
    assert record.read_texts("tags") == ("x y",)
    assert record.read_texts("absent") == ()
    # Numbers flags words and links are read.
    record = only_record(
        '[[thing]]\nn = 3\nx = 0.5\nyes = true\nword = "b"\nurl = "https://example.org/"\n'
    )
    assert (
        record.read_number("n"),
        record.read_number("x"),
        record.read_number("absent", 4.0),
    ) == (3.0, 0.5, 4.0)
    assert record.read_count("n") == 3
    assert (record.read_flag("yes"), record.read_flag("absent")) == (True, False)
    assert record.read_choice("word", ("a", "b")) == "b"
    assert record.read_url() == "https://example.org/"


@check_rows(TABLES["times_are_read_as_utc"])
def test_times_are_read_as_utc(written: str) -> None:
    found = only_record(f"[[thing]]\nat = {written}\n").read_time("at")
    assert found == OPENS
    assert found.tzinfo is UTC
    assert isinstance(found, datetime)


READ: dict[str, Callable[[SetRecord], object]] = {
    "text": lambda r: r.read_text("key"),
    "slug": lambda r: r.read_slug("key"),
    "word": lambda r: r.read_choice("key", ("a", "b")),
    "link": lambda r: r.read_url("key"),
    "number": lambda r: r.read_number("key"),
    "count": lambda r: r.read_count("key"),
    "flag": lambda r: r.read_flag("key"),
    "texts": lambda r: r.read_texts("key"),
    "known": lambda r: r.read_ids("key", {"a", "b"}),
    "when": lambda r: r.read_time("key"),
}


@check_rows(TABLES["wrong_values_are_refused_at_their_line"])
def test_wrong_values_are_refused_at_their_line(how: str, written: str, reason: str) -> None:
    text = f"\n[[thing]]\nid = 'a'\nkey = {written} # here\n"
    error = refusal(lambda: READ[how](only_record(text)))
    assert (error.file, error.line) == ("some.toml", marked(text))
    assert reason in error.reason


@check_rows(["text", "slug", "word", "link", "number", "count", "when"])
def test_a_missing_key_is_refused_at_its_entry(how: str) -> None:
    text = "\n[[thing]] # here\nid = 'a'\n"
    error = refusal(lambda: READ[how](only_record(text)))
    assert (error.line, error.reason) == (marked(text), "thing needs 'key'")


def test_missing_keys_and_both_sides() -> None:
    # A missing key at the top is refused at the first line.
    error = refusal(lambda: SetFile("some.toml", "\n\n[[thing]]\n").top_record().read_text("title"))
    assert (error.line, error.reason) == (1, "the file needs 'title'")
    # A list that has to hold something may not be empty.
    text = "[[thing]]\nkey = [] # here\n"
    error = refusal(lambda: only_record(text).read_texts("key", required=True))
    assert (error.line, error.reason) == (marked(text), "thing needs at least one entry in 'key'")
    # Both sides are read.
    assert only_record("[[thing]]\nyes = ['a']\nno = ['b']\n").read_sides({"a", "b"}) == (
        ("a",),
        ("b",),
    )


@check_rows(TABLES["a_question_may_stand_on_one_side_once"])
def test_a_question_may_stand_on_one_side_once(text: str) -> None:
    error = refusal(lambda: only_record(text).read_sides({"a", "b"}))
    assert error.line == marked(text)
    assert error.reason.startswith("'a' stands twice in 'yes' and 'no'")


def test_inner_refusals_get_their_line_once() -> None:
    # A refusal from inside gets file and line.
    text = "[[thing]]\nid = 'a'\np = 1.2 # here\n"
    record = only_record(text)
    error = refusal(lambda: record.check_value(lambda: Binary(record.read_number("p")), "p"))
    assert (error.line, error.reason) == (
        marked(text),
        "p: a probability lies between 0 and 1, not 1.2",
    )
    # A refusal that has its line already is not wrapped again.
    text = "[[thing]]\nid = 'a'\np = 'often' # here\n"
    record = only_record(text)
    error = refusal(lambda: record.check_value(lambda: Binary(record.read_number("p")), "id"))
    assert (error.line, error.reason) == (marked(text), "'p' must be a number, not 'often'")


def test_unknown_keys_are_refused() -> None:
    # A key that nobody reads is refused at its line.
    text = "[[thing]]\nid = 'a'\nnaem = 'x' # here\n"
    record = only_record(text)
    record.read_slug()
    record.get("name")
    error = refusal(record.refuse_unknown_keys)
    assert (error.line, error.reason) == (
        marked(text),
        "unknown key 'naem' in thing; known: id, name",
    )
    # An entry read whole passes.
    record = only_record("[[thing]]\nid = 'a'\n")
    record.read_slug()
    record.refuse_unknown_keys()


def test_duplicate_ids_are_refused_at_the_second() -> None:
    text = "[[thing]]\nid = 'a'\n[[thing]]\nid = 'a' # here\n"
    records = list(SetFile("some.toml", text).records("thing"))
    one, other = question(name="one"), question(name="other")
    assert require_unique_ids(zip(records, (one, other), strict=True)) == (one, other)
    assert require_unique_ids([(records[0], evidence(1)), (records[1], evidence(2))]) == (
        evidence(1),
        evidence(2),
    )
    error = refusal(lambda: require_unique_ids((record, one) for record in records))
    assert (error.line, error.reason) == (marked(text), "id 'one' stands twice")
