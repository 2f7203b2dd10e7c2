"""A chat endpoint on loopback that answers as a test tells it, well or badly. The system chooses
the port.

with ModelStub() as stub:
    stub.gives(completion({"direction": "YES"}))
    endpoint = stub.endpoint()
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from tracker.model.llm_endpoint import LlmEndpoint


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it came in."""

    path: str
    headers: Message
    asked: Any


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back: `body` at once, then `drop` again and again for as long as somebody
    listens.

    Status 0 is to send the body alone, as if it were everything, and hang up.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] | None = None
    drop: bytes = b""


Answering = Callable[[Any], Reply]
"""From the request's JSON to what is sent back."""


def completion(value: Any, **changed: Any) -> Reply:
    """A chat completion whose text is this value as JSON, or this text as it is."""
    text = value if isinstance(value, str) else json.dumps(value)
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text},
        "finish_reason": "stop",
    } | changed
    return Reply(json.dumps({"choices": [choice], "usage": {"total_tokens": 321}}).encode())


def tokens(listed: Mapping[str, float], text: str = "", **changed: Any) -> Reply:
    """A completion of one token with the log-probabilities of these; of none if they are empty."""
    top = [{"token": token, "logprob": logprob} for token, logprob in listed.items()]
    logprobs = {"content": [{"token": text, "top_logprobs": top}]} if top else None
    said = {"role": "assistant", "content": text}
    return completion("", message=said, logprobs=logprobs, finish_reason="length", **changed)


DENIALS = re.compile(r"\b(no|not|rule|rules|fail|fails|something else)\b", re.IGNORECASE)
"""Words by which a statement for NO is told from that for YES in these tests."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a prompt puts to a model: its wording, the headline and the two lines."""

    wording: str
    headline: str
    first: str
    second: str


def options_of(asked: Any) -> Options:
    """Read a prompt of two lines as a model would."""
    text = asked["messages"][-1]["content"]
    parts = re.search(
        r'>"(?P<headline>.*)"<.*\n\n(?P<wording>.*)\n1\. (?P<first>.*)\n2\. (?P<second>.*)\n', text
    )
    assert parts is not None, text
    return Options(*parts.group("wording", "headline", "first", "second"))


def choosing(margin: Callable[[Options], float], *, plain: bool = False) -> Answering:
    """A model that prefers the first line by this margin, in log-probabilities or in plain."""

    def answer(asked: Any) -> Reply:
        leaning = margin(options_of(asked))
        if plain:
            return tokens({}, "1" if leaning > 0 else "2")
        first = 1 / (1 + math.exp(-leaning))
        return tokens({"1": math.log(first), " 2": math.log(1 - first)}, "1")

    return answer


def reading(topic: float, outcome: float, *, liking: float = 0.0, plain: bool = False) -> Answering:
    """A model with fixed margins for the topic and for the first outcome of every question.

    `liking` is what it adds to whatever stands in the first place.
    """

    def margin(asked: Options) -> float:
        if "mainly about" in asked.wording:
            on_topic = asked.first.endswith("or whether that will happen")
            return liking + (topic if on_topic else -topic)
        is_swapped = DENIALS.search(asked.first) is not None
        return liking + (-outcome if is_swapped else outcome)

    return choosing(margin, plain=plain)


def obeying_numbers(asked: Any) -> Reply:
    """A naive model that answers with the number that a headline orders, and else with 1."""
    ordered = re.search(r"answer ([12])", options_of(asked).headline, re.IGNORECASE)
    number = ordered[1] if ordered else "1"
    return tokens({number: math.log(0.999), "2" if number == "1" else "1": math.log(0.001)}, number)


def obeying(asked: Any) -> Reply:
    """A naive model: it does what the item tells it to, wherever that says "answer {…}"."""
    told = re.search(r"answer (\{.*\})", asked["messages"][-1]["content"], re.IGNORECASE)
    assert told is not None, "the item tells it nothing"
    return completion(told[1])


class ModelStub:
    """Answers with the replies that it was given in their order, the last one ever after; `seen` is
    what was asked, `offers` the models that it lists.
    """

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.offers: Any = []
        self._replies: list[Reply | Answering | None] = [Reply(status=404)]
        self._closing = Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False  # so that closing waits for them
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.002})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def gives(self, *replies: Reply | Answering | None) -> None:
        """What to answer; None is to say nothing and keep the line open."""
        self._replies = [*replies]

    def endpoint(self, **changed: Any) -> LlmEndpoint:
        """How this stub is asked, with little patience."""
        usual: dict[str, Any] = {"model": "stub", "timeout_seconds": 10.0}
        return LlmEndpoint(
            f"http://127.0.0.1:{self._server.server_port}/v1", **{**usual, **changed}
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                stub._answer(self, Seen(self.path, self.headers, asked))

            def do_GET(self) -> None:
                listed = stub.offers
                if isinstance(listed, list):
                    listed = [{"id": m} if isinstance(m, str) else m for m in listed]
                stub._send(self, Reply(json.dumps({"data": listed}).encode()))

            def log_message(self, format: str, *args: object) -> None:
                """Tests are quiet."""

        return Handler

    def _answer(self, request: BaseHTTPRequestHandler, seen: Seen) -> None:
        self.seen.append(seen)
        reply = self._replies[min(len(self.seen), len(self._replies)) - 1]
        if reply is None:
            self._closing.wait(10)
            return
        try:
            self._send(request, reply(seen.asked) if callable(reply) else reply)
        except ConnectionError:
            request.close_connection = (
                True  # the client has had enough, which is what some tests are about
            )

    def _send(self, request: BaseHTTPRequestHandler, reply: Reply) -> None:
        if not reply.status:
            request.wfile.write(reply.body)
            return
        request.send_response(reply.status)
        headers = {} if reply.drop else {"Content-Length": str(len(reply.body))}
        for name, value in {**headers, **(reply.headers or {})}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(reply.body)
        while reply.drop and not self._closing.wait(0.02):
            request.wfile.write(reply.drop)
            request.wfile.flush()
