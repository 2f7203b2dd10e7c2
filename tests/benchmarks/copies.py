"""How well and how fast copies are found: `python -m tests.benchmarks.copies ARCHIVE.jsonl.gz`.

ARCHIVE has lines with title, summary and source; the set is made from it (`syndication.py`). To
compare with datasketch and rensa, which are no dependencies of ours, install them by hand: `pip
install datasketch rensa`; what is missing is left out. All clean the same way, and cleaning is in
everybody's time; datasketch and rensa run without our guards. B³ and pairs are explained in Bagga
and Baldwin (1998). Then it is said how many headline pairs of opposite meaning are taken for
copies, and what a week costs. Headlines of opposite meaning and the words that tell them apart have
the same authors, as have the synonyms of the set and those of `agreement.py`: both figures flatter.
"""

import argparse
import importlib.util
import resource
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.syndication import Syndicated, syndicated
from tests.matching.opposites_of_headlines import OPPOSITES
from tracker.matching.boilerplate import clean_headline, clean_summary, split_words
from tracker.matching.near_duplicates import NearDuplicates

START = datetime(2022, 1, 1, tzinfo=UTC)
BATCH = 500
DAY, DAYS = 30_000, 7

Grouping = list[int]
"""For each item a number that all items of its group share."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Precision, recall and F1 of the pairs, and F1 by B³, each 0 to 1."""

    precision: float
    recall: float
    f1: float
    b_cubed: float


