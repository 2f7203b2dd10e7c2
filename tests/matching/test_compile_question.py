"""Compiling a question by rules: statements in the words of headlines, names, options."""

from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.cdf import Scale
from forecasts.questions.compiled_question import MAX_LINE_LENGTH, Statement
from forecasts.questions.new_question import NewQuestion, build_question
from forecasts.questions.question import Kind, utc
from tests.tables import check_rows
from tracker.matching.compile_question import compile_question
from tracker.matching.question_names import find_names


def compile_text(
    text: str, kind: Kind = "binary", options: tuple[str, ...] = ()
) -> tuple[Statement, ...]:
    question = build_question(
        NewQuestion(
            id="asked",
            text=text,
            criteria="As reported.",
            sources=("https://example.org",),
            opens_at=utc("2026-01-01"),
            closes_at=utc("2027-01-01"),
            resolves_at=utc("2027-01-02"),
            kind=kind,
            options=options,
            scale=Scale(0.0, 100.0) if kind in ("numeric", "date") else None,
        )
    )
    return compile_question(question).statements


@check_rows(
    (
        (
            "Will Norway join the EU by 2030?",
            "Norway joins the EU",
            "Norway stays out of the EU",
        ),
        ("Will it rain in Lima on 5 May?", "Rain in Lima", "No rain in Lima"),
        (
            "Has Chad passed the budget by December?",
            "Chad has passed the budget",
            "Chad has not passed the budget",
        ),
        (
            "Will the Riksbank not raise rates in June?",
            "Riksbank holds or cuts rates",
            "Riksbank raises rates",
        ),
        (
            "By 1 May 2027, will Chad invade or blockade Niger, according to the UN?",
            "Chad invades or blockades Niger",
            "Chad rules out invading or blockading Niger",
        ),
        (
            "Are there going to be protests in Lima on May 31st?",
            "Protests in Lima",
            "No protests in Lima",
        ),
        (
            "Will temperatures in Lima exceed 48 °C this summer?",
            "Temperatures in Lima rise above 48 °C",
            "Temperatures in Lima stay below 48 °C",
        ),
        (
            "Will Bo Li win the most votes in the 2027 Chad elections?",
            "Bo Li wins the most votes in the 2027 Chad elections",
            "Bo Li loses the most votes in the 2027 Chad elections",
        ),
        (
            "Will Chad and Sudan sign a border treaty before March 2027?",
            "Chad and Sudan sign a border treaty",
            "Chad and Sudan refuse to sign a border treaty",
        ),
        (
            "Sánchez out as Prime Minister of Spain in 2026?",
            "Sánchez steps down or is removed as Prime Minister of Spain",
            "Sánchez stays on as Prime Minister of Spain",
        ),
        (
            "Egypt x Ethiopia war in 2026?",
            "Egypt and Ethiopia war",
            "Egypt and Ethiopia avoid war",
        ),
        (
            "Copper above $15,000 on 1 June 2026?",
            "Copper rises above $15,000",
            "Copper stays below $15,000",
        ),
        (
            "Will unemployment in France fall below 7% by December?",
            "Unemployment in France falls below 7%",
            "Unemployment in France stays above 7%",
        ),
        (
            "Will the peso stay under 20 per dollar through June?",
            "Peso stays below 20 per dollar",
            "Peso rises above 20 per dollar",
        ),
        (
            "Will Kenya get through the summer without a fuel shortage?",
            "Kenya avoids fuel shortage",
            "Kenya: fuel shortage",
        ),
        (
            "OPEC to agree on deeper cuts by December 2026?",
            "OPEC agrees on deeper cuts",
            "OPEC fails to agree on deeper cuts",
        ),
        (
            "Will Kraken blacklist the exchange in 2026?",
            "Kraken blacklists the exchange",
            "Kraken rules out blacklisting the exchange",
        ),
        (
            "Will Malta go on selling passports?",
            "Malta goes on selling passports",
            "Malta stops selling passports",
        ),
        (
            "Will no airline order the jet in 2026?",
            "No airline orders the jet",
            "Airline orders the jet",
        ),
        (
            "Will the strait still be open on 1 July?",
            "Strait is open",
            "Strait is not open",
        ),
        (
            "Hostages freed by Easter 2026 (all of them)?",
            "Hostages are freed",
            "Hostages are not freed",
        ),
        (
            "Zaria elected president?",
            "Zaria is elected president",
            "Zaria is not elected president",
        ),
        (
            "Will the treaty that both parliaments ratify enter into force in 2027?",
            "Treaty that both parliaments ratify enters into force",
            "Treaty that both parliaments ratify will not enter into force",
        ),
        (
            "Will the Ariane rocket lift off this year?",
            "Ariane rocket lifts off",
            "Ariane rocket will not lift off",
        ),
        (
            "Will Peru formally recognise the islands by 1 May?",
            "Peru formally recognises the islands",
            "Peru will not formally recognise the islands",
        ),
        (
            "Will the sale of the yard close by June 2027?",
            "Sale of the yard closes",
            "Sale of the yard will not close",
        ),
        (
            "Will Oman close the strait?",
            "Oman closes the strait",
            "Oman keeps the strait open",
        ),
        (
            "Will Ghana set no cap on cocoa prices before June?",
            "Ghana sets no cap on cocoa prices",
            "Ghana sets cap on cocoa prices",
        ),
        (
            "Will Canada prolong the licence that lets Delta Air fly?",
            "Canada prolongs the licence that lets Delta Air fly",
            "Canada rules out prolonging the licence that lets Delta Air fly",
        ),
        (
            "Chile average egg price to hit $5 a dozen by June?",
            "Chile average egg price rises above $5 a dozen",
            "Chile average egg price stays below $5 a dozen",
        ),
        (
            "Will the International Olympic Committee (IOC) lift the ban by May?",
            "IOC lifts the ban",
            "IOC will not lift the ban",
        ),
        (
            "Will Norges Bank cut its rate before the end of its June policy meeting?",
            "Norges Bank cuts its rate",
            "Norges Bank holds or raises its rate",
        ),
        (
            "Will Chad keep daily cases under 900 until mid-March?",
            "Daily cases in Chad stay below 900",
            "Daily cases in Chad rise above 900",
        ),
        (
            "Qatar a member of the bloc by 2030?",
            "Qatar is a member of the bloc",
            "Qatar is not a member of the bloc",
        ),
    )
)
def test_yes_and_no_read_like_headlines(text: str, yes: str, no: str) -> None:
    assert compile_text(text) == (Statement(yes, no),)


