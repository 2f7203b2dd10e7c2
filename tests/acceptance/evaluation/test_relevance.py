"""Evaluation of relevance, direction and stories: what is measured, what stands beside it, and what
is refused.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from forecasts.errors import ForecastsError, InvalidProbability
from tests.acceptance import commands
from tests.acceptance.conftest import Shell
from tests.acceptance.evaluation import tables as evaluation_tables
from tests.acceptance.evaluation.baselines import stems
from tests.acceptance.evaluation.labelled import (
    AskedAbout,
    Unlabelled,
    read_archive,
    read_labels,
    read_reports,
)
from tests.acceptance.evaluation.labels import LINES, REPORTS, STRIKE, SUMMIT, written
from tests.acceptance.evaluation.ranking import Cut
from tests.acceptance.evaluation.relevance import (
    Judged,
    RelevanceReport,
    evaluate_relevance,
    sampled,
    wordings,
)
from tests.acceptance.evaluation.stories import ALL, BETWEEN, evaluate_stories
from tracker.app import question_set_files

ARCHIVE = tuple(
    {"id": f"wire-{n}", "title": f"Market report number {n}", "summary": "Prices."}
    for n in range(50)
)


@dataclass(frozen=True, slots=True)
class WordJudge:
    """Judges by the share of a question's words that an item has; "denies" is NO, "agree" is
    YES.
    """

    name: str = "by words"
    threshold: float = 0.5

    def judge(self, asked: Sequence[AskedAbout], items: Sequence[tuple[str, str]]) -> Judged:
        """Relevance and direction of every pair."""
        words = [set(stems(" ".join(item))) for item in items]
        wanted = [set(stems(text or name)) for name, text in asked]
        relevance = np.array([[len(w & own) / len(w) for own in words] for w in wanted])
        signs = [("agre" in own) - ("deni" in own) for own in words]
        direction = np.array([signs] * len(asked), dtype=np.int_)
        return Judged(
            relevance, direction, 0.5 + 0.4 * np.abs(direction), ("its text alone",) * len(asked)
        )


def by_first_word(items: Sequence[tuple[str, str, datetime]]) -> list[int]:
    """Stories by the first word of the headline."""
    firsts = [title.split()[0] for title, _, _ in items]
    return [firsts.index(first) for first in firsts]


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """The labelled file of these tests."""
    return written(tmp_path / "labels.jsonl", LINES)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive of news about something else, gzipped."""
    return written(tmp_path / "archive.jsonl.gz", ARCHIVE)


@pytest.fixture
def report(labelled: Path, archive: Path) -> RelevanceReport:
    """What the judge of these tests is worth."""
    labels = read_labels(labelled)
    return evaluate_relevance(WordJudge(), labels, sampled(read_archive(archive), labels, 20, 0))


