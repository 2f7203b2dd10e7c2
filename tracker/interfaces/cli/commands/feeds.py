"""Commands on feeds: status, subscriptions, trials, and polling."""

import sys
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Unpack

import click

from forecasts.questions.formatting import format_count
from tracker.app.tracker import Tracker
from tracker.errors import Refused
from tracker.feeds.scheduling.feed_health import assess_fleet
from tracker.feeds.urls import resolve_web_link
from tracker.files.user_files import read_bytes
from tracker.interfaces.cli import feed_tables, series_tables, tables
from tracker.interfaces.cli.commands.series import SeriesOptions, read_definition, series_options
from tracker.interfaces.cli.commands.terminal import (
    allow_private,
    as_json,
    console,
    open_with_network,
    print_result,
    tracker_session,
    write_file,
)
from tracker.interfaces.process_setup import freeze_gc
from tracker.model.json_values import to_json_line, to_plain


@click.command()
@as_json
@click.pass_context
def list_feeds(context: click.Context, /, json: bool) -> None:
    """List the feeds with their health."""
    with tracker_session(context) as tracker:
        rows = tracker.feeds.list()
        all_together = assess_fleet([row.state for row in rows], tracker.now())
    if json:
        print_result({"fleet": all_together, "feeds": rows}, json, "")
        return
    console.print(tables.safe_text(feed_tables.describe_fleet(all_together)))
    console.print(feed_tables.feeds_table(rows))


@click.command()
@click.argument("feed")
@as_json
@click.pass_context
def show_feed(context: click.Context, /, feed: str, json: bool) -> None:
    """Show how a feed or series fares, and what it brought."""
    with tracker_session(context) as tracker:
        if tracker.series.is_read(feed):
            status = tracker.series.get(feed)
            print_result(status, json, series_tables.describe_series(status))
            return
        page = tracker.feeds.get(feed)
        record = tracker.learning.matcher_record()
    if json:
        precision = record.feeds.get(page.health.state.id)
        print_result({**to_plain(page), "precision": to_plain(precision)}, json, "")
        return
    feed_tables.print_feed(console, page)
    if words := record.describe_feed(page.health.state.id):
        console.print(tables.safe_text(words))


@click.command()
@click.argument("url")
@click.option("--title", help="What to call it (default: what it calls itself).")
@click.option(
    "--group", "source_group", help="Its owner or wire: copies inside one group count once."
)
@click.option(
    "--grade", type=click.Choice(list("ABCDEF")), help="How reliable the source is (default: C)."
)
@click.option("--theme", help="What it is about, as the tags of questions are written.")
@allow_private
@click.pass_context
def add_feed(
    context: click.Context, /, url: str, allow_private: bool, **details: str | None
) -> None:
    """Read the feed at an address from now on.

    Where a page is there, it is the feed that the page names.
    """
    with open_with_network(context, allow_private, create=True) as tracker:
        feed = tracker.feeds.subscribe(
            url, **{name: value for name, value in details.items() if value is not None}
        )
    console.print(tables.safe_text(f"{feed.id}: {feed.title}, {feed.url}, is read from now on."))


@click.command()
@click.argument("address", metavar="URL|SERIES")
@series_options
@allow_private
@as_json
@click.pass_context
def test_feed(
    context: click.Context,
    /,
    address: str,
    *,
    allow_private: bool,
    json: bool,
    **options: Unpack[SeriesOptions],
) -> None:
    """Read an address once and keep nothing.

    It says what answers, what is in it, and what would match. With a --format, a --date and a
    --value the address is read as a series; a series that is read already needs its name alone.
    Exit code 1 when it cannot be read.
    """
    with open_with_network(context, allow_private) as tracker:
        if any(options.values()) or tracker.series.is_read(address):
            _test_series(tracker, address, options, json=json)
            return
        if not resolve_web_link(address, ""):
            raise Refused(
                f"{address} is no http or https address, and no series of this name is read: "
                "`tracker feed series` lists them, and `tracker feed check` asks a feed by its name"
            )
        trial = tracker.feeds.try_address(address)
    if json:
        print_result(feed_tables.trial_record(trial), json, "")
    else:
        feed_tables.print_trial(console, trial)
    if trial.parsed is None:
        sys.exit(1)


