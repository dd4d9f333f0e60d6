"""How a file of this folder declares a model, and how all models are found.

A model is a module class or a function that makes a module, without arguments, under ``@zoo``:

    @zoo(floats(1, 16))
    def autoencoder() -> nn.Module: ...
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import torch
from torch import Tensor, nn

Factory = TypeVar("Factory", bound=Callable[[], nn.Module])


CALLS = 4
"""That are judged, of a model that does not remember."""


@dataclass(frozen=True)
class Input:
    """An input of a model: its shape, and how samples of it are drawn."""

    shape: tuple[int, ...]
    draw: Callable[[tuple[int, ...], torch.Generator], Tensor]

    def sample(self, generator: torch.Generator) -> Tensor:
        return self.draw(self.shape, generator)


def floats(*shape: int) -> Input:
    """Numbers of the normal distribution, as after standardization."""
    return Input(shape, lambda shape, generator: torch.randn(shape, generator=generator))


def positive(*shape: int) -> Input:
    """Numbers of at least 0, such as energies."""
    return Input(shape, lambda shape, generator: torch.randn(shape, generator=generator).square())


def fractions(*shape: int) -> Input:
    """Numbers of [0, 1), such as images in float."""
    return Input(shape, lambda shape, generator: torch.rand(shape, generator=generator))


def pixels(*shape: int) -> Input:
    """Whole numbers of 0 to 255 in float32, as a camera gives them."""
    return Input(shape, lambda shape, generator: _integers(256, shape, generator).float())


def raw_bytes(*shape: int) -> Input:
    """The same in uint8."""
    return Input(shape, lambda shape, generator: _integers(256, shape, generator).to(torch.uint8))


def tokens(vocabulary: int, *shape: int) -> Input:
    """Indices below ``vocabulary`` in int64."""
    return Input(shape, lambda shape, generator: _integers(vocabulary, shape, generator))


def flags(*shape: int) -> Input:
    """0.0 or 1.0, such as a mask."""
    return Input(shape, lambda shape, generator: _integers(2, shape, generator).float())


def truths(*shape: int) -> Input:
    """Truth values in bool; the first of each row is true."""

    def draw(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        drawn = torch.rand(shape, generator=generator) > 0.3
        drawn[..., 0] = True
        return drawn

    return Input(shape, draw)


def _integers(end: int, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    return torch.randint(0, end, shape, generator=generator)


@dataclass(frozen=True)
class State:
    """An input whose value the next call finds in an output, by its name or its place; it stands
    behind the other inputs of ``forward`` and begins with zero."""

    output: str | int
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Model:
    """A model of the zoo.

    states: inputs that the caller neither gives nor gets.
    calls: how many calls in a row are judged, from the initial states on.
    not_yet: what the compiler still refuses in it: the names of the operators, or the sentence of
        an error that is about something else. The record goes when they arrive.
    refused: the same, for good.
    """

    name: str
    kind: str
    factory: Callable[[], nn.Module]
    inputs: tuple[Input, ...]
    not_yet: frozenset[str]
    refused: frozenset[str]
    states: Mapping[str, State]
    calls: int

    @property
    def remembers(self) -> bool:
        """Whether the model is one of those that are about calls in a row."""
        return self.calls != CALLS

    def samples(self, count: int, seed: int) -> list[tuple[Tensor, ...]]:
        generator = torch.Generator().manual_seed(seed)
        return [tuple(each.sample(generator) for each in self.inputs) for _ in range(count)]


_MODELS: dict[str, Model] = {}


def zoo(
    *inputs: Input,
    not_yet: tuple[str, ...] = (),
    refused: tuple[str, ...] = (),
    states: Mapping[str, State] = MappingProxyType({}),
    calls: int = CALLS,
) -> Callable[[Factory], Factory]:
    """Declares the class or function below as a model with these inputs; see ``Model``."""

    def declare(factory: Factory) -> Factory:
        name, kind = factory.__name__, factory.__module__.rpartition(".")[2]
        assert name not in _MODELS, f"two models are named {name}"
        records = frozenset(not_yet), frozenset(refused)
        _MODELS[name] = Model(name, kind, factory, inputs, *records, states, calls)
        return factory

    return declare


def models() -> dict[str, Model]:
    """Every model by its name, in the order of the files and of their lines."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        importlib.import_module(f"zoo.{module.name}")
    return _MODELS