@pytest.fixture
def matcher(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands use the judge of these tests in the place of the matcher."""
    monkeypatch.setattr(
        commands,
        "open_judge",
        lambda name, encoder: WordJudge(f"by words, set {name}, encoder {encoder}"),
    )
    monkeypatch.setattr(commands, "cluster", by_first_word)


# Relevance


def test_a_question_is_ranked_against_its_labels_and_negatives(
    report: RelevanceReport,
) -> None:
    summit, strike = report.questions
    assert (summit.asked, summit.n, summit.labelled, summit.relevant) == (("", SUMMIT), 24, 4, 3)
    assert (strike.asked, strike.n, strike.labelled, strike.relevant) == (
        ("strike", STRIKE),
        22,
        2,
        1,
    )
    assert report.unlabelled == 20


def test_ranks_are_those_that_one_finds_by_hand(report: RelevanceReport) -> None:
    summit, strike = report.questions
    assert summit.ours is not None
    assert strike.ours is not None
    # Of "arland borland hold summit" the items have 4, 3, 0 and 2 words; the third one ties with 20
    # unlabelled items.
    expected_last = np.mean([3 / place for place in range(4, 25)])
    assert summit.ours.average_precision == pytest.approx((1 + 1 + expected_last) / 3)
    assert strike.ours.average_precision == 1.0
    assert report.mean_ours is not None
    assert report.mean_ours.average_precision == pytest.approx(
        (summit.ours.average_precision + 1) / 2
    )
    assert report.ranked == 2


def test_accepted_items_are_counted_in_pool_and_labels(
    labelled: Path,
) -> None:
    lost = (Unlabelled("", "Arland and Borland hold a summit of chess players", ""),)
    found = evaluate_relevance(WordJudge(), read_labels(labelled), lost)
    assert (found.accepted.accepted, found.accepted.hits, found.accepted.relevant) == (5, 3, 4)
    assert (found.among_labelled.accepted, found.among_labelled.hits) == (4, 3)
    assert [question.accepted.hits for question in found.questions] == [2, 1]
    assert found.cuts[0.8] is None
    assert evaluate_relevance(WordJudge(), read_labels(labelled)).cuts[0.8] == Cut(0.75, 1.0, 0.5)


def test_direction_is_measured_on_relevant_items_with_a_stance(report: RelevanceReport) -> None:
    found = report.direction
    assert (found.confusion.directed, found.confusion.called, found.confusion.right) == (3, 2, 2)
    assert (found.confusion.neutral, found.confusion.dared) == (1, 0)
    assert found.stated == pytest.approx(0.9)
    assert (found.majority, found.majority_accuracy, found.majority_where_called) == (
        1,
        pytest.approx(2 / 3),
        0.5,
    )


def test_a_question_is_flagged_that_falls_behind_bm25(labelled: Path) -> None:
    class Backwards(WordJudge):
        """Says the opposite."""

        def judge(self, asked: Sequence[AskedAbout], items: Sequence[tuple[str, str]]) -> Judged:
            said = WordJudge.judge(self, asked, items)
            return Judged(1 - said.relevance, said.direction, said.p_direction, said.understood)

    found = evaluate_relevance(Backwards(), read_labels(labelled))
    assert [question.below_bm25 for question in found.questions] == [True, True]
    assert "More than 0.02 below BM25 (!): " in "\n".join(evaluation_tables.relevance_lines(found))
    good = evaluate_relevance(WordJudge(), read_labels(labelled))
    assert [question.below_bm25 for question in good.questions] == [False, False]


def test_a_question_without_relevant_items_has_no_rank(
    tmp_path: Path,
) -> None:
    line = {
        "question": SUMMIT,
        "title": "Arland and Borland hold no summit of bakers",
        "relevance": 0,
    }
    found = evaluate_relevance(WordJudge(), read_labels(written(tmp_path / "a.jsonl", [line])))
    (question,) = found.questions
    assert (question.ours, question.bm25, question.below_bm25) == (None, None, False)
    assert (found.ranked, found.mean_ours, found.mean_bm25) == (0, None, None)
    assert (found.accepted.accepted, found.accepted.precision, found.accepted.recall) == (
        1,
        0.0,
        None,
    )
    assert set(found.cuts.values()) == {None}
    assert found.direction.majority_accuracy is None
    assert "–" in printed(evaluation_tables.questions_table(found))
    assert not any(line.startswith("Mean") for line in evaluation_tables.relevance_lines(found))


def test_a_judge_that_leaves_pairs_out_is_found_out(labelled: Path) -> None:
    class Lazy(WordJudge):
        """Judges the first item alone."""

        def judge(self, asked: Sequence[AskedAbout], items: Sequence[tuple[str, str]]) -> Judged:
            return WordJudge.judge(self, asked, items[:1])

    with pytest.raises(ForecastsError, match="not 2 questions × 6"):
        evaluate_relevance(Lazy(), read_labels(labelled))


def test_a_verdict_has_a_row_for_each_question() -> None:
    one, zero = np.array([[1.0]]), np.array([[0]])
    with pytest.raises(ForecastsError, match="every question and item"):
        Judged(one, zero, one, ("a", "b"))
    with pytest.raises(ForecastsError, match="every question and item"):
        Judged(one, np.array([[0, 1]]), one, ("a",))
    with pytest.raises(InvalidProbability):
        Judged(one * 2, zero, one, ("a",))


# The sample


def test_labelled_items_are_never_sampled(
    tmp_path: Path,
) -> None:
    items = [
        {"id": "7", "title": "Another headline of the labelled item"},
        {"id": "x", "title": "  CADIA votes for  a new mayor "},
        {"id": "", "title": "Rain"},
    ]
    labels = read_labels(written(tmp_path / "labels.jsonl", LINES))
    assert [
        item.title
        for item in sampled(read_archive(written(tmp_path / "b.jsonl", items)), labels, 9, 0)
    ] == ["Rain"]


def test_a_sample_depends_on_its_seed(archive: Path) -> None:
    items = read_archive(archive)
    assert sampled(items, (), 10, 1) == sampled(items, (), 10, 1) != sampled(items, (), 10, 2)
    assert len(set(sampled(items, (), 10, 1))) == 10


def test_bm25_reads_the_text_behind_a_question_id(tmp_path: Path) -> None:
    lines = [
        {"question": "strike", "title": "Cadia votes for a mayor", "relevance": 0},
        {"question": "strike", "title": "Harbour workers gather", "relevance": 1},
    ]
    labels = read_labels(written(tmp_path / "a.jsonl", lines))
    (blind,) = evaluate_relevance(WordJudge(), labels).questions
    (seeing,) = evaluate_relevance(
        WordJudge(), labels, wording={"strike": "Will harbour workers strike?"}
    ).questions
    assert blind.bm25 is not None
    assert seeing.bm25 is not None
    assert (blind.bm25.average_precision, seeing.bm25.average_precision) == (0.75, 1.0)


def test_a_set_gives_the_texts_of_its_questions_and_claims() -> None:
    found = wordings(question_set_files.load_question_set(question_set_files.DEFAULT_SET))
    assert found["neutrality-2025"].startswith("Will China keep")
    assert all(found.values())


# Stories


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
    said = printed(evaluation_tables.stories_table(found))
    assert "2 rarer languages are left out" in said
    assert [lang for lang in ("en", "pt", "ru", "zh") if f" {lang} " in said] == ["en", "pt"]
    assert BETWEEN in said
    assert {"ru", "zh"} <= {one.among for one in found}


def test_items_left_without_a_story_are_found_out(tmp_path: Path) -> None:
    with pytest.raises(ForecastsError, match="1 items were put into stories, and there are 4"):
        evaluate_stories(lambda items: [0], read_reports(written(tmp_path / "a.jsonl", REPORTS)))


# The command


def printed(*tables: Any) -> str:
    """Tables as they are printed, wide enough to break no line."""
    out = StringIO()
    Console(file=out, width=300).print(*tables)
    return out.getvalue()


@pytest.mark.usefixtures("matcher")
def test_relevance_is_printed_with_every_number_beside_its_n(
    shell: Shell, labelled: Path, archive: Path
) -> None:
    argv = ("relevance", labelled, "--negatives", archive, "--sample", "20", "--encoder", "words")
    said = " ".join(shell(*argv).stdout.split())
    assert (
        "by words, set None, encoder words, threshold 0.5; pooled with 20 unlabelled items." in said
    )
    assert "Mean of 2 questions: AP 0.880, BM25 0.880, difference +0.000;" in said
    assert "precision 0.75 (3 of 4 accepted), recall 0.75 (3 of 4 relevant)" in said
    assert (
        "Direction: accuracy 1.00 (2 of 2 called), coverage 67% of 3 relevant items with a stance"
        in said
    )
    assert "Majority (always “for”): 0.67 of 3, 0.50 of the 2 called." in said
    assert "strike" in said


@pytest.mark.usefixtures("matcher")
def test_everything_is_there_as_json(shell: Shell, labelled: Path, archive: Path) -> None:
    argv = (
        "relevance",
        labelled,
        "--negatives",
        archive,
        "--set",
        question_set_files.DEFAULT_SET,
        "--seed",
        "3",
        "--json",
    )
    found = json.loads(shell(*argv).stdout)
    assert (found["seed"], found["report"]["unlabelled"]) == (3, 50)
    assert found["report"]["questions"][1]["asked"] == ["strike", STRIKE]
    assert found["report"]["direction"]["confusion"]["table"] == [[1, 0, 0], [0, 1, 0], [0, 1, 1]]


@pytest.mark.usefixtures("matcher")
def test_stories_are_printed_and_given_as_json(shell: Shell, tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", REPORTS)
    assert "every item alone" in shell("stories", file).stdout
    assert json.loads(shell("stories", file, "--json").stdout)[0]["pairs"] == {
        "both": 1,
        "found": 3,
        "true": 3,
    }


@pytest.mark.usefixtures("matcher")
def test_a_bad_line_prints_nothing_at_all(shell: Shell, labelled: Path) -> None:
    with labelled.open("a", encoding="utf-8") as file:
        file.write("{\n")
    result = shell("relevance", labelled, code=2)
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert ":7: this is no JSON" in line


def test_text_from_a_file_is_no_markup_in_a_table(tmp_path: Path) -> None:
    line = {"question": "Will [red]it[/red] \u001b[31m rain?", "title": "Rain", "relevance": 1}
    found = evaluate_relevance(WordJudge(), read_labels(written(tmp_path / "a.jsonl", [line])))
    said = printed(evaluation_tables.questions_table(found))
    assert "[red]it[/red]" in said
    assert "\u001b" not in said
