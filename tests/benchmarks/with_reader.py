"""One update with lemon24/reader, run by a Python that has it: prints one JSON line. See
`feeds.py`.

with_reader.py DATABASE --add FILE         take in the addresses of a file, one a line
with_reader.py DATABASE --workers NUMBER   update all feeds, whatever their schedule

CPU seconds are those of this process and its children while feeds are updated. The start of the
process is left out, and so is what the parser loads when it is first used.
"""

import argparse
import json
import resource
import sys
import time
from pathlib import Path


def main() -> None:
    """Add or update, and say what came of it."""
    from reader import make_reader  # type: ignore[import-not-found]

    asked = argparse.ArgumentParser()
    asked.add_argument("database")
    asked.add_argument("--add", type=Path)
    asked.add_argument("--workers", type=int, default=1)
    args = asked.parse_args()
    reader = make_reader(args.database)
    if args.add:
        for address in args.add.read_text().split():
            reader.add_feed(address)
        return
    reader._parser.do_lazy_init()
    cpu, wall = _cpu_seconds(), time.perf_counter()
    results = [
        result.value for result in reader.update_feeds_iter(scheduled=False, workers=args.workers)
    ]
    took = {"cpu_seconds": _cpu_seconds() - cpu, "wall_seconds": time.perf_counter() - wall}
    failed = [value for value in results if isinstance(value, Exception)]
    updated = [value for value in results if value is not None and not isinstance(value, Exception)]
    counts = {
        "feeds": len(results),
        "new": sum(feed.new for feed in updated),
        "changed": sum(feed.modified for feed in updated),
        "errors": len(failed),
        "entries": reader.get_entry_counts().total,
        "first_error": repr(failed[0]) if failed else "",
    }
    sys.stdout.write(json.dumps({**counts, **took}) + "\n")


def _cpu_seconds() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    main()