def quality(found: Sequence[int], true: Sequence[int]) -> Quality:
    """How a grouping agrees with the true one."""
    together = Counter(zip(found, true, strict=True))
    of_found, of_true = Counter(found), Counter(true)
    right, said, there = (
        sum(n * (n - 1) // 2 for n in c.values()) for c in (together, of_found, of_true)
    )
    precision, recall = right / max(said, 1), right / max(there, 1)
    b_precision = sum(n * n / of_found[f] for (f, _), n in together.items()) / len(found)
    b_recall = sum(n * n / of_true[t] for (_, t), n in together.items()) / len(found)
    return Quality(precision, recall, _f1(precision, recall), _f1(b_precision, b_recall))


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def ours(items: Sequence[Syndicated]) -> Grouping:
    """`NearDuplicates`, in batches as they come from a round of feeds."""
    copies, found = NearDuplicates(), []
    rows = [
        (i, item.title, item.summary, START + timedelta(seconds=2 * i))
        for i, item in enumerate(items)
    ]
    for begin in range(0, len(rows), BATCH):
        found += copies.add(rows[begin : begin + BATCH])
    return [i if root is None else root for i, root in enumerate(found)]


def exact_title(items: Sequence[Syndicated]) -> Grouping:
    """The same cleaned headline."""
    first: dict[str, int] = {}
    return [
        first.setdefault(" ".join(split_words(clean_headline(item.title))), i)
        for i, item in enumerate(items)
    ]


def datasketch(items: Sequence[Syndicated]) -> Grouping:
    """MinHash LSH of 128 permutations over runs of three words, threshold 0.5; whatever it finds is
    a copy.
    """
    from datasketch import MinHash, MinHashLSH  # type: ignore[import-not-found, import-untyped, unused-ignore]

    lsh = MinHashLSH(threshold=0.5, num_perm=128)
    roots: Grouping = []
    for i, item in enumerate(items):
        sketch = MinHash(num_perm=128)
        sketch.update_batch([run.encode() for run in _runs(item)])
        similar = lsh.query(sketch)
        roots.append(roots[min(similar)] if similar else i)
        lsh.insert(i, sketch)
    return roots


def rensa(items: Sequence[Syndicated]) -> Grouping:
    """R-MinHash, 128 permutations in 64 bands, verified at a true Jaccard of 0.3; no guards."""
    from rensa import RMinHash, RMinHashLSH  # type: ignore[import-not-found, import-untyped, unused-ignore]

    runs = [_runs(item) for item in items]
    sets = [frozenset(said) for said in runs]
    lsh = RMinHashLSH(threshold=0.3, num_perm=128, num_bands=64)
    roots: Grouping = []
    for i, sketch in enumerate(RMinHash.from_token_sets(runs, 128, 42)):
        alike = [
            j for j in lsh.query(sketch) if len(sets[i] & sets[j]) >= 0.3 * len(sets[i] | sets[j])
        ]
        roots.append(roots[min(alike)] if alike else i)
        lsh.insert(i, sketch)
    return roots


def _runs(item: Syndicated) -> list[str]:
    said = split_words(clean_headline(item.title)) + split_words(clean_summary(item.summary))
    return [" ".join(run) for run in zip(said, said[1:], said[2:], strict=False)]


METHODS: dict[str, Callable[[Sequence[Syndicated]], Grouping]] = {
    "exact title": exact_title,
    "datasketch": datasketch,
    "rensa": rensa,
    "ours": ours,
}


def main() -> None:
    """Measure each and print the tables."""
    asked = argparse.ArgumentParser()
    asked.add_argument("archive", type=Path)
    asked.add_argument("--seed", type=int, default=7)
    args = asked.parse_args()
    items = syndicated(args.archive, seed=args.seed)
    true = [item.group for item in items]
    console = Console(width=120)
    table = Table(title=f"{len(items):,} versions of {len(set(true)):,} reports")
    for column in ("", "pair P", "pair R", "pair F1", "B³ F1", "items/CPU-s", "times datasketch"):
        table.add_column(column, justify="right" if column else "left")
    speeds: dict[str, float] = {}
    for name, method in METHODS.items():
        if name in ("datasketch", "rensa") and importlib.util.find_spec(name) is None:
            continue
        speed, found = _best_of_three(method, items)
        speeds[name] = speed
        q = quality(found, true)
        ratio = f"{speed / speeds['datasketch']:.1f}" if "datasketch" in speeds else ""
        figures = (q.precision, q.recall, q.f1, q.b_cubed)
        table.add_row(name, *(f"{figure:.3f}" for figure in figures), f"{speed:,.0f}", ratio)
    console.print(table)
    merged = opposites_merged()
    console.print(
        f"Opposite headlines merged: {len(merged)} of {len(OPPOSITES)} "
        f"({len(merged) / len(OPPOSITES):.1%})"
    )
    _print_a_week(console, args.archive)


def _best_of_three(
    method: Callable[[Sequence[Syndicated]], Grouping], items: Sequence[Syndicated]
) -> tuple[float, Grouping]:
    """Items per second of this process's CPU time: the best of three, for the machine is seldom
    alone.
    """
    method(items[:10])  # what is imported on the first call
    best, found = 0.0, list[int]()
    for _ in range(3):
        start = time.process_time()
        found = method(items)
        best = max(best, len(items) / (time.process_time() - start))
    return best, found


def opposites_merged() -> list[tuple[str, str]]:
    """The pairs of opposite headlines that are taken for copies, even under one summary that fits
    both.
    """
    summary = (
        "The news came on Thursday after a long night of talks in the capital, people "
        "familiar with them said."
    )
    merged = []
    for one, other in OPPOSITES:
        answers = NearDuplicates().add([(1, one, "", START), (2, other, "", START)])
        answers += NearDuplicates().add([(1, one, summary, START), (2, other, summary, START)])
        if any(answer is not None for answer in answers):
            merged.append((one, other))
    return merged


def _print_a_week(console: Console, archive: Path) -> None:
    """What a week of 30,000 items a day costs; reports that the archive does not have are made by
    numbering words.
    """
    items = syndicated(archive, reports=20_000, most=3, seed=1)
    copies, taken = NearDuplicates(), 0.0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for begin in range(0, DAY * DAYS, BATCH):
        batch = []
        for i in range(begin, begin + BATCH):
            item, turn = items[i % len(items)], i // len(items)
            seen = START + timedelta(days=i / DAY)
            batch.append((i, _renamed(item.title, turn), _renamed(item.summary, turn), seen))
        start = time.process_time()
        copies.add(batch)
        taken += time.process_time() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    console.print(
        f"A week of {DAY:,} items a day: {DAY * DAYS / taken:,.0f} items/CPU-s, {grown:,.0f} MB "
        "more at the peak"
    )


def _renamed(text: str, turn: int) -> str:
    """Another report of the same kind: every second word carries the number of the turn."""
    return " ".join(
        f"{word}x{turn}" if turn and i % 2 else word for i, word in enumerate(text.split())
    )


if __name__ == "__main__":
    main()
