"""Copies of one report are one group, whatever outlets do to them; opposites, other numbers and
other news are not.
"""

import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matching.opposites_of_headlines import OPPOSITES
from tracker.matching.near_duplicates import NearDuplicates

START = datetime(2022, 1, 1, tzinfo=UTC)
TITLE = "Arland invites Borland's leader to a summit in the capital in June"
SUMMARY = (
    "The foreign minister said on Thursday that the invitation had been sent by courier, and "
    "that the agenda would be fishing, tariffs and the two islands that both claim since the "
    "end of the last war."
)
VERSIONS = (
    (TITLE, SUMMARY),
    (TITLE + " - Reuters", "CORLAND, March 3 (Reuters) - " + SUMMARY),
    ("BREAKING: " + TITLE, SUMMARY[:120] + "..."),
    (TITLE.upper() + " | BBC News", SUMMARY + " Read more"),
    (
        TITLE.replace("'", "&amp;rsquo;"),
        SUMMARY + " The post Summit appeared first on Arland Daily.",
    ),
)
OTHERS = (
    (
        "Storm hits the coast of Corland and cuts power to a hundred villages",
        "Winds tore down lines along the shore.",
    ),
    (
        "Central bank of Borland keeps its key rate where it was in spring",
        "Governors see prices calm down by winter.",
    ),
    (
        "Scientists count more whales in the southern sea than ever before",
        "The survey by plane took all of the season.",
    ),
)


def groups(*texts: tuple[str, str]) -> list[int | None]:
    return NearDuplicates().add(
        [(i, title, summary, START) for i, (title, summary) in enumerate(texts)]
    )


@given(st.permutations(VERSIONS), st.booleans())
@settings(max_examples=25, deadline=None)
def test_copies_in_any_order_are_one_group_whether_they_come_together_or_one_by_one(
    versions: list[tuple[str, str]], together: bool
) -> None:
    copies, items = NearDuplicates(), [(i, *version, START) for i, version in enumerate(versions)]
    found = (
        copies.add(items)
        if together
        else [answer for item in items for answer in copies.add([item])]
    )
    assert found == [None, 0, 0, 0, 0]


@given(st.lists(st.sampled_from([*VERSIONS, *OTHERS]), min_size=1, max_size=12))
@settings(max_examples=25, deadline=None)
def test_adding_everything_twice_makes_no_group_and_changes_none(
    texts: list[tuple[str, str]],
) -> None:
    copies = NearDuplicates()
    first = copies.add([(i, *text, START) for i, text in enumerate(texts)])
    again = copies.add([(100 + i, *text, START) for i, text in enumerate(texts)])
    assert again == [i if root is None else root for i, root in enumerate(first)]
    assert all(first[root] is None for root in first if root is not None)


@given(st.permutations([*OTHERS, VERSIONS[0]]))
@settings(max_examples=20, deadline=None)
def test_unrelated_items_stay_apart(texts: list[tuple[str, str]]) -> None:
    assert groups(*texts) == [None] * len(texts)


def test_two_hundred_copies_are_one_group_with_the_first_as_its_root() -> None:
    found = groups(
        *((f"{TITLE} - Outlet {chr(65 + i % 26)}", f"{SUMMARY} Read more") for i in range(200))
    )
    assert found == [None] + [0] * 199


def test_copies_that_arrive_one_by_one_do_not_fill_the_memory() -> None:
    copies = NearDuplicates()
    for i in range(200):
        copies.add([(i, TITLE, f"{SUMMARY} {chr(97 + i % 26)}", START)])
    held = copies.nbytes
    copies.add([(1_000 + i, TITLE, SUMMARY, START) for i in range(200)])
    assert copies.nbytes - held < 200 * 300


@pytest.mark.parametrize(("one", "other"), OPPOSITES)
@pytest.mark.parametrize("summary", ["", SUMMARY])
def test_a_denial_never_copies_what_it_denies_and_a_fall_never_a_rise(
    one: str, other: str, summary: str
) -> None:
    assert groups((one, summary), (other, summary)) == [None, None]
    assert groups((other, summary), (one, summary)) == [None, None]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Trade of Arland grows 12 % in May, year on year",
            "Trade of Arland grows 15 % in May, year on year",
        ),
        (
            "Blast in the harbour kills two sailors of the navy",
            "Blast in the harbour kills nine sailors of the navy",
        ),
        (
            "Your Monday briefing on Arland and the islands",
            "Your Friday briefing on Arland and the islands",
        ),
    ],
)
def test_other_numbers_are_other_news(one: str, other: str) -> None:
    assert groups((one, SUMMARY), (other, SUMMARY)) == [None, None]


