"""Elements that a constant mask selects: torch.export sees masks without their values, so that it
would not know how many there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from .assigned_buffers import buffers_of

Found = TypeVar("Found")


@contextmanager
def constant_masks(model: nn.Module) -> Iterator[set[str]]:
    """While it is captured, boolean buffers that index a tensor become the places of their true
    elements, and buffers of repeats the elements that they repeat.

    Gives the paths of the buffers that did, which have to be constant.
    """
    values = {
        path: each for path, each in buffers_of(model).items() if not each.is_floating_point()
    }
    with _ConstantMasks(model, values) as mode:
        yield mode.used


class _ConstantMasks(TorchFunctionMode):
    """values: by path. What follows from them is computed before the capture."""

    def __init__(self, model: nn.Module, values: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.model = model
        self.used: set[str] = set()
        self.masked: dict[str, tuple[Tensor, ...]] = {}
        self.repeated: dict[str, Tensor] = {}
        for path, value in values.items():
            if value.dtype == torch.bool and value.dim() > 0:
                self.masked[path] = value.nonzero(as_tuple=True)
            elif value.dim() == 1 and bool((value >= 0).all()):
                self.repeated[path] = torch.arange(len(value)).repeat_interleave(value)

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        given = kwargs or {}
        if func is Tensor.__getitem__:
            source, index = args
            args = source, self._without_masks(index)
        elif func in (torch.repeat_interleave, Tensor.repeat_interleave):
            repeated = self._repeated(*args, **given)
            if repeated is not None:
                return repeated
        return func(*args, **given)

    def _without_masks(self, index: Any) -> Any:
        parts = index if isinstance(index, tuple) else (index,)
        places = [each for part in parts for each in self._found(self.masked, part) or (part,)]
        return tuple(places) if isinstance(index, tuple) or len(places) != 1 else places[0]

    def _found(self, known: Mapping[str, Found], tensor: Any) -> Found | None:
        """What is known of a buffer; None of anything else."""
        buffers = buffers_of(self.model).items() if known and isinstance(tensor, Tensor) else ()
        path = next((path for path, each in buffers if each is tensor), "")
        if path in known:
            self.used.add(path)
        return known.get(path)

    def _repeated(
        self, source: Any, repeats: Any = None, dim: int | None = None, **_: Any
    ) -> Tensor | None:
        elements = self._found(self.repeated, repeats)
        if elements is None or not isinstance(source, Tensor):
            return None
        if dim is None:
            return source.flatten().index_select(0, elements)
        return source.index_select(dim, elements)
