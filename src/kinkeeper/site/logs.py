"""What reaches a log: one JSON object on a line, and never what anybody wrote, searched for or is called.

Our own messages carry codes, numbers and names of code; they are written whole. Of messages of others only the pattern is
written, not what was put into it; of an exception its class and where it came from, not what it says, because the text of
an exception may quote a row. No address with its query, no body, no header.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

# What a line about a request may hold beside time, level and logger.
OF_A_REQUEST = ("view", "status", "ms", "actor", "request_id")
DEEPEST = 30


class JsonLines(logging.Formatter):
    """One record as one line of JSON without anything about anybody."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": said_by(record),
        }
        for name in OF_A_REQUEST:
            if hasattr(record, name):
                line[name] = getattr(record, name)
        told_by = getattr(getattr(record, "request", None), "request_id", None)
        if told_by:
            line["request_id"] = told_by
        if record.exc_info and record.exc_info[0]:
            line |= described(record.exc_info[1], record.exc_info[2])
        return json.dumps(line, ensure_ascii=False, default=str)


def said_by(record: logging.LogRecord) -> str:
    """The message, as far as it may be written: whole from our own code, the pattern alone from others."""
    if record.name == "kinkeeper" or record.name.startswith("kinkeeper."):
        return record.getMessage()
    return str(record.msg) if record.args else ""


def described(error: BaseException | None, trace: TracebackType | None) -> dict[str, Any]:
    """The classes of an exception and of those before it, and the places it came through, innermost last."""
    classes: list[str] = []
    known = error
    while known is not None and len(classes) < DEEPEST:
        classes.append(type(known).__name__)
        known = known.__cause__ or known.__context__
    frames = traceback.extract_tb(trace)[-DEEPEST:]
    return {
        "exception": classes,
        "trace": [f"{'/'.join(Path(one.filename).parts[-3:])}:{one.lineno} {one.name}" for one in frames],
    }
