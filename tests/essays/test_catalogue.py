"""The catalogue of measurable things: what is refused, and that what ships makes sentences."""

import re
from datetime import UTC, date, datetime

import pytest

from forecasts.errors import InvalidCatalogue
from forecasts.essays.catalogue.entries import (
    CatalogueEntry,
    KnownValue,
    Place,
    load_catalogue,
    parse_catalogue,
)
from forecasts.essays.catalogue.lookup import ClaimText, find_entries
from tests.tables import check_rows

SERIES = """
[[entry]]
id = "toll"
kind = "series"
name = "toll of the river"
subjects = ["river toll"]
publisher = "River Board"
source = "River Board, yearbook"
fallback = "Arland Gazette"
measure = "the toll for a barge"
unit = "marks"
"""
ACT = (
    SERIES.replace('"series"', '"act"').replace('"toll"', '"ban"')
    + """
verbs = ["ban"]
act = "ban {object}"
counts = "the ban is in force"
"""
)


@check_rows(
    [
        ("[[entry]", "catalogue: not valid TOML"),
        (SERIES + "colour = 1", "toll: unknown key 'colour'"),
        (SERIES.replace('unit = "marks"\n', ""), "toll: a series needs a unit"),
        (SERIES.replace("publisher", "printer"), "toll: unknown key 'printer'"),
        (SERIES.replace('name = "toll of the river"\n', ""), "toll: 'name' is missing"),
        (SERIES.replace('["river toll"]', "[]"), "toll: name at least one subject"),
        (SERIES.replace('"the toll', '"toll'), "toll: measure is a noun phrase"),
        (SERIES + 'places = ["Atlantis"]', "toll: unknown place 'Atlantis'"),
        (SERIES + "usual_move = 0", "toll: usual_move is above 0"),
        (SERIES + 'period = "fortnight"', "toll: period is one of day"),
        (SERIES.replace("River Board,", "{statistics},"), "toll: source has the unknown field"),
        (SERIES + SERIES, "toll: entry stands twice"),
        (ACT.replace("ban {object}", "ban {thing}"), "ban: act has the unknown field {thing}"),
        (ACT.replace('verbs = ["ban"]', ""), "ban: act needs verbs, act and counts"),
        (
            ACT + 'base_rate = { count = 4, of = 3, cases = "bans" }',
            "ban: base_rate counts between",
        ),
    ]
)
def test_what_keeps_an_entry_from_a_question_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidCatalogue) as refusal:
        parse_catalogue(text)
    assert str(refusal.value).startswith(reason)


def test_a_draft_knows_no_value_of_its_future() -> None:
    (entry,) = parse_catalogue(
        SERIES
        + """values = [
    { period = "2024", value = 7, as_of = 2025-03-01 },
    { period = "2025", value = 9, as_of = 2026-03-01 },
]"""
    ).entries
    assert entry.last_value(date(2026, 2, 28)) == KnownValue("2024", 7, date(2025, 3, 1))
    assert entry.last_value(date(2026, 3, 1)) == KnownValue("2025", 9, date(2026, 3, 1))
    assert entry.last_value(date(2025, 2, 28)) is None


def test_a_place_without_the_office_has_no_publisher() -> None:
    bank = CatalogueEntry(
        "rate",
        "series",
        "policy rate",
        ("policy rate",),
        "{central_bank}",
        "",
        "",
        places=("any",),
        publishers={"Borland": "Bank of Arland"},
    )
    assert bank.name_publisher(Place("Arland", ("Arland",), central_bank="A bank")) == "A bank"
    assert bank.name_publisher(Place("Cland", ("Cland",))) is None
    assert bank.name_publisher(Place("Borland", ("Borland",))) == "Bank of Arland"


@check_rows(load_catalogue().entries)
def test_shipped_entries_are_written_as_their_head_asks(entry: CatalogueEntry) -> None:
    assert not entry.measure.endswith((".", "?", " of", " in"))
    assert not re.match(r"will |to ", entry.act)
    assert not entry.counts.endswith(".")
    assert not entry.not_counts.endswith(".")
    assert all(value.as_of <= datetime.now(UTC).date() for value in entry.values)


_VERB = re.compile(
    r"\b(?:are|do|have|may|can|must|will|count|decide|differ|drop|lower|publish|register|stay"
    r"|[a-z]+(?:s|ed))\b"
)
"""Words of which one at least may be the verb of a sentence."""

_SUPPOSED = re.compile(r"(?:It|They|The claim|The question) [^:.;]*: ")
"""Supposition that reads as a fact for want of an "if"."""


@check_rows(sorted({case for entry in load_catalogue().entries for case in entry.edge_cases}))
def test_an_edge_case_is_a_sentence_of_the_criteria(case: str) -> None:
    assert re.match(r"[A-Z“{\d]", case)
    assert _VERB.search(case.partition(": ")[0])
    assert not _SUPPOSED.match(case)


def is_named_by_measure(entry: CatalogueEntry) -> bool:
    """Return False for a measure that names an office in place of its country."""
    return entry.kind == "series" and "{" not in entry.measure.replace("{place}", "")


@pytest.mark.slow
@check_rows([entry for entry in load_catalogue().entries if is_named_by_measure(entry)])
def test_a_series_is_looked_up_by_its_measure(entry: CatalogueEntry) -> None:
    catalogue = load_catalogue()
    name = next((name for name in entry.places if name != "any"), "Norway")
    (place,) = (place for place in catalogue.places if place.name == name)
    measure = place.fill(entry.measure) or entry.measure
    claim = ClaimText(f"{measure[:1].upper()}{measure[1:]} will rise.", setting=name)
    assert [match.entry.id for match in find_entries(claim, catalogue)][:1] == [entry.id]


def test_a_word_names_one_place() -> None:
    words = [word for place in load_catalogue().places for word in place.words]
    assert len(words) == len(set(words)), sorted({w for w in words if words.count(w) > 1})
