"""Which way an item points is told from phrasings written in advance, negation and opposites; in
doubt it abstains.
"""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from tests.matching.opposite_pairs import Pair, development, held_out
from tests.tables import check_rows
from tracker.matching.polarity import Polarity, judge_polarity, prepare_phrasings

ARMS = prepare_phrasings(
    ["China sends weapons to Russia"], ["China denies sending weapons to Russia"]
)
BLAME = prepare_phrasings(["China condemns Russia"], ["China refuses to condemn Russia"])
TRADE = prepare_phrasings(["Trade with Russia grows"], ["Trade with Russia falls"])
SANCTIONS = prepare_phrasings(
    ["EU calls for sanctions on Iran"], ["EU calls for an end to sanctions on Iran"]
)
OIL = prepare_phrasings(["India buys Russian oil"], ["India stops buying Russian oil"])
NATO = prepare_phrasings(["Turkey supports NATO expansion"], ["Turkey opposes NATO expansion"])
NEUTRAL = prepare_phrasings(["Finland keeps its neutrality"], ["Finland ends its neutrality"])
TRUCE = prepare_phrasings(["Leaders agree on a truce"], ["Leaders fail to agree on a truce"])
FRIENDS = prepare_phrasings(
    ["China and Russia hail their no limits partnership"], ["China distances itself from Russia"]
)
VOTE = prepare_phrasings(
    ["China abstains in UN vote on Ukraine"], ["China votes to condemn Russia over Ukraine"]
)

WORDS = st.lists(
    st.sampled_from(
        "China Russia refuses to condemn condemns not trade grows falls lifts sanctions on"
        " ends talks may if bans , by abstains rejects claims no limits rise oil agree"
        " while despite without supports".split()
    ),
    max_size=12,
).map(" ".join)
PHRASINGS = st.lists(WORDS, max_size=3)


def judged(pairs: Iterable[Pair]) -> list[tuple[int, Polarity]]:
    """For each headline of the pairs: the right sign, and what was said."""
    found = []
    for pair in pairs:
        prepared = prepare_phrasings(pair.examples, pair.opposites)
        found += [
            (1, judge_polarity(pair.affirms, "", prepared)),
            (-1, judge_polarity(pair.denies, "", prepared)),
        ]
    return found


def accuracy(called: list[tuple[int, Polarity]]) -> float:
    return sum(right == said.sign for right, said in called) / len(called)


def test_the_pairs_come_in_two_distinct_halves() -> None:
    ours, kept = development(), held_out()
    assert len(ours) + len(kept) >= 200
    headlines = [{p.affirms for p in half} | {p.denies for p in half} for half in (ours, kept)]
    assert not headlines[0] & headlines[1]


@check_rows([development, held_out])
def test_of_opposite_headlines_nine_in_ten_calls_are_right(half: object) -> None:
    said = judged(development() if half is development else held_out())
    called = [(right, p) for right, p in said if p.sign]
    assert len(called) >= 0.6 * len(said)
    assert accuracy(called) >= 0.9


def test_calls_that_it_is_sure_of_are_right() -> None:
    sure = [(right, said) for right, said in judged(held_out()) if said.p_right > 0.9]
    assert len(sure) >= 50
    assert accuracy(sure) >= 0.9


@check_rows(
    [
        (BLAME, "China again refuses to condemn Russia", -1),
        (BLAME, "Beijing stops short of condemning Moscow", -1),
        (BLAME, "China votes against condemning Russia", -1),
        (BLAME, "China denies refusing to condemn Russia", 1),
        (BLAME, "Russia condemned by China", 1),
        (TRADE, "Russian trade hits record low", -1),
        (TRADE, "Russian trade hits record high", 1),
        (TRADE, "Trade with Russia no longer grows", -1),
        (ARMS, "There is no evidence that China sends weapons to Russia", -1),
        (ARMS, "China rejects claim it armed Russia", -1),
        (ARMS, "China does not deny sending weapons to Russia", 1),
        (ARMS, "Chinese weapons hardly reach Russia", -1),
        (SANCTIONS, "Italy calls for an end to sanctions on Iran", -1),
        (SANCTIONS, "Sanctions on Iran lifted", -1),
        (OIL, "India won't stop buying Russian oil", 1),
        (OIL, "India not only buys Russian oil but refines it", 1),
        (OIL, "India buys nothing from Russia", -1),
        (NATO, "Ankara opposes expansion", -1),
        (NATO, "Ankara backs enlargement", 1),
        (NEUTRAL, "Finland ends decades of neutrality", -1),
        (TRUCE, "Leaders fail to agree", -1),
        (TRUCE, "Leaders agree despite doubts", 1),
        (FRIENDS, "China hails no limits partnership", 1),
        (VOTE, "Beijing abstains again in UN vote", 1),
    ]
)
def test_negations_and_opposites_turn_a_headline_round(
    prepared: object, title: str, sign: int
) -> None:
    assert judge_polarity(title, "", prepared).sign == sign  # type: ignore[arg-type]


