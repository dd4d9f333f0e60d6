"""What the frontend uses of torchao, the same in each of its releases from 0.15 on, and imported
without its complaints about optional libraries that it cannot load."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.fx import GraphModule, Node

from ...errors import TcmError
from ...text import first_line
from ...tools import torchao_for
from .quiet import quiet

try:
    with quiet():
        import torchao
        from torchao.quantization.pt2e import (
            MinMaxObserver,
            ObserverBase,
            PerChannelMinMaxObserver,
            prepare,
            quantize_pt2e,
        )
        from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e
        from torchao.quantization.pt2e.quantizer import (
            FixedQParamsQuantizationSpec,
            QuantizationAnnotation,
            QuantizationSpec,
            Quantizer,
            SharedQuantizationSpec,
        )
except ImportError as error:
    raise TcmError(
        "torchao cannot be imported beside this PyTorch",
        expected=f"the torchao that belongs to torch {torch.__version__}",
        got=first_line(error),
        hint=f'pip install "{torchao_for(torch.__version__)}"',
    ) from None

__all__ = [
    "FixedQParamsQuantizationSpec",
    "MinMaxObserver",
    "ObserverBase",
    "PerChannelMinMaxObserver",
    "QuantizationAnnotation",
    "QuantizationSpec",
    "Quantizer",
    "SharedQuantizationSpec",
    "convert_pt2e",
    "prepare_pt2e",
]


def prepare_pt2e(module: GraphModule, quantizer: Quantizer) -> GraphModule:
    """torchao's. Release 0.15 refuses operators that have keyword arguments, such as ``alpha``,
    although it would leave these as they are."""
    if not torchao.__version__.startswith("0.15."):
        return quantize_pt2e.prepare_pt2e(module, quantizer)
    with _keyword_arguments_aside():
        return quantize_pt2e.prepare_pt2e(module, quantizer)


@contextmanager
def _keyword_arguments_aside() -> Iterator[None]:
    """torchao inserts observers without a look at keyword arguments."""
    names: Any = prepare
    insert: Callable[..., None] = names._maybe_insert_input_observers_for_node

    def insert_for_arguments(node: Node, *others: Any) -> None:
        keywords, node.kwargs = node.kwargs, {}
        insert(node, *others)
        node.kwargs = keywords

    names._maybe_insert_input_observers_for_node = insert_for_arguments
    try:
        yield
    finally:
        names._maybe_insert_input_observers_for_node = insert
