"""Asking a language model behind an OpenAI-compatible chat endpoint. The only file that talks to
one.

Off unless an address is set. What comes back is as hostile as a feed: bounded in time (one deadline
over everything, so a server that drips is cut off) and in size, never followed elsewhere (the key
would go along), and checked against the shape that was asked for, whatever the server promises
about its JSON. A failure is a value with a reason that a person understands. What is asked, and
what an answer may do, its callers decide.
"""

import asyncio
import errno
import json
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver

from tracker.feeds.fetching.dns import Names
from tracker.feeds.fetching.headers import one_line, status_line
from tracker.feeds.text import shortened, visible
from tracker.llm.answers import Answered, Message, Shape, Unanswered, mismatch
from tracker.model.llm_endpoint import Endpoint

MOST_BYTES: Final = 200_000
"""Bytes of an answer. 4,000 tokens are some 16 kB."""

MOST_PATIENCE: Final = 5.0
"""Seconds that a busy endpoint may ask us to wait before the one other try."""

USUAL_WAIT: Final = 1.0
"""Seconds before the other try when a busy endpoint does not say."""

LONGEST_COMPLAINT: Final = 200
"""Characters of what the endpoint itself says about an error."""

_BUSY: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


def ask(
    endpoint: Endpoint, messages: Sequence[Message], shape: Shape, *, spent_today: int
) -> Answered | Unanswered:
    """Ask once, and once more when the endpoint is only busy. `spent_today` is the requests already
    made today.

    It may be called from any thread, also one that runs an event loop of its own, and takes at most
    `endpoint.timeout_seconds`.
    """
    left = endpoint.budget_per_day - spent_today
    if left < 1:
        return Unanswered(
            f"the budget of {endpoint.budget_per_day} requests a day to the model is spent"
        )
    chat = _Chat(endpoint, messages, shape, min(2, left))
    with ThreadPoolExecutor(
        1, thread_name_prefix="model"
    ) as thread:  # a loop of our own, whatever runs here
        return thread.submit(lambda: asyncio.run(chat.result())).result()


class _Failure(Exception):  # it travels inside this file only, and leaves as an Unanswered
    def __init__(self, reason: str, wait: float = 0.0, *, again: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.wait, self.again = reason, wait, again


class _Names(Names, AbstractResolver):
    """The client's way to lookups that can be left hanging."""


class _Chat:
    """One question on its way."""

    def __init__(
        self, endpoint: Endpoint, messages: Sequence[Message], shape: Shape, tries: int
    ) -> None:
        self._endpoint, self._shape, self._tries, self._sent = endpoint, shape, tries, 0
        self._request = {
            "model": endpoint.model,
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            "temperature": 0,
            "max_tokens": endpoint.max_tokens,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": shape.name, "strict": True, "schema": shape.schema},
            },
        }

    async def result(self) -> Answered | Unanswered:
        """The answer, whatever happens."""
        try:
            async with asyncio.timeout(self._endpoint.timeout_seconds), self._session() as session:
                return await self._patiently(session)
        except _Failure as it:
            return Unanswered(it.reason, self._sent, it.wait)
        except TimeoutError:
            return Unanswered(
                f"the model took longer than {self._endpoint.timeout_seconds:g} s", self._sent
            )
        except (
            Exception
        ) as error:  # whatever a server makes the client stumble over stops nobody's work
            return Unanswered(_reason(error), self._sent)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[aiohttp.ClientSession]:
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "scenario-tracker/0.1",
        }
        if self._endpoint.key:
            headers["Authorization"] = f"Bearer {self._endpoint.key}"
        names = _Names(1)
        try:
            async with (
                aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(force_close=True, resolver=names),
                    cookie_jar=aiohttp.DummyCookieJar(),
                    headers=headers,
                    timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
                    trust_env=False,  # no proxy gets to see the key because of a variable set for something else
                    auto_decompress=False,  # nothing packed is asked for, and nothing is unpacked
                ) as session
            ):
                yield session
        finally:
            await names.close()

    async def _patiently(self, session: aiohttp.ClientSession) -> Answered:
        while True:
            self._sent += 1
            try:
                return await self._once(session)
            except _Failure as busy:
                if not busy.again or self._sent >= self._tries or busy.wait > MOST_PATIENCE:
                    raise
                await asyncio.sleep(busy.wait)

    async def _once(self, session: aiohttp.ClientSession) -> Answered:
        async with session.post(
            self._endpoint.url, json=self._request, allow_redirects=False
        ) as response:
            body = await _body(response)
        if response.status != HTTPStatus.OK:
            raise self._refused(response.status, response.headers.get("Retry-After", ""), body)
        text, tokens = _completion(_json(body, "what came back"))
        value = _json(text, "the answer")
        if wrong := mismatch(value, self._shape.schema):
            raise _Failure(f"the answer has not the shape asked for: {wrong}")
        return Answered(_cleaned(value), self._endpoint.model, self._sent, tokens)

    def _refused(self, status: int, retry_after: str, body: bytes) -> _Failure:
        if 300 <= status < 400:
            return _Failure(
                f"HTTP {status}: the endpoint is elsewhere; redirects are not followed, set its "
                "address"
            )
        wait = (
            float(retry_after) if retry_after.isascii() and retry_after.isdecimal() else USUAL_WAIT
        )
        complaint = _complaint(body)
        if self._endpoint.key:
            complaint = complaint.replace(self._endpoint.key, "[key]")
        said = f": {shortened(complaint, LONGEST_COMPLAINT)}" if complaint else ""
        busy = status in _BUSY
        return _Failure(
            f"{status_line(status)}{said}", min(wait, 86400.0) if busy else 0.0, again=busy
        )


async def _body(response: aiohttp.ClientResponse) -> bytes:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise _Failure("the answer is packed although that was not asked for")
    pieces, size = list[bytes](), 0
    async for piece in response.content.iter_any():
        size += len(piece)
        if size > MOST_BYTES:
            raise _Failure(f"the answer is larger than {MOST_BYTES / 1e3:g} kB")
        pieces.append(piece)
    return b"".join(pieces)


def _json(text: str | bytes, what: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _Failure(f"{what} is not JSON") from None


def _completion(answer: Any) -> tuple[str, int]:
    """The text of a chat's completion, and the tokens that it took, as far as that is said."""
    try:
        choice, usage = answer["choices"][0], answer.get("usage")
        message, ended = choice["message"], choice.get("finish_reason")
        text, declined = message["content"], message.get("refusal")
    except (LookupError, TypeError, AttributeError):
        raise _Failure("what came back is no chat completion") from None
    if declined:
        raise _Failure("the model declined to answer")
    if ended == "length":
        raise _Failure("the answer was cut off at the most tokens allowed")
    if not isinstance(text, str):
        raise _Failure("what came back is no chat completion")
    tokens = usage.get("total_tokens") if isinstance(usage, dict) else None
    return text, tokens if type(tokens) is int and 0 <= tokens < 1 << 31 else 0


def _complaint(body: bytes) -> str:
    """What the endpoint says about an error, in one line; "" if that cannot be made out."""
    try:
        said = json.loads(body)["error"]
        return one_line(said if isinstance(said, str) else said["message"])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ""


def _cleaned(value: Any) -> Any:
    """The same without characters that cannot be seen, or that no database takes."""
    match value:
        case str():
            return visible(value)
        case list():
            return [_cleaned(one) for one in value]
        case dict():
            return {name: _cleaned(one) for name, one in value.items()}
        case _:
            return value


def _reason(error: Exception) -> str:
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
