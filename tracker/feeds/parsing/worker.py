"""Child process that parses: `python -m tracker.feeds.parsing.worker CPU_SECONDS MEGABYTES`.

feedparser is not hardened: 160 KB of nested `xml:base` block it for 7 s, and ten times that for
minutes. Known attacks are rejected before, but not those yet unknown. No thread can be stopped from
outside, a process can; so this one sets itself limits that the kernel enforces and does nothing but
read documents on stdin and write answers on stdout. It imports `parse_feed` and the standard
library only: it starts in 0.1 s and holds 26 MB.

A request is five lengths and the bytes of document, content type, address, kind and the pickled
series to read, if any. An answer is a flag (the worker ends now and has to be replaced), a length
and a pickle, which the parent may trust because the worker is its own child. The first answer is
empty and means that the worker is ready.
"""

import math
import os
import pickle
import signal
import struct
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, TYPE_CHECKING, BinaryIO, Final, Literal

from forecasts.questions.series import Series
from tracker.feeds.parsing.parse import _locate_error, try_parse
from tracker.feeds.parsing.parsed_feed import ParseFailed

if TYPE_CHECKING:
    from tracker.feeds.discovery.article import Article, NoArticle
    from tracker.feeds.parsing.series_document import SeriesDocument

if sys.platform != "win32":
    import resource

DocumentKind = Literal["feed", "article", "series"]
"""Kind of a document."""

REQUEST_HEADER: Final = struct.Struct("!QIIII")
ANSWER_HEADER: Final = struct.Struct("!?Q")

MAX_OPEN_FILES: Final = 32
"""Python opens a few files when it first uses an encoding; nothing else here needs any."""


def _try_extract(body: bytes, content_type: str, url: str) -> "Article | NoArticle | ParseFailed":
    """Extract the article of a page likewise; most workers never load its libraries."""
    try:
        from tracker.feeds.discovery.article import extract_article

        return extract_article(body, content_type, url)
    except MemoryError:
        raise
    except Exception as error:
        return ParseFailed(f"crashed the parser ({_locate_error(error)})")


def try_read_series(
    body: bytes, content_type: str, series: Sequence[Series]
) -> "SeriesDocument | ParseFailed":
    """Read the series of a document likewise."""
    try:
        from tracker.feeds.parsing.series_document import read_series

        return read_series(body, content_type, series)
    except MemoryError:
        raise
    except Exception as error:
        return ParseFailed(f"crashed the parser ({_locate_error(error)})")


def serve_requests(
    requests: BinaryIO, answers: BinaryIO, megabytes: int, before_each: Callable[[], object]
) -> None:
    """Answer requests until there are none or memory runs out; call `before_each` before each
    document.
    """
    answers.write(ANSWER_HEADER.pack(False, 0))
    answers.flush()
    while header := requests.read(REQUEST_HEADER.size):
        answer = b""
        with suppress(MemoryError):
            before_each()
            answer = _answer_request(requests, header)
        out_of_memory = not answer
        if out_of_memory:
            answer = pickle.dumps(ParseFailed(f"needed more memory than {megabytes} MB"))
        answers.write(ANSWER_HEADER.pack(out_of_memory, len(answer)))
        answers.write(answer)
        answers.flush()
        if out_of_memory:  # other parts may have failed too
            break
        del answer  # free the memory while waiting


def _answer_request(requests: BinaryIO, header: bytes) -> bytes:
    """Read the rest of a request; return the pickled answer."""
    body, *texts, series = (
        _read_exactly(requests, length) for length in REQUEST_HEADER.unpack(header)
    )
    content_type, url, kind = (text.decode(errors="surrogatepass") for text in texts)
    if kind == "series":
        series_to_read = pickle.loads(series)  # noqa: S301 -- from our own parent
        return pickle.dumps(try_read_series(body, content_type, series_to_read))
    handler = _try_extract if kind == "article" else try_parse
    return pickle.dumps(handler(body, content_type, url))


def _read_exactly(stream: BinaryIO, length: int) -> bytes:
    content = stream.read(length)
    if len(content) < length:
        raise EOFError("the parent went away in the middle of a document")
    return content


# The parent's side of the two pipes


def write_request(
    requests: IO[bytes],
    body: bytes,
    content_type: str,
    url: str,
    *,
    kind: DocumentKind = "feed",
    series: Sequence[Series] = (),
) -> None:
    """Send a document. Raises OSError if the worker died before it read everything."""
    # Header bytes that are not UTF-8 arrive as lone surrogates.
    texts = [text.encode(errors="surrogatepass") for text in (content_type, url, kind)]
    texts.append(pickle.dumps(tuple(series)))
    requests.write(REQUEST_HEADER.pack(len(body), *map(len, texts)))
    for part in (body, *texts):
        requests.write(part)
    requests.flush()


def read_worker_answer(answers: IO[bytes]) -> tuple[bool, bytes] | None:
    """Return the flag that the worker ends, and the pickled answer (empty at its start); None if it
    died before.
    """
    header = answers.read(ANSWER_HEADER.size)
    if len(header) < ANSWER_HEADER.size:
        return None
    is_last, length = ANSWER_HEADER.unpack(header)
    answer = answers.read(length)
    return (is_last, answer) if len(answer) == length else None


# Limits, where the system supports them (on Windows only the parent's clock stops a worker)


def limit_process(megabytes: int) -> None:
    """Limit this process for good: memory, files, no core dump, and only the parent can end it."""
    for name in (signal.SIGINT, signal.SIGTERM):
        # Sent to the whole group; the parent decides what they mean.
        signal.signal(name, signal.SIG_IGN)
    if sys.platform != "win32":
        _set_limit(resource.RLIMIT_AS, megabytes * 1024 * 1024)
        _set_limit(resource.RLIMIT_NOFILE, MAX_OPEN_FILES)
        _set_limit(resource.RLIMIT_CORE, 0)


def grant_cpu_seconds(cpu_seconds: int) -> None:
    """Allow so many more CPU seconds, rounded up to whole ones; then the kernel kills
    the process.
    """
    if sys.platform != "win32":
        used = resource.getrusage(resource.RUSAGE_SELF)
        _set_limit(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime + cpu_seconds))


def _set_limit(resource_id: int, maximum: int) -> None:
    """Lower a limit of this process, as far as its hard limit allows."""
    hard = resource.getrlimit(resource_id)[1]
    with suppress(OSError, ValueError):  # some systems refuse some limits
        resource.setrlimit(
            resource_id, (maximum if hard == resource.RLIM_INFINITY else min(maximum, hard), hard)
        )


def _take_over_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the parent's pipes and replace stdin and stdout, where a library might
    read or print.
    """
    pipes = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    return pipes


def main() -> None:
    """Parse what the parent sends until it closes the pipe or is gone."""
    cpu_seconds, megabytes = (int(limit) for limit in sys.argv[1:])
    requests, answers = _take_over_pipes()
    limit_process(megabytes)
    serve_requests(requests, answers, megabytes, lambda: grant_cpu_seconds(cpu_seconds))


if __name__ == "__main__":
    main()
