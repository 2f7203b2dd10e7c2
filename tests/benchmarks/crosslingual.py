"""Are reports of one event put into one story when they are in many languages?

python -m tests.benchmarks.crosslingual corpus_2023-04-14.json.gz [--languages en,ru,zh]

The corpus has blurbs of the news boxes of Wikipedias, {event: {seconds since 1970: {lang, blurb,
…}}}, published under CC BY-SA 3.0; it lies beside the repository, not in it. Each blurb becomes a
headline without its markup. A box shows one event in nearly the same words for days, so many of the
pairs inside a language are copies: look at the row between languages. An event is an article that a
blurb prints in bold, and a blurb with two such articles stands under two events in the same words.
So no way of reading can be precise here: of the pairs that the exact headline finds, 63 in 100
count as wrong. Compare with that row, not with 1.
"""

import argparse
import gzip
import json
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from tests.acceptance.evaluation import tables
from tests.acceptance.evaluation.labelled import read_reports
from tests.acceptance.evaluation.stories import evaluate_stories
from tracker.feeds.plain_text import strip_markup


def main() -> None:
    """Write the corpus as lines, evaluate them and print the table."""
    from tests.acceptance.evaluation.clustering import cluster

    asked = argparse.ArgumentParser()
    asked.add_argument("corpus", type=Path)
    asked.add_argument("--languages", help="Only these, such as en,ru,zh.")
    args = asked.parse_args()
    chosen = frozenset((args.languages or "").split(",")) - {""}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "crosslingual.jsonl"
        file.write_text(
            "".join(f"{line}\n" for line in lines(args.corpus, chosen)), encoding="utf-8"
        )
        reports = read_reports(file)
    began = time.process_time()
    found = evaluate_stories(cluster, reports)
    Console(width=140).print(tables.stories_table(found))
    Console(width=140).print(
        f"{len(reports):,} blurbs in {time.process_time() - began:.1f} CPU seconds"
    )


def lines(corpus: Path, languages: frozenset[str]) -> Iterator[str]:
    """The blurbs as labelled reports, one JSON object a line; of all languages when none is
    named.
    """
    for event, blurbs in json.loads(gzip.decompress(corpus.read_bytes())).items():
        for seconds, blurb in blurbs.items():
            title = strip_markup(blurb["blurb"])
            if title and (not languages or blurb["lang"] in languages):
                at = datetime.fromtimestamp(float(seconds), UTC).isoformat()
                record = {
                    "event": event,
                    "title": title,
                    "summary": "",
                    "published": at,
                    "lang": blurb["lang"],
                }
                yield json.dumps(record, ensure_ascii=False)


if __name__ == "__main__":
    main()
