"""Stages on the terminal: the one that runs, and afterwards, if wanted, the time of each."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from ..stages import told
from .terminal import terminal


@dataclass
class StageTime:
    """Of all stages of one name inside the same other one."""

    seconds: float = 0.0
    times: int = 0
    parts: dict[str, StageTime] = field(default_factory=dict)


@dataclass
class _Running:
    time: StageTime
    task: TaskID
    started: float


class StagesShown:
    """A line for each stage that runs, where there is a terminal."""

    def __init__(self) -> None:
        console = terminal(stderr=True)
        self.whole = StageTime()
        self._running: list[_Running] = []
        self._lines = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
            redirect_stdout=sys.stdout.isatty(),
        )
        self._drawn = console.is_terminal  # some versions of rich print a line even if disabled

    def begin(self, name: str) -> None:
        outer = self._running[-1].time if self._running else self.whole
        found = outer.parts.setdefault(name, StageTime())
        indented = "  " * len(self._running) + name
        task = self._lines.add_task(indented, total=None)
        self._running.append(_Running(found, task, time.perf_counter()))

    def progress(self, done: int, total: int | None) -> None:
        if self._running:
            self._lines.update(self._running[-1].task, completed=done, total=total)

    def end(self) -> None:
        running = self._running.pop()
        running.time.seconds += time.perf_counter() - running.started
        running.time.times += 1
        self._lines.remove_task(running.task)

    @contextmanager
    def shown(self) -> Iterator[None]:
        with self._lines if self._drawn else nullcontext(), told(self):
            yield

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """For code of the user, which may draw on the terminal itself."""
        if not self._drawn:
            yield
            return
        self._lines.stop()
        try:
            yield
        finally:
            self._lines.start()


@contextmanager
def stages_shown(*, verbose: bool) -> Iterator[StagesShown]:
    """``verbose``: prints the time of each stage, also where one fails."""
    shown, started = StagesShown(), time.perf_counter()
    try:
        with shown.shown():
            yield shown
    finally:
        if verbose:
            _print_times(shown.whole)
            _print_time(time.perf_counter() - started, "all")


def _print_times(whole: StageTime, depth: int = 0) -> None:
    for name, found in whole.parts.items():
        times = f" ({found.times} times)" if found.times > 1 else ""
        _print_time(found.seconds, "  " * depth + name + times)
        _print_times(found, depth + 1)


def _print_time(seconds: float, text: str) -> None:
    print(f"{seconds:9.3f} s  {text}", file=sys.stderr)
