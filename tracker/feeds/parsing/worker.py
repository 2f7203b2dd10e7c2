"""The child process that parses: `python -m tracker.feeds.parsing.worker CPU_SECONDS MEGABYTES`.

feedparser was written for friends: 160 KB of nested `xml:base` hold it for 7 s, and ten times that
for minutes. `screening` keeps the known attacks from it, but not those that nobody has thought of.
No thread can be stopped from outside, a process can; so this one gives itself limits that the
kernel holds and does nothing but read documents on stdin and write answers on stdout. It knows
`parse` and the standard library only: it starts in 0.1 s and holds 26 MB.

A request is four lengths and the bytes of document, content type, address and kind. An answer is a
flag (the worker ends now and wants to be replaced), a length and a pickle, which the parent may
trust because the worker is its own child. The first answer is empty and says that the worker is
ready.
"""

import math
import os
import pickle
import signal
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Final, Literal

from tracker.feeds.parsing.parse import parse
from tracker.feeds.parsing.parsed import Parsed, ParseFailed

if TYPE_CHECKING:
    from tracker.feeds.discovery.article import Article, NoArticle

if sys.platform != "win32":
    import resource

Kind = Literal["feed", "article"]
"""What a document is read as."""

REQUEST: Final = struct.Struct("!QIII")
ANSWER: Final = struct.Struct("!?Q")

OPEN_FILES: Final = 32
"""Python opens a few when it first meets an encoding; nothing else here needs any."""


def attempt(body: bytes, content_type: str, url: str) -> Parsed | ParseFailed:
    """Parse, and blame what nobody foresaw on this one document. MemoryError passes: the process is
    what it hits.
    """
    try:
        return parse(body, content_type, url)
    except MemoryError:
        raise
    except (
        Exception
    ) as error:  # a bug of ours that this document found must not cost the others their turn
        return ParseFailed(f"crashed the parser ({_whereabouts(error)})")


def _attempt_article(
    body: bytes, content_type: str, url: str
) -> "Article | NoArticle | ParseFailed":
    """The same for the article on a page, whose libraries most workers never load."""
    try:
        from tracker.feeds.discovery.article import extract

        return extract(body, content_type, url)
    except MemoryError:
        raise
    except Exception as error:
        return ParseFailed(f"crashed the parser ({_whereabouts(error)})")


def _whereabouts(error: Exception) -> str:
    """What was raised, and in which line; not what it says, which may be the document's words."""
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    line = (
        f", {Path(place.tb_frame.f_code.co_filename).name} line {place.tb_lineno}" if place else ""
    )
    return f"{type(error).__name__}{line}"


def serve(
    requests: BinaryIO, answers: BinaryIO, megabytes: int, before_each: Callable[[], object]
) -> None:
    """Answer requests until there are no more or memory ran out; `before_each` is called before
    each document.
    """
    answers.write(ANSWER.pack(False, 0))
    answers.flush()
    while head := requests.read(REQUEST.size):
        answer = b""
        with suppress(MemoryError):
            before_each()
            answer = _answer(requests, head)
        full = not answer
        if full:
            answer = pickle.dumps(ParseFailed(f"needed more memory than {megabytes} MB"))
        answers.write(ANSWER.pack(full, len(answer)))
        answers.write(answer)
        answers.flush()
        if full:  # what else failed for want of memory is unknown
            break
        del answer  # the wait for the next document may be long


def _answer(requests: BinaryIO, head: bytes) -> bytes:
    """Read the rest of a request; the pickled answer to it."""
    body, *words = (_exactly(requests, length) for length in REQUEST.unpack(head))
    content_type, url, kind = (word.decode(errors="surrogatepass") for word in words)
    read = _attempt_article if kind == "article" else attempt
    return pickle.dumps(read(body, content_type, url))


def _exactly(stream: BinaryIO, length: int) -> bytes:
    found = stream.read(length)
    if len(found) < length:
        raise EOFError("the parent went away in the middle of a document")
    return found


# The parent's side of the two pipes


def write_request(
    requests: IO[bytes], body: bytes, content_type: str, url: str, *, kind: Kind = "feed"
) -> None:
    """Hand a document over. OSError if the worker died before it had read it all."""
    # Servers may send what is not UTF-8 in a header; it arrives as lone surrogates.
    words = [word.encode(errors="surrogatepass") for word in (content_type, url, kind)]
    requests.write(REQUEST.pack(len(body), *map(len, words)))
    for part in (body, *words):
        requests.write(part)
    requests.flush()


def read_answer(answers: IO[bytes]) -> tuple[bool, bytes] | None:
    """Does the worker end now, and the pickled answer (empty when it starts); None if it died
    before.
    """
    head = answers.read(ANSWER.size)
    if len(head) < ANSWER.size:
        return None
    ends, length = ANSWER.unpack(head)
    answer = answers.read(length)
    return (ends, answer) if len(answer) == length else None


# Limits, where the system knows them (Windows does not: there the parent's clock alone stops a
# worker)


def confine(megabytes: int) -> None:
    """Bound what this process can do for good: memory, files, no core dump, no end but by the
    parent.
    """
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(
            name, signal.SIG_IGN
        )  # they come to the whole group, and the parent decides what they mean
    if sys.platform != "win32":
        _limit(resource.RLIMIT_AS, megabytes * 1024 * 1024)
        _limit(resource.RLIMIT_NOFILE, OPEN_FILES)
        _limit(resource.RLIMIT_CORE, 0)


def grant(cpu_seconds: int) -> None:
    """Let this process compute for so many seconds more, rounded up to whole ones; then the kernel
    kills it.
    """
    if sys.platform != "win32":
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime + cpu_seconds))


def _limit(what: int, most: int) -> None:
    """Lower a limit for this process, as far as the one that it was born with allows."""
    hard = resource.getrlimit(what)[1]
    with suppress(
        OSError, ValueError
    ):  # some systems refuse some limits; the others hold all the same
        resource.setrlimit(
            what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard)
        )


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """The parent's pipes, taken away from stdin and stdout, where a library might read or print."""
    pipes = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    return pipes


def main() -> None:
    """Parse what the parent sends until it closes the pipe or is gone."""
    cpu_seconds, megabytes = (int(limit) for limit in sys.argv[1:])
    requests, answers = _pipes()
    confine(megabytes)
    serve(requests, answers, megabytes, lambda: grant(cpu_seconds))


if __name__ == "__main__":
    main()
