"""How log lines look: coloured for a person or JSON for a collector, always with the request id."""

import re
from typing import Any

import structlog
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer

# Addresses that open something by themselves: who reads the log must not have what they open.
_TOKENS = re.compile(r"(/links/)[^/?\s'\"]+")


def _without_tokens(logger: Any, method: str, line: dict[str, Any]) -> dict[str, Any]:
    """Requests by method and path alone: what stands behind the ? may be a secret."""
    request = line.pop("request", None)
    if request is not None:
        line["request"] = f"{getattr(request, 'method', '')} {getattr(request, 'path', '')}"
    for name in ("event", "request"):
        if isinstance(line.get(name), str):
            line[name] = _TOKENS.sub(r"\1…", line[name])
    return line


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    _without_tokens,
    structlog.processors.TimeStamper(fmt="iso", utc=False),
    structlog.processors.StackInfoRenderer(),
]


def logging_settings(shape: str) -> dict[str, Any]:
    """Django's LOGGING for `console` or `json`; both standard library and structlog lines."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    last: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if shape == "json":
        # Its default writes local variables down, passwords among them.
        tracebacks = ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
        last += [
            tracebacks,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    else:
        plain = structlog.dev.plain_traceback  # the default prints local variables, secrets too
        last.append(structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain))
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": last,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django": {"level": "INFO"},
            "django.server": {"handlers": [], "propagate": True},
            "axes": {"level": "WARNING"},
            # A line for each tick of the timetable would bury the rest.
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            # It writes down whole addresses, in which receivers put tokens of theirs.
            "httpx2": {"level": "WARNING"},
        },
    }
