"""Frames on a line that may lose, change and add bytes.

A header of 16 bytes: 0xC7 0x4D, kind and number (bytes), session and length (words of 4 bytes, the
lowest first), and the CRC-32 of these 12. Then as many bytes as the length says, and their CRC-32.
"""

from __future__ import annotations

import time
from enum import IntEnum
from struct import Struct
from typing import NamedTuple, Protocol
from zlib import crc32

START = b"\xc7\x4d"
_HEADER = Struct("<2sBBII")
_CHECK = Struct("<I")
HEADER_BYTES = _HEADER.size + _CHECK.size


class Kind(IntEnum):
    """A request, or what a board answers; the answer to a request has ``ANSWER`` added to it."""

    HELLO = 1
    RUN = 2
    LAYERS = 3
    RESET = 4
    ACCEPTED = 0x70
    REFUSED = 0x71


ANSWER = 0x80


class Refusal(IntEnum):
    """Why a board refuses a request."""

    DAMAGED = 1
    UNKNOWN = 2
    NO_SESSION = 3


class Frame(NamedTuple):
    """number: of the request. session: between two times that a PC says hello."""

    kind: int
    number: int
    session: int
    payload: bytes = b""


class Stream(Protocol):
    """Bytes to and from a board."""

    @property
    def name(self) -> str:
        """As errors say it."""
        ...

    def seconds(self, count: int) -> float:
        """The time that so many bytes may take."""
        ...

    def read(self) -> bytes:
        """What has come, after a short while nothing. Raises TcmError if the line is gone."""
        ...

    def write(self, data: bytes) -> None:
        """Raises TcmError if the line is gone or does not take the bytes."""
        ...

    def close(self) -> None: ...


def encode(frame: Frame) -> bytes:
    head = _HEADER.pack(START, frame.kind, frame.number, frame.session, len(frame.payload))
    payload = frame.payload
    return head + _CHECK.pack(crc32(head)) + payload + _CHECK.pack(crc32(payload))


class FrameReader:
    """Finds frames among other bytes. trouble: what came since it was last empty and is none.

    quiet: seconds without a byte after which the rest of a frame is not waited for any more.
    """

    def __init__(self, stream: Stream, quiet: float) -> None:
        self._stream = stream
        self._quiet = quiet
        self._bytes = bytearray()
        self.trouble = ""

    def read(self, deadline: float) -> Frame | None:
        """The next whole frame; None if none came until then, or a damaged one did."""
        received, last = len(self._bytes), time.monotonic()
        while not self._at_frame() or len(self._bytes) < self._frame_bytes():
            data, now = self._stream.read(), time.monotonic()
            self._bytes += data
            received += len(data)
            if data:
                last = now
            elif now > deadline or (received >= HEADER_BYTES and now - last > self._quiet):
                return self._unfinished()
        return self._take()

    def _unfinished(self) -> None:
        if self._bytes:
            self.trouble = f"only {len(self._bytes)} bytes of an answer"
            self._bytes.clear()

    def _at_frame(self) -> bool:
        """Drops what is no header; whether there is one."""
        while len(self._bytes) >= HEADER_BYTES:
            head = bytes(self._bytes[: _HEADER.size])
            (check,) = _CHECK.unpack_from(self._bytes, _HEADER.size)
            if head.startswith(START) and check == crc32(head):
                return True
            found = self._bytes.find(START[:1], 1)
            dropped = len(self._bytes) if found < 0 else found
            self.trouble = f"bytes that are no answer, such as {bytes(self._bytes[:8])!r}"
            del self._bytes[:dropped]
        return False

    def _frame_bytes(self) -> int:
        *_, length = _HEADER.unpack_from(self._bytes)
        return HEADER_BYTES + length + _CHECK.size

    def _take(self) -> Frame | None:
        size = self._frame_bytes()
        _, kind, number, session, _ = _HEADER.unpack_from(self._bytes)
        payload = bytes(self._bytes[HEADER_BYTES : size - _CHECK.size])
        (check,) = _CHECK.unpack_from(self._bytes, size - _CHECK.size)
        if check != crc32(payload):
            # What seems to be its payload may have the next frame, if bytes were lost.
            del self._bytes[:HEADER_BYTES]
            self.trouble = "an answer with a wrong checksum"
            return None
        del self._bytes[:size]
        return Frame(kind, number, session, payload)
