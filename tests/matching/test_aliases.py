"""Many names of one concept: which word counts as which, and whether the gazetteer that ships is
well formed.
"""

import tomllib
from collections import defaultdict

import pytest

from tests.tables import check_rows
from tracker.matching.gazetteer import (
    GAZETTEER,
    MAX_PREFIX_LENGTH,
    WORD_PATTERN,
    load_aliases,
    parse_aliases,
)

SMALL = parse_aliases(
    """
    [[concept]]
    name = "arland"
    entity = true
    en = ["Arland", "Arlander*", "Port Arl*", "A.R."]
    ru = ["Арланд*"]
    zh = ["阿兰"]
    exact = ["AR"]

    [[concept]]
    name = "arlandia-club"
    en = ["Arlanderfest*"]
    """
)


@check_rows([
    ("Arland", "arland"), ("ARLAND", "arland"), ("AR", "arland"), ("ar", None), ("Ar", None),
    ("Arlanders", "arland"), ("арландского", "arland"), ("Arlanderfestival", "arlandia-club"),
    ("Borland", None), ("", None), ("a" * 100_000, None), ("Arland\0", None), ("\ud800", None),
])  # fmt: skip
def test_a_word_names_a_concept_by_name_case_or_beginning(word: str, concept: str | None) -> None:
    assert SMALL.find_concept(word) == concept


def test_names_phrases_and_entities_are_told_apart() -> None:
    assert dict(SMALL.phrases) == {"port arl*": "arland", "a.r.": "arland", "阿兰": "arland"}
    assert SMALL.entities == {"arland"}
    assert parse_aliases("concept = []").find_concept("Arland") is None
    with pytest.raises(TypeError):
        load_aliases().words["beijing"] = "japan"  # type: ignore[index]
    assert (
        load_aliases().find_concept("US"),
        load_aliases().find_concept("us"),
        load_aliases().find_concept("Us"),
    ) == (
        "united-states",
        None,
        None,
    )


def test_in_the_gazetteer_each_name_belongs_to_one_concept() -> None:
    entries = tomllib.loads(GAZETTEER.read_text(encoding="utf-8"))["concept"]
    owners = defaultdict(set)
    for entry in entries:
        for language in ("en", "ru", "zh"):
            for name in entry.get(language, ()):
                owners[name.lower()].add(entry["name"])
        for name in entry.get("exact", ()):
            owners[f"={name}"].add(entry["name"])
    assert {name: some for name, some in owners.items() if len(some) > 1} == {}
    names = [entry["name"] for entry in entries]
    assert len(names) == len(set(names))
    known = load_aliases()
    assert [name for name in known.exact if not WORD_PATTERN.fullmatch(name)] == []
    assert max(map(len, known.prefixes)) <= MAX_PREFIX_LENGTH
    assert min(map(len, known.prefixes)) >= 3  # a shorter one would name half the dictionary
