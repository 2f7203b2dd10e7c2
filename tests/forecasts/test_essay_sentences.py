"""Where the sentences of an essay begin and end, and what on its page is no part of it."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from forecasts.essays.extract import find_claims
from forecasts.essays.extraction.cleaning import strip_essay_markup, strip_inline_markup
from forecasts.essays.extraction.cues import normalise_spelling
from tests.forecasts.essays import OWN_ESSAYS, kept, labelled, only
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/essay_sentences")

DIRT = (
    "Leave a Reply",
    "Click here to subscribe for full access.",
    "Enjoying this article? Click here to subscribe. Only $ 5 per month.",
    "if you want to read this article from the original credit source then you can read from here.",
    "p class=”ad-inline ng-hide”>Prices will rise! Read more.",
    "<div id='ad'>You could win</div>",
    "Share this article on social media",
    "© 2026 The Courier. All rights reserved.",
    "Your email address will not be published.",
    "This article was originally published in the Courier.",
)
LAYOUT = re.compile(
    r"[\s#>*+•‣◦▪●–—-]*(?:(?:\(?\d{1,3}[.)]|[a-z]\)|\[[ xX]\])\s+)?[\s#>*+•‣◦▪●–—-]*"
)


def quotes(text: str) -> list[str]:
    return [text[sentence.offset : sentence.end] for sentence in find_claims(text)]


# --- where sentences begin and end ---------------------------------------------------------------------------


@check_rows(TABLES["a_sentence_ends_where_a_reader_ends_it"])
def test_a_sentence_ends_where_a_reader_ends_it(text: str, sentences: list[str]) -> None:
    assert tuple(quotes(text)) == sentences


def test_broken_lines_and_white_space() -> None:
    # Lines broken by hand are put together.
    text = (
        "The bank that nobody wanted to save in the spring of that year\n"
        "will be sold before long. Its branches in the north of the country\n"
        "would then close, and the savers who have waited since the summer\n"
        "will get their money.\n"
    )
    first, second = find_claims(text)
    assert first.text.endswith("will be sold before long.")
    assert second.text.startswith("Its branches")
    # White space is folded in the text and not in the source.
    sentence = only("Prices  will\u00a0 rise.")
    assert sentence.text == "Prices will rise."
    assert sentence.end == len("Prices  will\u00a0 rise.")


@given(
    st.text(alphabet=st.sampled_from("aB .!?…\n\r\t#*->1)“”\"'’;,:\u00a0will"), max_size=200)
    | st.text(max_size=200)
)
@example("1) a. B\n\n> * c")
@example("a\x85b\u2028c\x1cd")
def test_every_character_is_in_one_sentence_or_is_layout(text: str) -> None:
    at = 0
    for sentence in find_claims(text):
        assert at <= sentence.offset < sentence.end <= len(text)
        assert LAYOUT.fullmatch(text[at : sentence.offset])
        quote = text[sentence.offset : sentence.end]
        assert quote == quote.strip()
        assert sentence.text == strip_essay_markup(quote)
        at = sentence.end
    assert LAYOUT.fullmatch(text[at:])


# --- what stands around it -----------------------------------------------------------------------------------


@check_rows(DIRT)
def test_what_stands_around_an_essay_is_dropped_with_its_reason(line: str) -> None:
    for sentence in find_claims(f"Prices will rise.\n\n{line}\n")[1:]:
        assert not sentence.kept
        assert sentence.why in ("boilerplate", "broken markup")


def test_titles_and_repeats_are_dropped() -> None:
    # A title is a heading and its repeats are repeats.
    title = "Why the bank has not stayed away from the mergers"
    found = find_claims(f"{title} TOU\n\n{title}\n\n{title}\n\nThe bank will fail.")
    assert [sentence.why for sentence in found[:3]] == [
        "a heading",
        "repeats an earlier line",
        "repeats an earlier line",
    ]
    assert [sentence.kept for sentence in found] == [False, False, False, True]
    # A sentence that comes twice is kept once.
    assert kept("The bank will fail.\n\nWe said so. The bank will fail.") == ["The bank will fail."]
    # A heading that asks and an item of a list are kept.
    assert kept("# Will the bank fail?\n\nNobody knew.\n\n* Prices will rise\n* Wages fell\n") == [
        "Will the bank fail?",
        "Prices will rise",
    ]


@check_rows(TABLES["words_of_a_button_within_a_sentence_are_no_dirt"])
def test_words_of_a_button_within_a_sentence_are_no_dirt(text: str) -> None:
    assert only(text).kept


@given(
    st.sampled_from(OWN_ESSAYS),
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from(DIRT)), min_size=1, max_size=4),
)
def test_dirt_between_paragraphs_changes_nothing_else(
    name: str, added: list[tuple[int, str]]
) -> None:
    text, _ = labelled(name)
    paragraphs = text.split("\n\n")
    dirty = list(paragraphs)
    for place, line in added:
        dirty.insert(place % len(dirty), line)
    clean, found = (
        [(s.text, s.kind, s.cue, s.score) for s in find_claims(lines) if s.kept]
        for lines in (text, "\n\n".join(dirty))
    )
    assert found == clean


def test_links_are_no_words_of_a_sentence() -> None:
    # A link that continues in the next sentence loses its bracket.
    assert strip_inline_markup("[It will rise") == "It will rise"
    assert strip_inline_markup("It [will](https://a.example) rise") == "It will rise"
    assert "example" not in normalise_spelling("It will rise (https://a.example)")
