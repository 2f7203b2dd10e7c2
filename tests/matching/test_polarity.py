"""Which way an item points is told from phrasings written in advance, negation and opposites; in
doubt it abstains.
"""

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.matching.opposite_pairs import Pair, development, held_out
from tests.tables import check_rows
from tracker.matching.direction_model import load_direction_head
from tracker.matching.headline_assertions import analyse_assertions
from tracker.matching.polarity import (
    P_SAME,
    LineComparison,
    Polarity,
    PreparedPhrasings,
    judge_polarity,
    prepare_phrasings,
)

HEAD = load_direction_head("static")
RELEVANT = LineComparison(relevance=1.5)

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


def judge(
    title: str, summary: str, prepared: PreparedPhrasings, lines: LineComparison = RELEVANT
) -> Polarity:
    """Judge an item that is surely relevant, and as near to one side as to the other."""
    return judge_polarity(title, summary, prepared, lines=lines, head=HEAD)


def judged(pairs: Iterable[Pair]) -> list[tuple[int, Polarity]]:
    """For each headline of the pairs: the right sign, and what was said."""
    found = []
    for pair in pairs:
        prepared = prepare_phrasings(pair.examples, pair.opposites)
        found += [
            (1, judge(pair.affirms, "", prepared)),
            (-1, judge(pair.denies, "", prepared)),
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
    sure = [(right, said) for right, said in judged(held_out()) if said.p_right > 0.65]
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
    assert judge(title, "", prepared).sign == sign  # type: ignore[arg-type]


@check_rows(
    [
        "Will China condemn Russia?",
        "Is China about to condemn Russia?",
        "What if China condemns Russia",
    ]
)
def test_a_question_says_nothing(title: str) -> None:
    assert judge(title, "", BLAME).sign == 0


@check_rows(
    [
        "China may condemn Russia",
        "China condemns Russia if talks fail",
        "China would condemn Russia",
        "Russia condemns China",
    ]
)
def test_hedges_conditions_and_swapped_names_make_it_less_sure(weaker: str) -> None:
    assert judge(weaker, "", BLAME).p_right < judge("China condemns Russia", "", BLAME).p_right


def test_doubt_and_place_make_a_call_weaker() -> None:
    may = prepare_phrasings(["France may send troops"], ["France rules out sending troops"])
    plain = prepare_phrasings(["France sends troops"], ["France rules out sending troops"])
    assert (
        judge("Paris may send troops", "", may).p_right
        > judge("Paris may send troops", "", plain).p_right
    )
    assert judge("Trade with Russia falls", "Trade with Russia grows.", TRADE).sign == -1
    assert judge("New figures", "Trade with Russia falls.", TRADE).sign == 0
    alone = prepare_phrasings(["China sends weapons to Russia"], [])
    said = judge("China does not send weapons to Russia", "", alone)
    assert said.sign == -1
    assert said.p_right < judge("China does not send weapons to Russia", "", ARMS).p_right


def test_the_nearest_line_decides_where_words_do_not() -> None:
    title = "China speaks of its word to condemn"
    towards, against = replace(RELEVANT, nearest=3.0), replace(RELEVANT, nearest=-3.0)
    undecided = judge(title, "", ARMS)
    assert undecided.sign == 0
    weapons = "Chinese weapons and Russia"
    assert judge(weapons, "", ARMS, towards).sign == 1
    assert judge(weapons, "", ARMS, against).sign == -1
    assert judge(title, "", ARMS, towards).sign == 0


@check_rows(
    [
        ("China sends a delegation if Russia agrees", "it supposes or explains"),
        ("Why China sends no weapons to Russia", "it supposes or explains"),
        ("Does China send weapons to Russia?", "it asks"),
        ("Beijing and Moscow mark anniversary", "it has no word of the event"),
        ("Iran sends weapons to China", "somebody else does it"),
    ]
)
def test_what_reports_neither_side_gets_none(title: str, reason: str) -> None:
    judgement = judge(title, "", ARMS, replace(RELEVANT, nearest=4.0))
    assert (judgement.sign, judgement.p_right) == (0, 0.5)
    assert judgement.why.startswith(reason)


@check_rows(
    [
        ("State Department comments on talks", "depart"),
        ("Aid reaches Gaza Strip", "strip"),
        ("Gaza Strip Hospital Appeals For Fuel", "strip"),
        ("ICE agents in Chicago", "halt"),
        ("National security adviser in Oslo", "win"),
    ]
)
def test_a_word_inside_a_name_is_no_event(title: str, word: str) -> None:
    stems = {"depart": ("join", -1.0), "strip": ("win", -1.0), "halt": ("go", -1.0),
             "win": ("win", 1.0)}  # fmt: skip
    axis, end = stems[word]
    assert analyse_assertions(title).axes.get(axis) != end


def test_a_figure_beyond_the_threshold_decides() -> None:
    tin = prepare_phrasings(["Tin rises above $40,000"], ["Tin stays below $40,000"])
    passed, missed = judge("Tin tops $41,000", "", tin), judge("Tin stands at $31,000", "", tin)
    assert (passed.sign, missed.sign) == (1, -1)
    assert passed.p_right == missed.p_right > 0.9
    assert judge("Tin could reach $45,000, bank says", "", tin).p_right < passed.p_right


def test_less_relevant_items_have_less_certain_sides() -> None:
    certain = [
        judge(
            "China sends Russia weapons by rail", "", ARMS, replace(RELEVANT, relevance=odds)
        ).p_right
        for odds in (3.0, 0.8, -0.5)
    ]
    assert certain == sorted(certain, reverse=True)
    assert certain[-1] < certain[0] - 0.05


@check_rows([
    "", "   ", "🔥🎉💥", "!!!", "— – …", "x" * 100_000, "not " * 25_000, "中国投弃权票", "\x00\ud800",
])  # fmt: skip
def test_strange_text_is_not_called(title: str) -> None:
    said = judge(title, title, BLAME)
    assert (said.sign, said.p_right) == (0, 0.5)


def test_the_words_of_a_line_are_its_side() -> None:
    assert judge("China sends weapons to Russia", "", ARMS).p_right == P_SAME
    assert judge("China sends no weapons to Russia", "", ARMS).p_right != P_SAME
    assert judge("Russia sends weapons to China", "", ARMS).p_right != P_SAME


def test_without_phrasings_or_signs_it_abstains() -> None:
    assert judge("China condemns Russia", "", prepare_phrasings([], [])).sign == 0
    assert judge("China condemns Russia", "", prepare_phrasings([""], [""])).sign == 0
    exports = prepare_phrasings(
        ["Exports to Borland fall by a tenth"], ["Exports to Borland rise by a tenth"]
    )
    assert judge("Arland and Borland sign a gas contract", "", exports).sign == 0
    assert judge("China does not deny sending weapons", "", ARMS).why.startswith(
        "“not” turns round"
    )
    assert judge("Beijing condemns Moscow", "", BLAME).why == "as in “China condemns Russia”"


@given(WORDS, WORDS, PHRASINGS, PHRASINGS)
def test_swapping_examples_and_opposites_swaps_the_sign_alone(
    title: str, summary: str, examples: list[str], opposites: list[str]
) -> None:
    one = judge(title, summary, prepare_phrasings(examples, opposites))
    other = judge(title, summary, prepare_phrasings(opposites, examples))
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
    said = judge(title, summary, prepared)
    assert said == judge(title, summary, prepare_phrasings(examples, opposites))
    assert said.sign in (-1, 0, 1)
    assert 0.5 <= said.p_right <= 1.0
    assert said.sign or said.p_right == 0.5
