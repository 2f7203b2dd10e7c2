"""Subscription lists from the tests of other readers. Not run where the corpora do not stand beside
the repository.
"""

import tarfile
from collections.abc import Iterator
from pathlib import Path

import listparser

from tracker.feeds.discovery.opml import FeedList, ListFailed, read_list

FEEDS = Path(__file__).parents[2] / ".." / "shared" / "corpora" / "feeds.tar.xz"
READERS = ("listparser-opml", "newsboat", "commafeed", "rome")


def lists() -> Iterator[tuple[str, bytes]]:
    """Documents with a list in them, by their names."""
    with tarfile.open(FEEDS) as packed:
        for member in packed:
            reader = member.name.removeprefix("./").partition("/")[0]
            if reader not in READERS or not member.name.endswith((".xml", ".opml")):
                continue
            file = packed.extractfile(member)
            document = file.read() if file else b""
            if reader == "listparser-opml" or b"<opml" in document:
                yield member.name, document


if FEEDS.is_file():

    def test_every_web_feed_that_listparser_finds_in_real_lists_is_found() -> None:
        with_feeds = feeds = 0
        documents = dict(lists())
        for name, document in documents.items():
            theirs = {entry["url"].strip() for entry in listparser.parse(document)["feeds"]}
            web = {url for url in theirs if url.lower().startswith(("http://", "https://"))}
            found = read_list(document)
            ours = {listed.url for listed in found.feeds} if isinstance(found, FeedList) else set()
            assert web <= ours, name
            assert len(theirs) >= len(ours), name
            if isinstance(found, ListFailed):
                assert not theirs, name
            with_feeds += bool(ours)
            feeds += len(ours)
        assert (len(documents), with_feeds, feeds) == (123, 67, 108)
