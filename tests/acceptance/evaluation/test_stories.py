"""Evaluation of stories: what is measured, what stands beside it, and what is refused."""

import json
from collections.abc import Sequence
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from forecasts.errors import ForecastsError
from tests.acceptance import commands
from tests.acceptance.conftest import Shell
from tests.acceptance.evaluation import tables
from tests.acceptance.evaluation.labelled import read_reports
from tests.acceptance.evaluation.labels import REPORTS, written
from tests.acceptance.evaluation.stories import ALL, BETWEEN, evaluate_stories


def by_first_word(items: Sequence[tuple[str, str, datetime]]) -> list[int]:
    """Stories by the first word of the headline."""
    firsts = [title.split()[0] for title, _, _ in items]
    return [firsts.index(first) for first in firsts]


def test_stories_are_made_in_the_order_of_time(tmp_path: Path) -> None:
    seen: list[datetime] = []

    def watching(items: Sequence[tuple[str, str, datetime]]) -> list[int]:
        seen.extend(at for _, _, at in items)
        return by_first_word(items)

    evaluate_stories(watching, read_reports(written(tmp_path / "a.jsonl", REPORTS)))
    assert seen == sorted(seen)
    assert seen[0].day == 1


def test_stories_are_compared_by_language_and_across_with_both_baselines(tmp_path: Path) -> None:
    found = evaluate_stories(by_first_word, read_reports(written(tmp_path / "a.jsonl", REPORTS)))
    rows = {(one.way, one.among): one for one in found}
    ours, exact, alone = (rows[way, ALL] for way in ("ours", "exact title", "every item alone"))
    assert (ours.n, ours.events, ours.stories) == (4, 2, 2)
    assert (ours.pairs.both, ours.pairs.found, ours.pairs.true) == (1, 3, 3)
    assert (exact.stories, exact.pairwise.precision, exact.pairwise.recall) == (
        3,
        1.0,
        pytest.approx(1 / 3),
    )
    assert (alone.stories, alone.pairwise.precision, alone.pairwise.recall) == (4, None, 0.0)
    assert ours.b_cubed is not None
    assert ours.b_cubed.precision == pytest.approx((1 + 2 / 3 + 2 / 3 + 1 / 3) / 4)
    across = rows["ours", BETWEEN]
    assert (across.b_cubed, across.pairs.both, across.pairs.true) == (None, 0, 2)
    assert [one.among for one in found if one.way == "ours"] == [ALL, "en", "de", BETWEEN]


def test_rows_of_stories_without_or_with_one_language(
    tmp_path: Path,
) -> None:
    plain = [{name: value for name, value in line.items() if name != "lang"} for line in REPORTS]
    found = evaluate_stories(by_first_word, read_reports(written(tmp_path / "a.jsonl", plain)))
    assert {one.among for one in found} == {ALL}
    english = [line for line in REPORTS if line["lang"] == "en"]
    found = evaluate_stories(by_first_word, read_reports(written(tmp_path / "b.jsonl", english)))
    assert {one.among for one in found} == {ALL, "en"}


def test_rare_languages_have_no_row(tmp_path: Path) -> None:
    lines = [
        {**REPORTS[0], "lang": lang}
        for lang in ("en", "en", "de", "fr", "it", "es", "pt", "ru", "zh")
    ]
    found = evaluate_stories(by_first_word, read_reports(written(tmp_path / "a.jsonl", lines)))
    said = printed(tables.stories_table(found))
    assert "2 rarer languages are left out" in said
    assert [lang for lang in ("en", "pt", "ru", "zh") if f" {lang} " in said] == ["en", "pt"]
    assert BETWEEN in said
    assert {"ru", "zh"} <= {one.among for one in found}


def test_items_left_without_a_story_are_found_out(tmp_path: Path) -> None:
    with pytest.raises(ForecastsError, match="1 items were put into stories, and there are 4"):
        evaluate_stories(lambda items: [0], read_reports(written(tmp_path / "a.jsonl", REPORTS)))


# The command


def printed(*parts: Any) -> str:
    """Tables as they are printed, wide enough to break no line."""
    out = StringIO()
    Console(file=out, width=300).print(*parts)
    return out.getvalue()


def test_stories_are_printed_and_given_as_json(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "cluster", by_first_word)
    file = written(tmp_path / "a.jsonl", REPORTS)
    assert "every item alone" in shell("stories", file).stdout
    assert json.loads(shell("stories", file, "--json").stdout)[0]["pairs"] == {
        "both": 1,
        "found": 3,
        "true": 3,
    }
