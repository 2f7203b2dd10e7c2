"""A small question set: what it says, and every way in which it is refused."""

import re

import pytest

from forecasts.distributions.cdf import Cdf, Scale, day_number
from forecasts.distributions.distribution import Binary, Categorical
from forecasts.evidence.evidence import Direction, IndicatorId, Strength
from forecasts.question_sets.question_set import (
    OPTIONAL_SET_FILES,
    SET_FILES,
    FeedSeed,
    HistoryEvent,
    InventedForecast,
    PastResolution,
    QuestionSet,
    ReportCopy,
    read_question_set,
)
from forecasts.questions.compiled_question import CompiledQuestion, Statement
from forecasts.questions.question import ForecasterId, Option, QuestionId, utc
from tests.forecasts.small_set import (
    ESSAY,
    EVERY_KIND,
    HISTORY,
    INDICATORS,
    TEXTS,
    changed,
    line_of,
    refusal,
)
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/question_set")


@pytest.fixture
def read() -> QuestionSet:
    return read_question_set(TEXTS)


def test_essays_questions_and_feeds_are_read(read: QuestionSet) -> None:
    # The essay and its claims are read.
    assert (read.essay.id, read.essay.title, read.essay.note) == (
        "an-essay",
        "An essay",
        "Seen in a journal.",
    )
    (claim,) = read.claims
    assert (claim.id, claim.essay_id, claim.quote, claim.offset) == (
        "C01",
        "an-essay",
        "will not take sides",
        120,
    )
    # Questions are read with their times and priors.
    neutral, treaty = read.questions
    assert (neutral.opens_at, neutral.closes_at) == (utc("2022-06-01"), utc("2023-01-01"))
    assert (neutral.prior, neutral.horizon_shape, neutral.claim_ids) == (
        Binary(0.8),
        "holds_until",
        ("C01",),
    )
    assert (neutral.retrospective, treaty.retrospective) == (True, False)
    assert (neutral.tags, treaty.tags, treaty.claim_ids) == (("un",), (), ())
    # Feeds are read.
    assert read.feeds == (
        FeedSeed("wire", "A wire", "https://example.org/feed.xml", "agency", "B", "wire"),
    )


def test_an_indicator_entry_gives_an_indicator_a_question(
    read: QuestionSet,
) -> None:
    for_treaty, against_neutral, abstains = read.indicators
    assert (for_treaty.id, for_treaty.direction) == (IndicatorId("treaty/drills"), Direction.YES)
    assert (against_neutral.id, against_neutral.direction) == (
        IndicatorId("neutral/drills"),
        Direction.NO,
    )
    assert for_treaty.strength is Strength.SOME
    assert for_treaty.terms == (("joint", "combined"), ("drill*",))
    assert (for_treaty.half_life_days, for_treaty.usual_per_year, for_treaty.unless) == (
        90.0,
        1.0,
        ("film",),
    )
    assert (abstains.half_life_days, abstains.usual_per_year, abstains.unless) == (None, 0.0, ())


def test_optional_parts_have_defaults(read: QuestionSet) -> None:
    # Half life is 45 days unless given.
    fading = read_question_set(changed("indicators.toml", "half_life_days = 90\n", ""))
    assert fading.indicators[0].half_life_days == 45.0
    # A set needs no history.
    bare = read_question_set(
        {name: text for name, text in TEXTS.items() if name not in OPTIONAL_SET_FILES}
    )
    assert bare.questions == read.questions
    assert (bare.events, bare.resolutions, bare.forecasts, dict(bare.forecasters)) == (
        (),
        (),
        (),
        {},
    )
    # An event needs no copies and an essay no note.
    texts = changed("history.toml", 'copies = [{ source = "daily", title = "Abstention" }]\n', "")
    assert read_question_set(texts).events[0].copies == ()
    assert (
        read_question_set(changed("essay.toml", 'note = "Seen in a journal."\n', "")).essay.note
        == ""
    )
    # A question needs no lines of its own, and no horizon.
    texts = changed("questions.toml", 'yes = "Country signs a treaty"\n', "")
    texts = changed("questions.toml", 'names = ["Arland | 阿兰"]\n', "", texts)
    assert dict(read_question_set(texts).statements) == {}
    texts = changed("questions.toml", 'horizon = "holds_until"\n', "")
    assert read_question_set(texts).questions[0].horizon_shape == "holds_until"  # it says "until"