@check_rows(
    [
        "Will China condemn Russia?",
        "Is China about to condemn Russia?",
        "What if China condemns Russia",
    ]
)
def test_a_question_says_nothing(title: str) -> None:
    assert judge_polarity(title, "", BLAME).sign == 0


@check_rows(
    [
        "China may condemn Russia",
        "China condemns Russia if talks fail",
        "China would condemn Russia",
        "Russia condemns China",
    ]
)
def test_hedges_conditions_and_swapped_names_make_it_less_sure(weaker: str) -> None:
    assert (
        judge_polarity(weaker, "", BLAME).p_right
        < judge_polarity("China condemns Russia", "", BLAME).p_right
    )


def test_doubt_and_place_make_a_call_weaker() -> None:
    may = prepare_phrasings(["France may send troops"], ["France rules out sending troops"])
    plain = prepare_phrasings(["France sends troops"], ["France rules out sending troops"])
    assert (
        judge_polarity("Paris may send troops", "", may).p_right
        > judge_polarity("Paris may send troops", "", plain).p_right
    )
    assert judge_polarity("Trade with Russia falls", "Trade with Russia grows.", TRADE).sign == -1
    assert judge_polarity("New figures", "Trade with Russia falls.", TRADE).sign == -1
    alone = prepare_phrasings(["China sends weapons to Russia"], [])
    said = judge_polarity("China does not send weapons to Russia", "", alone)
    assert said.sign == -1
    assert said.p_right < judge_polarity("China does not send weapons to Russia", "", ARMS).p_right


def test_cosines_decide_where_words_do_not() -> None:
    title = "Кремль сделал заявление"
    assert judge_polarity(title, "", BLAME).sign == 0
    assert judge_polarity(title, "", BLAME, [0.9, 0.1]).sign == 1
    assert judge_polarity(title, "", BLAME, [0.1, 0.9]).sign == -1
    assert judge_polarity(title, "", BLAME, [0.9]) == judge_polarity(title, "", BLAME)
    assert judge_polarity(title, "", BLAME, [float("nan"), 0.1]).sign == 0


@check_rows([
    "", "   ", "🔥🎉💥", "!!!", "— – …", "x" * 100_000, "not " * 25_000, "中国投弃权票", "\x00\ud800",
])  # fmt: skip
def test_strange_text_is_not_called(title: str) -> None:
    said = judge_polarity(title, title, BLAME)
    assert (said.sign, said.p_right) == (0, 0.5)


def test_without_phrasings_or_signs_it_abstains() -> None:
    assert judge_polarity("China condemns Russia", "", prepare_phrasings([], [])).sign == 0
    assert judge_polarity("China condemns Russia", "", prepare_phrasings([""], [""])).sign == 0
    exports = prepare_phrasings(
        ["Exports to Borland fall by a tenth"], ["Exports to Borland rise by a tenth"]
    )
    assert judge_polarity("Arland and Borland sign a gas contract", "", exports).sign == 0
    assert judge_polarity("China does not deny sending weapons", "", ARMS).why.startswith(
        "“not” turns round"
    )
    assert (
        judge_polarity("Beijing condemns Moscow", "", BLAME).why == "as in “China condemns Russia”"
    )


@given(WORDS, WORDS, PHRASINGS, PHRASINGS)
def test_swapping_examples_and_opposites_swaps_the_sign_alone(
    title: str, summary: str, examples: list[str], opposites: list[str]
) -> None:
    one = judge_polarity(title, summary, prepare_phrasings(examples, opposites))
    other = judge_polarity(title, summary, prepare_phrasings(opposites, examples))
    assert (one.sign, one.p_right) == (-other.sign, other.p_right)


@given(
    st.text(max_size=200),
    st.text(max_size=200),
    PHRASINGS,
    st.lists(st.text(max_size=80), max_size=2),
)
def test_any_text_gives_the_same_answer_twice(
    title: str, summary: str, examples: list[str], opposites: list[str]
) -> None:
    prepared = prepare_phrasings(examples, opposites)
    said = judge_polarity(title, summary, prepared)
    assert said == judge_polarity(title, summary, prepare_phrasings(examples, opposites))
    assert said.sign in (-1, 0, 1)
    assert 0.5 <= said.p_right <= 1.0
    assert said.sign or said.p_right == 0.5
