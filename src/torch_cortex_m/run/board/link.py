"""Requests to a board and its answers, over a line that may fail."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from ...errors import TcmError
from .frames import ANSWER, Frame, FrameReader, Kind, Refusal, Stream, encode

ANOTHER_PROTOCOL = "the firmware speaks another protocol"
WRITE_AGAIN = (
    "write the firmware's files anew (`tcm project FOLDER serial`, or `tcm tune FOLDER --firmware "
    "...` to tune), build it and flash the board"
)


@dataclass(frozen=True)
class Patience:
    """answer: seconds until the first answer to a request, and between bytes of an answer. work:
    until an inference is over, too. tries: of a request. greetings: tries of the first one, while a
    board starts that resets when its port is opened."""

    answer: float = 1.0
    work: float = 180.0
    tries: int = 4
    greetings: int = 8


class Link:
    """One request at a time, which is asked again where no answer comes or a damaged one. A board
    knows a request that it has had already by its number, and its session from before a reset."""

    def __init__(self, stream: Stream, patience: Patience | None = None) -> None:
        self.name = stream.name
        self._stream = stream
        self._patience = patience or Patience()
        self._reader = FrameReader(stream, self._patience.answer)
        self._session = 0
        self._number = 0

    def close(self) -> None:
        self._stream.close()

    def hello(self, signature: bytes) -> bytes:
        """Begins a session with the model that has the signature, and returns what the board says
        of it, or of another one that it has instead. Raises TcmError."""
        self._session = random.SystemRandom().randrange(1, 1 << 32)
        return self._answer(Kind.HELLO, signature, 256, self._patience.greetings)

    def request(self, kind: Kind, payload: bytes = b"", answer_bytes: int = 0) -> bytes:
        """answer_bytes: at most, for how long to wait. Raises TcmError if the board does not
        answer, refuses or was reset."""
        return self._answer(kind, payload, answer_bytes, self._patience.tries)

    def _answer(self, kind: Kind, payload: bytes, answer_bytes: int, tries: int) -> bytes:
        self._number = (self._number + 1) % 256
        self._reader.trouble = ""
        request = encode(Frame(kind, self._number, self._session, payload))
        for _ in range(tries):
            self._stream.write(request)
            answer = self._wait(kind, len(request), answer_bytes)
            if answer is not None:
                return answer
        raise self._no_answer(tries)

    def _wait(self, kind: Kind, request_bytes: int, answer_bytes: int) -> bytes | None:
        """The payload of the answer; None where to ask again."""
        waiting = self._patience.answer + self._stream.seconds(request_bytes + answer_bytes)
        deadline, works = time.monotonic() + waiting, False
        while True:
            frame = self._reader.read(deadline)
            if frame is None and works and not self._reader.trouble:
                raise self._endless()
            if frame is None:
                return None
            if (frame.number, frame.session) != (self._number, self._session):
                continue  # the second answer to what was asked twice
            if frame.kind == kind + ANSWER:
                return frame.payload
            if frame.kind == Kind.ACCEPTED:
                work = self._patience.work + self._stream.seconds(answer_bytes)
                deadline, works = time.monotonic() + work, True
            elif self._is_damaged(frame):
                return None

    def _is_damaged(self, frame: Frame) -> bool:
        """Whether the board got a damaged request. Raises TcmError where asking again is no use."""
        reason = frame.payload[:1] if frame.kind == Kind.REFUSED else b""
        if reason == bytes([Refusal.DAMAGED]):
            self._reader.trouble = "requests that arrived damaged"
            return True
        if reason == bytes([Refusal.NO_SESSION]):
            raise TcmError(
                "the board was reset",
                where=self.name,
                expected="a firmware that runs from the first request to the last",
                got="one that started again meanwhile",
                hint="look for a fault, a watchdog, a full stack or a weak supply; or another "
                "program spoke to the board",
            )
        raise TcmError(
            ANOTHER_PROTOCOL,
            where=self.name,
            got=f"answer {frame.kind}, {frame.payload[:8].hex() or 'empty'}",
            hint=WRITE_AGAIN,
        )

    def _endless(self) -> TcmError:
        return TcmError(
            "the inference on the board does not end",
            where=self.name,
            expected=f"an answer in {self._patience.work:g} s",
            got="nothing after the request was accepted",
            hint="look for a fault or a full stack: a debugger shows where the core is",
        )

    def _no_answer(self, tries: int) -> TcmError:
        trouble = self._reader.trouble
        return TcmError(
            "the board's answers are damaged" if trouble else "the board does not answer",
            where=self.name,
            expected="a firmware that calls tcm_serial_serve again and again",
            got=f"{trouble or 'nothing'}, {tries} times",
            hint="check the port and its speed (serial:PORT@BITS_PER_SECOND), that nothing else "
            "writes to it, and that tcm_serial_read and tcm_serial_write lose no bytes",
        )
