"""How much a dashboard that runs takes from whoever asks: bodies, headers, addresses, uploads,
messages.
"""

import contextlib
from collections.abc import Iterator
from typing import Final

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from dashboard.essays import page
from dashboard.feeds import subscribe
from dashboard.server.configuration import MAX_MESSAGE_MEGABYTES, MAX_UPLOAD_MEGABYTES
from dashboard.server.guard import MAX_BODY_BYTES, MAX_HEADER_BYTES, MAX_HEADERS, MAX_TARGET_BYTES
from tests.dashboard.served import Served

MEGABYTE: Final = 1024 * 1024


def test_oversized_requests_are_refused(served: Served) -> None:
    # A body over its limit is refused at once.
    for path, largest, status in (
        ("/_stcore/upload_file/session/file", MAX_UPLOAD_MEGABYTES * MEGABYTE, 403),
        ("/_stcore/script-health-check", MAX_BODY_BYTES, 404),
        ("/api/v1/questions", MAX_BODY_BYTES, 405),
    ):
        for announced in (largest + MEGABYTE, 10**10):
            answer = served.ask(
                path, "PUT", b"", Origin=served.origin, Content_Length=str(announced)
            )
            assert answer.status == 413, announced
        for odd in ("10" * 20, "-1", "1, 2", "0x10"):
            assert (
                served.ask(path, "PUT", b"", Origin=served.origin, Content_Length=odd).status == 400
            )
        assert served.ask(path, "PUT", b"x" * largest, Origin=served.origin).status == status
    # Headers and addresses have limits.
    assert served.ask("/healthz", Cookie="a" * (MAX_HEADER_BYTES - 1_000)).status == 200
    assert served.ask("/healthz", Cookie="a" * 100_000).status in (400, 431)
    assert (
        served.ask("/healthz", **{f"X{number}": "1" for number in range(MAX_HEADERS - 1)}).status
        == 200
    )
    assert served.ask(
        "/healthz", **{f"X{number}": "1" for number in range(MAX_HEADERS)}
    ).status in (400, 431)
    assert served.ask(f"/questions?q={'a' * (MAX_TARGET_BYTES - 100)}").status == 200
    assert served.ask(f"/questions?q={'a' * MAX_TARGET_BYTES}").status == 414


@contextlib.contextmanager
def session(served: Served) -> Iterator[tuple[ClientConnection, str, str]]:
    """A web socket of an own page, the name of its session, and the token that its uploads need."""
    cookie = served.ask("/_stcore/health").headers.get("set-cookie", "")
    token = cookie.partition("_streamlit_xsrf=")[2].partition(";")[0]
    with connect(
        f"ws://{served.host}/_stcore/stream",
        origin=served.origin,
        subprotocols=["streamlit"],
        max_size=None,
        close_timeout=0.5,
    ) as socket_:  # type: ignore[arg-type]
        socket_.send(BackMsg(rerun_script={"query_string": ""}).SerializeToString())
        while True:
            message = ForwardMsg.FromString(socket_.recv(timeout=60))  # type: ignore[arg-type]
            if message.HasField("new_session"):
                yield socket_, message.new_session.initialize.session_id, token
                return


def parts(size: int) -> tuple[bytes, str]:
    """A form with one file of this size, and its type."""
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="essay.txt"\r\n\r\n'
    return head + b"x" * size + b"\r\n--b--\r\n", "multipart/form-data; boundary=b"


def in_pieces(body: bytes) -> Iterator[bytes]:
    """The same in pieces, so that its length is not announced."""
    for start in range(0, len(body), MEGABYTE):
        yield body[start : start + MEGABYTE]


def test_an_upload_is_capped_by_the_server(served: Served) -> None:
    with session(served) as (_, name, token):
        for size, whole, status in [
            (9 * MEGABYTE, True, 204),
            (9 * MEGABYTE, False, 204),
            (12 * MEGABYTE, True, 413),
            (12 * MEGABYTE, False, 413),
        ]:
            body, kind = parts(size)
            answer = served.ask(
                f"/_stcore/upload_file/{name}/file-{size}", "PUT", body if whole else in_pieces(body),
                Origin=served.origin, Content_Type=kind, Cookie=f"_streamlit_xsrf={token}", X_Xsrftoken=token,
            )  # fmt: skip
            assert answer.status == status, (size, whole, answer.body)


def test_a_message_over_its_limit_ends_the_web_socket(served: Served) -> None:
    with session(served) as (wire, _, _):
        with contextlib.suppress(ConnectionClosed):  # it is ended while we still send
            wire.send(b"x" * (MAX_MESSAGE_MEGABYTES + 1) * MEGABYTE)
            while True:
                wire.recv(timeout=60)
        assert wire.close_code == 1009


def test_pages_ask_for_no_larger_file_than_the_server_takes() -> None:
    assert max(page.MAX_ESSAY_MEGABYTES, subscribe.MAX_LIST_MEGABYTES) <= MAX_UPLOAD_MEGABYTES
