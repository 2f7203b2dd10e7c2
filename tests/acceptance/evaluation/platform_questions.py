"""Questions of forecasting platforms, as somebody would paste them, and what the linter blocks."""

import gzip
import html
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from forecasts.questions.new_question import NewQuestion
from tests.forecasts.unanswerable import build_unanswerable, list_blocking_codes
from tracker.errors import Refused

_SAMPLE: Final = "metaculus_2023_sample/questions.jsonl"
_QUESTION_SETS: Final = "forecastbench/question_sets"
_MARKETS: Final = frozenset(("metaculus", "manifold", "polymarket", "infer"))
_TAG: Final = re.compile(r"<[^>]{1,400}>|\[([^\]\n]{1,200})\]\([^)\s]{1,400}\)")
_MIN_RULES: Final = 40
"""Minimum length of resolution rules: a shorter text is none."""


@dataclass(frozen=True, slots=True)
class BlockedShare:
    """Number of questions, of blocked ones, and of those blocked by each code."""

    count: int
    blocked: int
    by_code: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LintReport:
    """Blocked questions by platform, and by half and class of the list of unanswerable ones."""

    platforms: Mapping[str, BlockedShare]
    unanswerable: Mapping[str, Mapping[str, BlockedShare]]


def sum_shares(shares: Iterable[BlockedShare]) -> BlockedShare:
    """Add up the counts of several groups of questions."""
    rows = list(shares)
    by_code = Counter[str]()
    for row in rows:
        by_code.update(row.by_code)
    blocked = sum(row.blocked for row in rows)
    return BlockedShare(sum(row.count for row in rows), blocked, dict(by_code.most_common()))


def read_platform_questions(folder: Path) -> dict[str, tuple[NewQuestion, ...]]:
    """Read the questions with rules of their own, by platform; `Refused` if there are none.

    A question that appears several times is read once.
    """
    records = {
        (platform, record["question"]): question
        for platform, record in (*_read_sample(folder / _SAMPLE), *_read_sets(folder))
        if (question := _build_question(record)) is not None
    }
    if not records:
        raise Refused(f"{folder} holds neither {_SAMPLE} nor {_QUESTION_SETS}: name that folder")
    platforms = dict.fromkeys(platform for platform, _ in records)
    return {
        name: tuple(q for (platform, _), q in records.items() if platform == name)
        for name in platforms
    }


def measure_blocked_share(questions: Sequence[NewQuestion]) -> BlockedShare:
    """Count the questions that the linter blocks on the day on which they open."""
    found = [list_blocking_codes(question) for question in questions]
    by_code = Counter(code for codes in found for code in codes)
    return BlockedShare(len(questions), sum(map(bool, found)), dict(by_code.most_common()))


def measure_caught_shares(half: str) -> dict[str, BlockedShare]:
    """Count the blocked questions of a half of the list of unanswerable ones, by class."""
    return {name: measure_blocked_share(rows) for name, rows in build_unanswerable(half).items()}


def _read_sample(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not path.is_file():
        return
    for line in path.read_text("utf-8").splitlines():
        record = json.loads(line)
        yield (
            "metaculus 2023",
            {
                "question": record["question"],
                "rules": record["resolution_criteria"],
                "opens": record["date_begin"],
                "closes": record["date_close"],
            },
        )


def _read_sets(folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path in sorted((folder / _QUESTION_SETS).glob("*.json.gz")):
        for record in json.loads(gzip.decompress(path.read_bytes()))["questions"]:
            if record["source"] not in _MARKETS:
                continue
            rules = (record["market_info_resolution_criteria"], record["background"])
            yield (
                record["source"],
                {
                    "question": record["question"],
                    "rules": next((text for text in rules if text not in ("", "N/A")), ""),
                    "opens": record["market_info_open_datetime"],
                    "closes": record["market_info_close_datetime"],
                },
            )


def _build_question(record: Mapping[str, Any]) -> NewQuestion | None:
    """Build a question; its sources are left to its rules."""
    rules = _strip_markup(record["rules"])
    opens, closes = (_parse_time(record[key]) for key in ("opens", "closes"))
    if len(rules) < _MIN_RULES or opens is None or closes is None:
        return None
    return NewQuestion(
        "pasted",
        record["question"],
        rules,
        ("see the resolution criteria",),
        opens,
        closes,
        closes,
    )


def _strip_markup(text: str) -> str:
    return html.unescape(_TAG.sub(lambda match: match[1] or " ", text))


def _parse_time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
