"""Node: one operator applied to values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from .types import TensorType


class Operator(Protocol):
    """What the graph needs to know of an operator; ``ops.base.Op`` is the implementation."""

    name: ClassVar[str]

    @classmethod
    def tensor_names(cls) -> tuple[str, ...]: ...

    def infer(self, types: Mapping[str, TensorType | None]) -> tuple[TensorType, ...]: ...


@dataclass(frozen=True)
class Node:
    """One operator applied to values.

    ``inputs`` follow the operator's tensor arguments in order; an optional argument that is left
    out is None. ``outputs`` follow the operator's results. ``source`` is the place in the user's
    model (module path, file and line) for messages and comments.
    """

    op: Any
    inputs: tuple[str | None, ...]
    outputs: tuple[str, ...]
    source: str = ""

    @property
    def name(self) -> str:
        """The first output, which names the node."""
        return self.outputs[0]

    @property
    def output(self) -> str:
        """The only output. Asking a node with several for it is a defect of who asks."""
        (output,) = self.outputs
        return output

    def arguments(self) -> dict[str, str | None]:
        """Argument name -> value name."""
        return dict(zip(self.op.tensor_names(), self.inputs, strict=True))
