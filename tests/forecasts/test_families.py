"""Questions that share their fate are one family."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from forecasts.questions.families import group_families
from forecasts.questions.links import Link, LinkId
from forecasts.questions.question import ClaimId, EssayId, Question, QuestionId
from tests.forecasts.strategies import law, question

WORDS = (
    "Will the harbour freeze?",
    "Will a strike end?",
    "Will the bridge open?",
    "Will it rain here?",
)


def ask(name: str, text: str = "", **changed: object) -> Question:
    words = text or f"Will {''.join(chr(97 + int(c)) for c in name if c.isdigit())} come to {name}?"
    return replace(question(name=name), text=words, **{"claim_ids": (), **changed})  # type: ignore[arg-type]


def families_of(*questions: Question, **more: object) -> list[set[str]]:
    """Members of each family, sorted by its name."""
    names = group_families(questions, **more)  # type: ignore[arg-type]
    return [
        {q for q, family in names.items() if family == name} for name in sorted(set(names.values()))
    ]


def test_any_claim_in_common_makes_a_family() -> None:
    first, second = ClaimId("C01"), ClaimId("C02")
    a, b, c = (ask(n, text) for n, text in zip("abc", WORDS, strict=False))
    by_june, by_july = replace(a, claim_ids=(first,)), replace(b, claim_ids=(second, first))
    other = replace(c, claim_ids=(second,))
    assert families_of(by_june, by_july, other) == [{"a", "b", "c"}]
    elsewhere = replace(other, essay_id=EssayId("another"))
    assert families_of(by_june, by_july, elsewhere) == [{"a", "b"}, {"c"}]


def test_links_and_groups_make_families() -> None:
    asked = [ask(n, text) for n, text in zip("abcd", WORDS, strict=True)]
    link = Link(LinkId("l"), "implies", (QuestionId("a"), QuestionId("b")), "Harbour")
    assert families_of(*asked, links=[link]) == [{"a", "b"}, {"c"}, {"d"}]
    one_series = [[QuestionId("b"), QuestionId("d"), QuestionId("gone")]]
    assert families_of(*asked, links=[link], groups=one_series) == [{"a", "b", "d"}, {"c"}]


def test_one_event_by_several_dates_is_a_family() -> None:
    texts = ("by 1 May 2027", "by 30 June 2028", "by the end of 2029")
    same = [ask(f"q{n}", f"Will the strike end {when}?") for n, when in enumerate(texts[:2])]
    assert len(families_of(*same, ask("q2", f"Will the strike spread {texts[2]}?"))) == 2
    numbers = [ask(f"n{n}", f"Will Brent close above ${n} in 2027?") for n in (60, 1_200)]
    assert len(families_of(*numbers)) == 1


def test_a_text_of_dates_alone_is_no_event() -> None:
    assert len(families_of(ask("a", "In 2027?"), ask("b", "In 2028?"))) == 2


@law
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8), st.randoms())
def test_families_part_the_questions_whatever_the_order(
    pairs: list[tuple[int, int]], rng: object
) -> None:
    asked = [ask(f"q{n}", f"Will {word} come about?") for n, word in enumerate("abcdef")]
    groups = [[QuestionId(f"q{a}"), QuestionId(f"q{b}")] for a, b in pairs]
    names = group_families(asked, groups=groups)
    assert set(names) == {q.id for q in asked}
    assert all(names[QuestionId(a)] == names[QuestionId(b)] for a, b in groups)
    assert all(names[QuestionId(name)] == name for name in names.values())
    shuffled = list(groups)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert group_families(reversed(asked), groups=shuffled) == names
