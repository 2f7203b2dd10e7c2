"""Asking a model: what is sent, what is believed of the answer, and what a bad endpoint costs."""

import gzip
import json
import math
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.machine.model_stub import ModelStub, Reply, completion, tokens
from tests.tables import check_rows
from tracker.errors import BadSettings
from tracker.llm import chat_client
from tracker.llm.chat_client import MAX_ANSWER_BYTES, find_local_endpoints, request_answer
from tracker.llm.llm_messages import (
    AnswerSchema,
    Choice,
    ChoiceForm,
    LlmAnswer,
    LlmFailure,
    LlmMessage,
    answer_key,
    find_mismatch,
    read_choice,
)
from tracker.model.llm_endpoint import LlmEndpoint

CAPITAL = AnswerSchema(
    "capital-1",
    {
        "type": "object",
        "properties": {"city": {"type": "string"}, "sure": {"type": "number"}},
        "required": ["city", "sure"],
        "additionalProperties": False,
    },
)
PROMPT = (
    LlmMessage("system", "Answer in JSON."),
    LlmMessage("user", "Which city is the capital of Arland?"),
)
GOOD = {"city": "Arlburg", "sure": 0.9}
BUSY = Reply(status=429, headers={"Retry-After": "0"})


@pytest.fixture
def stub() -> Iterator[ModelStub]:
    with ModelStub() as running:
        yield running


def asking(stub: ModelStub, **changed: Any) -> LlmAnswer | LlmFailure:
    return request_answer(stub.endpoint(**changed), PROMPT, CAPITAL)


def choosing(stub: ModelStub, *replies: Any) -> Choice | str:
    """Which line was chosen, or why none."""
    stub.gives(*replies)
    result = request_answer(stub.endpoint(), PROMPT, ChoiceForm())
    if isinstance(result, LlmFailure):
        return result.reason
    return read_choice(json.loads(json.dumps(result.value))) or "no choice"


def reason(stub: ModelStub, *replies: Any, **changed: Any) -> str:
    """Why there is no answer when the endpoint replies so."""
    stub.gives(*replies)
    result = asking(stub, **changed)
    assert isinstance(result, LlmFailure), result
    assert result.requests == len(stub.seen)
    return result.reason


# What is asked


def test_a_good_answer_comes_back_with_what_it_cost(stub: ModelStub) -> None:
    stub.gives(completion(GOOD))
    assert asking(stub) == LlmAnswer(GOOD, "stub", requests=1, tokens=321)


@check_rows(
    [
        'Sure! Here it is:\n```json\n{"city": "Arlburg", "sure": 0.9}\n```\nAnything else?',
        '{"city": "Arlburg", "sure": 0.9} {"city": "Elsewhere", "sure": 1}',
        'With {curly} braces: {"city": "Arlburg", "sure": 0.9}',
    ]
)
def test_json_is_read_out_of_the_text_around_it(text: str) -> None:
    with ModelStub() as stub:
        stub.gives(completion(text))
        assert asking(stub) == LlmAnswer(GOOD, "stub", requests=1, tokens=321)


def test_the_question_is_put_as_such_endpoints_take_it(stub: ModelStub) -> None:
    stub.gives(completion(GOOD))
    asking(stub, key="secret-key", max_tokens=77)
    (seen,) = stub.seen
    assert seen.path == "/v1/chat/completions"
    assert seen.headers["Authorization"] == "Bearer secret-key"
    assert seen.asked["messages"][1] == {
        "role": "user",
        "content": "Which city is the capital of Arland?",
    }
    assert (seen.asked["model"], seen.asked["temperature"], seen.asked["max_tokens"]) == (
        "stub",
        0,
        77,
    )
    form = seen.asked["response_format"]["json_schema"]
    assert (form["name"], form["strict"], form["schema"]) == (
        "capital-1",
        True,
        dict(CAPITAL.schema),
    )


def test_an_endpoint_of_ones_own_is_sent_no_key(stub: ModelStub) -> None:
    stub.gives(completion(GOOD))
    asking(stub)
    assert "Authorization" not in stub.seen[0].headers


