"""Client of an OpenAI-compatible chat endpoint; the only module that talks to a model.

Off unless an address is set. Responses are untrusted like feeds: bounded in time (one deadline over
everything, which cuts off a slow drip) and in size, never redirected (that would leak the key), and
checked against the form that was requested, whatever the server promises. A failure is a value with
a reason for a person. The callers decide the prompt and the effect of an answer.
"""

import asyncio
import errno
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeVar

import aiohttp
from aiohttp.abc import AbstractResolver

from tracker.feeds.fetching.addresses import HostResolver
from tracker.feeds.fetching.headers import describe_status, join_lines
from tracker.feeds.plain_text import remove_invisible, shorten_text
from tracker.llm.llm_messages import (
    TOP_TOKENS,
    AnswerForm,
    AnswerSchema,
    ChoiceForm,
    LlmAnswer,
    LlmFailure,
    LlmMessage,
    find_first_object,
    find_mismatch,
    parse_choice,
)
from tracker.model.llm_endpoint import LlmEndpoint

MAX_ANSWER_BYTES: Final = 200_000
"""Size limit of an answer in bytes; 4,000 tokens are some 16 kB."""

MAX_RETRY_WAIT_SECONDS: Final = 5.0
"""Maximum wait in seconds that a busy endpoint may ask for before the retry."""

DEFAULT_RETRY_WAIT_SECONDS: Final = 1.0
"""Wait in seconds before the retry if a busy endpoint names none."""

MAX_ERROR_CHARS: Final = 200
"""Characters of the endpoint's own error message."""

MAX_NAME_CHARS: Final = 120
MAX_TRIES: Final = 2
ResultT = TypeVar("ResultT")

_BUSY: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_AUTH_ERRORS: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def request_answer(
    endpoint: LlmEndpoint, messages: Sequence[LlmMessage], form: AnswerForm
) -> LlmAnswer | LlmFailure:
    """Ask once, with one retry if the endpoint is busy.

    It may be called from any thread, even one with a running event loop, and takes at most
    `endpoint.timeout_seconds`.
    """
    chat = _Chat(endpoint, messages, form)
    return _run_apart(chat.result)


def list_models(endpoint: LlmEndpoint) -> tuple[str, ...]:
    """Return the names of the models that an endpoint offers; () if it does not answer."""
    chat = _Chat(endpoint, (), ChoiceForm())
    return _run_apart(chat.models)


def _run_apart(work: Callable[[], Coroutine[Any, Any, ResultT]]) -> ResultT:
    """Run in a thread of its own, as this one may already run an event loop."""
    with ThreadPoolExecutor(1, thread_name_prefix="model") as thread:
        return thread.submit(lambda: asyncio.run(work())).result()


