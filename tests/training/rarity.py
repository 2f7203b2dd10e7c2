"""Count how rare words are in freely licensed news-like texts: `python -m tests.training.rarity
CORPORA OUT`.

CORPORA is a folder with the corpora named below. Only counts of tokens leave it:

- Wikipedia's current events and in-the-news blurbs (CC BY-SA 3.0 and 4.0)
- briefings of the White House (public domain)
- questions of ForecastBench (CC BY-SA 4.0)
- claims of IBM Debater's stance data (CC BY-SA 3.0)
"""

import csv
import gzip
import html
import json
import lzma
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tracker.matching.tokens import NO_TOKEN, Vocabulary

FREE = ("wiki_events", "wh_briefings")
FEWEST = 2
"""Tokens in fewer texts are as rare as those in none."""


def texts(corpora: Path) -> Iterator[str]:
    """Every text once."""
    for archive in sorted((corpora / "news").glob("*.jsonl.gz")):
        for line in gzip.decompress(archive.read_bytes()).splitlines():
            item = json.loads(line)
            if item["origin_dataset"] in FREE:
                yield f"{item['title']} {item['summary']}"
    for blurbs in _read(next((corpora / "labelled/itn_crosslingual").glob("*.gz"))).values():
        yield from (
            html.unescape(re.sub(r"<[^>]+>", "", b["blurb"]))
            for b in blurbs.values()
            if b["lang"] == "en"
        )
    for questions in sorted((corpora / "forecasts/forecastbench/question_sets").glob("*.gz")):
        yield from (q["question"] for q in _read(questions)["questions"])
    with (corpora / "labelled/ibm_claim_stance/claims.csv").open(encoding="utf-8") as file:
        yield from (row["claims.claimCorrectedText"] for row in csv.DictReader(file))


def _read(file: Path) -> Any:
    return json.loads(gzip.decompress(file.read_bytes()))


def main(corpora: Path, out: Path) -> None:
    """Count and write."""
    tokens, found, total = Vocabulary(), Counter[int](), 0
    for text in dict.fromkeys(texts(corpora)):
        found.update(set(tokens.of(text)) - {NO_TOKEN})
        total += 1
    kept = sorted((tokens.names[token], n) for token, n in found.items() if n >= FEWEST)
    out.write_bytes(
        lzma.compress("\n".join([str(total), *(f"{name} {n}" for name, n in kept)]).encode())
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