def test_a_proxy_is_not_told_the_key(stub: ModelStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    stub.gives(completion(GOOD))
    assert isinstance(asking(stub), LlmAnswer)


# Garbage


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("The capital is Arlburg.", "the answer holds no JSON object"),
        ("", "the answer holds no JSON object"),
        ("[" * 50_000, "the answer holds no JSON object"),
        ('{"a":' * 20_000, "the answer holds no JSON object"),
        ("9" * 10_000, "the answer holds no JSON object"),
        ('{"city": "Arlburg", "sure": 0.9', "the answer holds no JSON object"),
        ("[]", "the answer holds no JSON object"),
        ('{"city": "Arlburg"}', "the answer lacks sure"),
        ('{"city": 3, "sure": 0.9}', "city is not a text"),
        ('{"city": "Arlburg", "sure": NaN}', "sure is not a number"),
        ('{"city": "Arlburg", "sure": 1e999}', "sure is not a number"),
        ('{"city": "Arlburg", "sure": true}', "sure is not a number"),
        ('{"city": "Arlburg", "sure": 0.9, "run": "rm"}', "something nobody asked for: 'run'"),
    ],
)
def test_an_answer_of_another_shape_is_refused(stub: ModelStub, text: str, why: str) -> None:
    assert why in reason(stub, completion(text))


@pytest.mark.parametrize(
    "body",
    [
        b"[1, 2]", b'"text"', b"{}", b'{"choices": []}', b'{"choices": [{"message": "hello"}]}',
        b"null",
    ],
)  # fmt: skip
def test_json_that_is_no_completion_is_refused(stub: ModelStub, body: bytes) -> None:
    assert reason(stub, Reply(body)) == "what came back is no chat completion"


@pytest.mark.parametrize(
    "body", [b"", b"<html>Please log in</html>", b"\xff\xfe\x00", b"[" * 100_000]
)
def test_what_is_no_json_at_all_is_refused(stub: ModelStub, body: bytes) -> None:
    assert reason(stub, Reply(body)) == "what came back is not JSON"


def test_no_text_is_no_answer(stub: ModelStub) -> None:
    declined = completion(GOOD, message={"content": None, "refusal": "I would rather not."})
    assert reason(stub, declined) == "the model declined to answer"
    stub.seen.clear()
    assert "cut off" in reason(stub, completion(GOOD, finish_reason="length"))
    stub.seen.clear()
    actual = reason(stub, completion(GOOD, message={"content": None}))
    assert actual == "what came back is no chat completion"


def test_texts_are_cleaned_in_every_place(stub: ModelStub) -> None:
    stub.gives(completion('{"city": "Arl\\u0000b\\ud800u\\u202erg", "sure": 1}'))
    result = asking(stub)
    assert isinstance(result, LlmAnswer)
    assert result.value["city"] == "Arlburg"
    names = {
        "type": "object",
        "properties": {"names": {"type": "array", "items": {"type": "string"}}},
    }
    stub.gives(completion({"names": ["a\u200bb"]}))
    assert request_answer(stub.endpoint(), PROMPT, AnswerSchema("names-1", names)) == LlmAnswer(
        {"names": ["ab"]}, "stub", requests=1, tokens=321
    )


# Time and size


def test_a_slow_endpoint_is_given_up(stub: ModelStub) -> None:
    assert reason(stub, None, timeout_seconds=0.2) == "the model took longer than 0.2 s"
    stub.seen.clear()
    assert reason(stub, Reply(drop=b" "), timeout_seconds=0.3) == "the model took longer than 0.3 s"
    stub.seen.clear()
    busy = Reply(status=503, headers={"Retry-After": "5"})
    assert reason(stub, busy, timeout_seconds=0.3) == "the model took longer than 0.3 s"


def test_an_answer_that_is_too_large_or_packed_is_refused(stub: ModelStub) -> None:
    assert reason(stub, Reply(b" " * (MAX_ANSWER_BYTES + 1))) == "the answer is larger than 200 kB"
    stub.seen.clear()
    assert reason(stub, Reply(drop=b" " * 65_536)) == "the answer is larger than 200 kB"
    stub.seen.clear()
    bomb = Reply(gzip.compress(b" " * 1_000_000), headers={"Content-Encoding": "gzip"})
    assert "packed" in reason(stub, bomb)
    assert stub.seen[0].headers["Accept-Encoding"] == "identity"


