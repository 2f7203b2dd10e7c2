"""The check of a model: what its pairs are, what is measured, and what follows from that."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.builders import NOW
from tests.machine.model_stub import (
    ModelStub,
    Options,
    Reply,
    choosing,
    obeying_numbers,
    tokens,
)
from tests.tables import check_rows
from tests.test_cli import Shell
from tracker.app.tracker import Tracker
from tracker.llm import chat_client, evidence_judgement, model_check
from tracker.llm.llm_messages import LlmFailure
from tracker.llm.model_check import (
    CheckPair,
    ModelCheck,
    check_model,
    load_check,
    load_pairs,
    may_move_numbers,
    save_check,
)

Beliefs = Mapping[str, tuple[float, float]]
"""The margins of topic and of outcome that a model has, by the label of a pair."""

GOOD: Beliefs = {
    "for": (2.0, 1.5), "against": (2.0, -1.5), "neither": (2.0, 0.1), "unrelated": (-2.0, 0.1),
}  # fmt: skip


@pytest.fixture
def stub() -> Iterator[ModelStub]:
    with ModelStub() as started:
        yield started


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> tuple[CheckPair, ...]:
    """The pairs of two topics, so that a check takes few requests."""
    pairs = load_pairs()[:8]
    monkeypatch.setattr(model_check, "load_pairs", lambda: pairs)
    return pairs


def believing(beliefs: Beliefs, *, plain: bool = False) -> Callable[[Any], Reply]:
    """A model that knows the label of each pair, and has these margins for it."""
    pairs = {pair.headline: pair for pair in load_pairs()}

    def margin(options: Options) -> float:
        pair = pairs[options.headline]
        topic, outcome = beliefs[pair.label]
        is_topic = "mainly about" in options.wording
        is_first = options.first.startswith(pair.statement.yes)
        return (topic if is_topic else outcome) * (1 if is_first else -1)

    return choosing(margin, plain=plain)


def checked(stub: ModelStub, answering: Any) -> ModelCheck:
    stub.gives(answering)
    result = check_model(stub.endpoint(), NOW, lambda done, total: None)
    assert isinstance(result, ModelCheck), result
    return result


# The pairs


def test_a_hundred_pairs_have_each_label_alike() -> None:
    pairs = load_pairs()
    assert Counter(pair.label for pair in pairs) == dict.fromkeys(GOOD, 25)
    assert len({pair.headline for pair in pairs}) == 100
    assert Counter(Counter(pair.statement for pair in pairs).values()) == {4: 25}
    assert all(evidence_judgement.MAX_HEADLINE_CHARS > len(pair.headline) > 20 for pair in pairs)


# What is measured


def test_a_good_model_may_move_numbers(
    stub: ModelStub, few: tuple[CheckPair, ...], tracker: Tracker
) -> None:
    heard: list[tuple[int, int]] = []
    stub.gives(believing(GOOD))
    check = check_model(stub.endpoint(), NOW, lambda done, total: heard.append((done, total)))
    assert check == ModelCheck(
        stub.endpoint().base_url,
        "stub",
        NOW,
        len(few),
        1.0,
        1.0,
        1.0,
        1.0,
        0.0,
        1.0,
        is_plain=False,
    )
    assert heard == [(n, 8) for n in range(1, 9)]
    assert len(stub.seen) == 8 * 4
    with tracker.context.store.writing() as session:
        assert not may_move_numbers(session, stub.endpoint())
        save_check(session, check)
        assert load_check(session, stub.endpoint()) == check
        assert may_move_numbers(session, stub.endpoint())
        assert not may_move_numbers(session, stub.endpoint(model="another"))
        assert not may_move_numbers(session, replace(stub.endpoint(), base_url="http://h/v1"))
        save_check(session, replace(check, form="contrast-0"))
        assert load_check(session, stub.endpoint()) is None


@check_rows(
    [
        (
            GOOD | {"for": (2.0, -1.5)},
            {"accuracy": 0.5, "auc": 0.5, "right": 0.5},
            "50% of the directions",
        ),
        (
            GOOD | {"for": (2, 0.3), "against": (2, -0.3)},
            {"accuracy": 1, "coverage": 0},
            "calls 0%",
        ),
        (GOOD | {"unrelated": (2.0, 0.1)}, {"topic_auc": 0.5}, "AUC of topics is 0.50"),
        (GOOD | {"neither": (2.0, 3.0)}, {"sided": 1.0, "right": 1.0}, ""),
    ],
    "beliefs",
    "figures",
    "objection",
)
@pytest.mark.usefixtures("few")
def test_what_a_model_gets_wrong_is_told(
    stub: ModelStub, beliefs: Beliefs, figures: Mapping[str, float], objection: str
) -> None:
    check = checked(stub, believing(beliefs))
    assert {name: getattr(check, name) for name in figures} == figures
    assert check.may_move == (not objection)
    assert objection in check.objection


@pytest.mark.usefixtures("few")
def test_a_model_without_log_probabilities_can_pass(stub: ModelStub) -> None:
    check = checked(stub, believing(GOOD | {"neither": (2.0, 0.1)}, plain=True))
    assert (check.is_plain, check.may_move, check.sided) == (True, True, 1.0)


@pytest.mark.usefixtures("few")
def test_a_model_that_always_says_1_does_not_pass(stub: ModelStub) -> None:
    check = checked(stub, obeying_numbers)
    assert (check.accuracy, check.coverage, check.may_move) == (0.0, 0.0, False)


@pytest.mark.parametrize(
    ("replies", "why", "requests"),
    [
        ([tokens({}, "Sure")], "the model answered neither 1 nor 2", 3),
        ([Reply(status=401)], "HTTP 401 Unauthorized", 1),
        (
            [tokens({}, "Sure"), believing(GOOD)],
            "1 pair of 8 got no usable answer: check again",
            1 + 7 * 4,
        ),
    ],
)
@pytest.mark.usefixtures("few")
def test_a_check_without_all_answers_is_none(
    stub: ModelStub, replies: list[Any], why: str, requests: int
) -> None:
    stub.gives(*replies)
    result = check_model(stub.endpoint(), NOW, lambda done, total: None)
    assert isinstance(result, LlmFailure)
    assert (result.reason, len(stub.seen)) == (why, requests)


# At the terminal


@pytest.mark.usefixtures("few")
def test_the_terminal_says_what_the_model_may_do(
    tracker: Tracker,
    stub: ModelStub,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shell = Shell(tracker.settings.data_dir, capsys, monkeypatch)
    monkeypatch.setenv("TRACKER_MODEL_URL", stub.endpoint().base_url)
    monkeypatch.setenv("TRACKER_MODEL_NAME", "stub")
    stub.gives(believing(GOOD))
    lines = shell("model", "check").splitlines()
    assert lines[0].startswith("stub at http://127.0.0.1:")
    assert lines[2:] == [
        "direction at the margin: 100% called, 100% right",
        "headlines without a side: 0% get one",
        "topic: AUC 1.00",
        "It may move numbers.",
    ]
    stub.gives(believing(GOOD | {"for": (2.0, -1.5)}))
    printed = shell.json("model", "check")
    assert (printed["may_move"], printed["right"]) == (False, 0.5)
    stub.gives(Reply(status=500))
    refusal = "Error: the model could not be checked: HTTP 500 Internal Server Error"
    assert shell.refused("model", "check") == refusal


def test_local_models_are_offered_and_never_taken(
    tracker: Tracker,
    stub: ModelStub,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shell = Shell(tracker.settings.data_dir, capsys, monkeypatch)
    port = int(stub.endpoint().base_url.split(":")[2].removesuffix("/v1"))
    monkeypatch.setattr(chat_client.find_local_endpoints, "__defaults__", ((("Ollama", port),),))
    assert "None answers on this machine either" in shell("model", "check")
    stub.offers = ["small:1b", "large:70b"]
    printed = shell("model", "check")
    assert f"Ollama answers at http://127.0.0.1:{port}/v1 with small:1b, large:70b." in printed
    assert 'model_name = "small:1b"' in printed
    assert "No model is set up" in shell("model", "ask")
    assert stub.seen == []
