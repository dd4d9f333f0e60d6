"""Accumulators of weighted sums: what they can reach, and that 32 bits hold it.

A kernel adds in int32 and wraps, as TFLite-Micro and CMSIS-NN do. That is exact as long as the
whole sum fits, whatever the order: inputs and padding may be zero, so that each part of a sum is a
sum that another input gives.
"""

from __future__ import annotations

import numpy as np

from ...errors import TcmError
from ...ir import INT8, Graph, Limits

LARGEST = (1 << 31) - 1


def product_sums(weight: np.ndarray, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Least and largest sum of weights times inputs in [low, high] per channel, in the type of
    weight [channels, taps]."""
    ends = weight * low, weight * high
    return np.minimum(*ends).sum(axis=1), np.maximum(*ends).sum(axis=1)


def accumulator_ranges(
    weight: np.ndarray, bias: np.ndarray | None, input_offset: int, inputs: Limits = INT8
) -> tuple[np.ndarray, np.ndarray]:
    """Least and largest accumulator per channel for any input, int64; weight [channels, taps] int,
    bias [channels] int, if there is one."""
    ends = (input_offset + end for end in inputs)
    low, high = product_sums(weight.astype(np.int64), *ends)
    return (low, high) if bias is None else (low + bias, high + bias)


def check_accumulators(graph: Graph) -> None:
    """Raises TcmError where an input exists with which a weighted sum leaves int32.

    Nodes with equal operators that share the data of weight and bias are looked at once: a small
    file may have thousands.
    """
    seen = set[object]()
    for node in graph.nodes:
        constants = graph.argument_constants(node)
        data = (_memory(constants.get(name)) for name in ("weight", "bias"))
        key = node.op, graph.types[node.outputs[0]].dtype, *data
        if key in seen:
            continue
        seen.add(key)
        ranges = node.op.accumulators(graph.present_types(node), constants)
        if ranges is not None:
            _check(f"{node.source}, output '{node.output}'", *ranges)


def _memory(data: np.ndarray | None) -> object:
    """Where the elements lie: arrays of one type that have this in common are equal."""
    return None if data is None else (data.ctypes.data, data.shape, data.strides)


def _check(where: str, low: np.ndarray, high: np.ndarray) -> None:
    beyond = np.flatnonzero((low < -LARGEST - 1) | (high > LARGEST))
    if beyond.size:
        first = int(beyond[0])
        raise TcmError(
            "a weighted sum can leave the 32 bits of its accumulator",
            where=where,
            expected=f"sums within [{-LARGEST - 1}, {LARGEST}] for every input",
            got=f"[{low[first]}, {high[first]}] in output channel {first}"
            f" ({beyond.size} of {low.size} channels are too large)",
            hint="quantize the weights of these channels more coarsely (a larger scale; the bias "
            "follows it), or split the layer along its inputs",
        )
