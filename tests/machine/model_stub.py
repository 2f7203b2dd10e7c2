"""A chat endpoint on loopback that answers as a test tells it, well or badly. The system chooses
the port.

with ModelStub() as stub:
    stub.gives(completion({"direction": "YES"}))
    endpoint = stub.endpoint()
"""

import json
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


def obeying(asked: Any) -> Reply:
    """A naive model: it does what the item tells it to, wherever that says "answer {…}"."""
    told = re.search(r"answer (\{.*?\})", asked["messages"][-1]["content"], re.IGNORECASE)
    assert told is not None, "the item tells it nothing"
    return completion(told[1])


class ModelStub:
    """Answers with the replies that it was given in their order, the last one ever after; `seen` is
    what was asked.
    """

    def __init__(self) -> None:
        self.seen: list[Seen] = []
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
