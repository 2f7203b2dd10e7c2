"""The texts that the table is fitted on: where each kind is read from, and under which licence it
stands.

None of them is a publisher's news, and none of them enters the table: they only decide which
sentences the table learns to imitate the model on.
"""

import csv
import gzip
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHORTEST, LONGEST = 4, 60
"""Words of a sentence that is worth imitating; longer ones are cut."""

_TAG = re.compile(r"<[^>]{0,2000}>")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[\"'“(]?[A-Z0-9])")
_SOURCE_NOTE = re.compile(r"\s*\([^()]{2,60}\)\s*$")


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence, the kind of source that it is from, and whether it is news-like and may be
    recombined.
    """

    words: str
    source: str
    like_news: bool


LIKE_NEWS = frozenset({"events", "briefings", "questions", "blurbs", "own"})


def read(source: str, path: Path) -> Iterator[Text]:
    """The sentences of one source; `source` is a key of READERS, `path` the folder or file that it
    lies in.
    """
    for sentence in READERS[source](path):
        words = sentence.split()[:LONGEST]
        if len(words) >= SHORTEST:
            yield Text(" ".join(words), source, source in LIKE_NEWS)


def sentences(text: str) -> list[str]:
    """Sentences of plain or marked-up text, split where a mark is followed by a capital."""
    plain = html.unescape(_TAG.sub(" ", text)).replace("\\", " ")
    return [part.strip() for part in _SENTENCE.split(" ".join(plain.split()))]


def _wordnet(folder: Path) -> Iterator[str]:
    """WordNet (WordNet licence): each set of synonyms with its definition, and every example."""
    for kind in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"data.{kind}").read_text(encoding="latin-1").splitlines():
            head, bar, gloss = line.partition(" | ")
            if line.startswith("  ") or not bar:
                continue
            fields = head.split()
            lemmas = fields[4 : 4 + 2 * int(fields[3], 16) : 2]
            definition, *examples = gloss.split('; "')
            yield f"{', '.join(lemmas).replace('_', ' ')}: {definition.strip()}"
            yield from (example.strip(' "') for example in examples)


def _archive(kind: str, file: Path) -> Iterator[str]:
    """Items of a news archive (JSON lines) whose text is free: Wikipedia's current events, the
    White House.
    """
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for item in map(json.loads, lines):
            if item["origin_dataset"] == kind:
                yield from dict.fromkeys(
                    _SOURCE_NOTE.sub("", s)
                    for s in (item["title"], *sentences(item["summary"]))
                    if s
                )


def _events(file: Path) -> Iterator[str]:
    """Wikipedia's current events (CC BY-SA 3.0 and 4.0)."""
    return _archive("wiki_events", file)


def _briefings(file: Path) -> Iterator[str]:
    """White House briefings (public domain)."""
    return _archive("wh_briefings", file)


def _questions(folder: Path) -> Iterator[str]:
    """ForecastBench (CC BY-SA 4.0): questions of forecasting platforms, with background and
    criteria.
    """
    seen = set()
    for file in sorted(folder.glob("question_sets/*.json.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as content:
            for question in json.load(content)["questions"]:
                parts = [question["question"]] if isinstance(question["question"], str) else []
                if question["source"] in {"polymarket", "manifold", "metaculus", "infer"}:
                    parts += sentences(
                        f"{question['background']} {question['resolution_criteria']}"
                    )
                yield from (part for part in parts if part not in seen and "http" not in part)
                seen.update(parts)


def _claims(file: Path) -> Iterator[str]:
    """IBM Debater's claims on a topic, from Wikipedia (CC BY-SA 3.0)."""
    with file.open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            yield row["claims.claimCorrectedText"]


def _blurbs(file: Path) -> Iterator[str]:
    """English blurbs of Wikipedia's "In the news" (CC BY-SA 3.0)."""
    with gzip.open(file, "rt", encoding="utf-8") as content:
        for event in json.load(content).values():
            for blurb in event.values():
                if isinstance(blurb, dict) and blurb.get("lang") == "en":
                    yield from sentences(blurb["blurb"])


def _factbook(folder: Path) -> Iterator[str]:
    """The World Factbook (public domain): prose on every country, its name before each sentence
    without one.
    """
    for file in sorted(folder.rglob("*.json")):
        country = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(country, dict) or "Government" not in country:
            continue
        name = (
            country["Government"]
            .get("Country name", {})
            .get("conventional short form", {})
            .get("text", "")
        )
        for sentence in (s for prose in _prose(country) for s in sentences(prose)):
            yield sentence if not name or name in sentence else f"{name}: {sentence}"


def _prose(value: Any) -> Iterator[str]:
    """Texts anywhere in a JSON value that are long enough to be prose."""
    if isinstance(value, dict):
        for part in value.values():
            yield from _prose(part)
    elif isinstance(value, str) and len(value) > 60:
        yield value


def _addresses(folder: Path) -> Iterator[str]:
    """Annual messages of US presidents since 1945 (public domain)."""
    for file in sorted(folder.rglob("*.txt")):
        if file.name[:4].isdigit() and int(file.name[:4]) >= 1945:
            yield from sentences(file.read_text(encoding="utf-8"))


def _own(folder: Path) -> Iterator[str]:
    """This project's own question sets and documentation (MIT), without the histories, which name
    headlines.
    """
    for file in sorted((*folder.rglob("*.toml"), *folder.rglob("*.md"))):
        if file.name == "history.toml":
            continue
        text = re.sub(r"\S*(://|_|=)\S*|[`*#|\[\]\"]", " ", file.read_text(encoding="utf-8"))
        yield from (
            s
            for paragraph in re.split(r"\n\s*\n|\n[a-z ]+ (?=[A-Z])", text)
            for s in sentences(paragraph)
        )


READERS = {
    "wordnet": _wordnet,
    "events": _events,
    "briefings": _briefings,
    "questions": _questions,
    "claims": _claims,
    "blurbs": _blurbs,
    "factbook": _factbook,
    "addresses": _addresses,
    "own": _own,
}
