"""Phrases stand in a text as whole words, in any case and script; of overlapping names the longest
counts.
"""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.tables import check_rows
from tracker.matching.gazetteer import PhraseFinder, collapse_spaces, flatten_text, lower_text


def spotted(text: str, *phrases: str, longest: bool = False) -> list[tuple[str, str]]:
    """Each hit: the phrase, and how it stands in the text."""
    spotter, read = PhraseFinder(phrases, longest=longest), collapse_spaces(text)
    found = [
        (phrases[n], read[start:end]) for n, start, end in spotter.find_spans(flatten_text(text))
    ]
    assert [phrases[n] for n in spotter.find_indexes(flatten_text(text))] == [
        phrase for phrase, _ in found
    ]
    return found


@check_rows([
    ("invit*", "an INVITATION arrives", "INVITATION"),
    ("invite", "an invitation arrives", None), ("art", "party", None), ("art", "art", "art"),
    ("art", "state_art", None),
    ("Power of Siberia", "the power  of\nSiberia line", "power of Siberia"),
    ("U.S.", "the U.S. position", "U.S."), ("U.S.", "UPS", None), ("中国", "昨天中国外交部说", "中国"),
    ("中*", "中中中", "中"), ("Росси*", "Отношения с Россией крепнут", "Россией"),
    ("Росс", "Отношения с Россией крепнут", None), ("Putin*", "普京Putins会见", "Putins"),
    ("US", "美国US总统", "US"), ("istanbul", "İSTANBUL votes", "İSTANBUL"),
    ("cafe\u0301", "a CAFE\u0301 opens", "CAFE\u0301"),
])  # fmt: skip
def test_phrases_are_whole_words_unless_starred_in_any_script(
    phrase: str, text: str, stands: str | None
) -> None:
    assert [found for _, found in spotted(text, phrase)[:1]] == ([stands] if stands else [])


def test_of_overlapping_phrases_the_longest_is_chosen() -> None:
    assert spotted("new york times", "new york", "york times", "york") == [
        ("new york", "new york"),
        ("york", "york"),
        ("york times", "york times"),
    ]
    assert spotted("印度尼西亚和印度", "印度", "印度尼西亚", longest=True) == [
        ("印度尼西亚", "印度尼西亚"),
        ("印度", "印度"),
    ]
    assert spotted(
        "United States of America", "United States", "United States of America", longest=True
    ) == [("United States of America", "United States of America")]
    phrases = ("United States", "United States of America")
    assert spotted("the United States of Americana", *phrases, longest=True) == [
        ("United States", "United States")
    ]
    assert spotted("hot white house", "t white", "white house", longest=True) == [
        ("white house", "white house")
    ]


@check_rows([(), ("",), ("*",), ("  *",)])
def test_a_phrase_without_a_letter_stands_nowhere(phrases: tuple[str, ...]) -> None:
    assert spotted("any text at all", *phrases) == []
    assert spotted("", *phrases) == []


def test_odd_text_hides_no_phrase() -> None:
    assert spotted("a summit", "*", "summit") == [("summit", "summit")]
    assert spotted("a \ud800 summit \udfff", "summit", "x\ud800") == [("summit", "summit")]
    assert len(spotted("中" * 100_000, "中*")) == 100_000
    assert spotted("a" * 100_000, "a*") == [("a*", "a" * 100_000)]
    assert spotted("a\0summit\0b", "summit") == [("summit", "summit")]


@given(st.text())
def test_a_text_in_lower_case_is_as_long_as_before(text: str) -> None:
    assert len(lower_text(text)) == len(text)
    assert len(flatten_text(text)) == len(collapse_spaces(text))


@given(
    st.lists(st.sampled_from(["ab", "ab c", "c", "b*", "中", "中国"]), unique=True),
    st.text("abc 中国", max_size=30),
)
def test_the_longest_hits_do_not_overlap(phrases: list[str], text: str) -> None:
    everything = [*PhraseFinder(phrases).find_spans(flatten_text(text))]
    chosen = [*PhraseFinder(phrases, longest=True).find_spans(flatten_text(text))]
    assert {*chosen} <= {*everything}
    assert bool(chosen) == bool(everything)
    assert all(one[2] <= other[1] or one[1] == other[1] for one, other in pairwise(chosen))
