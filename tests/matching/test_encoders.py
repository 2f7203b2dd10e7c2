"""Which encoder is used: the one asked for, else the best that is there, else words alone, which is
said.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.matching.small_encoder import SmallEncoder
from tests.tables import check_rows
from tracker.errors import BadSettings
from tracker.matching import minilm, semantic, static_encoder
from tracker.matching.semantic import CachingEncoder, open_encoder

CACHE = Path("nowhere")
STATIC, MINILM = SmallEncoder("static-1"), SmallEncoder("minilm-1")


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> Iterator[None]:
    """Encoders are kept for the life of a process."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    for kept in (semantic._load_minilm, semantic._load_static):
        kept.cache_clear()


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> dict[str, SmallEncoder | None]:
    """What is there; a test takes away."""
    there: dict[str, SmallEncoder | None] = {"static": STATIC, "minilm": MINILM}
    monkeypatch.setattr(static_encoder, "load_static", lambda: there["static"])
    monkeypatch.setattr(minilm, "load_minilm", lambda _: there["minilm"])
    monkeypatch.setattr(semantic, "PREFERRED_KINDS", ("minilm", "static"))
    return there


@pytest.mark.usefixtures("installed")
@check_rows([("auto", MINILM), ("minilm", MINILM), ("static", STATIC), ("none", None)])
def test_the_encoder_that_was_asked_for_is_opened(wanted: str, opened: SmallEncoder | None) -> None:
    assert open_encoder(wanted, CACHE) is opened


def test_without_the_better_one_the_default_is_used(
    installed: dict[str, SmallEncoder | None],
) -> None:
    installed["minilm"] = None
    assert open_encoder("auto", CACHE) is STATIC


def test_without_an_encoder_words_decide_and_the_log_says_so(
    installed: dict[str, SmallEncoder | None],
) -> None:
    installed["minilm"] = installed["static"] = None
    with capture_logs() as logs:
        assert open_encoder("auto", CACHE) is None
    assert [log["event"] for log in logs] == ["matching.words_alone"]


@pytest.mark.parametrize(("wanted", "advice"), [("minilm", "onnx"), ("static", "install")])
def test_a_missing_encoder_that_was_chosen_is_bad_settings(
    installed: dict[str, SmallEncoder | None], wanted: str, advice: str
) -> None:
    installed[wanted] = None
    with pytest.raises(BadSettings, match=advice):
        open_encoder(wanted, CACHE)


def test_nobody_asks_for_none_in_vain(installed: dict[str, SmallEncoder | None]) -> None:
    installed["minilm"] = installed["static"] = None
    with capture_logs() as logs:
        assert open_encoder("none", CACHE) is None
    assert logs == []


def test_the_default_ships_with_the_tracker() -> None:
    found = open_encoder("static", CACHE)
    assert found is not None
    assert found.name.startswith("static-")


def test_an_encoder_is_loaded_once(installed: dict[str, SmallEncoder | None]) -> None:
    first = open_encoder("static", CACHE)
    installed["static"] = SmallEncoder("static-2")
    assert open_encoder("static", CACHE) is first


def test_each_text_is_encoded_once_in_its_place() -> None:
    encoder = SmallEncoder()
    remembering = CachingEncoder(encoder)
    first = remembering.encode(["storm", "treaty", "storm"])
    again = remembering.encode(["treaty", "flood", "storm"])
    assert sorted(encoder.asked) == ["flood", "storm", "treaty"]
    assert (first[[1, 0]] == again[[0, 2]]).all()
    assert (again == SmallEncoder().encode(["treaty", "flood", "storm"])).all()
    assert remembering.encode([]).shape == (0, encoder.dim)
    assert remembering.name == encoder.name