@check_rows(
    (
        (
            "Who will win the cup?",
            "categorical",
            ("Ghana", "Mali"),
            ("Ghana wins the cup", "Mali wins the cup"),
        ),
        (
            "Where will both leaders meet?",
            "categorical",
            ("Geneva", "Doha"),
            ("Both leaders meet in Geneva", "Both leaders meet in Doha"),
        ),
        (
            "How many ships will pass?",
            "numeric",
            (),
            ("More ships pass", "Fewer ships pass"),
        ),
        (
            "What will the share of rail in freight be in 2027, in per cent?",
            "numeric",
            (),
            ("Share of rail in freight rises", "Share of rail in freight falls"),
        ),
        (
            "How many million visits will Acme report for 2027?",
            "numeric",
            (),
            ("Acme reports more visits", "Acme reports fewer visits"),
        ),
        (
            "How many times will the Riksbank cut its policy rate by 31 December 2027?",
            "numeric",
            (),
            ("Riksbank cuts its policy rate", "Riksbank holds or raises its policy rate"),
        ),
        (
            "When will the share of rail first be above 30 per cent?",
            "date",
            (),
            ("Share of rail rises above 30 per cent", "Share of rail stays below 30 per cent"),
        ),
        (
            "When will Peru no longer be a member of the bank?",
            "date",
            (),
            ("Peru is not a member of the bank", "Peru is a member of the bank"),
        ),
        (
            "At what price will copper close on 31 December?",
            "numeric",
            (),
            ("Copper rises", "Copper falls"),
        ),
        (
            "What will the price of Brent be on 1 June?",
            "numeric",
            (),
            ("Price of Brent rises", "Price of Brent falls"),
        ),
        (
            "What will the Riksbank do in May 2027?",
            "categorical",
            ("Cut by 25 points", "No change", "Raise rates"),
            ("Riksbank cuts by 25 points", "Riksbank: No change", "Riksbank raises rates"),
        ),
    )
)
def test_options_numbers_and_dates_have_statements(
    text: str, kind: Kind, options: tuple[str, ...], lines: tuple[str, ...]
) -> None:
    found = compile_text(text, kind, options)
    if options:
        assert tuple(s.yes for s in found) == lines
        assert tuple(s.option for s in found) == options
    else:
        assert tuple((s.yes, s.no) for s in found) == (lines,)


def test_names_have_their_usual_spellings() -> None:
    assert find_names("Will Olena Shevchuk's party beat Nova Unity in Kharkiv by May 2027?") == (
        ("Olena Shevchuk", "Shevchuk"),
        ("Nova Unity", "Unity"),
        ("Kharkiv",),
    )
    assert find_names("Will the World Health Organization (WHO) visit Chad?") == (
        ("World Health Organization", "WHO"),
        ("Chad",),
    )


@given(st.text(max_size=400).filter(lambda text: bool(text.strip())))
def test_any_text_compiles_into_two_short_lines(text: str) -> None:
    for statement in compile_text(text):
        assert statement.yes != statement.no
        assert all(len(line) <= MAX_LINE_LENGTH for line in (statement.yes, statement.no))