# Refusals and tries


def test_a_busy_endpoint_is_tried_once_more(stub: ModelStub) -> None:
    stub.gives(BUSY, completion(GOOD))
    assert asking(stub) == LlmAnswer(GOOD, "stub", requests=2, tokens=321)
    stub.seen.clear()
    assert reason(stub, BUSY) == "HTTP 429 Too Many Requests"
    assert len(stub.seen) == 2


@pytest.mark.parametrize("said", ["", "soon", "-1", "²"])
def test_a_wait_that_cannot_be_read_is_a_short_one(
    stub: ModelStub, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_client, "DEFAULT_RETRY_WAIT_SECONDS", 0.01)
    stub.gives(
        Reply(status=429, headers={"Retry-After": said.encode().decode("latin-1")}),
        completion(GOOD),
    )
    assert isinstance(asking(stub), LlmAnswer)


def test_a_long_wait_ends_the_tries(stub: ModelStub) -> None:
    stub.gives(Reply(status=503, headers={"Retry-After": "120"}))
    assert asking(stub) == LlmFailure(
        "HTTP 503 Service Unavailable", requests=1, wait_seconds=120.0
    )
    stub.gives(Reply(status=503, headers={"Retry-After": "9" * 400}))
    assert asking(stub) == LlmFailure(
        "HTTP 503 Service Unavailable", requests=1, wait_seconds=86400.0
    )


@pytest.mark.parametrize("status", [400, 401, 404, 500, 502])
def test_other_refusals_are_final(stub: ModelStub, status: int) -> None:
    assert reason(stub, Reply(status=status), completion(GOOD)).startswith(f"HTTP {status} ")
    assert len(stub.seen) == 1


def test_errors_are_passed_on_without_the_key(stub: ModelStub) -> None:
    body = json.dumps({"error": {"message": "Incorrect\nkey: sk-123.\u202e " + "x" * 500}}).encode()
    said = reason(stub, Reply(body, status=401), key="sk-123")
    assert said.startswith("HTTP 401 Unauthorized: Incorrect key: [key]. ")
    assert len(said) < 250


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(stub: ModelStub, status: int) -> None:
    elsewhere = {"Location": f"{stub.endpoint().base_url}/elsewhere"}
    said = reason(stub, Reply(status=status, headers=elsewhere), completion(GOOD), key="secret-key")
    assert "redirects are not followed" in said
    assert len(stub.seen) == 1


def test_nobody_at_the_address_is_a_reason_in_words() -> None:
    with (
        socket.socket() as reserved
    ):  # bound and not listening: nobody answers here, and nobody else can
        reserved.bind(("127.0.0.1", 0))
        endpoint = LlmEndpoint(
            f"http://127.0.0.1:{reserved.getsockname()[1]}/v1", "m", timeout_seconds=5
        )
        assert request_answer(endpoint, PROMPT, CAPITAL) == LlmFailure(
            "nobody answers at the model's address", 1, is_unreachable=True
        )


def test_a_host_without_address_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    endpoint = LlmEndpoint("https://model.invalid/v1", "m", timeout_seconds=5)
    assert request_answer(endpoint, PROMPT, CAPITAL) == LlmFailure(
        "the model's host was not found", 1, is_unreachable=True
    )


def test_a_server_without_encryption_is_not_spoken_to(stub: ModelStub) -> None:
    endpoint = LlmEndpoint(
        stub.endpoint().base_url.replace("http:", "https:"), "m", timeout_seconds=5
    )
    result = request_answer(endpoint, PROMPT, CAPITAL)
    why = "no secure connection to the model (certificate or TLS refused)"
    assert result == LlmFailure(why, 1, is_unreachable=True)


