"""A message that repeats is logged a limited number of times."""

import json
import logging
import sys

from hub.logging import MAX_MESSAGES, MAX_REPEATS, REPEAT_WINDOW, JsonFormatter, RepeatLimit


def build_record(message: str = "client %s failed", *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("hub.test", logging.WARNING, "", 1, message, arguments, None)


def test_repeated_message_is_dropped_and_counted_in_its_next_line() -> None:
    now = 0.0
    limit = RepeatLimit(lambda: now)
    logged = [limit.filter(build_record("client %s failed", n)) for n in range(500)]
    assert logged == [True] * MAX_REPEATS + [False] * (500 - MAX_REPEATS)
    assert limit.filter(build_record("another message"))
    now = REPEAT_WINDOW
    record = build_record("client %s failed", 500)
    assert limit.filter(record)
    line = json.loads(JsonFormatter().format(record))
    assert (line["message"], line["repeated"]) == ("client 500 failed", 500 - MAX_REPEATS)


def test_exception_is_always_logged() -> None:
    limit = RepeatLimit(lambda: 0.0)
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        failed = sys.exc_info()
    for _ in range(MAX_REPEATS * 3):
        record = build_record("incident")
        record.exc_info = failed
        assert limit.filter(record)


def test_many_different_messages_do_not_fill_the_memory() -> None:
    limit = RepeatLimit(lambda: 0.0)
    for number in range(3 * MAX_MESSAGES):
        assert limit.filter(build_record(f"message {number}"))
    assert len(limit._counts) <= MAX_MESSAGES
