"""Laws of a question's lines: one more never makes an item less relevant, and swapping the sides
swaps the direction.
"""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.evidence.evidence import Direction, Indicator, Strength
from forecasts.questions.compiled_question import CompiledQuestion
from forecasts.questions.question import Question, QuestionId
from tests.builders import a_calibration, a_denial, a_question, an_indicator
from tests.matching.small_encoder import SmallEncoder
from tests.tables import check_rows
from tracker.ingestion.item_matches import ItemMatch, select_best_matches
from tracker.ingestion.match_state import (
    IndicatorsByProfile,
    OpenProfiles,
    make_own_text_indicator,
)
from tracker.matching.compile_question import compile_question, compile_text
from tracker.matching.matcher import ItemText, Match, Matcher
from tracker.matching.matching_profile import (
    NO_HEADLINES,
    ConfirmedHeadlines,
    Profile,
    profile_from_indicator,
    profiles_from_question,
)
from tracker.matching.semantic import Encoders, open_encoders
from tracker.matching.tokens import Vocabulary

TOKENS = Vocabulary()
KINDS = (
    Encoders(), Encoders(SmallEncoder()), open_encoders("static"),
    Encoders(SmallEncoder(), SmallEncoder("minilm-ofwords")),
)  # fmt: skip
WORDS = (
    "Arland Borland invites summit cancels calls off refuses talks flood Kazakhstan leaves stays"
    " customs union football not"
).split()

TABLE = KINDS[2]

few = settings(max_examples=12)
"""An example costs a matcher, which knows the words of its profiles."""

encoders_of_all_kinds = st.sampled_from(KINDS)
headlines = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)
several = st.lists(headlines, max_size=3).map(tuple)
items = st.builds(ItemText, headlines, st.one_of(st.just(""), headlines))


def match_all(encoders: Encoders, profile: Profile, item: ItemText) -> Match | None:
    """Return the match of one profile, if it reaches the working point."""
    (matches,) = Matcher([profile], encoders, TOKENS).match([item])
    return matches[0] if matches else None


def relevance_of(match: Match | None) -> float:
    return match.relevance if match else 0.0


@few
@given(encoders_of_all_kinds, headlines, several, several, headlines, items)
def test_a_further_line_never_lowers_the_relevance(
    encoders: Encoders,
    text: str,
    examples: tuple[str, ...],
    opposites: tuple[str, ...],
    line: str,
    item: ItemText,
) -> None:
    before = Profile(text, examples, opposites, (("Kazakhstan",),), "The customs union of 2010.")
    relevance = relevance_of(match_all(encoders, before, item))
    for longer in (
        replace(before, examples=(*examples, line)),
        replace(before, opposites=(*opposites, line)),
    ):
        assert relevance_of(match_all(encoders, longer, item)) >= relevance


@few
@given(
    encoders_of_all_kinds,
    st.lists(headlines, min_size=1, max_size=3).map(tuple),
    st.lists(headlines, min_size=1, max_size=3).map(tuple),
    items,
)
def test_swapping_examples_and_opposites_swaps_the_sign_alone(
    encoders: Encoders, examples: tuple[str, ...], opposites: tuple[str, ...], item: ItemText
) -> None:
    match = match_all(encoders, Profile("Arland and Borland meet", examples, opposites), item)
    swapped = match_all(encoders, Profile("Arland and Borland meet", opposites, examples), item)
    assert relevance_of(match) == relevance_of(swapped)
    if match and swapped:
        assert match.polarity.sign == -swapped.polarity.sign
        assert match.polarity.p_right == swapped.polarity.p_right


@check_rows(
    [
        (Strength.DECISIVE, -1, Strength.SOME),
        (Strength.DECISIVE, 1, Strength.DECISIVE),
        (Strength.DECISIVE, 0, Strength.DECISIVE),
        (Strength.STRONG, -1, Strength.STRONG),
    ]
)
def test_the_opposite_of_a_decisive_report_decides_nothing(
    strength: Strength, side: int, counts: Strength
) -> None:
    indicator = replace(an_indicator(), strength=strength, direction=Direction.YES)
    (match,) = Matcher([Profile("Arland")], Encoders(), TOKENS).match([ItemText("Arland", "")], 0.0)
    item_match = ItemMatch(indicator, Direction(side), 0.7, 0.8, match[0])
    assert item_match.strength == counts


QUESTION = a_question(text="Will Arland and Borland hold a summit by 30 June 2027?")
LEARNED = a_calibration((-0.4, 0.8), (0.2, 1.5))
indicators = st.sampled_from(
    [
        an_indicator(),
        a_denial(),
        an_indicator(slug="talks", name="Talks", examples=("Arland talks with Borland",), terms=()),
        an_indicator(slug="flood", direction=Direction.NEUTRAL, examples=("flood",), terms=()),
    ]
)


