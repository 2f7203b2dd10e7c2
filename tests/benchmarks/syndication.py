"""What becomes of a report when up to forty outlets take it over: a set of copies made from an
archive.

The archive is a JSONL file (plain or .gz) with the fields title, summary and source, and is not
part of this repository. Reports of the archive that say the same are one group. The same seed makes
the same set; sets of other seeds differ, since a few large groups hold most of the pairs.
"""

import gzip
import html
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OUTLETS = (
    "Reuters|BBC News|The Guardian|CNN|Al Jazeera English|The Straits Times|Yahoo "
    "News|MSN|NDTV|Hindustan Times|The Times of India|Deutsche Welle|France "
    "24|Bloomberg.com|The Globe and Mail|ABC News|CBS News|Fox News|Euronews|The Japan "
    "Times|South China Morning Post|Kyiv Post|Sky News|The Irish "
    "Times|news.com.au|Politico|Axios|The Hill|Newsweek|Daily Sabah|Arab News|Gulf "
    "News|Dawn|The Korea Herald|CNA|Business Standard|Nikkei Asia|The Star "
    "Online|RTE.ie|Swissinfo"
).split("|")
TAGS = (" - {}", " | {}", " – {}", " — {}", " ({})", " :: {}")
LABELS = (
    "BREAKING: ",
    "Exclusive: ",
    "UPDATE 2-",
    "WATCH: ",
    "LIVE: ",
    "{}: ",
    "Just in: ",
    "Factbox-",
)
ENDINGS = (
    " Read more",
    " Continue reading...",
    " The post {title} appeared first on {outlet}.",
    " Sign up for our daily newsletter.",
    " Click here to read the full story.",
    " Follow us on Twitter and Facebook.",
    " (Photo by A. Person/Getty Images)",
    " Read more at {outlet}.",
)
DATELINES = (
    "(Reuters) - ",
    "LONDON (AP) — ",
    "MOSCOW, March 3 (Reuters) - ",
    "BEIJING, March 3 (Xinhua) -- ",
    "PARIS (AFP) - ",
)
SYNONYMS = {
    "says": "said",
    "said": "says",
    "president": "leader",
    "killed": "slain",
    "troops": "forces",
    "forces": "troops",
    "war": "conflict",
    "invasion": "assault",
    "talks": "negotiations",
    "meeting": "talks",
    "country": "nation",
    "big": "large",
    "amid": "during",
    "show": "reveal",
    "warns": "cautions",
    "firm": "company",
    "company": "firm",
    "help": "assist",
    "major": "key",
    "near": "close to",
    "us": "u.s.",
    "officials": "authorities",
    "government": "administration",
    "city": "town",
    "report": "study",
    "people": "persons",
}


@dataclass(frozen=True, slots=True)
class Syndicated:
    """One outlet's version of a report; versions of one report have the same group."""

    group: int
    title: str
    summary: str


def syndicated(
    archive: Path, *, reports: int = 2_500, most: int = 40, seed: int = 7
) -> tuple[Syndicated, ...]:
    """Versions of so many reports of the archive, in a random order: most few, some in up to `most`
    outlets.
    """
    chance = random.Random(seed)
    rows = [
        row for row in _rows(archive) if len(row["title"].split()) >= 4 and len(row["title"]) < 250
    ]
    groups: dict[str, int] = {}
    made = []
    for row in chance.sample(rows, min(reports, len(rows))):
        title, summary = row["title"], row["summary"]
        group = groups.setdefault(" ".join(f"{title} {summary}".lower().split()), len(groups))
        made.append(Syndicated(group, title, summary))
        outlets = chance.sample(OUTLETS, min(most, int(chance.paretovariate(0.9))) - 1)
        made += [
            Syndicated(group, *_taken_over(title, summary, outlet, chance)) for outlet in outlets
        ]
    chance.shuffle(made)
    return tuple(made)


def _rows(archive: Path) -> Iterator[dict[str, str]]:
    opened = gzip.open if archive.suffix == ".gz" else open
    with opened(archive, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _taken_over(title: str, summary: str, outlet: str, chance: random.Random) -> tuple[str, str]:
    """How an outlet words the report; each thing that desks and feeds do happens with a chance of
    its own.
    """
    if chance.random() < 0.35:
        title, summary = _with_synonyms(title, chance), _with_synonyms(summary, chance)
    summary = _shown(summary, title, outlet, chance)
    title = _titled(title, outlet, chance)
    return (
        (_escaped(title, chance), _escaped(summary, chance))
        if chance.random() < 0.25
        else (title, summary)
    )


def _shown(summary: str, title: str, outlet: str, chance: random.Random) -> str:
    if chance.random() < 0.2:
        summary = _with_a_sentence_less(summary, chance)
    if chance.random() < 0.4:
        summary = _cut(summary, chance)
    if chance.random() < 0.08:
        summary = ""
    if summary and chance.random() < 0.3:
        summary = chance.choice(DATELINES) + summary
    if chance.random() < 0.45:
        summary += chance.choice(ENDINGS).format(title=title, outlet=outlet)
    return summary


def _titled(title: str, outlet: str, chance: random.Random) -> str:
    if chance.random() < 0.12:
        title = _reordered(title, chance)
    if chance.random() < 0.06:
        title = title[: max(40, int(len(title) * 0.8))].rstrip() + "..."
    if chance.random() < 0.2:
        title = chance.choice(LABELS).format(outlet) + title
    return title + chance.choice(TAGS).format(outlet) if chance.random() < 0.7 else title


def _with_synonyms(text: str, chance: random.Random) -> str:
    return " ".join(
        SYNONYMS[word.lower()] if word.lower() in SYNONYMS and chance.random() < 0.6 else word
        for word in text.split()
    )


def _reordered(title: str, chance: random.Random) -> str:
    """The end of a headline brought to its front, as in "In Arland, talks begin"."""
    said = title.split()
    if len(said) < 6:
        return title
    at = chance.randint(len(said) // 2, len(said) - 2)
    return " ".join(said[at:]) + ", " + " ".join(said[:at])


def _with_a_sentence_less(text: str, chance: random.Random) -> str:
    sentences = text.split(". ")
    if len(sentences) > 1:
        del sentences[chance.randrange(len(sentences))]
    return ". ".join(sentences)


def _cut(text: str, chance: random.Random) -> str:
    said = text.split()
    if len(said) < 12:
        return text
    return " ".join(said[: int(len(said) * chance.uniform(0.45, 0.95))]) + chance.choice(
        ("...", "…", " […]", " [...]", "")
    )


def _escaped(text: str, chance: random.Random) -> str:
    once = html.escape(text).replace("’", "&rsquo;").replace("–", "&ndash;")
    return html.escape(once) if chance.random() < 0.3 else once
