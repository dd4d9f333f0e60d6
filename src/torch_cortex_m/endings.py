"""How commands end: by errors, interruptions, signals, and text that cannot be written."""

from __future__ import annotations

import io
import os
import signal
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .errors import TcmError, TcmWarning

SIGNALLED = 128
"""And the signal's number: the exit status, as of a shell."""

INTERRUPTED = SIGNALLED + 2
INTERRUPTION = "tcm: interrupted"

ENDING = ("SIGTERM", "SIGHUP")
"""Signals that end a command as an interruption does: workers and temporary files end with it."""


def run_command(command: Callable[[], None]) -> None:
    """Runs a command line, and ends the process if it fails: a TcmError becomes its message and
    exit status 2, as does what cannot be written, an interruption or a signal a line and the exit
    status that a shell would give. A TcmWarning becomes a line."""
    warnings.showwarning = _show_warning
    for name in ENDING:
        number = getattr(signal, name, None)  # Windows lacks one
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # the caller closed it
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):  # names that the terminal's encoding lacks
            stream.reconfigure(errors="backslashreplace")
    try:
        _run(command)
    except TcmError as error:
        _tell(f"tcm: error: {error}")
        sys.exit(2)
    except KeyboardInterrupt:
        _tell(INTERRUPTION)
        sys.exit(INTERRUPTED)
    except SystemExit as ended:  # what typer makes of an interruption, or a signal's
        if isinstance(ended.code, int) and ended.code > SIGNALLED:
            _tell(INTERRUPTION)
        raise
    except OSError as error:
        if error.filename is not None:
            raise
        _tell(f"tcm: error: cannot write: {error.strerror or error}")
        sys.exit(2)
    finally:
        _drop_unwritten()


def _run(command: Callable[[], None]) -> None:
    """Raises OSError where a command went well, but what it printed cannot be written."""
    try:
        command()
    except SystemExit as ended:
        if not ended.code:
            sys.stdout.flush()
        raise
    sys.stdout.flush()


def _drop_unwritten() -> None:
    """Text that cannot be written goes nowhere, or Python would try again at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _end(number: int, frame: Any) -> None:
    sys.exit(SIGNALLED + number)


def _tell(text: str) -> None:
    with suppress(OSError):  # the exit status tells, too
        print(text, file=sys.stderr, flush=True)


def _show_warning(message: Any, category: type[Warning], *place: Any) -> None:
    """Warnings of ours without a place: the user's own code is not what they are about."""
    if issubclass(category, TcmWarning):
        print(f"tcm: warning: {message}", file=sys.stderr)
    else:
        sys.stderr.write(warnings.formatwarning(message, category, *place[:2]))