def _test_series(tracker: Tracker, address: str, options: SeriesOptions, *, json: bool) -> None:
    if tracker.series.is_read(address):
        trial = tracker.series.check_again(address)
    else:
        trial = tracker.series.check(read_definition("test", address, "", options))
    print_result(trial.reading or trial.reason, json, series_tables.describe_series_trial(trial))
    if trial.reading is None:
        sys.exit(1)


@click.command()
@click.argument("feeds", nargs=-1, metavar="[FEED...]")
@click.option("--set", "set_name", metavar="NAME", help="The feeds of this question set instead.")
@allow_private
@as_json
@click.pass_context
def check_feeds(
    context: click.Context,
    /,
    feeds: tuple[str, ...],
    *,
    set_name: str | None,
    allow_private: bool,
    json: bool,
) -> None:
    """Ask all feeds once, or some, and say which answer.

    Where one is dead, the feed that its site names is proposed as a command. Nothing is stored.
    Exit code 1 when a feed does not answer.
    """
    if feeds and set_name is not None:
        raise Refused("name feeds, or a set with --set: not both")
    with (
        open_with_network(context, allow_private) as tracker,
        console.status("Asking the feeds …"),
    ):
        report = tracker.feeds.check(feeds, set_name=set_name)
        now = tracker.now()
    if json:
        print_result(report, json, "")
    else:
        feed_tables.print_check(console, report, now)
    if report.failing:
        sys.exit(1)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@click.pass_context
def import_feeds(context: click.Context, /, file: Path, json: bool) -> None:
    """Add the feeds of a subscription list (OPML).

    Those that are there already stay as they are.
    """
    document = read_bytes(file)
    with tracker_session(context, create=True) as tracker:
        report = tracker.feeds.import_opml(document)
    words = f"{report.added} feeds added, {report.known} were there already."
    print_result(report, json, "\n".join([words, *(f"left out: {why}" for why in report.skipped)]))


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.pass_context
def export_feeds(context: click.Context, /, file: Path | None) -> None:
    """Write all feeds as a subscription list (OPML).

    Without FILE it is printed.
    """
    with tracker_session(context) as tracker:
        document = tracker.feeds.export_opml()
    if file is None:
        click.echo(document.decode(), nl=False)
    else:
        write_file(file, document)
        console.print(tables.safe_text(f"Written to {file}."))


@click.command()
@click.argument("feed")
@click.option("--url", help="Its address, when it has moved.")
@click.option("--title", help="What to call it.")
@click.option(
    "--group", "source_group", help="Its owner or wire: copies inside one group count once."
)
@click.option("--grade", type=click.Choice(list("ABCDEF")), help="How reliable the source is.")
@click.option("--theme", help="What it is about, as the tags of questions are written.")
@click.option(
    "--importance",
    type=float,
    help="Above 1 it is asked more often than its like, below 1 less often.",
)
@click.option(
    "--every",
    "every_minutes",
    type=float,
    help="Ask every so many minutes; 0 learns the interval again.",
)
@click.option(
    "--user-agent", help="Introduce ourselves to this server in these words; '' as everywhere."
)
@click.option(
    "--megabytes",
    "max_megabytes",
    type=float,
    help="Size limit of its document; 0 for the usual one.",
)
@click.option(
    "--full-text/--no-full-text",
    default=None,
    help="Read the whole article behind items that match.",
)
@click.pass_context
def set_feed(context: click.Context, /, feed: str, **options: Any) -> None:
    """Set how a feed is read."""
    changes = {name: value for name, value in options.items() if value is not None}
    for name in ("every_minutes", "max_megabytes"):
        if changes.get(name) == 0:
            changes[name] = None
    with tracker_session(context) as tracker:
        updated = tracker.feeds.change(feed, **changes)
    console.print(tables.safe_text(feed_tables.describe_settings(updated)))


