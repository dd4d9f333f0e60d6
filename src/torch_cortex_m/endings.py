"""How commands end: by errors, interruptions, signals, and text that cannot be written."""

from __future__ import annotations

import io
import os
import signal
import sys
import warnings
from collections.abc import Callable
from typing import Any

from .errors import TcmError, TcmWarning

SIGNALLED = 128
"""And the signal's number: the exit status, as of a shell."""

INTERRUPTED = SIGNALLED + 2

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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names that the terminal's encoding lacks
            stream.reconfigure(errors="backslashreplace")
    try:
        _run(command)
    except TcmError as error:
        print(f"tcm: error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        _tell_interruption()
        sys.exit(INTERRUPTED)
    except SystemExit as ended:  # what typer makes of an interruption, or a signal's
        if isinstance(ended.code, int) and ended.code > SIGNALLED:
            _tell_interruption()
        raise
    except OSError as error:
        if error.filename is not None:
            raise
        _tell_unwritten(error)
        sys.exit(2)


def _run(command: Callable[[], None]) -> None:
    try:
        command()
    finally:
        sys.stdout.flush()


def _end(number: int, frame: Any) -> None:
    sys.exit(SIGNALLED + number)


def _tell_unwritten(error: OSError) -> None:
    """What is left of the text goes nowhere, or Python would try again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    print(f"tcm: error: cannot write: {error.strerror or error}", file=sys.stderr)


def _tell_interruption() -> None:
    print("tcm: interrupted", file=sys.stderr)


def _show_warning(message: Any, category: type[Warning], *place: Any) -> None:
    """Warnings of ours without a place: the user's own code is not what they are about."""
    if issubclass(category, TcmWarning):
        print(f"tcm: warning: {message}", file=sys.stderr)
    else:
        sys.stderr.write(warnings.formatwarning(message, category, *place[:2]))
