"""`python -m dashboard`: open a tracker and show it in the browser."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dashboard.server.serve import serve
from forecasts.errors import ForecastsError
from tracker.app.tracker import open_tracker
from tracker.errors import StorageUnavailable, TrackerError, in_plain_characters
from tracker.interfaces.log_setup import set_up_logs
from tracker.model.bind_address import check_address, check_port
from tracker.settings import checked, load_settings, replay_settings


def parser() -> argparse.ArgumentParser:
    """What may be given on the command line."""
    found = argparse.ArgumentParser(
        "python -m dashboard", description="Show the tracker in a browser.", allow_abbrev=False
    )
    found.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="data directory (default: TRACKER_DATA_DIR or ./data)",
    )
    found.add_argument(
        "--port", type=int, metavar="N", help="port to listen on (default: the setting, 8501)"
    )
    found.add_argument(
        "--address", metavar="A", help="address to listen on (default: the setting, 127.0.0.1)"
    )
    found.add_argument(
        "--replay", action="store_true", help="show the replay of the demo instead of the live data"
    )
    found.add_argument(
        "--i-know-there-is-no-login",
        action="store_true",
        help="allow an address that other machines can reach; everyone there can read and change "
        "everything",
    )
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until told to stop; one line on stderr, and 1 for a database that is away, 2 if a
    restart cannot help.
    """
    given = parser().parse_args(argv)
    try:
        settings = load_settings(given.data)
        chosen = {"port": given.port, "address": given.address}
        settings = checked(
            replace(
                settings, **{name: value for name, value in chosen.items() if value is not None}
            )
        )
        check_address(
            settings.address, open_to_all=given.i_know_there_is_no_login, named=settings.named
        )
        check_port(settings.address, settings.port)
        set_up_logs(settings)
        with open_tracker(
            replay_settings(settings) if given.replay else settings, create=False
        ) as tracker:
            serve(tracker, settings.address, settings.port)
    except (TrackerError, ForecastsError) as refusal:
        sys.stderr.write(f"{in_plain_characters(str(refusal))}\n")
        return 1 if isinstance(refusal, StorageUnavailable) else 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
