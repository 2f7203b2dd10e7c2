"""What a site lets robots fetch."""

from hypothesis import given
from hypothesis import strategies as st

from tests.patience import patience
from tests.tables import check_rows
from tracker.feeds.discovery.robots import (
    MAX_DELAY_SECONDS,
    MAX_ROBOTS_BYTES,
    make_robots_url,
    parse_robots,
)

ROBOT = "scenario-tracker/0.1 (+https://tracker.example/about)"
PAGE = "https://site.example/news/today.html"


@check_rows([
    ("", True), ("User-agent: *\nDisallow:", True), ("User-agent: *\nDisallow: /", False),
    ("User-agent: *\nDisallow: /private", True), ("user-AGENT: *\ndisallow: /news", False),
    ("User-agent: *\nDisallow: /\nAllow: /news/", True),
    ("User-agent: *\nDisallow: /*.html$", False), ("User-agent: *\nDisallow: /*.htm$", True),
    ("User-agent: other\nDisallow: /", True),
    ("User-agent: Scenario-Tracker\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
    ("User-agent: scenario-tracker\nAllow: /\n\nUser-agent: *\nDisallow: /", True),
    ("\ufeffUser-agent: *\nDisallow: /", False),
    ("<!doctype html><html><body>Not found</body></html>", True),
])  # fmt: skip
def test_the_longest_rule_for_our_name_counts(rules: str, allowed: bool) -> None:
    assert parse_robots(200, rules.encode()).allows(PAGE, ROBOT) is allowed


@check_rows([301, 302, 400, 401, 403, 404, 410, 451])
def test_a_site_without_the_file_allows_everything(status: int) -> None:
    robots = parse_robots(status, b"User-agent: *\nDisallow: /")
    assert robots.allows(PAGE, ROBOT)
    assert robots.delay_seconds(ROBOT) == 0


@check_rows([None, 429, 500, 502, 503, 599, 999, 100])
def test_a_site_that_cannot_be_asked_allows_nothing_for_now(status: int | None) -> None:
    assert not parse_robots(status, b"User-agent: *\nAllow: /").allows(PAGE, ROBOT)


@check_rows(
    [
        ("", 0),
        ("User-agent: *\nCrawl-delay: 2.5", 2.5),
        ("User-agent: *\nCrawl-delay: -1", 0),
        ("User-agent: *\nCrawl-delay: nan", 0),
        ("User-agent: *\nCrawl-delay: 1e300", MAX_DELAY_SECONDS),
        ("User-agent: *\nRequest-rate: 1/10", 10),
        ("User-agent: *\nRequest-rate: 6/1m\nCrawl-delay: 3", 10),
        ("User-agent: other\nCrawl-delay: 9", 0),
    ]
)
def test_a_site_may_ask_for_time_between_visits(rules: str, seconds: float) -> None:
    assert parse_robots(200, rules.encode()).delay_seconds(ROBOT) == seconds


@check_rows([
    (PAGE, "https://site.example/robots.txt"),
    ("http://ada:secret@site.example:8080/?q#x", "http://site.example:8080/robots.txt"),
    ("http://[::1]/", "http://[::1]/robots.txt"), ("http://[::1", ""),
    ("ftp://site.example/", ""), ("/news", ""), ("", ""),
])  # fmt: skip
def test_the_file_stands_at_the_root_of_the_site(url: str, robots: str) -> None:
    assert make_robots_url(url) == robots


def test_what_cannot_be_read_is_not_followed() -> None:
    assert not parse_robots(200, b"User-agent: *\nAllow: /").allows("http://[::1", ROBOT)
    start = b"User-agent: *\n"
    filler = b"#" * (MAX_ROBOTS_BYTES - len(start) - 12) + b"\n"
    robots = parse_robots(200, start + filler + b"Disallow: /news/nothing-of-this\n")
    assert robots.allows(PAGE, ROBOT)
    assert (
        parse_robots(200, start + b"#\nDisallow: /news\n" + filler * 2).allows(PAGE, ROBOT) is False
    )
    assert parse_robots(200, b"x" * (MAX_ROBOTS_BYTES + 1)).allows(PAGE, ROBOT)


def lines(pattern: str, count: int) -> bytes:
    return "".join(pattern.replace("#", str(number)) for number in range(count)).encode()


@check_rows(
    [
        lines("user-agent: #\n", 15_000) + lines("allow: /a\n", 20_000),
        lines("user-agent: #\n", 900) + lines("allow: /#\n", 5_000),
        lines("user-agent: #\nsitemap: x\n", 14_000) + lines("allow: /a\n", 20_000),
        lines("user-agent #\n", 15_000) + lines("disallow /a\n", 20_000),
        (lines("user-agent: #\n", 12_000) + b"allow: /\n") * 2,
    ]
)
def test_a_file_of_quadratic_cost_allows_nothing(body: bytes) -> None:
    with patience():
        assert not parse_robots(200, body).allows(PAGE, ROBOT)


@check_rows(
    [
        lines("user-agent: #\ncrawl-delay: 5\n\n", 9_000),
        lines("# a remark\n", 20_000)
        + lines("user-agent: #\n", 300)
        + lines("# a remark\ndisallow: /#\n", 300),
        b"user-agent: *\n" + lines("disallow: /#*a*a*a*a*b\n", 20_000),
        b"user-agent: *\ndisallow: /" + b"*a" * 200_000,
        b"user-agent: *\ndisallow: " + b"$" * 100_000,
        b"user-agent: *\ndisallow: /" + b"%41" * 150_000,
        b"\xff\x00" * 200_000,
    ]
)
def test_a_large_file_is_read_in_time(body: bytes) -> None:
    with patience():
        assert parse_robots(200, body).allows(PAGE + "?" + "a" * 1_900, ROBOT)


@given(st.binary(max_size=300), st.text(max_size=30), st.text(max_size=30))
def test_nothing_that_is_served_raises(body: bytes, url: str, agent: str) -> None:
    robots = parse_robots(200, body)
    assert robots.allows(url, agent) in (True, False)
    assert 0 <= robots.delay_seconds(agent) <= MAX_DELAY_SECONDS


@given(
    st.lists(
        st.sampled_from(
            [
                "User-agent: *", "User-agent: a", "Disallow: /", "Allow: /n*s", "Crawl-delay: 3",
                "", "x", "Sitemap: /s",
            ]
        ),
        max_size=12,
    )
)  # fmt: skip
def test_rules_without_disallow_forbid_nothing(rules: list[str]) -> None:
    kept = [rule for rule in rules if not rule.startswith("Disallow")]
    assert parse_robots(200, "\n".join(kept).encode()).allows(PAGE, ROBOT)
