"""The matcher on a labelled file: chances, directions and stories, with the phrasings of a set
where it knows them.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tests.acceptance.evaluation import judge as judging
from tests.acceptance.evaluation.judge import MatcherJudge, cluster, open_judge
from tests.builders import a_question, a_set
from tests.matching.small_encoder import SmallEncoder
from tracker.app import question_set_files

QUESTION = a_question()
ITEMS = [
    ("Arland invites Borland to a summit", ""),
    ("Arland rules out a summit with Borland", ""),
    ("Zebra escapes from a zoo", ""),
]
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def a_judge(*, knowing: bool = True) -> MatcherJudge:
    """A judge without an encoder, which knows the small set or none."""
    return MatcherJudge("test", 0.5, None, a_set() if knowing else None)


def test_a_known_question_is_judged_by_its_indicators() -> None:
    judged = a_judge().judge([(str(QUESTION.id), QUESTION.text)], ITEMS)
    assert judged.relevance.shape == judged.direction.shape == (1, 3)
    assert judged.direction[0].tolist() == [1, -1, 0]
    assert judged.relevance[0, 0] > 0.5 > judged.relevance[0, 2]
    assert (judged.p_direction[0] >= 0.5).all()
    assert "2 indicators" in judged.understood[0]


def test_an_unknown_question_is_judged_by_its_text_alone() -> None:
    judged = a_judge().judge([("", "Will a zebra escape?")], ITEMS)
    assert judged.relevance[0].argmax() == 2
    assert judged.understood == ("its text alone",)


def test_without_a_set_every_question_is_its_text_alone() -> None:
    judged = a_judge(knowing=False).judge([(str(QUESTION.id), QUESTION.text)], ITEMS)
    assert judged.understood == ("its text alone",)


def test_no_items_and_no_questions_are_no_trouble() -> None:
    assert a_judge().judge([], ITEMS).relevance.shape == (0, 3)
    assert a_judge().judge([("", "Will it rain?")], []).relevance.shape == (1, 0)


def test_a_statement_is_judged_with_its_indicators() -> None:
    known = question_set_files.load_question_set(question_set_files.DEFAULT_SET)
    statement = known.statements[0]
    judged = MatcherJudge("test", 0.5, None, known).judge(
        [(statement.id, statement.text)], ITEMS[:1]
    )
    assert judged.understood[0].startswith(f"statement {statement.id} of the set")
    assert not judged.understood[0].endswith(" 0 indicators")


def test_a_judge_carries_the_version_of_its_matcher() -> None:
    judge = open_judge(None, "none")
    assert judge.known is not None
    assert "/lexical/" in judge.name
    assert 0.0 < judge.threshold < 1.0


def reports(*titles: str, apart: timedelta = timedelta(hours=2)) -> list[tuple[str, str, datetime]]:
    """Headlines, one after the other."""
    return [(title, "", MONDAY + n * apart) for n, title in enumerate(titles)]


@pytest.fixture(params=[None, SmallEncoder()], ids=["words", "meaning"])
def _encoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "open_encoder", lambda *_: request.param)


@pytest.mark.usefixtures("_encoder")
def test_reports_of_one_event_get_one_number_and_others_another() -> None:
    found = cluster(
        reports(
            "Arland and Borland sign a treaty on fishing",
            "Storm hits the coast of Corland, thousands flee",
            "Arland and Borland sign treaty on fishing - Reuters",
            "Treaty on fishing signed by Arland and Borland",
        )
    )
    assert found[0] == found[2] == found[3] != found[1]


@pytest.mark.usefixtures("_encoder")
def test_a_denial_gets_a_number_of_its_own() -> None:
    found = cluster(
        reports(
            "Arland agrees to sell gas to Borland this winter",
            "Arland refuses to sell gas to Borland this winter",
        )
    )
    assert found[0] != found[1]


@pytest.mark.usefixtures("_encoder")
def test_the_same_words_much_later_are_another_event() -> None:
    title = "Arland and Borland sign a treaty on fishing"
    found = cluster(reports(title, title, apart=timedelta(days=30)))
    assert found[0] != found[1]
    assert cluster([]) == []


def test_merged_stories_have_one_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vectors = np.array([[1.0, 0.0], [0.98, 0.199], [0.995, 0.0999]], dtype=np.float32)
    encoder = SmallEncoder()
    monkeypatch.setattr(encoder, "encode", lambda texts: vectors[: len(texts)])
    monkeypatch.setattr(judging, "open_encoder", lambda *_: encoder)
    titles = (
        "Arland signs accord with Borland",
        "Fishing treaty agreed after years",
        "Arland and Borland: fishing treaty agreed",
    )
    assert cluster(reports(*titles[:2])) == [0, 1]
    assert cluster(reports(*titles)) == [0, 0, 0]
