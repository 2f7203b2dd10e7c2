"""A set that is written and read again is the same set, however its texts are spelt."""

import tomllib
from dataclasses import fields, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecasts.distributions.cdf import Cdf, Scale
from forecasts.question_sets.curve_values import format_set_forecast
from forecasts.question_sets.question_set import (
    OPTIONAL_SET_FILES,
    SET_FILES,
    QuestionSet,
    read_question_set,
)
from forecasts.question_sets.set_writer import write_question_set
from forecasts.question_sets.toml_text import MAX_LINE_LENGTH, format_entry
from forecasts.questions.parse_forecast import parse_forecast
from tests.forecasts.set_strategies import lists, question_sets, texts
from tests.forecasts.small_set import EVERY_KIND, TEXTS, changed
from tests.forecasts.strategies import OPENS, categorical_question, date_question, numeric_question
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/set_writer")


@settings(
    deadline=None,
    max_examples=5,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(question_sets())
def test_what_is_written_is_read_as_the_same_set(made: QuestionSet) -> None:
    again = read_question_set(write_question_set(made))
    for field in fields(QuestionSet):
        assert getattr(again, field.name) == getattr(made, field.name), field.name


@given(texts, lists)
def test_whatever_a_text_holds_a_toml_reader_gets_it_back(
    text: str, items: tuple[str, ...]
) -> None:
    long = " ".join([text] * 9)
    given_back = tomllib.loads(
        format_entry("thing", {"text": text, "long": long, "items": items, 'an "odd" key': text})
    )
    (thing,) = given_back["thing"]
    assert (thing["items"], thing['an "odd" key'].split()) == (list(items), text.split())
    assert (thing["text"].split(), thing["long"].split()) == (text.split(), long.split())


@check_rows(["one", "every"])
def test_the_small_sets_survive_being_written(name: str) -> None:
    read = read_question_set(TEXTS if name == "one" else EVERY_KIND)
    assert read_question_set(write_question_set(read)) == read


def test_texts_are_stable_and_broken_between_words() -> None:
    # Writing twice gives the same texts.
    once = write_question_set(read_question_set(EVERY_KIND))
    assert write_question_set(read_question_set(once)) == once
    # A file that would say nothing is left out.
    bare = read_question_set(
        {name: text for name, text in TEXTS.items() if name not in OPTIONAL_SET_FILES}
    )
    assert set(write_question_set(bare)) == set(SET_FILES) - set(OPTIONAL_SET_FILES)
    # A long text is broken between words and no line is long.
    criteria = "Both governments announce it “in public” and neither takes it back for a week. " * 8
    read = read_question_set(changed("questions.toml", "No treaty is signed.", criteria.strip()))
    lines = write_question_set(read)["questions.toml"].splitlines()
    assert 'criteria = """' in lines
    assert max(map(len, lines)) <= MAX_LINE_LENGTH + len('"""')


def test_short_items_share_lines_and_long_ones_have_their_own() -> None:
    words = [f"word number {number}" for number in range(20)]
    short = format_entry("", {"words": words})
    assert 2 < short.count("\n") < len(words)
    assert max(map(len, short.splitlines())) <= MAX_LINE_LENGTH
    assert tomllib.loads(short) == {"words": words}
    sentences = [f"{word}, which is told at some length" * 2 for word in words]
    assert format_entry("", {"words": sentences}).count("\n") == len(words) + 2


def test_indicator_entries_are_merged_where_possible() -> None:
    # An indicator for several questions is one entry again.
    text = write_question_set(read_question_set(TEXTS))["indicators.toml"]
    assert text.count("[[indicator]]") == 2
    assert 'yes = ["treaty"]\nno = ["neutral"]' in text
    # Indicators in an order that no entry has are written one by one.
    read = read_question_set(TEXTS)
    turned = replace(read, indicators=tuple(reversed(read.indicators)))
    assert read_question_set(write_question_set(turned)) == turned


def test_expected_indicators_are_merged() -> None:
    due = (
        'expected = { by = 2022-09-01, if_yes = "very likely", if_no = "unlikely" }\nyes = '
        '["neutral", "treaty"]'
    )
    texts = changed(
        "indicators.toml",
        'examples = ["It abstained"]\nyes = ["neutral"]',
        'examples = ["A"]\n' + due,
    )
    later = changed(
        "questions.toml",
        "opens = 2022-06-01\ncloses = 2023-01-01",
        "opens = 2022-10-01\ncloses = 2023-01-01",
    )
    history = {name: text for name, text in later.items() if name != "history.toml"}
    read = read_question_set({**history, "indicators.toml": texts["indicators.toml"]})
    assert [i.expected is None for i in read.indicators if i.id.endswith("abstains")] == [
        True,
        False,
    ]
    written_again = write_question_set(read)
    assert written_again["indicators.toml"].count("[[indicator]]") == 2
    assert read_question_set(written_again) == read


def test_values_are_written_as_typed() -> None:
    # Numbers and days are named by the words of their kind.
    signal = (
        '\n[[indicator]]\nid = "signal"\nname = "A signal"\nstrength = "some"\nterms = '
        '[["signal"]]\n'
    )
    sides = 'examples = ["A signal"]\nyes = ["trade"]\nno = ["visit"]\n'
    texts = {**EVERY_KIND, "indicators.toml": EVERY_KIND["indicators.toml"] + signal + sides}
    found = write_question_set(read_question_set(texts))["indicators.toml"]
    assert 'higher = ["trade"]\nlater = ["visit"]\n' in found
    # A date is written as it was typed.
    asked = date_question()
    text = "10%=2026-02-01 50%=2026-07-01T12:00:00Z never=20%"
    assert format_set_forecast(asked, parse_forecast(asked, text, OPENS), OPENS) == text
    # Shares are written to the last digit.
    asked = categorical_question("% of it", "Beijing", "Other")
    held = parse_forecast(asked, "Beijing=0.1 Other=33.3333333333% % of it=rest", OPENS)
    text = format_set_forecast(asked, held, OPENS)
    assert isinstance(text, str)
    assert parse_forecast(asked, text, OPENS) == held
    # A curve that nobody could have typed is written point by point.
    flat = Cdf((0.0, 20.0, 40.0, 100.0), (0.0, 0.5, 0.5, 1.0))
    assert format_set_forecast(numeric_question(), flat, OPENS) == {
        "value": flat.x,
        "at_most": flat.p,
    }


LOG = numeric_question(Scale(1.0, 10000.0, open_lower=True, open_upper=True, zero_point=0.0))


@check_rows(TABLES["log_curves_are_written_as_typed"])
def test_log_curves_are_written_as_typed(text: str) -> None:
    assert format_set_forecast(LOG, parse_forecast(LOG, text, OPENS), OPENS) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_to_the_same_float(number: float) -> None:
    assert float(tomllib.loads(format_entry("", {"x": number}))["x"]) == number
