"""How fast items are matched: `python -m tests.benchmarks.matching [ARCHIVE [QUESTIONS...]]`.

Items are those of an archive (JSONL.gz with title and summary), else invented ones; standing
questions those of files of ForecastBench question sets (JSON.gz), padded by recombination, else
invented. All figures are items per second of one core's CPU time (set OMP_NUM_THREADS=1), and the
ratios hold within one run:

- the lexical stage alone, against SQLite's FTS5 asked the other way round (questions indexed, an
  item's words ORed);
- the whole pipeline: copies, words, meaning, head; with and without the judge;
- a day of 30,000 items against 1,000 questions with two indicators each, worded after every
  thirtieth headline so that there is much to find: matched, put into stories and suggested in a
  database, with and without the judge, each in a process of its own.
"""

import gzip
import json
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import structlog

from forecasts.distributions.distribution import Binary
from forecasts.evidence.evidence import Direction, Indicator, IndicatorId, Strength
from forecasts.questions.question import ClaimId, EssayId, Question, QuestionId
from tests.builders import a_feed, a_set, an_item, no_network
from tracker.app.tracker import open_tracker
from tracker.feeds.dedup import NewItem
from tracker.feeds.item import FeedId
from tracker.ingestion.evidence import link_evidence
from tracker.matching.gazetteer import load_aliases
from tracker.matching.lexical_index import LexicalIndex
from tracker.matching.matcher import Matcher, clean_item_text
from tracker.matching.matching_profile import Profile
from tracker.matching.near_duplicates import NearDuplicates
from tracker.matching.semantic import open_encoders
from tracker.matching.tokens import STOP_WORDS, Vocabulary
from tracker.settings import Settings
from tracker.storage import items

STANDING = 10_000
ITEMS = 10_000
JUDGED_ITEMS = 1_000
BATCH = 500
START = datetime(2026, 11, 1, tzinfo=UTC)

Text = tuple[str, str]


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    files = [Path(a) for a in arguments if not a.startswith("--")]
    rng = random.Random(7)
    news = _archive(files[0], rng) if files else _invented_news(rng, 31_000)
    standing = _standing(files[1:], rng)
    lexical, fts = _lexical(standing, news[:ITEMS]), _fts5(standing, news[:400])
    _say(
        "lexical stage, 10,000 questions",
        lexical,
        f"{lexical / fts:.0f} × FTS5 the other way round ({fts:.0f})",
    )
    for kind, items_read in (("static", ITEMS), ("minilm", JUDGED_ITEMS)):
        _say(f"whole pipeline, {kind}", _pipeline(standing, news[:items_read], kind))
    for kind in ("static", "minilm"):
        sys.stdout.flush()
        day = get_context("spawn").Process(target=_report_day, args=(kind, news))
        day.start()
        day.join()


