"""Stories of reports: one event one number, a denial and a later event their own."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tests.acceptance.evaluation import clustering
from tests.acceptance.evaluation.clustering import cluster
from tests.matching.small_encoder import SmallEncoder
from tracker.matching.semantic import Encoders

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def reports(*titles: str, apart: timedelta = timedelta(hours=2)) -> list[tuple[str, str, datetime]]:
    """Headlines, one after the other."""
    return [(title, "", MONDAY + n * apart) for n, title in enumerate(titles)]


@pytest.fixture(params=[None, SmallEncoder()], ids=["words", "meaning"])
def _encoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "open_encoders", lambda *_: Encoders(request.param))


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
    monkeypatch.setattr(clustering, "open_encoders", lambda *_: Encoders(encoder))
    titles = (
        "Arland seals accord with Borland",
        "Fishing treaty signed after years",
        "Arland and Borland: fishing treaty signed",
    )
    assert cluster(reports(*titles[:2])) == [0, 1]
    assert cluster(reports(*titles)) == [0, 0, 0]