class _Failure(Exception):  # internal; callers get a failure value
    def __init__(
        self,
        reason: str,
        wait: float = 0.0,
        *,
        is_retryable: bool = False,
        is_auth_error: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait
        self.is_retryable = is_retryable
        self.is_auth_error = is_auth_error


class _Resolver(HostResolver, AbstractResolver):
    """DNS resolver of the client, with lookups that can be abandoned."""


class _Chat:
    """One chat request."""

    def __init__(
        self, endpoint: LlmEndpoint, messages: Sequence[LlmMessage], form: AnswerForm
    ) -> None:
        self._endpoint, self._form, self._sent = endpoint, form, 0
        self._request = {
            "model": endpoint.model,
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            "temperature": 0,
            **_form_fields(endpoint, form),
        }

    async def result(self) -> LlmAnswer | LlmFailure:
        """Return the answer or a failure; never raises."""
        try:
            async with (
                asyncio.timeout(self._endpoint.timeout_seconds),
                self._open_session() as session,
            ):
                return await self._request_with_retry(session)
        except _Failure as failure:
            return LlmFailure(failure.reason, self._sent, failure.wait, failure.is_auth_error)
        except TimeoutError:
            return LlmFailure(
                f"the model took longer than {self._endpoint.timeout_seconds:g} s", self._sent
            )
        except Exception as error:  # a client bug must not stop the caller
            is_unreachable = isinstance(error, aiohttp.ClientConnectorError)
            return LlmFailure(_error_reason(error), self._sent, is_unreachable=is_unreachable)

    async def models(self) -> tuple[str, ...]:
        """Return the names of the models that are offered; () if there is no such list."""
        try:
            async with (
                asyncio.timeout(self._endpoint.timeout_seconds),
                self._open_session() as session,
                session.get(self._endpoint.models_url, allow_redirects=False) as response,
            ):
                body = await _read_body(response)
                listed = _parse_json(body, "what came back")["data"]
                names = (join_lines(remove_invisible(entry["id"])) for entry in listed)
                return tuple(shorten_text(name, MAX_NAME_CHARS) for name in names if name)
        except Exception:  # nobody there, or no such server: there is nothing to offer
            return ()

    @asynccontextmanager
    async def _open_session(self) -> AsyncIterator[aiohttp.ClientSession]:
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "scenario-tracker/0.1",
        }
        if self._endpoint.key:
            headers["Authorization"] = f"Bearer {self._endpoint.key}"
        names = _Resolver(1)
        try:
            async with aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True, resolver=names),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
                trust_env=False,  # no proxy of the environment may see the key
                auto_decompress=False,  # guards against decompression bombs
            ) as session:
                yield session
        finally:
            await names.close()

    async def _request_with_retry(self, session: aiohttp.ClientSession) -> LlmAnswer:
        while True:
            self._sent += 1
            try:
                return await self._request_once(session)
            except _Failure as failure:
                is_final = not failure.is_retryable or self._sent >= MAX_TRIES
                if is_final or failure.wait > MAX_RETRY_WAIT_SECONDS:
                    raise
                await asyncio.sleep(failure.wait)

    async def _request_once(self, session: aiohttp.ClientSession) -> LlmAnswer:
        async with session.post(
            self._endpoint.url, json=self._request, allow_redirects=False
        ) as response:
            body = await _read_body(response)
        if response.status != HTTPStatus.OK:
            raise self._failure_of(response.status, response.headers.get("Retry-After", ""), body)
        completion, tokens = _completion(_parse_json(body, "what came back"))
        if isinstance(self._form, ChoiceForm):
            value = _choice_value(completion)
        else:
            value = _schema_value(completion, self._form)
        return LlmAnswer(value, self._endpoint.model, self._sent, tokens)

    def _failure_of(self, status: int, retry_after: str, body: bytes) -> _Failure:
        if 300 <= status < 400:
            return _Failure(
                f"HTTP {status}: the endpoint is elsewhere; redirects are not followed, set its "
                "address"
            )
        wait = (
            float(retry_after)
            if retry_after.isascii() and retry_after.isdecimal()
            else DEFAULT_RETRY_WAIT_SECONDS
        )
        complaint = _error_message(body)
        if self._endpoint.key:
            complaint = complaint.replace(self._endpoint.key, "[key]")
        detail = f": {shorten_text(complaint, MAX_ERROR_CHARS)}" if complaint else ""
        busy = status in _BUSY
        return _Failure(
            f"{describe_status(status)}{detail}",
            min(wait, 86400.0) if busy else 0.0,
            is_retryable=busy,
            is_auth_error=status in _AUTH_ERRORS,
        )


async def _read_body(response: aiohttp.ClientResponse) -> bytes:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise _Failure("the answer is packed although that was not asked for")
    pieces, size = list[bytes](), 0
    async for piece in response.content.iter_any():
        size += len(piece)
        if size > MAX_ANSWER_BYTES:
            raise _Failure(f"the answer is larger than {MAX_ANSWER_BYTES / 1e3:g} kB")
        pieces.append(piece)
    return b"".join(pieces)


