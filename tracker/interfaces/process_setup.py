"""Structured logs, one event a line, for people or as JSON: to standard error, and those of long
processes into a file that is rotated, too.
"""

import ctypes
import gc
import logging
import os
import resource
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.types import EventDict, Processor, WrappedLogger

from tracker.errors import escape_control_characters
from tracker.settings import Settings

if TYPE_CHECKING:
    from io import TextIOWrapper

LOG_FOLDER: Final = "logs"
LOG_FILES: Final = 5
"""Files of a process: the one that it writes, and the four before it."""

_MULTILINE: Final = frozenset(("event", "exception", "stack"))
_STAMP: Final = (
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)

logger = structlog.get_logger("tracker.interfaces.process_setup")


def configure_logging(settings: Settings, process: str = "") -> None:
    """Set level, format and targets, once at the start of a process.

    `process` names the log file, in the data directory, of a process that runs for long; "" is a
    command, which has none.
    """
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *_STAMP,
            ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    formatter = _make_formatter(as_json=settings.log_json)
    remove_handlers()
    _add_handler(logging.StreamHandler(sys.stderr), formatter)
    logging.getLogger().setLevel(max(level, logging.WARNING))
    logging.getLogger("tracker").setLevel(level)
    if process and settings.log_megabytes and settings.data_dir.is_dir():
        _open_log_file(settings, process, formatter)


def remove_handlers() -> None:
    """Remove what an earlier call has set up, such as the log file of a process."""
    root = logging.getLogger()
    for earlier in [h for h in root.handlers if isinstance(h.formatter, ProcessorFormatter)]:
        root.removeHandler(earlier)
        earlier.close()


def _make_formatter(*, as_json: bool) -> ProcessorFormatter:
    """Make the one format of our own lines and those of libraries."""
    form: Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        )
    )
    return ProcessorFormatter(
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _escape_values,
            form,
        ],
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *_STAMP],
    )


def _escape_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Escape control characters: a headline may hold commands for a terminal."""
    return {
        name: escape_control_characters(value)
        if isinstance(value, str) and name not in _MULTILINE
        else value
        for name, value in event.items()
    }


def _add_handler(handler: logging.Handler, formatter: logging.Formatter) -> None:
    handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)


def _open_log_file(settings: Settings, process: str, formatter: logging.Formatter) -> None:
    """Write the log into a file, too, that only its owner can read; without one it goes on."""
    from logging.handlers import RotatingFileHandler

    class PrivateLog(RotatingFileHandler):
        def _open(self) -> "TextIOWrapper":
            return open(self.baseFilename, "a", encoding="utf-8", opener=_open_privately)

    file = settings.data_dir / LOG_FOLDER / f"{process}.log"
    try:
        file.parent.mkdir(mode=0o700, exist_ok=True)
        size = max(int(settings.log_megabytes * 1e6 / LOG_FILES), 1)
        handler = PrivateLog(file, maxBytes=size, backupCount=LOG_FILES - 1)
    except OSError as error:
        logger.warning("log.no_file", file=str(file), reason=error.strerror or str(error))
        return
    _add_handler(handler, formatter)


def _open_privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


_MAX_DESCRIPTORS: Final = 65_536
_MAX_HEAPS: Final = 2
_M_ARENA_MAX: Final = -8
"""Parameter of glibc's `mallopt`: the number of heaps."""


def limit_heaps() -> None:
    """Let the threads of this process share two heaps; call before there are any.

    By glibc's default each thread gets its own, up to eight for each core, and each keeps what it
    once needed. Elsewhere nothing changes.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _MAX_HEAPS)


def allow_descriptors() -> None:
    """Raise the limit of open files to what the system lets this process have.

    A session of a page takes three, so the usual 1,024 would end at some 300 visitors.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MAX_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _MAX_DESCRIPTORS)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def release_memory() -> None:
    """Give the free pages of the heaps back to the system; takes some milliseconds."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def freeze_gc() -> None:
    """Exclude all current objects from collection. Call once when everything is loaded."""
    gc.collect()
    gc.freeze()


def describe_retention(settings: Settings) -> str:
    """Describe for how long texts that bear on nothing are kept, with the setting that says so."""
    if not settings.keep_days:
        return "Texts of news are kept for ever (setting keep_days = 0)."
    return (
        f"Texts of news that bear on no question are deleted after {settings.keep_days:g} days: "
        "keep_days in tracker.toml changes that, 0 keeps all."
    )
