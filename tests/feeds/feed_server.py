"""A real web server on loopback that answers as it is told. The system chooses the port.

with FeedServer() as server:
    server.serve("/feed.xml", body, etag='"1"')
    url = server.url("/feed.xml")
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Self

Script = Callable[[BaseHTTPRequestHandler], None]
"""Writes one answer to a request, in any way it likes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it came in."""

    path: str
    headers: Message


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for them, and nothing outlives the test
    request_queue_size = 256  # or a crowd of connections is made to wait a second by the system


class FeedServer:
    """Answers by path; `seen` holds the requests in the order in which they came.

    `connections` counts those that were opened, `open` those that still are. With `keep_alive`, a
    connection serves more than one request.
    """

    def __init__(self, *, keep_alive: bool = False) -> None:
        self.seen: list[Seen] = []
        self.most_at_once = 0
        self.connections = 0
        self.open = 0
        self._at_once = 0
        self._lock = Lock()
        self._scripts: dict[str, Script] = {}
        self._server = _Server(("127.0.0.1", 0), self._handler(keep_alive))
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
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def url(self, path: str, *, host: str = "127.0.0.1", scheme: str = "http") -> str:
        """The address of a path on this server."""
        return f"{scheme}://{host}:{self._server.server_port}{path}"

    def script(self, path: str, script: Script) -> None:
        """Let a function of its own answer."""
        self._scripts[path] = script

    def raw(self, path: str, *pieces: bytes) -> None:
        """Send these bytes, whatever they are, and close."""
        self.script(path, lambda request: _write_raw(request, pieces))

    def answer(
        self, path: str, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        """Always give this answer."""
        self.script(path, lambda request: reply(request, status, body, headers or {}))

    def redirect(self, path: str, status: int, location: str) -> None:
        """Send whoever asks somewhere else."""
        self.answer(path, status, b"", {"Location": location})

    def serve(
        self,
        path: str,
        body: bytes,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        content_type: str = "application/rss+xml",
    ) -> None:
        """Serve a document, and answer 304 to those who name its validators."""
        validators = {"ETag": etag, "Last-Modified": last_modified}
        headers = {name: value for name, value in validators.items() if value}

        def conditional(request: BaseHTTPRequestHandler) -> None:
            known = (
                (etag, request.headers["If-None-Match"]),
                (last_modified, request.headers["If-Modified-Since"]),
            )
            if any(ours and ours == theirs for ours, theirs in known):
                reply(request, 304, b"", headers)
            else:
                reply(request, 200, body, {**headers, "Content-Type": content_type})

        self.script(path, conditional)

    def _handler(self, keep_alive: bool) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1" if keep_alive else "HTTP/1.0"
            disable_nagle_algorithm = (
                True  # headers and body are written apart, which costs 40 ms otherwise
            )
            timeout = 10  # a client that keeps its connection open does not keep the test waiting for good

            def setup(self) -> None:
                server._count(opened=1)
                super().setup()

            def finish(self) -> None:
                server._count(opened=-1)
                super().finish()

            def do_GET(self) -> None:
                server._take(self)

            def log_message(self, format: str, *args: object) -> None:
                """Tests are quiet."""

        return Handler

    def _count(self, *, opened: int) -> None:
        with self._lock:
            self.open += opened
            self.connections += max(opened, 0)

    def _take(self, request: BaseHTTPRequestHandler) -> None:
        with self._lock:
            self.seen.append(Seen(request.path, request.headers))
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            self._scripts.get(request.path, not_found)(request)
            request.wfile.flush()
        except ConnectionError:
            request.close_connection = (
                True  # the client has had enough, which is what some tests are about
            )
        finally:
            with self._lock:
                self._at_once -= 1


def not_found(request: BaseHTTPRequestHandler) -> None:
    """The answer to a path that nobody set up."""
    reply(request, 404, b"", {})


def reply(
    request: BaseHTTPRequestHandler, status: int, body: bytes, headers: Mapping[str, str]
) -> None:
    """A well-formed answer; the connection is closed after it, unless the server keeps
    connections.
    """
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name, value)
    if "Content-Length" not in headers and status != 304:
        request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


def _write_raw(request: BaseHTTPRequestHandler, pieces: tuple[bytes, ...]) -> None:
    request.close_connection = True
    for piece in pieces:
        request.wfile.write(piece)
