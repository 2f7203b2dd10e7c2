"""What an indicator says beyond its terms: its sides, its option, its opposites, and by when it is
expected.
"""

from forecasts.evidence.evidence import Direction, Expectation, Indicator, IndicatorId, Strength
from forecasts.question_sets.question_set import read_question_set
from forecasts.questions.question import utc
from tests.forecasts.small_set import EVERY_KIND, INDICATORS, TEXTS, changed, line_of, refusal
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/set_indicators")

ENTRY = """
[[indicator]]
id = "signal"
name = "A signal"
strength = "some"
terms = [["signal*"]]
examples = ["A signal is given"]
"""


def texts(*lines: str) -> dict[str, str]:
    """The set of every kind with one more indicator, at the end of its file."""
    return {**EVERY_KIND, "indicators.toml": INDICATORS + ENTRY + "\n".join(lines)}


def added(*lines: str) -> list[Indicator]:
    found = read_question_set(texts(*lines)).indicators
    return [indicator for indicator in found if indicator.id.endswith("/signal")]


def refused(*lines: str) -> str:
    """What is said against the entry; the last line has to be the one that is blamed."""
    given = texts(*lines)
    error = refusal(given)
    assert (error.file, error.line) == (
        "indicators.toml",
        line_of(given["indicators.toml"], lines[-1]),
    )
    return error.reason


def test_a_number_is_higher_or_lower_and_a_day_is_earlier_or_later() -> None:
    up, soon = added('higher = ["trade"]', 'earlier = ["visit"]')
    down, late = added('lower = ["trade"]', 'later = ["visit"]')
    assert [i.id for i in (up, soon)] == [IndicatorId("trade/signal"), IndicatorId("visit/signal")]
    assert [i.direction for i in (up, soon, down, late)] == [
        *[Direction.YES] * 2,
        *[Direction.NO] * 2,
    ]
    assert added('yes = ["trade"]', 'no = ["visit"]') == [up, late]


@check_rows(TABLES["a_side_of_another_kind_is_refused"])
def test_a_side_of_another_kind_is_refused(line: str, reason: str) -> None:
    assert reason in refused(line)


def test_a_question_named_on_two_sides_is_refused_under_whatever_names() -> None:
    assert "stands twice in 'yes' and 'lower': it can favour one" in refused(
        'yes = ["trade"]', 'lower = ["trade"]'
    )
    assert "stands twice in 'higher'" in refused('higher = ["trade", "trade"]')


def test_an_indicator_of_a_question_with_options_names_the_one_that_it_is_about() -> None:
    capital, level = added(
        'yes = ["capital"]',
        'no = ["trade-level"]',
        'option = { capital = "Moscow", trade-level = "low" }',
    )
    assert (capital.option, capital.direction) == ("Moscow", Direction.YES)
    assert (level.option, level.direction) == ("low", Direction.NO)
    assert added('yes = ["neutral"]')[0].option == ""


@check_rows(TABLES["an_option_that_does_not_fit_is_refused"])
def test_an_option_that_does_not_fit_is_refused(side: str, option: str, reason: str) -> None:
    assert reason in refusal(texts(side, option)).reason


def test_a_question_with_options_is_refused_where_no_option_is_named() -> None:
    assert (
        'say which option with option = { capital = "New York" }'
        in refusal(texts('yes = ["capital"]')).reason
    )


def test_opposites_are_read() -> None:
    assert added('yes = ["neutral"]', 'opposites = ["The  signal is withheld"]')[0].opposites == (
        "The signal is withheld",
    )
    assert "must be a list of texts" in refused('yes = ["neutral"]', "opposites = [3]")


DUE = 'expected = { by = 2022-09-01, if_yes = "likely", if_no = "unlikely" }'
DUE_IF_NO = 'expected = { by = 2022-09-01, if_yes = "unlikely", if_no = "likely" }'