def test_half_an_answer_is_none(stub: ModelStub) -> None:
    assert reason(stub, Reply(status=0)) == "the model's server hung up"
    stub.seen.clear()
    actual = reason(stub, Reply(b"220 mail.example ESMTP\r\n", status=0))
    assert actual == "the answer was garbled or cut short"
    stub.seen.clear()
    cut = Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{", status=0)
    assert reason(stub, cut) == "the answer was garbled or cut short"


# One of two lines


def test_one_token_is_requested_with_the_likeliest_others(stub: ModelStub) -> None:
    choosing(stub, tokens({"1": -0.1, "2": -2.4}, "1"))
    (seen,) = stub.seen
    fields = {name: seen.asked[name] for name in ("max_tokens", "logprobs", "top_logprobs")}
    assert fields == {"max_tokens": 1, "logprobs": True, "top_logprobs": 20}
    assert seen.asked["temperature"] == 0
    assert "response_format" not in seen.asked


@check_rows(
    [
        ({"1": math.log(0.8), "2": math.log(0.2)}, math.log(4)),
        ({"1": math.log(0.3), " 1": math.log(0.3), "2": math.log(0.2)}, math.log(3)),
        ({"Ġ1": math.log(0.5), "▁2.": math.log(0.25), "(2": math.log(0.25)}, 0.0),
        ({"One": math.log(0.5), "two": math.log(0.5)}, 0.0),
        ({"1": math.log(0.9), "Sure": math.log(0.01)}, math.log(90)),  # 2 is no likelier than Sure
        ({"2": 0.0, "x": -9e9}, -20.0),
        ({"2": -0.0, "1": 0.5}, 0.0),
    ]
)
def test_all_spellings_of_a_number_count_together(listed: Any, margin: float) -> None:
    with ModelStub() as stub:
        choice = choosing(stub, tokens(listed, "?"))
    assert isinstance(choice, Choice), choice
    assert (choice.margin, choice.is_plain) == (pytest.approx(margin), False)


@check_rows(
    [
        ("1", Choice(1.0, is_plain=True)),
        (" 2.", Choice(-1.0, is_plain=True)),
        ("**1**", Choice(1.0, is_plain=True)),
        ("12", "the model answered neither 1 nor 2"),
        ("Sure", "the model answered neither 1 nor 2"),
        ("", "the model answered neither 1 nor 2"),
    ]
)
def test_a_plain_answer_is_read_without_log_probabilities(text: str, outcome: object) -> None:
    with ModelStub() as stub:
        assert choosing(stub, tokens({}, text)) == outcome
        for odd in ([], {}, "1", {"content": []}, {"content": [{"top_logprobs": None}]}):
            message = {"role": "assistant", "content": text}
            assert choosing(stub, completion("", message=message, logprobs=odd)) == outcome


def test_a_model_that_thinks_first_has_chosen_nothing(stub: ModelStub) -> None:
    thinking = tokens({"<think>": -0.01, "1": -6.0, "2": -7.0}, "<think>")
    assert choosing(stub, thinking) == "the model answered neither 1 nor 2"


@pytest.mark.parametrize("value", [{}, {"margin": 1}, {"margin": 21.0, "plain": False}])
def test_a_kept_answer_that_is_no_choice_is_none(value: Any) -> None:
    assert read_choice(value) is None


# Models on this machine


def test_the_models_of_a_server_are_listed(stub: ModelStub) -> None:
    stub.offers = ["small:1b", "a\nb", ""]
    port = int(stub.endpoint().base_url.split(":")[2].removesuffix("/v1"))
    (local,) = find_local_endpoints([("Ollama", port)])
    assert (local.server, local.models) == ("Ollama", ("small:1b", "a b"))
    assert local.setting_lines == (
        f'model_url = "http://127.0.0.1:{port}/v1"\nmodel_name = "small:1b"'
    )
    for odd in (None, [], "x", [3], [{}]):
        stub.offers = odd
        assert find_local_endpoints([("Ollama", port)]) == ()
    assert stub.seen == []


# Settings


@check_rows(
    [
        ({"base_url": "ftp://model.example/v1"}, "no plain http"),
        ({"base_url": "https://ada:pw@model.example/v1"}, "no plain http"),
        ({"base_url": "https://model.example/v1?key=1"}, "no plain http"),
        ({"base_url": "https://model.example/v1#part"}, "no plain http"),
        ({"base_url": ""}, "no plain http"),
        ({"model": " "}, "needs a name"),
        ({"model": "a\nb"}, "one line: setting model_name"),
        ({"key": "a\r\nX-Evil: 1"}, "no key has"),
        ({"timeout_seconds": 0.0}, "lies between"),
        ({"timeout_seconds": float("nan")}, "lies between"),
        ({"max_tokens": 0}, "at least 1"),
        ({"budget_per_day": -1}, "not below 0"),
    ]
)
def test_an_endpoint_that_cannot_work_is_refused_at_once(changed: Any, why: str) -> None:
    with pytest.raises(BadSettings, match=why):
        LlmEndpoint(**{"base_url": "http://127.0.0.1:11434/v1", "model": "m", **changed})


def test_a_key_is_never_printed() -> None:
    assert "secret" not in repr(LlmEndpoint("http://127.0.0.1:11434/v1", "m", "secret"))


# Keeping answers


def test_the_key_depends_on_the_question_alone() -> None:
    reordered = AnswerSchema(CAPITAL.name, dict(reversed(list(CAPITAL.schema.items()))))
    key = answer_key("m", PROMPT, CAPITAL)
    assert answer_key("m", list(PROMPT), reordered) == key
    others = [
        answer_key("n", PROMPT, CAPITAL),
        answer_key("m", PROMPT[::-1], CAPITAL),
        answer_key("m", (LlmMessage("user", PROMPT[0].content), PROMPT[1]), CAPITAL),
        answer_key("m", PROMPT, AnswerSchema("capital-2", CAPITAL.schema)),
        answer_key(
            "m", PROMPT, AnswerSchema("capital-1", {**CAPITAL.schema, "required": ["city"]})
        ),
    ]
    assert len({key, *others}) == 6


# Shapes


@check_rows(
    [
        ({"type": ["string", "null"]}, [None, "a"], [1, False]),
        ({"type": "integer"}, [3, -1], [3.5, True, "3"]),
        ({"type": "boolean"}, [True], [1, "true"]),
        ({"type": "string", "enum": ["a", "b"]}, ["a"], ["c", ""]),
        (
            {"type": "array", "items": {"type": "number"}, "minItems": 1, "maxItems": 2},
            [[1], [1, 2.5]],
            [[], ["1"], [1] * 3],
        ),
    ]
)
def test_values_are_held_against_their_schema(schema: Any, good: list[Any], bad: list[Any]) -> None:
    assert [find_mismatch(value, schema) for value in good] == [""] * len(good)
    assert all(find_mismatch(value, schema) for value in bad)


def test_a_mismatch_says_where_it_is() -> None:
    people = {
        "type": "array",
        "items": {"type": "object", "properties": {"age": {"type": "integer"}}},
    }
    assert find_mismatch([{"age": 1}, {"age": "two"}], people) == "age is not a whole number"
    assert find_mismatch([{}, 3], people) == "entry 2 of the answer is not an object"


def test_an_uncheckable_schema_is_refused_at_once() -> None:
    deep = {
        "type": "object",
        "properties": {"tags": {"type": "array", "items": {"type": "string", "pattern": "a"}}},
    }
    with pytest.raises(ValueError, match="'pattern' cannot be checked"):
        AnswerSchema("tags-1", deep)
    with pytest.raises(ValueError, match="not that of an object"):
        AnswerSchema("tags-1", {"type": "array"})
    with pytest.raises(ValueError, match="no name that endpoints take"):
        AnswerSchema("tags 1", {"type": "object"})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.just("city"), inner, max_size=3)
    ),
)


@given(
    st.fixed_dictionaries(
        {"city": json_values, "sure": json_values}, optional={"more": json_values}
    )
    | json_values
)
def test_whatever_fits_can_be_read_without_another_look(value: Any) -> None:
    if not find_mismatch(value, CAPITAL.schema):
        assert set(value) == {"city", "sure"}
        assert isinstance(value["city"], str)
        assert abs(value["sure"]) < 1e300


@given(st.text(), st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_every_answer_of_the_shape_fits(city: str, sure: float) -> None:
    assert find_mismatch({"city": city, "sure": sure}, CAPITAL.schema) == ""
