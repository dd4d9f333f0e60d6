"""Registers every operator as ``torch.ops.tcm.<name>``: schema, fake function and reference."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from ...ir import TensorType
from .. import definitions, part
from ..base import Op, make_op


@cache
def register() -> torch.library.Library:
    """Defines ``torch.ops.tcm``; called once, when torch_cortex_m and torch are both imported."""
    library = torch.library.Library("tcm", "DEF")
    for name, definition in definitions().items():
        reference = part(name, "reference")
        if reference is None:
            raise RuntimeError(f"operator {name} has no reference.py")
        library.define(definition.op.schema())
        library.impl(name, _eager(definition.op, reference), "CompositeExplicitAutograd")
        torch.library.register_fake(f"tcm::{name}", _fake(definition.op), lib=library)
    return library


Results = Tensor | tuple[Tensor, ...]


def _eager(op_class: type[Op], reference: ModuleType) -> Callable[..., Results]:
    def run(*tensors: Tensor | None, **fields: Any) -> Results:
        op = make_op(op_class, fields)
        op.infer(_types(op_class, tensors))
        return reference.reference(op, *tensors)

    return run


def _fake(op_class: type[Op]) -> Callable[..., Results]:
    def shape(*tensors: Tensor | None, **fields: Any) -> Results:
        inferred = make_op(op_class, fields).infer(_types(op_class, tensors))
        device = next(tensor.device for tensor in tensors if tensor is not None)
        results = tuple(
            torch.empty(type_.shape, dtype=getattr(torch, type_.storage), device=device)
            for type_ in inferred
        )
        return results[0] if len(results) == 1 else results

    return shape


def _types(op_class: type[Op], tensors: tuple[Tensor | None, ...]) -> dict[str, TensorType | None]:
    names = op_class.tensor_names()
    padded = tensors + (None,) * (len(names) - len(tensors))
    return {
        name: None
        if tensor is None
        else TensorType(tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))
        for name, tensor in zip(names, padded, strict=True)
    }
