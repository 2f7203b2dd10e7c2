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


def test_sides_are_named_by_kind() -> None:
    # A number is higher or lower and a day is earlier or later.
    up, soon = added('higher = ["trade"]', 'earlier = ["visit"]')
    down, late = added('lower = ["trade"]', 'later = ["visit"]')
    assert [i.id for i in (up, soon)] == [IndicatorId("trade/signal"), IndicatorId("visit/signal")]
    assert [i.direction for i in (up, soon, down, late)] == [
        *[Direction.YES] * 2,
        *[Direction.NO] * 2,
    ]
    assert added('yes = ["trade"]', 'no = ["visit"]') == [up, late]
    # A question named on two sides is refused under whatever names.
    assert "stands twice in 'yes' and 'lower': it can favour one" in refused(
        'yes = ["trade"]', 'lower = ["trade"]'
    )
    assert "stands twice in 'higher'" in refused('higher = ["trade", "trade"]')


@check_rows(TABLES["a_side_of_another_kind_is_refused"])
def test_a_side_of_another_kind_is_refused(line: str, reason: str) -> None:
    assert reason in refused(line)


def test_indicators_of_options_name_one() -> None:
    # An indicator of a question with options names the one that it is about.
    capital, level = added(
        'yes = ["capital"]',
        'no = ["trade-level"]',
        'option = { capital = "Moscow", trade-level = "low" }',
    )
    assert (capital.option, capital.direction) == ("Moscow", Direction.YES)
    assert (level.option, level.direction) == ("low", Direction.NO)
    assert added('yes = ["neutral"]')[0].option == ""
    # A question with options is refused where no option is named.
    assert (
        'say which option with option = { capital = "New York" }'
        in refusal(texts('yes = ["capital"]')).reason
    )


@check_rows(TABLES["an_option_that_does_not_fit_is_refused"])
def test_an_option_that_does_not_fit_is_refused(side: str, option: str, reason: str) -> None:
    assert reason in refusal(texts(side, option)).reason


def test_opposites_and_expectations_are_read() -> None:
    # Opposites are read.
    assert added('yes = ["neutral"]', 'opposites = ["The  signal is withheld"]')[0].opposites == (
        "The signal is withheld",
    )
    assert "must be a list of texts" in refused('yes = ["neutral"]', "opposites = [3]")
    # An indicator may be expected by a date.
    (found,) = added('yes = ["neutral"]', DUE)
    assert found.expected == Expectation(utc("2022-09-01"), "likely", "unlikely")
    (against,) = added('no = ["neutral"]', DUE_IF_NO)
    assert against.expected == Expectation(utc("2022-09-01"), "unlikely", "likely")
    assert added('yes = ["neutral"]')[0].expected is None
    # Indicators without any of it stay as they were.
    first = read_question_set(TEXTS).indicators[0]
    assert (first.opposites, first.expected, first.option) == ((), None, "")


DUE = 'expected = { by = 2022-09-01, if_yes = "likely", if_no = "unlikely" }'
DUE_IF_NO = 'expected = { by = 2022-09-01, if_yes = "unlikely", if_no = "likely" }'


@check_rows([('no = ["neutral"]', DUE), ('yes = ["neutral"]', DUE_IF_NO)])
def test_expectations_favour_their_own_side(sides: str, due: str) -> None:
    assert "must be the likelier of the two words" in refused(sides, due)


def test_contradicting_expectations_are_refused() -> None:
    # What is as likely either way is not expected of either.
    assert "if_yes must be the likelier" in refused(
        'yes = ["neutral"]', DUE.replace("unlikely", "likely")
    )
    # What speaks for one question and against another is expected in two entries.
    assert "is two entries once it is expected" in refused(
        'yes = ["neutral"]', 'no = ["treaty"]', DUE
    )


STRENGTH = 'strength = "some"'
HOW = 'how_expected = { if_yes = "very likely", if_no = "very unlikely" }'


def elicited(*lines: str) -> dict[str, str]:
    """The set with an indicator that says how expected it is instead of a word for its strength."""
    return {
        **EVERY_KIND,
        "indicators.toml": INDICATORS + ENTRY.replace(STRENGTH, "") + "\n".join(lines),
    }


def test_expectations_give_the_strength() -> None:
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
def test_impossible_strengths_are_refused(given: dict[str, str], reason: str) -> None:
    assert reason in refusal(given).reason


def test_a_date_counts_for_open_questions_alone() -> None:
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


def test_an_expectation_has_its_own_line() -> None:
    assert "it must be one of" in refused(
        'yes = ["neutral"]', "[indicator.expected]", "by = 2022-09-01", 'if_yes = "x"'
    )
