"""What takes time has a name, for whoever wants to see how far a compilation has come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Listener(Protocol):
    """Stages begin and end like brackets: one may be part of another."""

    def begin(self, name: str) -> None: ...

    def progress(self, done: int, total: int | None) -> None:
        """Of the stage that began last; ``total`` is None where nobody knows it."""
        ...

    def end(self) -> None: ...


_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """What runs inside, or the function that this decorates, is called so."""
    listener = _LISTENER.get()
    if listener is None:
        yield
        return
    listener.begin(name)
    try:
        yield
    finally:
        listener.end()


def progress(done: int, total: int | None) -> None:
    """Tells how much of the stage is done."""
    listener = _LISTENER.get()
    if listener is not None:
        listener.progress(done, total)


@contextmanager
def told(listener: Listener) -> Iterator[None]:
    """The stages inside are told to the listener."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)
