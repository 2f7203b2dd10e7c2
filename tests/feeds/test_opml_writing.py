"""Subscription lists that are written, and read again."""

from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.feeds.discovery.opml import OPML_NAMESPACE, FeedList, read_list, write_list
from tracker.feeds.discovery.subscription_list import MAX_FIELD_LENGTH, clean_line, feed_from_list
from tracker.feeds.feed import Feed
from tracker.feeds.item import FeedId


def read(document: bytes) -> FeedList:
    found = read_list(document)
    assert isinstance(found, FeedList), found
    return found


def a_feed(**changed: object) -> Feed:
    usual = {
        "id": FeedId("news"),
        "title": "News",
        "url": "https://news.example/rss",
        "source_group": "news",
    }
    return Feed(**usual | changed)  # type: ignore[arg-type]


def there_and_back(*feeds: Feed) -> dict[str, Feed]:
    listed = read(write_list(feeds, "Mine")).feeds
    return {feed.id: feed for feed in (feed_from_list(one, ()) for one in listed)}


def test_a_list_is_written_as_opml_in_folders() -> None:
    written = write_list(
        [
            a_feed(
                categories=(("World", "Asia"), ("Trade",)),
                site_url="https://news.example/?a&b",
                importance=2.0,
            ),
            a_feed(id=FeedId("top"), title='Top "<1>"', theme="wire"),
        ],
        "Mine",
    )
    root = ET.fromstring(written)
    assert (root.tag, root.attrib) == ("opml", {"version": "2.0"})
    assert root.findtext("head/title") == "Mine"
    top, world = root.findall("body/outline")
    assert top.attrib == {
        "text": 'Top "<1>"', "title": 'Top "<1>"', "type": "rss",
        "xmlUrl": "https://news.example/rss", f"{{{OPML_NAMESPACE}}}id": "top",
        f"{{{OPML_NAMESPACE}}}source_group": "news", f"{{{OPML_NAMESPACE}}}grade": "C",
        f"{{{OPML_NAMESPACE}}}theme": "wire",
    }  # fmt: skip
    feed = world.find("outline/outline")
    assert (world.attrib, feed is not None) == ({"text": "World"}, True)
    assert feed is not None
    assert feed.get("category") == "/Trade"
    assert feed.get("htmlUrl") == "https://news.example/?a&b"
    assert feed.get(f"{{{OPML_NAMESPACE}}}importance") == "2.0"


def test_what_is_written_in_odd_ways_comes_back() -> None:
    feeds = [
        a_feed(id=FeedId(f"f{n}"), title=f"T{n % 3}", categories=((f"C{n % 2}",),))
        for n in range(9)
    ]
    assert write_list(feeds, "x") == write_list(feeds[::-1], "x")
    feed = a_feed(categories=(("A/B", "C,D"), ("50%2C", "E/F"), (",", "/")))
    assert there_and_back(feed) == {"news": feed}
    feed = a_feed(title="A\x00\x1b[31m\ufffe\ud800B", user_agent="x\x01", theme="\x02")
    assert there_and_back(feed) == {"news": a_feed(title="A[31mB", user_agent="x")}
    assert there_and_back(a_feed(categories=((), ("",), ("a", "")))) == {
        "news": a_feed(categories=(("a",),))
    }


def test_other_readers_see_no_commas_and_slashes_in_names() -> None:
    _, feed = ET.fromstring(
        write_list([a_feed(categories=(("A",), ("Oil, gas/coal", "x")))], "")
    ).iter("outline")
    assert feed.get("category") == "/Oil gas coal/x"


def printable(longest: int, least: int = 1) -> st.SearchStrategy[str]:
    """Text in one line, as people type it."""
    letters = st.characters(categories=["L", "M", "N", "P", "S", "Zs"])
    return st.text(letters, min_size=least, max_size=longest).filter(
        lambda said: said == clean_line(said)
    )


PATHS = st.lists(
    st.lists(printable(8), min_size=1, max_size=3).map(tuple), max_size=4, unique=True
).map(tuple)
NUMBERS = st.floats(min_value=5, max_value=1e6)
FEEDS = st.builds(
    Feed,
    id=st.from_regex(r"[a-z0-9]{1,8}([-_][a-z0-9]{1,4}){0,2}", fullmatch=True).map(FeedId),
    title=printable(MAX_FIELD_LENGTH // 10),
    url=st.from_regex(
        r"https?://[a-z]{1,9}\.example/[A-Za-z0-9_.~!$&'()*+,;=:@/?%é-]{0,20}", fullmatch=True
    ),
    source_group=printable(10),
    grade=st.sampled_from("ABCDEF"),
    theme=printable(10, least=0),
    site_url=st.sampled_from(["", "https://site.example/?a=1&b=<2>"]),
    categories=PATHS,
    importance=st.floats(min_value=0.01, max_value=1e6),
    every_minutes=st.none() | NUMBERS,
    user_agent=printable(10, least=0),
    max_megabytes=st.none() | NUMBERS,
    full_text=st.booleans(),
)


@settings(deadline=None)
@given(
    st.lists(FEEDS, max_size=4, unique_by=(lambda feed: feed.id, lambda feed: feed.url)),
    printable(20, least=0),
)
def test_what_is_written_is_read_again(feeds: list[Feed], title: str) -> None:
    written = write_list(feeds, title)
    ET.fromstring(written)  # well-formed, for readers that are strict
    found = read(written)
    assert (found.title, found.skipped) == (title, ())
    assert there_and_back(*feeds) == {feed.id: feed for feed in feeds}