def test_the_history_is_read(read: QuestionSet) -> None:
    neutral, ada = QuestionId("neutral"), ForecasterId("demo-ada")
    assert read.events == (
        HistoryEvent(
            id="vote",
            at=utc("2022-07-01T12:00Z"),
            title="It abstained",
            summary="In the assembly.",
            source="wire",
            url="https://example.org/vote",
            yes=(neutral,),
            no=(),
            copies=(ReportCopy("daily", "Abstention"),),
        ),
    )
    answered = (
        utc("2022-12-31"),
        utc("2023-01-01"),
        "https://example.org/answer",
        "Nothing was signed.",
    )
    assert read.resolutions == (PastResolution(neutral, "yes", *answered),)
    assert dict(read.forecasters) == {ada: "Ada (invented)"}
    assert read.forecasts == (
        InventedForecast(utc("2022-08-01"), neutral, ada, Binary(0.7), "It leans."),
        InventedForecast(utc("2022-09-01"), neutral, ada, None, "Unsure."),
    )


def test_lines_in_own_words_are_read(read: QuestionSet) -> None:
    own = CompiledQuestion(
        (Statement("Country signs a treaty", ""),), (("Arland", "阿兰"),), "question-set"
    )
    assert dict(read.statements) == {QuestionId("treaty"): own}


@check_rows([name for name in SET_FILES if name not in OPTIONAL_SET_FILES])
def test_a_missing_file_is_named(name: str) -> None:
    error = refusal({n: text for n, text in TEXTS.items() if n != name})
    assert (error.file, error.line, error.reason) == (name, 1, f"the set needs a file {name}")


@check_rows(SET_FILES)
def test_a_syntax_error_is_named_by_file_and_line(name: str) -> None:
    error = refusal({**TEXTS, name: TEXTS[name] + "\nbroken = \n"})
    assert (error.file, error.line) == (name, TEXTS[name].count("\n") + 2)
    assert "not valid TOML" in error.reason


@check_rows(SET_FILES)
def test_a_table_that_nobody_reads_is_refused(name: str) -> None:
    error = refusal({**TEXTS, name: TEXTS[name] + "\n[[mystery]]\nid = 1\n"})
    assert (error.file, error.line) == (name, TEXTS[name].count("\n") + 2)
    assert "unknown 'mystery'" in error.reason


def test_entries_that_miss_something_are_refused() -> None:
    # A set without a question is refused.
    error = refusal({**TEXTS, "questions.toml": ""})
    assert (error.file, error.line, error.reason) == (
        "questions.toml",
        1,
        "the set has no [[question]]",
    )
    # A misspelt key is first missed under its right name.
    error = refusal(changed("essay.toml", "modality =", "modalitty ="))
    assert (error.line, error.reason) == (
        line_of(ESSAY, "modality ="),
        "unknown key modalitty: write modality",
    )
    # An indicator that names no question is refused at its entry.
    old = 'examples = ["It abstained"]\nyes = ["neutral"]'
    error = refusal(changed("indicators.toml", old, 'examples = ["It abstained"]'))
    assert error.line == line_of(INDICATORS, 'id = "abstains"') - 1
    assert "names no question" in error.reason


