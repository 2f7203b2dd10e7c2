"""Structured logs to standard error: one event a line, for people or as JSON."""

import gc
import logging
import sys

import structlog

from tracker.settings import Settings


def configure_logging(settings: Settings) -> None:
    """Set the level and the format, once at the start of a process."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    form = (
        structlog.processors.JSONRenderer()
        if settings.log_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            form,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        level=max(level, logging.WARNING), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )


def freeze_gc() -> None:
    """Exclude all current objects from collection. Call once when everything is loaded."""
    gc.collect()
    gc.freeze()
