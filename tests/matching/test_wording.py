"""What a report says is found again under tags, labels, datelines and boilerplate, and nothing of
it is lost.
"""

from hypothesis import given
from hypothesis import strategies as st

from tests.tables import check_rows
from tracker.matching.boilerplate import (
    clean_headline,
    clean_summary,
    find_agency,
    normalise_text,
    split_words,
)

SAID = "Arland opens the border to Borland"


@check_rows(
    [
        "Arland opens the border to Borland - Reuters",
        "Arland opens the border to Borland – The New York Times",
        "Arland opens the border to Borland | World News | BBC News",
        "Arland opens the border to Borland (Reuters)",
        "Arland opens the border to Borland - nytimes.com",
        "Reuters: Arland opens the border to Borland",
        "BREAKING Arland opens the border to Borland",
        "Exclusive: Arland opens the border to Borland",
        "UPDATE 3-Arland opens the border to Borland",
        "Factbox-Arland opens the border to Borland",
        "WATCH: Arland  opens the\nborder to Borland",
        "LIVE | Arland opens the border to Borland - CNN",
    ]
)
def test_what_outlets_put_around_a_headline_is_cut(title: str) -> None:
    assert clean_headline(title) == SAID


@check_rows([
    "Russia - China gas deal", "Arland - the country where all live well",
    "Talks on gas end without result - Kremlin", "Live updates: war", "Zelensky: peace is near",
    "LIVE", "Reuters", "",
])  # fmt: skip
def test_what_belongs_to_a_headline_stays(title: str) -> None:
    assert clean_headline(title) == title


def test_tags_are_cut_and_sentences_stay() -> None:
    actual = clean_headline("Arland &amp; Borland&amp;rsquo;s leaders meet")
    assert actual == "Arland & Borland's leaders meet"
    assert (
        clean_headline("arland daily: the border opens today", "Arland Daily")
        == "the border opens today"
    )
    actual = clean_headline("The border opens today - arland daily", "Arland Daily")
    assert actual == "The border opens today"
    assert clean_headline("两国领导人下月在首都举行会谈 - 新华网") == "两国领导人下月在首都举行会谈"
    said = "Children read more books (a third more) and took photographs."
    assert clean_summary(f"Minister: {said}").endswith("photographs.")


@check_rows([
    "Ships left port. Read more", "Ships left port. Continue reading...",
    "Ships left port. The post Ships leave appeared first on Arland Daily.",
    "Ships left port. Sign up for our newsletter.", "Ships left port. Click here to subscribe.",
    "Ships left port. Follow us on Twitter.", "Ships left port. [...]",
    "Ships left port. (Photo by A. Person/Getty Images)", "(Reuters) - Ships left port.",
    "CORLAND, March 3 (Reuters) - Ships left port.", "CORLAND (AP) — Ships left port.",
])  # fmt: skip
def test_boilerplate_and_datelines_are_cut_from_a_summary(summary: str) -> None:
    assert clean_summary(summary) == "Ships left port."


def test_words_are_lower_case_and_signs_stand_alone() -> None:
    assert split_words("Arland’s 'big' U.S. deal_2") == ["arland's", "big", "us", "deal", "2"]
    assert split_words("中国GDP增长") == ["中", "国", "gdp", "增", "长"]
    assert split_words("Ёлка растёт") == ["ёлка", "растёт"]
    assert split_words("🔴 🇷🇺 …") == []


@check_rows(
    [
        ("Ships leave", "CORLAND, March 3 (Reuters) - Ships left.", "reuters"),
        ("Ships leave", "CORLAND (AP) — Ships left.", "ap"),
        ("Ships leave", "AP — Ships left.", "ap"),
        ("Ships leave", "Ships left. Source: Xinhua", "xinhua"),
        ("Ships leave", "MOSCOW, March 3. /TASS/. Ships left.", "tass"),
        ("Корабли ушли", "МОСКВА, 3 марта. /ТАСС/. Корабли ушли.", "tass"),
        ("船只离港", "新华社北京3月3日电 船只离港", "xinhua"),
        ("Ships leave", "New Delhi [India], March 3 (ANI): Ships left.", "ani"),
        ("Ships leave", "New Delhi, Mar 3 (PTI) Ships left.", "pti"),
        ("Ships leave", "PARIS (AFP) - Ships left.", "afp"),
        ("Ships leave - Bloomberg", "", "bloomberg"),
        ("Ships leave (Reuters)", "", "reuters"),
        ("Ships leave", "Ships left. (Reporting by A. Person; Editing by B. Person)", "reuters"),
        ("Reuters journalist killed in Corland", "He had worked for Reuters for years.", ""),
        ("Ships leave", "Two officials told Reuters that ships left.", ""),
        ("AP sues the government", "The Associated Press is going to court.", ""),
        ("", "", ""),
    ]
)
def test_a_wire_is_named_by_dateline_or_byline(title: str, summary: str, agency: str) -> None:
    assert find_agency(title, summary) == agency


@given(st.text(max_size=200))
def test_a_cleaned_headline_is_a_piece_of_the_whole(text: str) -> None:
    whole, cleaned = split_words(normalise_text(text)), split_words(clean_headline(text))
    assert len(cleaned) >= min(3, len(whole))
    assert any(whole[at : at + len(cleaned)] == cleaned for at in range(len(whole) + 1))


@check_rows(["A" * 100_000, "a b " * 25_000, "- " * 50_000, "(" * 100_000, "the post " * 11_000])
def test_text_of_any_length_is_cleaned(text: str) -> None:
    assert len(clean_headline(text)) <= 4_000
    assert len(clean_summary(text)) <= 4_000
    assert find_agency(text, text) == ""
