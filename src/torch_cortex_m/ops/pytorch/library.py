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

_defined: set[str] = set()


@cache
def _library() -> torch.library.Library:
    return torch.library.Library("tcm", "DEF")


def register() -> None:
    """Defines those of ``torch.ops.tcm`` that are not there; called when torch_cortex_m and torch
    are both imported, and when operators are added. All or none: an operator cannot be defined
    anew, so none is before all of them could be read."""
    new = {name: each.op for name, each in definitions().items() if name not in _defined}
    schemas = {name: op.schema() for name, op in new.items()}
    references = {name: part(name, "reference") for name in new}
    for name, op in new.items():
        reference = references[name]
        if reference is None:
            raise RuntimeError(f"operator {name} has no reference.py")
        _library().define(schemas[name])
        _library().impl(name, _eager(op, reference), "CompositeExplicitAutograd")
        torch.library.register_fake(f"tcm::{name}", _fake(op), lib=_library())
        _defined.add(name)


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
