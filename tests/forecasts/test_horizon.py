"""The horizon shape of a question follows from its words, and comes with its reason."""

from datetime import datetime

from forecasts.questions.horizon import infer_horizon_shape
from forecasts.questions.question import HorizonShape, Kind, utc
from tests.tables import check_rows

EVENTS = (
    "Will Norway apply for membership of the European Union by 30 June 2028?",
    "Will the two governments sign a border treaty before 2029?",
    "Will Kenya default on a foreign bond in 2027?",
    "Copper above $15,000 a tonne in 2027?",
    "Will the lira fall below 60 to the dollar on any day in May 2027?",
    "Will a magnitude 7 earthquake strike Chile within the next year?",
    "Will parliament pass a law that keeps nuclear plants open in 2027?",
    "Will the strike at the port end before Christmas?",
    "Chancellor out in 2027?",
    "Will the treaty signed on 3 May 2026 enter into force by 31 December 2027?",
    "Will Peru and Chile announce a new trade agreement in 2027?",
    "Will an heir of the founder become chair of the company?",
    "Will Iceland hold a referendum on membership before 2028?",
    "Will anyone run a mile in under 3:40 by the end of 2030?",
    "Will the rebels win the war in 2027?",
    "Will the army no longer guard the embassy by March 2027?",
    "Will the minister be charged in the next six months?",
    "Will the price of cocoa be above 9,000 dollars on any day in May 2027?",
    "Will bitcoin be above $150,000 in 2027?",
    "Will there be at least 3 landslides near Bergen in 2027?",
)
STATES = (
    "Will the sanctions be in force on 31 December 2027?",
    "Will snow lie in Oslo on Christmas Day, on 25 December 2027?",
    "Will the yield be higher on 2 June 2027 than on 1 March 2027?",
    "Will NATO name a successor at the Ankara summit?",
    "Will the central bank cut its rate after the March 2027 meeting?",
    "Will the Fed cut rates in June 2027?",
    "Will Brazil attend the climate conference by 30 November 2027?",
    "Will inflation in Turkey exceed 25% in 2027?",
    "Will wheat exports from Ukraine total more than 15 million tonnes in 2027?",
    "Will trade between India and Russia reach 80 billion dollars in 2027?",
    "Will 2027 be the hottest year on record?",
    "Will Toyota deliver more than 11 million cars in 2027?",
    "Will the yen stand above 140 at the end of 2027?",
    "Will Mali win the 2028 Africa Cup of Nations?",
    "Will a Green candidate win the Austrian presidential election?",
    "Will the Liberals win the most seats in the 2027 federal election?",
    "Will Ayodele be the party's nominee?",
    "Will the next Prime Minister of Nepal be a woman?",
    "Will the Supreme Court uphold the levy?",
    "Will the declaration of the G20's 2027 summit mention the war?",
    "Will the film have the highest gross of any film in 2027?",
    "Will the number of asylum seekers have fallen by June 2027 compared to a year before?",
    "If a truce takes effect by March 2027, will the bridge be open on 30 June 2027?",
    "Will the Lions finish in the top 4 of the league?",
    "Will the Republicans win the Senate?",
    "Will there be fewer wolves in 2030 than in 2020?",
    "Supreme Court strikes down the levy?",
    "In early 2028, will the reactor be on the grid?",
    "Will the monthly price of the service be above 19 dollars in November 2027?",
    "Will the gap between both bond yields be below 2 percentage points in December 2027?",
    "Will the number of lynx in Slovenia be 60 or more in 2028?",
    "Will the level of Lake Mead be between 1,040 and 1,060 feet in June 2027?",
    "Will the closing level of the index be at most 9,000 points in the third quarter of 2027?",
    "Will the toll of the bridge be more than 30 francs in Q2 2027?",
    "Will rents in Oslo be higher in December 2027 than in December 2026?",
)
LASTING = (
    "Will Marta Lind remain Prime Minister in 2027?",
    "Will the truce hold until 31 December 2027?",
    "Will the ceasefire hold?",
    "Will the two countries keep their embassies open in 2027?",
    "Will Greece stay in the euro by 2030?",
    "Will the strait still be closed on 1 March 2027?",
    "Will the export ban continue through June 2027?",
    "Will no country leave the union in 2027?",
    "Will the president and the rebels not meet before July 2027?",
    "Will there be no power cut in Lagos for all of May 2027?",
    "Will the government survive in 2027?",
    "Will the coalition retain its majority in 2027?",
    "Will the senator complete her current term?",
    "Will the deal last at least a year?",
)


@check_rows(
    [
        *((text, "event_by") for text in EVENTS),
        *((text, "state_at") for text in STATES),
        *((text, "holds_until") for text in LASTING),
    ]
)
def test_the_shape_follows_from_the_words(text: str, shape: HorizonShape) -> None:
    inferred = infer_horizon_shape(text)
    assert inferred.shape == shape, inferred.reason
    assert inferred.reason
    assert "\n" not in inferred.reason


@check_rows(
    [
        ("Will the ban be in force on 1 May 2027?", "“on 1 May 2027” is a fixed day"),
        ("Will the ban remain in force?", "“remain” asks whether something lasts"),
        ("Will the ban fall by 1 May 2027?", "“by 1 May 2027” sets a deadline"),
        (
            "Will the ban fall?",
            "nothing in its words fixes a day or asks whether something lasts",
        ),
    ]
)
def test_the_reason_quotes_the_words_that_decided(text: str, reason: str) -> None:
    assert infer_horizon_shape(text).reason == reason


@check_rows(
    [("numeric", "state_at"), ("categorical", "state_at"), ("ordered", "state_at"), ("date", "event_by")]
)  # fmt: skip
def test_other_kinds_have_their_shape(kind: Kind, shape: HorizonShape) -> None:
    assert infer_horizon_shape("Will it remain so until May?", kind).shape == shape


@check_rows([(utc("2027-05-20"), "state_at"), (utc("2029-01-01"), "event_by"), (None, "state_at")])
def test_a_day_long_before_the_close_fixes_nothing(
    closes_at: datetime | None, shape: HorizonShape
) -> None:
    text = "Will the ban announced on 1 May 2027 be lifted?"
    assert infer_horizon_shape(text, closes_at=closes_at).shape == shape


def test_no_text_breaks_the_reading() -> None:
    for text in (
        "",
        "?",
        "on 31 February 2027",
        "Will " + "very " * 5000 + "much?",
        "等到五月吗？",
    ):
        assert infer_horizon_shape(text, closes_at=utc("2027-01-01")).reason


@check_rows(
    (
        ("Will the bridge be open on 2027-05-01?", "state_at"),
        ("Will the bridge be open on 30 February 2027?", "state_at"),
        ("Will the bridge be open on 31 March?", "state_at"),
    )
)
def test_a_day_in_digits_or_without_a_year_fixes_a_state(text: str, shape: HorizonShape) -> None:
    assert infer_horizon_shape(text, closes_at=utc("2027-05-02")).shape == shape