def _parse_json(text: str | bytes, description: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _Failure(f"{description} is not JSON") from None


def _form_fields(endpoint: LlmEndpoint, form: AnswerForm) -> dict[str, Any]:
    """Return the fields of a request that ask for this form of answer."""
    if isinstance(form, ChoiceForm):
        return {"max_tokens": 1, "logprobs": True, "top_logprobs": TOP_TOKENS}
    schema = {"name": form.name, "strict": True, "schema": form.schema}
    return {
        "max_tokens": endpoint.max_tokens,
        "response_format": {"type": "json_schema", "json_schema": schema},
    }


def _completion(answer: Any) -> tuple[Mapping[str, Any], int]:
    """Return the first choice of a chat completion, and its tokens if reported."""
    try:
        completion, usage = answer["choices"][0], answer.get("usage")
        declined = completion["message"].get("refusal")
        completion["message"]["content"]
    except (LookupError, TypeError, AttributeError):
        raise _Failure("what came back is no chat completion") from None
    if declined:
        raise _Failure("the model declined to answer")
    tokens = usage.get("total_tokens") if isinstance(usage, dict) else None
    return completion, tokens if type(tokens) is int and 0 <= tokens < 1 << 31 else 0


def _choice_value(completion: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return which of two lines was chosen; that it ends after one token is as requested."""
    text = completion["message"]["content"]
    choice = parse_choice(completion, text if isinstance(text, str) else "")
    if choice is None:
        raise _Failure("the model answered neither 1 nor 2")
    return choice.value


def _schema_value(completion: Mapping[str, Any], form: AnswerSchema) -> Any:
    """Return the JSON object in a completion's text, which fits the schema."""
    text = completion["message"]["content"]
    if completion.get("finish_reason") == "length":
        raise _Failure("the answer was cut off at the most tokens allowed")
    if not isinstance(text, str):
        raise _Failure("what came back is no chat completion")
    value = find_first_object(text)
    if value is None:
        raise _Failure("the answer holds no JSON object")
    if wrong := find_mismatch(value, form.schema):
        raise _Failure(f"the answer has not the shape asked for: {wrong}")
    return _clean(value)


def _error_message(body: bytes) -> str:
    """Return the endpoint's error message in one line; "" without one."""
    try:
        error = json.loads(body)["error"]
        return join_lines(error if isinstance(error, str) else error["message"])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ""


def _clean(value: Any) -> Any:
    """Remove invisible and unstorable characters from all texts."""
    match value:
        case str():
            return remove_invisible(value)
        case list():
            return [_clean(entry) for entry in value]
        case dict():
            return {name: _clean(entry) for name, entry in value.items()}
        case _:
            return value


def _error_reason(error: Exception) -> str:
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "the model's host was not found"
        case aiohttp.ClientSSLError():
            return "no secure connection to the model (certificate or TLS refused)"
        case OSError(errno=errno.ECONNREFUSED):
            return "nobody answers at the model's address"
        case aiohttp.ServerDisconnectedError() | OSError(errno=errno.ECONNRESET | errno.EPIPE):
            return "the model's server hung up"
        case OSError() | aiohttp.ClientConnectionError():
            return "the model's server could not be reached"
        case aiohttp.ClientError():
            return "the answer was garbled or cut short"
        case _:
            return f"the HTTP client stumbled over the answer ({type(error).__name__})"


LOCAL_SERVERS: Final = (("Ollama", 11434), ("llama.cpp", 8080))
"""Servers with an OpenAI-compatible interface, and the ports they listen on by default."""

SECONDS_PER_SERVER: Final = 1.0
MAX_MODELS: Final = 20


@dataclass(frozen=True, slots=True)
class LocalEndpoint:
    """A model server on this machine, with the models that it offers."""

    server: str
    base_url: str
    models: tuple[str, ...]

    @property
    def setting_lines(self) -> str:
        """Lines of `tracker.toml` that set its first model."""
        name = self.models[0].replace("\\", "\\\\").replace('"', '\\"')
        return f'model_url = "{self.base_url}"\nmodel_name = "{name}"'


def find_local_endpoints(
    servers: Sequence[tuple[str, int]] = LOCAL_SERVERS,
) -> tuple[LocalEndpoint, ...]:
    """Find the model servers that answer on this machine."""
    answers = []
    for server, port in servers:
        url = f"http://127.0.0.1:{port}/v1"
        models = list_models(LlmEndpoint(url, "any", timeout_seconds=SECONDS_PER_SERVER))
        if models:
            answers.append(LocalEndpoint(server, url, models[:MAX_MODELS]))
    return tuple(answers)
