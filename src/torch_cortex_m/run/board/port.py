"""The serial port that ``serial:/dev/ttyACM0`` names, by pyserial."""

from __future__ import annotations

import re
from typing import Any

from ...errors import TcmError
from ...ir.artifacts import Program
from .board import Board
from .link import Link, Patience

SCHEME = "serial:"
BITS_PER_SECOND = 115_200
BITS_PER_BYTE = 10
POLL_SECONDS = 0.05
WRITE_SECONDS = 10.0
PIECE_BYTES = 1024
"""What is written at a time, in WRITE_SECONDS at most."""

_PLACE = re.compile(rf"{SCHEME}(?P<path>[^@]+)(@(?P<rate>[1-9][0-9]{{0,7}}))?")
INSTALL = "pip install pyserial"


def is_board(on: Any) -> bool:
    """Whether a place to run is a board at a serial port."""
    return isinstance(on, str) and on.startswith(SCHEME)


def open_board(on: str, *programs: Program, patience: Patience | None = None) -> Board:
    """The board at ``serial:PORT`` or ``serial:PORT@BITS_PER_SECOND``, which runs the programs.

    Raises TcmError if pyserial is missing, the port cannot be opened, nothing answers there, or
    the firmware has none of the programs.
    """
    return Board(Link(SerialPort(on), patience), programs)


class SerialPort:
    """A ``Stream`` of bytes over a serial port, which nobody else may open meanwhile."""

    def __init__(self, on: str) -> None:
        self.name = on
        path, self._rate = _port_and_rate(on)
        serial = _pyserial()
        self._lost = (serial.SerialException, OSError)
        try:
            self._port = serial.Serial(
                path,
                self._rate,
                timeout=POLL_SECONDS,
                write_timeout=WRITE_SECONDS,
                exclusive=True,
            )
            self._port.reset_input_buffer()
        except self._lost as error:
            raise TcmError(
                "the serial port cannot be opened",
                where=on,
                expected="the port of a board that is connected, and that no other program uses",
                got=str(error),
                hint=f"ports that are here: {', '.join(_known_ports()) or 'none'}; on Linux, your "
                "user may have to be in the group dialout",
            ) from None
        except ValueError as error:
            raise TcmError(
                "the serial port does not have this speed",
                where=on,
                got=str(error),
                hint="the speed of the firmware's UART, such as serial:PORT@115200 or @921600",
            ) from None

    def seconds(self, count: int) -> float:
        return 2 * count * BITS_PER_BYTE / self._rate

    def read(self) -> bytes:
        try:
            return self._port.read(max(1, self._port.in_waiting))
        except self._lost as error:
            raise self._gone(error) from None

    def write(self, data: bytes) -> None:
        try:
            for start in range(0, len(data), PIECE_BYTES):
                self._port.write(data[start : start + PIECE_BYTES])
        except self._lost as error:
            raise self._gone(error) from None

    def close(self) -> None:
        self._port.close()

    def _gone(self, error: Exception) -> TcmError:
        return TcmError(
            "the connection to the board broke off",
            where=self.name,
            got=str(error),
            hint="check the cable and whether the board has power, then run this again",
        )


def _port_and_rate(on: str) -> tuple[str, int]:
    found = _PLACE.fullmatch(on)
    if found is not None:
        return found["path"], int(found["rate"] or BITS_PER_SECOND)
    raise TcmError(
        "this names no serial port",
        expected=f"{SCHEME}PORT or {SCHEME}PORT@BITS_PER_SECOND, such as serial:/dev/ttyACM0, "
        "serial:COM3 or serial:/dev/ttyUSB0@921600",
        got=on,
        hint="look which port appears when the board is plugged in",
    )


def _pyserial() -> Any:
    try:
        import serial
    except ImportError:
        raise TcmError(
            "pyserial is not installed, which speaks to boards",
            expected="pyserial in this environment",
            hint=INSTALL,
        ) from None
    return serial


def _known_ports() -> list[str]:
    from serial.tools.list_ports import comports

    return [port.device for port in comports()]