@check_rows(TABLES["a_mistake_is_refused_with_file_line_and_reason"])
def test_a_mistake_is_refused_with_file_line_and_reason(
    file: str, old: str, new: str, reason: str
) -> None:
    error = refusal(changed(file, old, new))
    mistake = line_of(TEXTS[file], old) + new.count("\n")
    assert (error.file, error.line) == (file, mistake)
    assert reason in error.reason


@check_rows(TABLES["unknown_keys_are_refused_in_every_entry"])
def test_unknown_keys_are_refused_in_every_entry(file: str, entry: str) -> None:
    texts = changed(file, entry, f'{entry}\nmispelt = "x"')
    error = refusal(texts)
    assert (error.file, error.line) == (file, line_of(texts[file], "mispelt"))
    assert error.reason.startswith(f"unknown key 'mispelt' in {entry.strip('[]')}; known: ")


@check_rows(TABLES["duplicate_ids_are_refused_in_every_entry"])
def test_duplicate_ids_are_refused_in_every_entry(file: str, entry: str) -> None:
    text = TEXTS[file]
    begins = text.index(entry)
    ends = text.find("\n[[", begins + 1)
    copy = text[begins : ends if ends > 0 else len(text)]
    error = refusal({**TEXTS, file: f"{text}\n{copy}"})
    assert error.file == file
    assert error.reason.endswith("stands twice")
    assert error.line == text.count("\n") + 1 + line_of(copy, "id = ")


ANSWERED = "event_at = 2022-12-31\nknown_at = 2023-01-01"


def test_impossible_histories_and_terms_are_refused() -> None:
    # An answer from before the opening is refused.
    error = refusal(
        changed("history.toml", ANSWERED, "event_at = 2022-05-01\nknown_at = 2022-05-02")
    )
    assert error.line == line_of(HISTORY, "known_at")
    assert error.reason == "the answer was known before the question opened"
    # An invented forecast after the answer was known is refused.
    error = refusal(
        changed("history.toml", ANSWERED, "event_at = 2022-07-15\nknown_at = 2022-07-16")
    )
    assert error.line == line_of(HISTORY, "at = 2022-08-01")
    assert "until 2022-07-16 00:00 UTC" in error.reason
    # A star inside a term is refused since it would be taken literally.
    error = refusal(changed("indicators.toml", '["drill*"]', '["dr*ill"]'))
    assert (error.file, "only at the end of a term, not as in 'dr*ill'" in error.reason) == (
        "indicators.toml",
        True,
    )


# Questions that are not binary.

CAPITALS = ("New York", "Moscow", "Other")


@pytest.fixture
def every_kind() -> QuestionSet:
    return read_question_set(EVERY_KIND)


def test_questions_of_every_kind_are_read(every_kind: QuestionSet) -> None:
    # Questions of every kind are read with what their kind needs.
    _, _, capital, level, trade, visit = every_kind.questions
    assert [q.kind for q in (capital, level, trade, visit)] == [
        "categorical",
        "ordered",
        "numeric",
        "date",
    ]
    assert (capital.options, capital.scale) == (tuple(map(Option, CAPITALS)), None)
    assert level.options == (Option("low"), Option("middle"), Option("high"))
    assert trade.scale == Scale(1.0, 1000.0, False, True, 0.0, "billion US dollars")
    assert visit.scale == Scale(
        day_number(utc("2022-06-01")), day_number(utc("2023-01-01")), open_upper=True
    )
    assert (trade.options, visit.options) == ((), ())
    # Priors of every kind are typed as forecasts are.
    _, _, capital, level, trade, visit = every_kind.questions
    assert capital.prior == Categorical(CAPITALS, (0.3, 0.5, 0.2))
    assert level.prior == Categorical(("low", "middle", "high"), (1 / 3,) * 3)  # none was given
    assert trade.prior.at(41.0) == pytest.approx(0.5)
    assert trade.prior.above == pytest.approx(0.02)
    assert visit.prior.at(day_number(utc("2022-09-01"))) == pytest.approx(0.5)
    assert visit.prior.above == pytest.approx(0.2)