def select_best(
    encoders: Encoders,
    item: ItemText,
    written: list[Indicator],
    confirmed: ConfirmedHeadlines = NO_HEADLINES,
    *,
    asked: tuple[Question, CompiledQuestion] = (QUESTION, compile_question(QUESTION)),
) -> ItemMatch | None:
    """Return what the item says of the question."""
    question, compiled = asked
    by_profile: IndicatorsByProfile = {
        **{profile_from_indicator(i): (i,) for i in written},
        **{
            profile: (make_own_text_indicator(question, option),)
            for option, profile in profiles_from_question(question, compiled, confirmed)
        },
    }
    matcher = Matcher(tuple(by_profile), encoders, TOKENS)
    profiles = OpenProfiles({question.id: question}, by_profile, lambda: matcher)
    (matches,) = matcher.match([item])
    return select_best_matches(matches, profiles, LEARNED).get(question.id)


@few
@given(encoders_of_all_kinds, items, st.lists(indicators, max_size=3), indicators)
def test_a_further_indicator_never_lowers_the_relevance(
    encoders: Encoders, item: ItemText, written: list[Indicator], further: Indicator
) -> None:
    before = select_best(encoders, item, written)
    after = select_best(encoders, item, [*written, further])
    assert before is None or (after is not None and after.relevance >= before.relevance)


@few
@given(encoders_of_all_kinds, items, several, several, headlines)
def test_a_further_confirmed_headline_never_lowers_the_relevance(
    encoders: Encoders, item: ItemText, yes: tuple[str, ...], no: tuple[str, ...], line: str
) -> None:
    before = select_best(encoders, item, [], ConfirmedHeadlines(yes, no))
    for confirmed in (ConfirmedHeadlines((line, *yes), no), ConfirmedHeadlines(yes, (line, *no))):
        after = select_best(encoders, item, [], confirmed)
        assert before is None or (after is not None and after.relevance >= before.relevance)


def test_a_confirmed_headline_is_a_line_of_its_side() -> None:
    """News in words that the statements lack is recognised once one like it is confirmed."""
    item = ItemText("Delegations pack their bags in Corland", "")
    assert select_best(TABLE, item, []) is None
    like = ("Delegations pack bags and leave Corland",)
    for confirmed, side in (
        (ConfirmedHeadlines(like), Direction.YES),
        (ConfirmedHeadlines((), like), Direction.NO),
    ):
        match = select_best(TABLE, item, [], confirmed)
        assert match is not None
        assert match.direction == side


@check_rows(
    [
        NO_HEADLINES,
        ConfirmedHeadlines(("Delegations pack bags and leave Corland",)),
        ConfirmedHeadlines((), ("Delegations pack bags and leave Corland",)),
    ]
)
def test_the_statement_decides_the_side_beside_confirmed_headlines(
    confirmed: ConfirmedHeadlines,
) -> None:
    for encoders in KINDS:
        match = select_best(
            encoders, ItemText("Arland and Borland hold a summit", ""), [], confirmed
        )
        assert match is not None
        assert match.direction == Direction.YES


dates = st.builds(
    str.format,
    st.sampled_from([" by {}", " before {}", " on {}", " by the end of {}", " until {}"]),
    st.sampled_from(
        ["31 December 2026", "December 31, 2026", "March 2027", "2027", "June 1", "1 July 2027"]
    ),
).filter(lambda date: date != " on 2027")  # "up 5% on 2027" compares
events = st.sampled_from(
    [
        "Kazakhstan leave the customs union", "Arland and Borland hold a summit",
        "France sign the treaty", "the river burst its banks",
    ]
)  # fmt: skip


@given(events, dates)
def test_a_date_in_a_question_is_no_line_of_it(event: str, date: str) -> None:
    assert compile_text(f"Will {event}{date}?", "binary", ()) == compile_text(
        f"Will {event}?", "binary", ()
    )


@few
@given(encoders_of_all_kinds, events, dates, st.sampled_from(["", "Calendar: ", "Fireworks "]))
def test_a_date_in_a_question_never_matches(
    encoders: Encoders, event: str, date: str, before: str
) -> None:
    asked: Question = replace(QUESTION, id=QuestionId("dated"), text=f"Will {event}{date}?")
    own = [profile for _, profile in profiles_from_question(asked, compile_question(asked))]
    matcher = Matcher(own, encoders, TOKENS)
    assert list(matcher.match([ItemText(f"{before}{date.strip()}", date)])) == [()]


@check_rows(["France", "Ghana", "Peru"])
def test_news_of_an_option_is_evidence_for_that_option(winner: str) -> None:
    asked = replace(QUESTION, text="Who will win the cup?", criteria="As reported.")
    compiled = compile_text(asked.text, "categorical", ("Ghana", "Peru", "France"))
    match = select_best(TABLE, ItemText(f"{winner} wins the cup", ""), [], asked=(asked, compiled))
    assert match is not None
    assert (match.indicator.option, match.direction) == (winner, Direction.YES)