def test_numbers_in_words_are_the_same_numbers() -> None:
    one, other = (
        "Blast in the harbour kills 2 sailors of the navy",
        "Blast in the harbour kills two sailors of the navy",
    )
    assert groups((one, SUMMARY), (other, SUMMARY)) == [None, 0]


def test_a_group_does_not_drift_from_its_first_by_way_of_a_copy_without_numbers() -> None:
    told = "Blast in the harbour kills {} sailors of the navy in Corland"
    assert groups(
        (told.format("12"), SUMMARY), (told.format("many"), SUMMARY), (told.format("15"), SUMMARY)
    ) == [
        None,
        0,
        None,
    ]


def test_headlines_that_say_too_little_need_summaries_that_are_copies() -> None:
    assert groups(("Live updates: war", ""), ("Live updates: war", "")) == [None, None]
    assert groups(("Live updates: war", SUMMARY), ("Live updates: war", SUMMARY)) == [None, 0]
    assert groups(("Live updates: war", SUMMARY), ("Live updates: war", OTHERS[0][1] * 3)) == [
        None,
        None,
    ]


def test_one_summary_for_all_pages_of_a_site_makes_no_copies() -> None:
    assert groups((OTHERS[0][0], SUMMARY), (OTHERS[1][0], SUMMARY), (OTHERS[2][0], SUMMARY)) == [
        None,
        None,
        None,
    ]


def test_a_long_headline_is_enough_and_a_short_one_is_not() -> None:
    assert groups((TITLE, SUMMARY), (TITLE + " | CNN", OTHERS[0][1] * 3)) == [None, 0]
    assert groups(
        ("War in Corland this week", SUMMARY), ("War in Corland this week", OTHERS[0][1] * 3)
    ) == [None, None]


def test_a_report_that_was_cut_off_is_a_copy_of_the_whole() -> None:
    assert groups((TITLE, SUMMARY), (TITLE, ""), (TITLE[:46] + "...", "")) == [None, 0, 0]


def test_an_item_older_than_the_window_is_forgotten_and_the_memory_stays_bounded() -> None:
    copies = NearDuplicates(timedelta(days=2))
    copies.add([(1, TITLE, SUMMARY, START)])
    assert copies.add([(2, TITLE, SUMMARY, START + timedelta(days=1))]) == [1]
    assert copies.add([(3, TITLE, SUMMARY, START + timedelta(days=2, hours=12))]) == [
        1
    ]  # by way of the second
    assert copies.add([(4, TITLE, SUMMARY, START + timedelta(days=9))]) == [None]
    for day in range(10, 40):
        copies.add(
            [
                (100 * day + i, f"{TITLE} {day} {i}", "", START + timedelta(days=day))
                for i in range(20)
            ]
        )
    assert len(copies) <= 80


def test_what_is_remembered_from_before_is_copied_as_if_it_had_just_been_seen() -> None:
    copies = NearDuplicates()
    copies.remember(
        [(7, None, *VERSIONS[0], START), (8, 7, *VERSIONS[2], START), (9, 3, *OTHERS[0], START)]
    )
    assert copies.add(
        [(10, *VERSIONS[1], START), (11, *OTHERS[0], START), (12, *OTHERS[1], START)]
    ) == [7, 3, None]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "🔴🇷🇺💬" * 50,
        "x" * 100_000,
        "the war in " * 9_000,
        "\u202eהמלחמה נמשכת בלי סוף\u202c" * 40,
        "\x00\ufffe" * 99,
        "&amp;" * 20_000,
    ],
    ids=["empty", "blank", "emoji", "one word", "a phrase", "right to left", "control", "escapes"],
)
def test_hostile_text_is_taken_in_and_disturbs_nothing(text: str) -> None:
    copies = NearDuplicates()
    copies.add([(1, text, text, START), (2, text, "", START), (3, "", text, START)])
    assert copies.add([(4, *VERSIONS[0], START), (5, *VERSIONS[1], START)]) == [None, 4]


def test_nothing_in_is_nothing_out() -> None:
    copies = NearDuplicates()
    assert copies.add([]) == []
    copies.remember([])
    assert len(copies) == 0


def test_every_process_gives_the_same_answers() -> None:
    program = (
        "from datetime import UTC, datetime; from tracker.matching.near_duplicates import NearDuplicates;"
        "from tests.matching.test_copies import some_items; print(NearDuplicates().add(some_items()))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert "None" in said.pop()


def some_items() -> list[tuple[int, str, str, datetime]]:
    """Reports of few words, many of them alike."""
    chance = random.Random(3)
    known = (
        "arland borland corland summit fishing tariffs islands minister talks border storm "
        "trade vote army"
    ).split()
    return [
        (i, " ".join(chance.choices(known, k=9)), " ".join(chance.choices(known, k=20)), START)
        for i in range(300)
    ]
