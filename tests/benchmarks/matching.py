"""How fast items are matched: `python -m tests.benchmarks.matching [ARCHIVE [QUESTIONS...]]`.

`--items N` reads only the first N items of the day; the rest is extrapolated.

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

import argparse
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
DAY_ITEMS = 30_000
BATCH = 500
START = datetime(2026, 11, 1, tzinfo=UTC)

Text = tuple[str, str]


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path, nargs="?")
    parser.add_argument("questions", type=Path, nargs="*")
    parser.add_argument("--items", type=int, default=DAY_ITEMS)
    chosen = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    rng = random.Random(7)
    news = _archive(chosen.archive, rng) if chosen.archive else _invented_news(rng, 31_000)
    standing = _standing(chosen.questions, rng)
    lexical, fts = _lexical(standing, news[:ITEMS]), _fts5(standing, news[:400])
    _say("lexical stage, 10,000 questions", lexical, _compare(lexical, fts))
    for kind, items_read in (("static", ITEMS), ("minilm", JUDGED_ITEMS)):
        speed = _pipeline(standing, news[:items_read], kind)
        _say(f"whole pipeline, {kind}", speed, _compare(speed, fts))
    for kind in ("static", "minilm"):
        sys.stdout.flush()
        day = get_context("spawn").Process(target=_report_day, args=(kind, news, chosen.items))
        day.start()
        day.join()


def _compare(speed: float, fts: float) -> str:
    return f"{speed / fts:.1f} × FTS5 the other way round ({fts:.0f})"


def _report_day(kind: str, news: Sequence[Text], count: int) -> None:
    """Print what a day costs, and the memory of this process.

    The first thousand items come with what happens once: lines of questions are read when an item
    is first compared with them. A day that was read in part goes on as its second half went.
    """
    day = (list(news) * (DAY_ITEMS // len(news) + 1))[:DAY_ITEMS]
    seconds, found = _day([f"Will {title}?" for title, _ in day[::30]], day[:count], kind)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    later = seconds[len(seconds) // 2 :]
    pace = sum(later) / len(later)
    whole = sum(seconds) + pace * (DAY_ITEMS // 1_000 - len(seconds))
    sys.stdout.write(
        f"a day, 30,000 items against 1,000 questions with indicators, {kind}: {whole:.0f} s of "
        f"CPU time ({len(seconds)},000 items read: {seconds[0]:.0f} s for the first thousand, "
        f"{pace:.1f} s for a late one), {peak:.0f} MB at the peak, {found} found\n"
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


def _day(standing: Sequence[str], news: Sequence[Text], kind: str) -> tuple[list[float], int]:
    """CPU seconds of each thousand items, from items to suggestions in a new SQLite database, and
    the evidence found.
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
            seconds, found = list[float](), 0
            for first, last in pairwise([*range(0, len(news), 1_000), len(news)]):
                began = time.process_time()
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
                seconds.append(time.process_time() - began)
            return seconds, found


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
