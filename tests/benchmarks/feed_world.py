"""Documents for the feed benchmarks: 500 feeds of 30 entries, 90 KB each, the same for the same
seed.

Their text is made here: words of random syllables, so that titles differ as real ones do, in HTML
with the tags (about ten a kilobyte), links and entities that real feeds have; in half of the feeds
it is escaped, in the other half it stands in CDATA. What parsing them costs is within a tenth of
what the same amount of real entries costs; `real_fragments` takes those from a folder of captured
feeds instead.
"""

import random
import re
import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from itertools import accumulate, count, cycle, islice
from pathlib import Path
from xml.parsers import expat

FEEDS = 500
ENTRIES = 30
ADDED = 3
"""New entries of a feed that changes; one more is edited, the fifth of the document."""
EDITED = 5
CHANGED_EVERY = 20
"""Every twentieth feed changes: 5 %."""
BYTES_PER_ENTRY = 2_950
START = datetime(2026, 1, 5, 6, tzinfo=UTC)

_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "gd": "http://schemas.google.com/g/2005",
    "georss": "http://www.georss.org/georss",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "thr": "http://purl.org/syndication/thread/1.0",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "yt": "http://www.youtube.com/xml/schemas/2015",
}
_DECLARED = " ".join(f'xmlns:{prefix}="{address}"' for prefix, address in _NAMESPACES.items())


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a document of its kind begins (with the time it was built and a name) and ends."""

    content_type: str
    head: str
    tail: str
    time: Callable[[datetime], str]


RSS = Dialect(
    "application/rss+xml; charset=utf-8",
    f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" {_DECLARED}>\n<channel>\n'
    "<title>{name}</title>\n<link>https://{name}.example/</link>\n<description>News of {name}</description>\n"
    "<language>en</language>\n<lastBuildDate>{built}</lastBuildDate>\n",
    "</channel>\n</rss>\n",
    format_datetime,
)
ATOM = Dialect(
    "application/atom+xml; charset=utf-8",
    f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="{_NAMESPACES["atom"]}" {_DECLARED}>\n'
    '<title>{name}</title>\n<link rel="alternate" href="https://{name}.example/"/>\n'
    "<id>https://{name}.example/feed</id>\n<updated>{built}</updated>\n",
    "</feed>\n",
    datetime.isoformat,
)


@dataclass(frozen=True, slots=True)
class FeedText:
    """A feed with all the entries that it will ever have, newest first, and one of them as it reads
    once edited.
    """

    name: str
    dialect: Dialect
    entries: tuple[str, ...]
    edited: str

    def document(self, *, changed: bool, built: datetime) -> bytes:
        """The document before or after the change: three entries more at the top, three fewer at
        the end.
        """
        shown = self.entries[ADDED:]
        if changed:
            shown = (*self.entries[:EDITED], self.edited, *self.entries[EDITED + 1 : ENTRIES])
        head = self.dialect.head.format(name=self.name, built=self.dialect.time(built))
        return (head + "".join(shown) + self.dialect.tail).encode()


def feed_texts(seed: int = 0, *, feeds: int = FEEDS, corpus: Path | None = None) -> list[FeedText]:
    """The feeds, two thirds of them RSS; from the entries of captured feeds when their folder is
    given.
    """
    rng = random.Random(seed)
    rss, atom = real_fragments(corpus, rng) if corpus else _made(Writer(rng))
    texts = []
    for number in range(feeds):
        dialect, entries = (ATOM, atom) if number % 50 < 17 else (RSS, rss)
        some = tuple(islice(entries, ENTRIES + ADDED))
        texts.append(FeedText(f"feed{number}", dialect, some, _edit(some[EDITED])))
    return texts


def _edit(entry: str) -> str:
    return re.sub(r"(<title\b[^>]*>\s*(?:<!\[CDATA\[)?)", r"\1Corrected: ", entry, count=1)


# Text of our own


class Writer:
    """Writes titles and HTML in a language of 6,000 words, the commonest of which are English."""

    COMMON = (
        "the of and to in a is that for it as was with be by on not he this are or his from "
        "at which but have an"
    )
    INLINE = (
        '<a href="https://{0}.example/{1}/{2}-{3}?id={4}">{1} {2}</a>',
        '<a href="/{0}/{1}">{2}</a>',
        "<strong>{0}</strong>",
        "<em>{0} {1}</em>",
        "{0}&#8217;s",
        "{0} &amp; {1}",
        "&#8220;{0} {1}&#8221;",
        "{0}&nbsp;&mdash; {1}",
        "{0} “{1}” – naïve",
    )
    BLOCK = (
        "<p>{}</p>\n",
        "<p>{}</p>\n",
        "<p>{}</p>\n",
        "<h3>{}</h3>\n",
        "<blockquote>{}</blockquote>\n",
        "<ul><li>{}</li></ul>\n",
        (
            '<p><img src="https://images.example/w/800.jpg" width="800" height="450" alt="" '
            "/>{}<br /></p>\n"
        ),
    )

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        syllables = [a + b for a in string.ascii_lowercase if a not in "aeiou" for b in "aeiou"]
        made = {"".join(rng.choices(syllables, k=rng.randint(2, 4))) for _ in range(6_000)}
        self.vocabulary = self.COMMON.split() + sorted(made)
        self.weights = list(accumulate(1 / (rank + 5) for rank in range(len(self.vocabulary))))

    def words(self, number: int) -> list[str]:
        """Words as frequent as they are in a language: the n-th half as often as the one half as
        far down.
        """
        return self.rng.choices(self.vocabulary, cum_weights=self.weights, k=number)

    def title(self) -> str:
        """Six to twelve words, most of them rare, so that two titles are hardly ever alike."""
        return " ".join(self.rng.choices(self.vocabulary, k=self.rng.randint(6, 12))).capitalize()

    def html(self, size: int) -> str:
        """Paragraphs, headings, lists and pictures of about so many characters."""
        blocks, length = [], 0
        while length < size:
            parts = []
            for _ in range(self.rng.randint(2, 6)):
                words = self.words(self.rng.randint(8, 18))
                parts += [
                    " ".join(words).capitalize(),
                    self.rng.choice(self.INLINE).format(*words) + ".",
                ]
            blocks.append(self.rng.choice(self.BLOCK).format(" ".join(parts)))
            length += len(blocks[-1])
        return "".join(blocks)


def _made(writer: Writer) -> tuple[Iterator[str], Iterator[str]]:
    return _entries(writer, _rss_item, "a"), _entries(writer, _atom_entry, "b")


def _entries(writer: Writer, written: Callable[..., str], series: str) -> Iterator[str]:
    rng = writer.rng
    for number in count():
        in_cdata = number // (ENTRIES + ADDED) % 2 == 0  # a publisher keeps to one way
        size = int(rng.lognormvariate(0, 0.6) * 1_310)
        yield written(
            key=f"{series}{number}",
            title=escape(writer.title(), quote=False)
            + rng.choice(("", "", "&amp;#8217;", " &amp;amp; co")),
            summary=_markup(writer.html(250), in_cdata=in_cdata),
            content=_markup(writer.html(size), in_cdata=in_cdata),
            published=START
            - timedelta(minutes=number % (ENTRIES + ADDED) * 97 + rng.randint(0, 90)),
            tags=writer.words(3),
        )


def _markup(html: str, *, in_cdata: bool) -> str:
    return f"<![CDATA[{html}]]>" if in_cdata else escape(html, quote=False)


def _rss_item(
    *, key: str, title: str, summary: str, content: str, published: datetime, tags: Sequence[str]
) -> str:
    categories = "".join(f"<category>{tag}</category>\n" for tag in tags)
    return (
        f"<item>\n<title>{title}</title>\n<link>https://news.example/{tags[0]}/{key}</link>\n"
        f'<guid isPermaLink="false">tag:news.example,{key}</guid>\n<pubDate>{format_datetime(published)}</pubDate>\n'
        f"<dc:creator>{tags[1].capitalize()} {tags[2].capitalize()}</dc:creator>\n{categories}"
        f"<description>{summary}</description>\n<content:encoded>{content}</content:encoded>\n</item>\n"
    )


def _atom_entry(
    *, key: str, title: str, summary: str, content: str, published: datetime, tags: Sequence[str]
) -> str:
    categories = "".join(f'<category term="{tag}"/>\n' for tag in tags)
    return (
        f'<entry>\n<title type="html">{title}</title>\n'
        f'<link rel="alternate" type="text/html" href="https://news.example/{tags[0]}/{key}"/>\n'
        f"<id>tag:news.example,{key}</id>\n<published>{published.isoformat()}</published>\n"
        f"<updated>{published.isoformat()}</updated>\n<author><name>{tags[1].capitalize()}</name></author>\n"
        f'{categories}<summary type="html">{summary}</summary>\n<content type="html">{content}</content>\n</entry>\n'
    )


# Entries of captured feeds


def real_fragments(corpus: Path, rng: random.Random) -> tuple[Iterator[str], Iterator[str]]:
    """RSS items and Atom entries from the feeds of a folder, endlessly, each time with an identity
    of its own.

    Only entries that read the same under a head of ours are taken: their namespaces are known, and
    they have an identity that every reader accepts. One of each title; the longest are left out
    until the rest is as long on average as the entries of the measurement that the targets come
    from.
    """
    rss: dict[str, str] = {}
    atom: dict[str, str] = {}
    for path in sorted(path for path in corpus.rglob("*") if path.is_file()):
        try:
            text = path.read_bytes().decode()
        except UnicodeDecodeError:
            continue
        for fragment in re.findall(r"<(?:item|entry)\b[^>]*>.*?</(?:item|entry)>", text, re.DOTALL):
            found = re.search(r"<title\b[^>]*>(.*?)</title>", fragment, re.DOTALL)
            dialect = RSS if fragment.startswith("<item") else ATOM
            if found and len(found[1]) > 20 and _is_usable(fragment, dialect):
                (rss if dialect is RSS else atom).setdefault(found[1], fragment + "\n")
    return _endless(list(rss.values()), rng, "r"), _endless(list(atom.values()), rng, "t")


def _is_usable(fragment: str, dialect: Dialect) -> bool:
    identity = r"<guid\b[^>]*>[^<>]+</guid>" if dialect is RSS else r"<id>[^<>]+</id>"
    if len(re.findall(identity, fragment)) != 1 or not re.search(r"<link\b", fragment):
        return False
    reading = expat.ParserCreate(namespace_separator=" ")
    try:
        reading.Parse((dialect.head + fragment + dialect.tail).encode(), True)
    except expat.ExpatError:
        return False
    return True


def _endless(fragments: list[str], rng: random.Random, series: str) -> Iterator[str]:
    fragments.sort(key=len)
    while sum(map(len, fragments)) > BYTES_PER_ENTRY * len(fragments):
        fragments.pop()
    rng.shuffle(fragments)
    for number, fragment in enumerate(cycle(fragments)):
        mine = re.sub(r"\s*(</guid>|</id>)", rf"#{series}{number}\1", fragment)
        mine = re.sub(r'(<link\b[^>]*href="https?://[^/"]+)', rf"\1/{series}{number}", mine)
        yield re.sub(
            r"(<link>\s*(?:<!\[CDATA\[)?\s*https?://[^/<\]\s]+)", rf"\1/{series}{number}", mine
        )