def test_an_indicator_may_be_expected_by_a_date() -> None:
    (found,) = added('yes = ["neutral"]', DUE)
    assert found.expected == Expectation(utc("2022-09-01"), "likely", "unlikely")
    (against,) = added('no = ["neutral"]', DUE_IF_NO)
    assert against.expected == Expectation(utc("2022-09-01"), "unlikely", "likely")
    assert added('yes = ["neutral"]')[0].expected is None


@check_rows([('no = ["neutral"]', DUE), ('yes = ["neutral"]', DUE_IF_NO)])
def test_what_is_expected_has_to_be_likelier_on_the_side_that_it_speaks_for(
    sides: str, due: str
) -> None:
    assert "must be the likelier of the two words" in refused(sides, due)


def test_what_is_as_likely_either_way_is_not_expected_of_either() -> None:
    assert "if_yes must be the likelier" in refused(
        'yes = ["neutral"]', DUE.replace("unlikely", "likely")
    )


STRENGTH = 'strength = "some"'
HOW = 'how_expected = { if_yes = "very likely", if_no = "very unlikely" }'


def elicited(*lines: str) -> dict[str, str]:
    """The set with an indicator that says how expected it is instead of a word for its strength."""
    return {
        **EVERY_KIND,
        "indicators.toml": INDICATORS + ENTRY.replace(STRENGTH, "") + "\n".join(lines),
    }


def test_how_expected_a_report_is_under_either_answer_gives_its_strength() -> None:
    found = read_question_set(elicited('yes = ["neutral"]', HOW)).indicators
    assert [i.strength for i in found if i.id == "neutral/signal"] == [Strength.STRONG]


@check_rows(
    [
        (texts('yes = ["neutral"]', HOW), "give one of them"),
        (
            elicited('no = ["neutral"]', HOW),
            "how_expected speaks for YES, so its questions stand under 'yes' alone",
        ),
        (
            elicited('yes = ["neutral"]', HOW.replace("very unlikely", "very likely")),
            "such news says nothing",
        ),
        (elicited('yes = ["neutral"]', HOW.replace("very unlikely", "perhaps")), "perhaps"),
        (elicited('yes = ["neutral"]', "how_expected = 3"), "how_expected must be such as"),
    ]
)
def test_how_expected_is_refused_with_a_reason_where_it_cannot_be(
    given: dict[str, str], reason: str
) -> None:
    assert reason in refusal(given).reason


def test_what_speaks_for_one_question_and_against_another_is_expected_in_two_entries() -> None:
    assert "is two entries once it is expected" in refused(
        'yes = ["neutral"]', 'no = ["treaty"]', DUE
    )


def test_a_date_counts_for_the_questions_that_are_open_at_it_alone() -> None:
    opened = changed(
        "questions.toml",
        "opens = 2022-06-01",
        "opens = 2022-10-01",
        texts('yes = ["neutral", "treaty"]', DUE),
    )
    assert [
        i.expected is None for i in read_question_set(opened).indicators if i.id.endswith("/signal")
    ] == [True, False]


@check_rows(["2022-06-01", "2023-01-02"])
def test_a_date_at_which_no_question_is_open_is_refused(day: str) -> None:
    assert "no question of the indicator is open on the date" in refused(
        'yes = ["neutral"]', DUE.replace("2022-09-01", day)
    )


@check_rows(TABLES["an_expectation_that_cannot_be_read_is_refused"])
def test_an_expectation_that_cannot_be_read_is_refused(due: str, reason: str) -> None:
    assert reason in refused('yes = ["neutral"]', due)


def test_the_line_of_an_expectation_in_a_table_of_its_own_is_found() -> None:
    assert "it must be one of" in refused(
        'yes = ["neutral"]', "[indicator.expected]", "by = 2022-09-01", 'if_yes = "x"'
    )


def test_indicators_without_any_of_it_stay_as_they_were() -> None:
    first = read_question_set(TEXTS).indicators[0]
    assert (first.opposites, first.expected, first.option) == ((), None, "")
