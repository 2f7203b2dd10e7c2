"""Parsing where it can be killed, with real children and documents that really are too much for
them.
"""

import io
import os
import pickle
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tables import check_rows
from tracker.feeds.parsing import parser_pool, worker
from tracker.feeds.parsing.feedparser_adapter import MAX_ENTRIES_PER_END, MAX_TAGS
from tracker.feeds.parsing.parse import ParsedFeed, ParseFailed, try_parse
from tracker.feeds.parsing.parser_pool import ParseLimits, ParserPool, PoolClosed
from tracker.feeds.parsing.worker import read_worker_answer, serve_requests, write_request

ROOT = Path(__file__).parents[2]
KIND = "application/rss+xml"
URL = "https://feed.example/rss.xml"
HANGS = 30.0
"""Seconds after which something hangs."""

NewPool = Callable[..., ParserPool]


def document(title: str, size: int = 60_000) -> bytes:
    """A document of about so many bytes that is parsed in no time."""
    return (
        f"<rss version='2.0'><channel><title>{title}</title>{' ' * size}</channel></rss>".encode()
    )


def slow_document() -> bytes:
    """As many tags and entries as pass the screening, malformed at the end, so that all is read
    twice: 11 s.
    """
    entries = 2 * MAX_ENTRIES_PER_END
    inside = "<content:encoded>&lt;</content:encoded>" * ((MAX_TAGS // entries - 4) // 2 - 1)
    head = "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel>"
    return f"{head}{f'<item><title>a</title>{inside}</item>' * entries}</wrong>".encode()


SLOW = slow_document()


def read(title: str) -> ParsedFeed:
    return ParsedFeed(title, (), None, format="RSS 2.0")


# Children, seen from outside


def status(pid: int) -> list[str]:
    """Name, state, parent and so on of a process; nothing if there is none."""
    try:
        name, _, rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [name, *rest.split()]


def children(parent: int | None = None) -> list[int]:
    """Workers of a process, dead ones that nobody has waited for included."""
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return sorted(pid for pid in pids if status(pid)[2:3] == [str(parent or os.getpid())])


def eventually(true: Callable[[], object]) -> None:
    """Wait until it is so."""
    end = time.monotonic() + HANGS
    while not true():
        assert time.monotonic() < end, "it hangs"
        time.sleep(0.01)


def busy(pid: int) -> None:
    """Wait until a worker that is ready has computed for 0.2 s more."""

    def ticks() -> int:
        return int(status(pid)[12])

    before = ticks()
    eventually(lambda: ticks() >= before + 20)


@pytest.fixture
def new_pool() -> Iterator[NewPool]:
    """Makes pools; in the end they are closed, and none of their children or threads is left."""
    made: list[ParserPool] = []

    def new(**limits: float) -> ParserPool:
        made.append(ParserPool(ParseLimits(**limits)))  # type: ignore[arg-type]
        return made[-1]

    before = children()
    yield new
    for pool in made:
        pool.close()
    assert children() == before
    eventually(
        lambda: not [thread for thread in threading.enumerate() if thread.name.startswith("parser")]
    )


def submit(pool: ParserPool, body: bytes) -> Future[ParsedFeed | ParseFailed]:
    return pool.submit(body, KIND, URL)


def answer(pool: ParserPool, body: bytes) -> ParsedFeed | ParseFailed:
    return submit(pool, body).result(HANGS)


def ready(pool: ParserPool) -> int:
    """The only worker of a pool, once it has read a first document."""
    before = children()
    assert answer(pool, document("first")) == read("first")
    (pid,) = set(children()) - set(before)
    return pid


# Documents as they should be


def test_a_small_document_needs_no_worker(new_pool: NewPool) -> None:
    before = children()
    future = submit(new_pool(), document("News", 100))
    assert future.done()
    assert future.result() == read("News")
    assert children() == before


def test_a_large_document_is_parsed_in_a_worker(new_pool: NewPool) -> None:
    pool = new_pool()
    ready(pool)
    for body in (
        document("News"),
        b"<html>" * 9_000,
        b"\xff" * 60_000,
        "<rss>\u20ac".encode("utf-16") * 9_000,
    ):
        assert answer(pool, body) == try_parse(body, KIND, URL)


def test_workers_are_kept_and_replaced_after_so_many_documents(new_pool: NewPool) -> None:
    pool, before, seen = new_pool(documents_per_worker=2), children(), []
    for number in range(5):
        assert answer(pool, document(str(number))) == read(str(number))
        seen.append(set(children()) - set(before))
    first, none, second, none_again, third = seen
    assert (none, none_again) == (set(), set())
    assert len(first | second | third) == 3


def test_a_cancelled_document_is_not_parsed(new_pool: NewPool) -> None:
    pool = new_pool(workers=1, wall_seconds=0.3)
    slow, dropped, last = submit(pool, SLOW), submit(pool, SLOW), submit(pool, document("last"))
    assert dropped.cancel()
    assert last.result(HANGS) == read("last")
    assert isinstance(slow.result(), ParseFailed)


def test_whoever_brings_documents_waits_while_too_many_wait(new_pool: NewPool) -> None:
    pool = new_pool(workers=1, waiting=2)
    pid, futures = ready(pool), [submit(pool, SLOW)]
    busy(pid)
    futures += [submit(pool, document("1")), submit(pool, document("2"))]
    third = threading.Thread(target=lambda: futures.append(submit(pool, document("3"))))
    third.start()
    third.join(0.3)
    assert third.is_alive()
    assert submit(pool, document("small", 1)).done()
    os.kill(pid, signal.SIGKILL)
    third.join(HANGS)
    assert [future.result(HANGS) for future in futures[1:]] == [read("1"), read("2"), read("3")]


# Documents as they should not be


def test_a_document_that_computes_for_too_long_delays_no_other(new_pool: NewPool) -> None:
    pool, done = new_pool(cpu_seconds=1, waiting=30), []
    slow = submit(pool, SLOW)
    quick = [submit(pool, document(str(number))) for number in range(20)]
    for future in (slow, *quick):
        future.add_done_callback(done.append)
    assert slow.result(HANGS) == ParseFailed("took more than 1 s to parse and was stopped")
    assert [future.result(HANGS) for future in quick] == [read(str(number)) for number in range(20)]
    assert done[-1] is slow


def test_a_document_that_fills_memory_costs_one_turn(new_pool: NewPool) -> None:
    pool = new_pool(megabytes=128, workers=1)
    first, huge = ready(pool), document("huge", 160_000_000)
    assert answer(pool, huge) == ParseFailed("needed more memory than 128 MB")
    assert ready(pool) != first


def test_a_document_that_kills_its_worker_costs_one_turn(new_pool: NewPool) -> None:
    pool = new_pool(workers=1)
    first, slow, quick = ready(pool), submit(pool, SLOW), submit(pool, document("quick"))
    busy(first)
    os.kill(first, signal.SIGSEGV)
    assert slow.result(HANGS) == ParseFailed("crashed the parser")
    assert quick.result(HANGS) == read("quick")


def test_a_worker_that_dies_between_documents_is_replaced_unseen(new_pool: NewPool) -> None:
    pool = new_pool()
    first = ready(pool)
    os.kill(first, signal.SIGKILL)
    eventually(lambda: status(first)[1] == "Z")
    assert ready(pool) != first


def test_a_bug_is_told_by_its_place_alone(
    monkeypatch: pytest.MonkeyPatch, new_pool: NewPool
) -> None:
    def parse(body: bytes, _kind: str, _url: str) -> ParsedFeed:
        raise KeyError(body)

    monkeypatch.setattr("tracker.feeds.parsing.parse.parse_feed", parse)
    line = parse.__code__.co_firstlineno + 1
    assert answer(new_pool(), b"<words>") == ParseFailed(
        f"crashed the parser (KeyError, test_pool.py line {line})"
    )


# Workers that do not start


def pretend_python(monkeypatch: pytest.MonkeyPatch, path: Path, script: str) -> Path:
    """A Python that does something else; the file has one line for each time that it was
    started.
    """
    path.write_text(f"#!/bin/sh\necho started >> {path}.log\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(path))
    return Path(f"{path}.log")


def test_a_worker_that_never_starts_is_not_tried_for_ever(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, new_pool: NewPool
) -> None:
    real, pool = sys.executable, new_pool(workers=1)
    starts = pretend_python(monkeypatch, tmp_path / "python", "exit 3")
    reason = "there is no parser: python -m tracker.feeds.parsing.worker ended with code 3"
    assert answer(pool, document("1")) == ParseFailed(reason)
    assert len(starts.read_text().splitlines()) == parser_pool.MAX_START_TRIES
    assert answer(pool, document("2")) == ParseFailed(reason)
    assert len(starts.read_text().splitlines()) == parser_pool.MAX_START_TRIES + 1
    monkeypatch.setattr(sys, "executable", real)
    assert answer(pool, document("3")) == read("3")


def test_a_missing_python_is_named_as_the_reason(
    monkeypatch: pytest.MonkeyPatch, new_pool: NewPool
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    failed = answer(new_pool(), document("1"))
    assert isinstance(failed, ParseFailed)
    assert failed.reason.endswith("worker cannot be started (No such file or directory)")


def test_a_worker_that_is_starting_is_ended_by_closing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, new_pool: NewPool
) -> None:
    starts, before, pool = (
        pretend_python(monkeypatch, tmp_path / "python", "exec sleep 60"),
        children(),
        new_pool(),
    )
    future = submit(pool, document("1"))
    eventually(lambda: starts.exists() and starts.read_text())
    pool.close()
    assert isinstance(future.exception(HANGS), PoolClosed)
    assert children() == before
    assert len(starts.read_text().splitlines()) == 1


# Closing


def test_closing_ends_what_is_under_way_and_what_waits(new_pool: NewPool) -> None:
    pool = new_pool(workers=1, waiting=1)
    pid, futures = ready(pool), [submit(pool, SLOW)]
    busy(pid)
    futures.append(submit(pool, document("waits")))
    refused: list[Exception] = []

    def blocked() -> None:
        with pytest.raises(PoolClosed) as caught:
            submit(pool, document("blocked"))
        refused.append(caught.value)

    thread = threading.Thread(target=blocked)
    thread.start()
    began = time.monotonic()
    pool.close()
    assert time.monotonic() - began < parser_pool.MAX_CLOSE_SECONDS
    assert pid not in children()
    assert [str(future.exception(HANGS)) for future in futures] == ["the parser pool is closed"] * 2
    thread.join(HANGS)
    assert len(refused) == 1


@pytest.mark.parametrize("size", [1, 60_000])
def test_a_closed_pool_takes_no_documents(new_pool: NewPool, size: int) -> None:
    pool = new_pool()
    pool.close()
    pool.close()
    with pytest.raises(PoolClosed, match="the parser pool is closed"):
        submit(pool, document("late", size))


def test_workers_end_when_their_parent_is_killed() -> None:
    script = f"""
from tracker.feeds.parsing.parser_pool import ParserPool
pool = ParserPool()
pool.submit({document("News")!r}, "", "").result()
print("ready", flush=True)
pool.submit(b" " * 60_000, "", "").result()
input()
"""
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"ready\n"
        (pid,) = children(parent.pid)
        parent.kill()
    eventually(lambda: not status(pid) or status(pid)[1] == "Z")


def test_a_program_ends_without_closing_its_pool() -> None:
    script = f"""
from tracker.feeds.parsing.parser_pool import ParserPool
print(ParserPool().submit({document("News")!r}, "", "").result().title)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, timeout=HANGS, check=True
    )
    assert (done.stdout, done.stderr) == (b"News\n", b"")


# The child


def test_a_worker_knows_nothing_that_parsing_does_not_need() -> None:
    script = "import sys, tracker.feeds.parsing.worker; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = (
        "aiohttp alembic altair apscheduler asyncio click numpy pandas rich scipy "
        "sqlalchemy sqlmodel streamlit"
    )
    assert not set(loaded) & {
        *heavy.split(), "structlog", "subprocess", "tracker.feeds.parsing.parser_pool",
    }  # fmt: skip


def test_a_worker_finds_our_modules_and_none_that_lie_about(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, new_pool: NewPool
) -> None:
    for name in ("tracker", "feedparser", "pickle"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(4)")
    monkeypatch.chdir(tmp_path)
    assert answer(new_pool(), document("News")) == read("News")


def test_a_worker_has_the_parser_that_its_parent_has(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tracker" / "feeds", tmp_path / "tracker" / "feeds")
    (tmp_path / "tracker" / "__init__.py").touch()
    with (tmp_path / "tracker" / "feeds" / "parsing" / "parse.py").open("a") as parser:
        parser.write("\n\ndef parse_feed(*document):\n    return ParseFailed('the other one')\n")
    script = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
from tracker.feeds.parsing.parser_pool import ParserPool
print(ParserPool().submit({document("News")!r}, "", "").result().reason)
"""
    assert (
        subprocess.check_output([sys.executable, "-c", script], timeout=HANGS) == b"the other one\n"
    )


def in_child(parser: str, before: str = "") -> str:
    """What a worker answers whose parser is one expression, after another was evaluated."""
    script = f"""
import resource, signal, sys
from tracker.feeds.parsing import parse, worker
{before}
parse.parse_feed = lambda *document: worker.ParseFailed(str({parser}))
worker.main()
"""
    command = [sys.executable, "-c", script, "7", "500"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin
        assert child.stdout
        assert read_worker_answer(child.stdout) == (False, b"")
        write_request(child.stdin, b"body", KIND, URL)
        found = read_worker_answer(child.stdout)
        assert found
        failed = pickle.loads(found[1])
        child.stdin.close()
    assert child.returncode == 0
    assert isinstance(failed, ParseFailed)
    return failed.reason


def test_a_worker_is_confined() -> None:
    names = ("AS", "NOFILE", "CORE", "CPU")
    limits = in_child(
        f"[resource.getrlimit(getattr(resource, 'RLIMIT_' + name))[0] for name in {names}]"
    )
    assert limits in (
        f"[{500 << 20}, {worker.MAX_OPEN_FILES}, 0, {seconds}]" for seconds in range(8, 12)
    )
    actual = in_child("[signal.raise_signal(name) for name in (signal.SIGINT, signal.SIGTERM)]")
    assert actual == "[None, None]"


def test_prints_in_a_worker_do_not_reach_its_answers() -> None:
    assert in_child("(print('noise', flush=True), sys.stdin.read())") == "(None, '')"


def talk(*documents: tuple[bytes, str, str]) -> list[tuple[bool, ParsedFeed | ParseFailed]]:
    """What a worker answers to documents, without a process between us."""
    requests, answers = io.BytesIO(), io.BytesIO()
    for one in documents:
        write_request(requests, *one)
    requests.seek(0)
    serve_requests(requests, answers, 100, lambda: None)
    answers.seek(0)
    assert read_worker_answer(answers) == (False, b"")
    return [
        (ends, pickle.loads(found))
        for ends, found in iter(lambda: read_worker_answer(answers) or (), ())
    ]


# Servers may send headers that are not UTF-8, which arrive as lone surrogates.
anything = st.text(st.characters(codec=None), max_size=60)


@given(documents=st.lists(st.tuples(st.binary(max_size=200), anything, anything), max_size=3))
@settings(max_examples=50)
def test_answers_are_what_the_parser_makes_of_the_requests(
    documents: list[tuple[bytes, str, str]],
) -> None:
    def repeated(*one: object) -> ParseFailed:
        return ParseFailed(repr(one))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tracker.feeds.parsing.parse.parse_feed", repeated)
        assert talk(*documents) == [(False, repeated(*one)) for one in documents]
    assert talk(*documents) == [(False, try_parse(*one)) for one in documents]


def test_a_worker_without_memory_says_so_and_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def parse(*_document: object) -> ParsedFeed:
        raise MemoryError

    monkeypatch.setattr("tracker.feeds.parsing.parse.parse_feed", parse)
    assert talk((b"1", "", ""), (b"2", "", "")) == [
        (True, ParseFailed("needed more memory than 100 MB"))
    ]


def test_a_worker_does_not_parse_half_a_document() -> None:
    requests = io.BytesIO()
    write_request(requests, b"body", KIND, URL)
    for length in (1, worker.REQUEST_HEADER.size, worker.REQUEST_HEADER.size + 5):
        with pytest.raises((EOFError, worker.struct.error)):
            serve_requests(
                io.BytesIO(requests.getvalue()[:length]), io.BytesIO(), 100, lambda: None
            )


@check_rows([0, 3, worker.ANSWER_HEADER.size, worker.ANSWER_HEADER.size + 3])
def test_half_an_answer_is_none(length: int) -> None:
    assert (
        read_worker_answer(io.BytesIO((worker.ANSWER_HEADER.pack(False, 5) + b"12345")[:length]))
        is None
    )