def test_a_range_is_plain_and_closed_unless_it_says_otherwise() -> None:
    texts = changed("history.toml", '"1,234.5"', '"234.5"', EVERY_KIND)
    for line in (
        "open_upper = true\n",
        "zero_point = 0\n",
        'unit = "billion US dollars"\n',
        'prior = "50%=41 above=2%"\n',
    ):
        texts = changed("questions.toml", line, "", texts)
    trade = read_question_set(texts).questions[4]
    assert trade.scale == Scale(1.0, 1000.0)
    assert trade.prior == Cdf((1.0, 1000.0), (0.0, 1.0))
    texts = changed("questions.toml", "lower = 1\n", "lower = -5\nopen_lower = true\n", texts)
    assert read_question_set(texts).questions[4].scale == Scale(-5.0, 1000.0, open_lower=True)


def test_answers_and_forecasts_of_every_kind(every_kind: QuestionSet) -> None:
    # Answers of every kind are read.
    found = [(r.question_id, r.outcome, r.answer) for r in every_kind.resolutions]
    assert found == [
        ("neutral", "yes", ""),
        ("capital", "answered", "Moscow"),
        ("trade", "answered", "1,234.5"),
        ("visit", "answered", "never"),
    ]
    # Invented forecasts of every kind are read.
    *_, capital, level, trade, visit, withdrawn = every_kind.forecasts
    assert capital.distribution == Categorical(CAPITALS, (0.0, 0.6, 0.4))
    assert level.distribution == Categorical(("low", "middle", "high"), (0.2, 0.5, 0.3))
    assert trade.distribution.at(60.0) == pytest.approx(0.5)
    assert visit.distribution.above == pytest.approx(0.4)
    assert (withdrawn.question_id, withdrawn.distribution) == ("visit", None)


@check_rows(["annulled", "ambiguous"])
def test_a_question_of_any_kind_may_have_no_answer(outcome: str) -> None:
    texts = EVERY_KIND
    for said in ('"yes"', '"moscow"', '"1,234.5"', '"never"'):
        texts = changed("history.toml", f"outcome = {said}", f'outcome = "{outcome}"', texts)
    assert {(r.outcome, r.answer) for r in read_question_set(texts).resolutions} == {(outcome, "")}


CAPITAL_P, TRADE_P, VISIT_P = (
    'p = "Moscow=60% Other=rest"',
    'p = "10%=20 50%=60 90%=200"',
    'p = "50%=2022-10-01 never=40%"',
)


@check_rows(TABLES["mistakes_of_kinds_are_refused_at_their_line"])
def test_mistakes_of_kinds_are_refused_at_their_line(
    file: str, old: str, new: str, reason: str
) -> None:
    error = refusal(changed(file, old, new, EVERY_KIND))
    assert (error.file, error.line) == (
        file,
        line_of(EVERY_KIND[file], old) + new.rstrip("\n").count("\n"),
    )
    assert re.search(reason, error.reason)
    assert ".toml:" not in error.reason


@check_rows(TABLES["what_a_kind_needs_is_missed_at_its_entry"])
def test_what_a_kind_needs_is_missed_at_its_entry(entry: str, line: str, needed: str) -> None:
    error = refusal(changed("questions.toml", line, "", EVERY_KIND))
    assert (error.line, error.reason) == (
        line_of(EVERY_KIND["questions.toml"], f'id = "{entry}"') - 1,
        needed,
    )


def test_a_forecast_without_p_is_refused() -> None:
    for p in ("p = 0.7\n", CAPITAL_P, TRADE_P, VISIT_P):
        error = refusal(changed("history.toml", p, "", EVERY_KIND))
        text = EVERY_KIND["history.toml"]
        entry = text[: text.index(p)].rindex("[[forecast]]")
        assert (error.line, error.reason) == (text[:entry].count("\n") + 1, "forecast needs 'p'")
