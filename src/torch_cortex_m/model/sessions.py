"""Streams of calls: what each place needs to go on where the last call ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import numpy as np

from ..run import Execution
from ..runner import Runner

Arrays = list[np.ndarray]
"""Of one call, in the form of the graph's ports."""


class Session(Protocol):
    """Calls since the initial states."""

    def run(self, samples: Iterable[Arrays]) -> Iterator[Arrays]:
        """The outputs of each further call, as soon as they are there."""
        ...

    def close(self) -> None:
        """Gives back what the session holds."""
        ...


class ReferenceSession:
    def __init__(self, call: Callable[[Arrays], Arrays]) -> None:
        self._call = call

    def run(self, samples: Iterable[Arrays]) -> Iterator[Arrays]:
        return map(self._call, samples)

    def close(self) -> None:
        pass


class HostSession:
    """A process of its own, which keeps the states."""

    def __init__(self, runner: Runner, arrays: Callable[[Execution], Arrays]) -> None:
        self._runner = runner  # whose folder has the image
        self._call = runner.open_process()
        self._arrays = arrays

    def run(self, samples: Iterable[Arrays]) -> Iterator[Arrays]:
        for sample in samples:
            yield self._arrays(self._call.run([array.tobytes() for array in sample]))

    def close(self) -> None:
        self._call.close()


class ReplayingSession:
    """All calls again, where nothing can be kept between runs."""

    def __init__(self, outputs: Callable[[list[Arrays]], list[Arrays]]) -> None:
        self._outputs = outputs
        self._samples: list[Arrays] = []

    def run(self, samples: Iterable[Arrays]) -> Iterator[Arrays]:
        known = len(self._samples)
        self._samples += samples
        if len(self._samples) > known:
            yield from self._outputs(self._samples)[known:]

    def close(self) -> None:
        self._samples.clear()