@click.command()
@click.argument("feed")
@click.pass_context
def pause_feed(context: click.Context, /, feed: str) -> None:
    """Poll a feed or series no more.

    Other series of its document are paused with it. `tracker feed retry` takes it up again.
    """
    with tracker_session(context) as tracker:
        names = tracker.feeds.pause(feed)
    shared = f", and {', '.join(names)} with it" if names else ""
    words = f"{feed} is paused{shared}; `tracker feed retry {feed}` takes it up again."
    console.print(tables.safe_text(words))


@click.command()
@click.argument("feed", required=False)
@click.option("--failing", is_flag=True, help="Every feed and series that fails, instead of one.")
@click.pass_context
def retry_feed(context: click.Context, /, feed: str | None, failing: bool) -> None:
    """Poll a feed or series at the next tick, paused or not."""
    if failing == (feed is not None):
        raise click.UsageError("name one FEED, or give --failing")
    with tracker_session(context) as tracker:
        if feed is None:
            words = f"{format_count(tracker.feeds.retry_failing(), 'failing feed')} due now"
        else:
            tracker.feeds.retry(feed)
            words = f"{feed} is due now"
    console.print(tables.safe_text(f"{words}: the next round of polling asks."))


@click.command()
@click.option(
    "--all", "every", is_flag=True, help="Every feed that is not paused, whatever its schedule."
)
@click.option(
    "--once",
    is_flag=True,
    help="Print one line of JSON with counts, wall and CPU seconds, for measuring.",
)
@allow_private
@click.option(
    "--no-politeness", is_flag=True, help="As fast as it goes: only against a server of your own."
)
@as_json
@click.pass_context
def poll(context: click.Context, /, every: bool, once: bool, json: bool, **network: bool) -> None:
    """Poll the feeds that are due, once.

    What is new and bears on a question is logged as evidence.
    """
    if once:
        _poll_measured(context, every, **network)
        return
    with open_with_network(context, **network) as tracker, console.status("Polling feeds …"):
        report = tracker.feeds.poll(every=every)
    words = f"{report.feeds} feeds polled, {report.failed} failed, {report.new_items} new items"
    words += f", {report.changed_items} edited, {report.new_evidence} evidence"
    words += f", {report.new_values} values of series." if report.new_values else "."
    print_result(report, json, "\n".join([words, *report.errors]))


@click.command()
@click.pass_context
def metrics(context: click.Context, /) -> None:
    """Print the state of feeds, questions and jobs for Prometheus.

    The dashboard serves the same at /metrics.
    """
    from tracker.interfaces.metrics import render_metrics

    with tracker_session(context) as tracker:
        click.echo(render_metrics(tracker).decode(), nl=False)


def _poll_measured(context: click.Context, every: bool, **network: bool) -> None:
    """Poll once and print one line of measurements.

    Excluded is what a scheduler did long before: loading the libraries, opening the database, the
    first (here empty) run. Included is ending the parsers, as the system counts their CPU time only
    then.
    """
    for name in ("tracker.feeds.fetching.client", "tracker.feeds.parsing.parser_pool"):
        import_module(name)
    with open_with_network(context, **network) as tracker:
        tracker.feeds.poll(only=())
        freeze_gc()
        start = TimeSpent.so_far()
        report = tracker.feeds.poll(every=every)
        tracker.close()
    elapsed = TimeSpent.so_far() - start
    line = {
        "feeds": report.feeds,
        "new": report.new_items,
        "changed": report.changed_items,
        "errors": report.failed,
        "wall_seconds": round(elapsed.wall, 4),
        "cpu_seconds": round(elapsed.cpu, 4),
    }
    click.echo(to_json_line(line))


@dataclass(frozen=True, slots=True)
class TimeSpent:
    """Wall seconds, and CPU seconds of this process and its ended children."""

    wall: float
    cpu: float

    @classmethod
    def so_far(cls) -> "TimeSpent":
        """Return the time used until now."""
        return cls(time.perf_counter(), time.process_time() + _children_cpu_seconds())

    def __sub__(self, other: "TimeSpent") -> "TimeSpent":
        """Return the time used since then."""
        return TimeSpent(self.wall - other.wall, self.cpu - other.cpu)


def _children_cpu_seconds() -> float:
    """Return the CPU seconds of ended child processes; 0 where the system does not report them."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
