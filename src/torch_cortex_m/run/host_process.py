"""An image on the host that is given one inference at a time."""

from __future__ import annotations

import subprocess
import weakref
from collections.abc import Sequence
from pathlib import Path
from struct import Struct

from ..errors import DEFECT, TcmError
from ..ir.artifacts import Program
from .execute import RESET, Execution

_WORD = Struct("<I")
_TRIPLE = Struct("<iII")


class HostProcess:
    """Inferences of an image's first program, each of which finds the states that the one before it
    left. The process lives until it is closed, or nobody has it any more."""

    def __init__(self, path: Path, program: Program) -> None:
        """path: an image that neither traces nor checks."""
        self._program = program
        self._process = subprocess.Popen(
            [str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.close = weakref.finalize(self, _end, self._process)
        self._first = RESET
        self._read(_TRIPLE.size)

    def run(self, inputs: Sequence[bytes]) -> Execution:
        """Raises TcmError if the image crashes."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(_WORD.pack(self._first) + b"".join(inputs))
            self._process.stdin.flush()
        except OSError:
            raise self._crashed() from None
        self._first = 0
        status, _, _ = _TRIPLE.unpack(self._read(_TRIPLE.size))
        outputs = tuple(self._read(size) for size in self._program.output_bytes)
        return Execution(outputs, status, 0, 0)

    def _read(self, size: int) -> bytes:
        assert self._process.stdout is not None
        data = self._process.stdout.read(size)
        if len(data) != size:
            raise self._crashed()
        return data

    def _crashed(self) -> TcmError:
        status = f"exit status {self._process.wait()}"
        return TcmError("the host build crashed", got=status, hint=DEFECT)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()
