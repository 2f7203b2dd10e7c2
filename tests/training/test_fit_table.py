"""A table is fitted to what a teacher says, on sentences that are free, and is the same each
time.
"""

import random
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from tests.training import imitation
from tests.training.fit_table import chosen, quantised
from tests.training.imitation import CHUNK, Lesson, first_rows, fitted, projection, unit
from tests.training.judging import likeness
from tests.training.recombining import recombined
from tests.training.texts import LONGEST, Text, read, sentences

CHANCE = np.random.default_rng(1)
TRUE_ROWS = CHANCE.standard_normal((40, 6)).astype(np.float32)
COUNTS = csr_matrix((CHANCE.random((1_100, 40)) < 0.1).astype(np.float32))
TEACHER = unit(COUNTS @ TRUE_ROWS)


def test_the_fit_follows_the_teacher(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(imitation, "BATCH", 256)
    first = CHANCE.standard_normal((40, 6)).astype(np.float32)
    directions = projection(TEACHER, 6)
    rows = fitted(first, COUNTS, (TEACHER, directions), Lesson(passes=80, step=0.05, left_out=0.0))
    before, after = (likeness(unit(COUNTS[:200] @ r), TEACHER[:200]) for r in (first, rows))
    assert before.pearson_random < 0.6
    assert after.pearson_random > 0.9
    assert after.found > before.found


def test_the_same_lesson_gives_the_same_rows() -> None:
    taught = TEACHER, projection(TEACHER, 4)
    start, lesson = np.ones((40, 4), np.float32), Lesson(passes=2)
    assert np.array_equal(
        fitted(start, COUNTS, taught, lesson), fitted(start, COUNTS, taught, lesson)
    )


def test_a_projection_to_all_dimensions_keeps_every_cosine() -> None:
    turned, some = TEACHER @ projection(TEACHER, 6), slice(0, 30)
    assert turned[some] @ turned[some].T == pytest.approx(TEACHER[some] @ TEACHER[some].T, abs=1e-5)


def test_frequent_pieces_begin_small() -> None:
    rows = first_rows(TRUE_ROWS[:3], np.array([1, 10, 1_000]))
    assert list(np.argsort(np.linalg.norm(rows, axis=1))) == [2, 1, 0]


def test_a_perfect_imitation_is_judged_perfect() -> None:
    judged = likeness(TEACHER[: 10 * CHUNK], TEACHER[: 10 * CHUNK])
    assert (round(judged.pearson_random, 6), round(judged.spearman_mixed, 6), judged.found) == (
        1,
        1,
        1,
    )


def test_quantised_rows_are_off_by_half_a_step() -> None:
    rows = np.vstack([TRUE_ROWS, np.zeros((1, 6), np.float32)])
    scales, numbers = quantised(rows)
    assert np.abs(rows - numbers * scales[:, None]).max() <= 0.51 * scales.max() + 0.001
    assert not numbers[-1].any()


def test_sentences_are_plain_text_of_their_own() -> None:
    assert sentences("<p>Talks end.&nbsp;Envoys of the <b>U.S.</b> leave!</p> And then?") == [
        "Talks end.",
        "Envoys of the U.S. leave!",
        "And then?",
    ]


def test_wordnet_gives_definitions_and_examples(tmp_path: Path) -> None:
    for kind in ("noun", "verb", "adj", "adv"):
        (tmp_path / f"data.{kind}").write_text("  1 A licence\n")
    gloss = (
        '00001 03 n 02 truce 0 cease-fire 0 001 @ 00002 n 0000 | a pause in a war; "the '
        'truce did not last long"  \n'
    )
    (tmp_path / "data.noun").write_text("  1 A licence\n" + gloss)
    assert [(t.words, t.like_news) for t in read("wordnet", tmp_path)] == [
        ("truce, cease-fire: a pause in a war", False),
        ("the truce did not last long", False),
    ]


def test_held_out_sentences_are_not_fitted_on_in_any_form() -> None:
    texts = [
        Text(f"Envoy {i} leaves the talks in city {i}", "events", like_news=True)
        for i in range(300)
    ]
    reading = chosen(texts, ["[UNK]", *(f"word{i}" for i in range(50))])
    assert 10 < len(reading.held_out) < 60
    assert not set(reading.held_out) & set(reading.fit)


def test_variants_are_counted_short_and_reproducible() -> None:
    known = [
        "President Ada Byron of Arland meets envoys from Borland",
        "Borland signs a treaty with Corland " * 20,
    ] * 5
    made = recombined(known, 70, random.Random(1))
    assert len(made) == 70
    assert max(len(text.split()) for text in made) <= LONGEST
    assert made == recombined(known, 70, random.Random(1))