def _report_day(kind: str, news: Sequence[Text]) -> None:
    """Print what a day costs, and the memory of this process."""
    day = (list(news) * (30_000 // len(news) + 1))[:30_000]
    began = time.process_time()
    seconds, found = _day([f"Will {title}?" for title, _ in day[::30]], day, kind)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"a day, 30,000 items against 1,000 questions with indicators, {kind}: {seconds:.0f} s, "
        f"{time.process_time() - began:.0f} s of CPU time, {peak:.0f} MB at the peak, {found} "
        "found\n"
    )


def _say(what: str, speed: float, beside: str = "") -> None:
    sys.stdout.write(f"{what}: {speed:,.0f} items/CPU-s{', ' + beside if beside else ''}\n")


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _archive(file: Path, rng: random.Random) -> list[Text]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    found = [(row["title"], row["summary"]) for row in rows]
    rng.shuffle(found)
    return found


def _invented_news(rng: random.Random, count: int) -> list[Text]:
    known = load_aliases()
    names = [n.replace("-", " ").title() for n in sorted(known.entities)]
    words = sorted({c for c in known.words.values() if c not in known.entities})
    said = (
        "meets warns signs rejects halts widens backs blocks plans buys sells visits denies "
        "confirms"
    ).split()

    def clause() -> str:
        one, two, three = (w.replace("-", " ") for w in rng.sample(words, 3))
        return (
            f"{rng.choice(names)} {rng.choice(said)} {one} with {rng.choice(names)} over "
            f"{two} and {three}"
        )

    return [(clause(), ". ".join(clause() for _ in range(rng.randint(0, 3)))) for _ in range(count)]


def _standing(files: Sequence[Path], rng: random.Random) -> list[str]:
    asked = {
        q["question"]
        for f in files
        for q in json.loads(gzip.decompress(f.read_bytes()))["questions"]
    }
    found = sorted(asked) or [f"Will {title}?" for title, _ in _invented_news(rng, STANDING)]
    while len(found) < STANDING:
        one, other = rng.choice(found).split(), rng.choice(found).split()
        found.append(" ".join(one[: len(one) // 2] + other[len(other) // 2 :]))
    return found[:STANDING]


def _lexical(standing: Sequence[str], news: Sequence[Text]) -> float:
    tokens = Vocabulary()
    index = LexicalIndex([Profile(text) for text in standing], tokens)
    texts = [f"{title}\n{summary}" for title, summary in news]

    def work() -> None:
        for start in range(0, len(texts), BATCH):
            index.best(index.count(texts[start : start + BATCH]), 20)

    work()  # words are learned once
    return len(texts) / _timed(work)


def _fts5(standing: Sequence[str], news: Sequence[Text]) -> float:
    with sqlite3.connect(":memory:") as db:
        db.execute("CREATE VIRTUAL TABLE q USING fts5(text, tokenize='porter unicode61')")
        db.executemany("INSERT INTO q VALUES (?)", [(text,) for text in standing])
        asked = [
            " OR ".join(f'"{w}"' for w in _terms(f"{title} {summary}")) for title, summary in news
        ]
        query = "SELECT rowid, bm25(q) FROM q WHERE q MATCH ? ORDER BY bm25(q) LIMIT 20"
        return len(asked) / _timed(lambda: [db.execute(query, (a,)).fetchall() for a in asked if a])


def _terms(text: str) -> list[str]:
    words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
    return [w for w in dict.fromkeys(words) if w not in STOP_WORDS]


def _pipeline(standing: Sequence[str], news: Sequence[Text], kind: str) -> float:
    matcher = Matcher(tuple(Profile(text) for text in standing), open_encoders(kind), Vocabulary())
    words = [clean_item_text(*one) for one in news]
    list(matcher.match(words[:BATCH]))

    def work() -> None:
        copies = NearDuplicates()
        for start in range(0, len(news), BATCH):
            some = news[start : start + BATCH]
            copies.add(
                [(start + n, title, summary, START) for n, (title, summary) in enumerate(some)]
            )
            list(matcher.match([clean_item_text(*one) for one in some]))

    return len(news) / _timed(work)


def _day(standing: Sequence[str], news: Sequence[Text], kind: str) -> tuple[float, int]:
    """Seconds of wall time from items to suggestions in a new SQLite database, and the evidence
    found.
    """
    questions = [_question(n, text) for n, text in enumerate(standing)]
    indicators = [
        i for q, text in zip(questions, standing, strict=True) for i in _indicators(q, text)
    ]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), encoder=kind)
        with open_tracker(
            settings, now=lambda: START + timedelta(days=1), fetch=no_network
        ) as tracker:
            feeds = [a_feed(f"feed-{n}") for n in range(1_000)]
            tracker.question_sets.load(a_set(*questions, indicators=indicators, feeds=feeds))
            start, found = time.perf_counter(), 0
            for first, last in pairwise([*range(0, len(news), 1_000), len(news)]):
                with tracker.context.store.writing() as session:
                    now = START + timedelta(days=1, seconds=first)
                    new = [
                        (FeedId(f"feed-{n % 1000}"), NewItem(_item(n, news[n]), None))
                        for n in range(first, last)
                    ]
                    stored = items.add_items(session, new, now)
                    watch = tracker.context.match_state.load_profiles(session, now)
                    found += link_evidence(
                        session, tracker.context.match_state, watch, stored, now=now
                    )
            return time.perf_counter() - start, found


def _item(number: int, text: Text):  # type: ignore[no-untyped-def]
    return an_item(
        text[0],
        key=f"k{number}",
        summary=text[1],
        canonical_url=f"x/{number}",
        url=f"https://x/{number}",
    )


def _question(number: int, text: str) -> Question:
    return Question(
        QuestionId(f"q{number}"), EssayId("essay"), "binary", text, "As reported.", ("example.org",), "event_by",
        START, START + timedelta(days=300), START + timedelta(days=310), Binary(0.3), "3 of 10", (ClaimId("C1"),),
    )  # fmt: skip


def _indicators(question: Question, text: str) -> list[Indicator]:
    """Two indicators a question, worded after its text."""
    core = text.removeprefix("Will ").rstrip("?")
    return [
        Indicator(
            IndicatorId(f"{question.id}/{slug}"), question.id, f"{core}: {name}", side, Strength.SOME, (),
            examples=(f"{core} is {name}", f"Sources say {core} now {name}"),
            opposites=(f"{core} is not {name}", f"Officials deny {core} {name}"),
        )
        for slug, name, side in (("near", "closer", Direction.YES), ("off", "called off", Direction.NO))
    ]  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
