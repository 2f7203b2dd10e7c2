"""What is known of an item beside a line as numbers that a person can check."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import check_rows
from tracker.matching.gazetteer import Aliases
from tracker.matching.lexical_index import CandidatePairs, LexicalIndex
from tracker.matching.line_features import FEATURE_NAMES, LineIndex, describe_headlines
from tracker.matching.matching_profile import Profile
from tracker.matching.tokens import Vocabulary

FIRST, LAST = FEATURE_NAMES.index("line covered"), FEATURE_NAMES.index("other names")
WORDS = FEATURE_NAMES[FIRST : LAST + 1]
FORM = FEATURE_NAMES[LAST + 1 : FEATURE_NAMES.index("length") + 1]
TOKENS = Vocabulary()
TREATY = Profile("China signs a harbour treaty")


def compare(
    title: str, *profiles: Profile, summary: str = "", tokens: Vocabulary = TOKENS
) -> list[dict[str, float]]:
    """Features of words of an item with each line of each profile, by name."""
    index = LexicalIndex(profiles, tokens)
    lines = LineIndex(profiles, index)
    pairs = CandidatePairs(np.zeros(len(profiles), dtype=np.int64), np.arange(len(profiles)))
    features = lines.compare_words(
        index.count([title]), index.count([f"{title}\n{summary}"]), lines.expand(pairs)
    )
    assert features.dtype == np.float32
    return [dict(zip(WORDS, row, strict=True)) for row in features.tolist()]


def test_words_are_covered_by_their_rarity() -> None:
    (same,) = compare("China signs a harbour treaty", TREATY)
    for name in ("line covered", "line covered anywhere", "headline covered", "event covered"):
        assert same[name] == pytest.approx(1.0)
    assert same["names in headline"] == same["names anywhere"] == pytest.approx(1.0)
    assert (same["no name"], same["other names"]) == (0.0, 0.0)
    (other,) = compare("A zebra sleeps", TREATY)
    assert other.pop("no name") == 1.0
    assert set(other.values()) == {0.0}
    (half,) = compare(
        "qwertyuio sleeps soundly",
        Profile("qwertyuio asdfghjkl"),
        tokens=Vocabulary(Aliases()),
    )
    assert half["line covered"] == pytest.approx(0.5)
    assert 0.0 < half["headline covered"] < 0.5


def test_a_summary_covers_what_the_headline_leaves_out() -> None:
    (row,) = compare("A treaty is signed", TREATY, summary="China opens its harbour")
    assert row["line covered"] < row["line covered anywhere"] == pytest.approx(1.0)
    assert (row["names in headline"], row["names anywhere"]) == (0.0, pytest.approx(1.0))
    assert row["no name"] == 0.0


def test_names_and_events_are_counted_apart() -> None:
    (nameless,) = compare("strike", Profile("harbour strike"))
    assert nameless["names in headline"] == nameless["names anywhere"] == 0.5
    assert nameless["no name"] == 0.0
    (only_name,) = compare("China", TREATY)
    assert (only_name["names in headline"], only_name["event covered"]) == (1.0, 0.0)
    (only_event,) = compare("Harbour treaty signed", TREATY)
    assert (only_event["names in headline"], only_event["no name"]) == (0.0, 1.0)
    assert only_event["event covered"] == pytest.approx(1.0)


@check_rows(
    [
        (Profile("Putin greets Xi"), 1 / 2),
        (Profile("Putin greets Xi", background="At the summit of Tokyo in Japan."), 0.0),
        (Profile("Putin greets Xi", names=(("Tokyo",),)), 0.0),
        (Profile("A summit is held"), 1.0),
    ]
)
def test_names_that_the_question_lacks_are_a_share(profile: Profile, share: float) -> None:
    (row,) = compare("Xi visits Tokyo", profile)
    assert row["other names"] == pytest.approx(share)


def test_the_rarest_word_in_common_counts() -> None:
    nothing, common, rare = compare(
        "China and a zebra", Profile("river"), Profile("China votes"), Profile("zebra from China")
    )
    assert nothing["rarest word"] == 0.0
    assert 0.0 < common["rarest word"] < rare["rarest word"]


def test_each_line_of_a_profile_is_a_row() -> None:
    profiles = (Profile("river", ("flood", "storm")), Profile("harbour", (), ("strike",)))
    index = LexicalIndex(profiles, TOKENS)
    lines = LineIndex(profiles, index)
    rows = lines.expand(CandidatePairs(np.array([0, 3, 3]), np.array([1, 0, 1])))
    assert rows.items.tolist() == [0, 0, 3, 3, 3, 3, 3]
    assert rows.profiles.tolist() == [1, 1, 0, 0, 0, 1, 1]
    assert rows.lines.tolist() == [3, 4, 0, 1, 2, 3, 4]
    assert [lines.first_line(n) for n in (0, 1)] == [0, 3]
    nobody = np.zeros(0, dtype=np.int64)
    nothing = lines.expand(CandidatePairs(nobody, nobody))
    counted = index.count(["harbour"])
    assert lines.compare_words(counted, counted, nothing).shape == (0, len(WORDS))


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_features_of_any_text_are_finite_shares(title: str, summary: str, line: str) -> None:
    for row in compare(title, Profile(line), summary=summary):
        assert all(0.0 <= value <= 1.0 + 1e-5 for value in row.values())


@check_rows(
    [
        ("Will the truce hold?", "question"),
        ("Why the truce matters", "explainer"),
        ("What to know about the summit", "explainer"),
        ("Ukraine war: list of key events, day 100", "explainer"),
        ("Minister says the truce holds", "reported speech"),
        ("Truce holds", ""),
    ]
)
def test_the_form_of_a_headline_is_told(title: str, form: str) -> None:
    row = dict(zip(FORM, describe_headlines([title])[0].tolist(), strict=True))
    length = row.pop("length")
    assert length == pytest.approx(min(2.0, len(title.split()) / 12))
    assert {name for name, value in row.items() if value} == ({form} if form else set())
    assert describe_headlines([]).shape == (0, len(FORM))
