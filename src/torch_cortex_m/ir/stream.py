"""How a graph takes a window of one of its inputs: a few frames a call."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stream:
    """A graph that was written over a whole window and takes its newest frames alone.

    input: the value of the port that takes them; axis: the port's axis along which frames lie.
    hop: frames that a call takes. window: frames of the whole window.
    depth: results depend on none but the newest ``depth`` frames, and of these not yet on the
        newest ``delay``. They are those of the whole window as soon as ``depth`` have come.
    """

    input: str
    axis: int
    hop: int
    window: int
    depth: int
    delay: int

    @property
    def first_result(self) -> int:
        """The first call, counted from 1, whose results are those of a whole window."""
        return -(-self.depth // self.hop)

    @property
    def summary(self) -> str:
        """What a caller has to know of it, in a line."""
        text = f"{_frames(self.hop)} a call, results from call {self.first_result} on"
        text += f", window of {_frames(self.window)}"
        return f"{text}, delay of {_frames(self.delay)}" if self.delay else text


def _frames(count: int) -> str:
    return "1 frame" if count == 1 else f"{count} frames"
