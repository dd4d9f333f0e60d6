"""Checks of the tensors that a user gives: example inputs and calibration data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...errors import TcmError

EXPECTED_DTYPES = "float32, int8, uint8, int32, int64, bool"

INPUT_DTYPES: tuple[torch.dtype, ...] = tuple(
    getattr(torch, name) for name in EXPECTED_DTYPES.split(", ")
)
"""Real numbers, also as int8 of programs that are quantized already and as bytes; indices; truth
values."""


def as_tuple(inputs: Any, where: str) -> tuple[Tensor, ...]:
    """``inputs`` as a tuple of row-major tensors; a bare tensor is a tuple of one.

    Raises TcmError for anything that is not a tensor, not of INPUT_DTYPES, or has no elements.
    """
    items = (inputs,) if isinstance(inputs, Tensor) else inputs
    if not isinstance(items, Sequence) or isinstance(items, str | bytes):
        raise TcmError(
            "inputs must be a tuple of tensors",
            where=where,
            expected="a tuple of torch tensors, one for each input of the model",
            got=type(inputs).__name__,
            hint=_tensor_hint(inputs),
        )
    return tuple(_checked(item, f"{where}, input {i}") for i, item in enumerate(items))


def _tensor_hint(value: Any) -> str | None:
    return "torch.from_numpy(array) makes a tensor" if isinstance(value, np.ndarray) else None


def _checked(item: Any, where: str) -> Tensor:
    if not isinstance(item, Tensor):
        raise TcmError(
            "every input of the model must be a tensor",
            where=where,
            expected="a torch tensor",
            got=type(item).__name__,
            hint=_tensor_hint(item) or "keep constants such as numbers inside the model",
        )
    if item.dtype not in INPUT_DTYPES:
        raise TcmError(
            f"inputs of type {dtype_name(item.dtype)} are not supported",
            where=where,
            expected=EXPECTED_DTYPES,
            got=dtype_name(item.dtype),
            hint=dtype_hint(item.dtype),
        )
    if item.layout != torch.strided or item.is_meta:
        raise TcmError(
            "an input is not a dense tensor with data",
            where=where,
            expected="a dense tensor, not one of the device 'meta'",
            got=f"{item.layout} on {item.device}",
            hint="give one with data, such as torch.zeros(shape)",
        )
    if item.numel() == 0:
        raise TcmError(
            "an input has no elements",
            where=where,
            expected="sizes of at least 1",
            got=f"shape {list(item.shape)}",
            hint="give an example of at least one sample",
        )
    return row_major(item)


def row_major(tensor: Tensor) -> Tensor:
    """The same values in PyTorch's default layout.

    ``contiguous`` is not enough: it keeps channels_last strides where dimensions of size 1 leave
    the choice, and convolutions then run other float kernels.
    """
    strides = torch.empty(tensor.shape, device="meta").stride()
    if tensor.stride() == strides:
        return tensor.detach()
    return tensor.detach().clone(memory_format=torch.contiguous_format)


def check_like(
    inputs: tuple[Tensor, ...], example: Sequence[tuple[tuple[int, ...], torch.dtype]], where: str
) -> None:
    """``inputs`` have the shapes and types of the program's inputs."""
    if len(inputs) != len(example):
        raise TcmError(
            "the number of inputs is not the model's",
            where=where,
            expected=f"{len(example)} tensors",
            got=f"{len(inputs)} tensors",
            hint="give one tuple per sample, without labels",
        )
    for index, (tensor, (shape, dtype)) in enumerate(zip(inputs, example, strict=True)):
        if tuple(tensor.shape) != shape or tensor.dtype != dtype:
            raise TcmError(
                "an input does not fit the model",
                where=f"{where}, input {index}",
                expected=f"{dtype_name(dtype)} {list(shape)}",
                got=f"{dtype_name(tensor.dtype)} {list(tensor.shape)}",
                hint="the compiled shape is fixed: give samples of the shape of example_inputs",
            )


def dtype_hint(dtype: torch.dtype) -> str:
    """What to do about an input of a type that is not supported."""
    if dtype.is_floating_point:
        return "convert the model and its inputs with .float()"
    if dtype.is_complex:
        return "give the real and the imaginary part as float32 tensors"
    return (
        "give indices as int32 or int64, real numbers as float32, and the bytes of images as uint8"
    )


def dtype_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
