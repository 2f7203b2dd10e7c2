"""`python -m dashboard`: open a tracker and show it in the browser."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dashboard.server.serve import serve
from forecasts.errors import ForecastsError
from tracker.app.tracker import open_tracker, wait_for_database
from tracker.errors import StorageUnavailable, TrackerError, escape_control_characters
from tracker.interfaces.process_setup import (
    allow_descriptors,
    configure_logging,
    limit_heaps,
)
from tracker.model.bind_address import check_address, check_port
from tracker.settings import check_settings, load_settings, replay_settings


def build_parser() -> argparse.ArgumentParser:
    """Build the parser of the command line."""
    arguments = argparse.ArgumentParser(
        "python -m dashboard", description="Show the tracker in a browser.", allow_abbrev=False
    )
    arguments.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="data directory (default: TRACKER_DATA_DIR or ./data)",
    )
    arguments.add_argument(
        "--port", type=int, metavar="N", help="port to listen on (default: the setting, 8501)"
    )
    arguments.add_argument(
        "--address", metavar="A", help="address to listen on (default: the setting, 127.0.0.1)"
    )
    arguments.add_argument(
        "--replay", action="store_true", help="show the replay of the demo instead of the live data"
    )
    arguments.add_argument(
        "--no-token",
        action="store_true",
        help="ask nobody to log in: whoever reaches the address can read and change everything",
    )
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until stopped.

    Errors are one line on stderr. Returns 1 if the database is away, and 2 where a restart cannot
    help.
    """
    arguments = build_parser().parse_args(argv)
    try:
        settings = load_settings(arguments.data)
        overrides = {"port": arguments.port, "address": arguments.address}
        settings = check_settings(
            replace(
                settings, **{name: value for name, value in overrides.items() if value is not None}
            )
        )
        if arguments.no_token:
            settings = replace(settings, require_login=False)
        check_address(settings.address, named=settings.has_public_names)
        check_port(settings.address, settings.port)
        configure_logging(settings, "dashboard")
        limit_heaps()
        allow_descriptors()
        wait_for_database(settings, lambda line: sys.stderr.write(f"{line}\n"))
        with open_tracker(
            replay_settings(settings) if arguments.replay else settings,
            create=False,
            follow_replay=arguments.replay,
        ) as tracker:
            serve(tracker.through("page"), settings.address, settings.port)
    except (TrackerError, ForecastsError) as error:
        sys.stderr.write(f"{escape_control_characters(str(error))}\n")
        return 1 if isinstance(error, StorageUnavailable) else 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
