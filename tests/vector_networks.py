"""The whole networks among CMSIS-NN's unit-test vectors, layer by layer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np
from vector_source import Source

from torch_cortex_m.ops.base import Case
from torch_cortex_m.testing import run_cases

Reader = Callable[[Source], list[tuple[Case, np.ndarray]]]


def network_cases(source: Source, readers: Mapping[str, Reader]) -> list[tuple[Case, np.ndarray]]:
    """A case for each layer, in order of their numbers, each on the reference's output of the one
    before it.

    Parameters are named ``conv_2d_1_...``, arrays ``layer_1_conv_2d_...``. Layers without either,
    such as a reshape between two numbers, move no data.
    """
    value = source.arrays["input"]
    cases: list[tuple[Case, np.ndarray]] = []
    numbered = _layers(source, readers)
    for number, kind in numbered:
        case = _layer(source, number, kind, value, readers[kind])
        value = run_cases([case], on="reference")[0].output
        cases.append((case, value))
    last, computed = cases[-1]
    cases[-1] = (last, source.tensor("output", computed.shape))
    return cases


def _layers(source: Source, readers: Mapping[str, Reader]) -> list[tuple[int, str]]:
    """(number, kind) of each layer that has parameters."""
    pattern = re.compile(rf"({'|'.join(sorted(readers, key=len, reverse=True))})_(\d+)_")
    matches = (pattern.match(name) for name in source.params)
    return sorted({(int(match[2]), match[1]) for match in matches if match})


def _layer(source: Source, number: int, kind: str, value: np.ndarray, read: Reader) -> Case:
    """One layer, as if a file of its own had it. The expected output is not known."""
    prefix, label = f"{kind}_{number}_", f"layer_{number}_{kind}_"
    params = {n.removeprefix(prefix): v for n, v in source.params.items() if n.startswith(prefix)}
    arrays = {n.removeprefix(label): v for n, v in source.arrays.items() if n.startswith(label)}
    flat = value.reshape(-1)
    params |= {"null_arrays": source.params["null_arrays"]}
    if kind == "depthwise_conv_2d":
        params["ch_mult"] = params["out_ch"] // params["in_ch"]
    if kind == "fully_connected":
        # The files name channels and features the other way round here.
        params |= {"out_ch": arrays["bias"].size, "accumulation_depth": flat.size}
    unknown = np.zeros(params["dst_size"], np.int8)
    layer = Source(f"{source.name}_{number}", params, {**arrays, "input": flat, "output": unknown})
    ((case, _),) = read(layer)
    return case
