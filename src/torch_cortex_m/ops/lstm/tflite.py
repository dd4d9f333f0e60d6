"""lstm from TensorFlow Lite: UNIDIRECTIONAL_SEQUENCE_LSTM, whose variable tensors become states."""

from __future__ import annotations

import math

import numpy as np

from ...errors import EXPORT_AGAIN
from ...ir import Quantization
from ..rules.checks import LARGEST_WIDE_SHIFT
from ..rules.recurrent import LEAST_STATE_POWER
from ..tflite.builtin import Argument, Builtin, Kind
from ..tflite.call import TfliteCall
from ..tflite.weights import LARGEST_WIDE_BIAS, symmetric_scale
from .op import BIAS_DTYPES, NO_CLIP

GATE_NAMES = ("input", "forget", "cell", "output")
GATE_SCALE = 2.0**-12
"""Of the sums that sigmoid and tanh are computed of."""

PRODUCT_SCALE = 2.0**-30
"""Of products of two results of sigmoid and tanh."""


def _lower(call: TfliteCall) -> str:
    """Source: TFLite-Micro's lstm_eval_common.cc."""
    if call.options.number("DiagonalRecurrentTensors"):
        raise call.error("its recurrent weights are diagonal", expected="matrices")
    _check_dtypes(call)
    hidden, cell = call.quantization("hidden"), call.quantization("cell")
    added = call.multiplier(PRODUCT_SCALE / cell.scale)
    result = call.multiplier(PRODUCT_SCALE / hidden.scale)
    output, new_hidden, new_cell = call.emit_several(
        "lstm",
        (call.value(), call.value("hidden"), call.value("cell"), *_constants(call)),
        {"": call.output.quantization, ".hidden": hidden, ".cell": cell},
        input_offset=-call.quantization().zero_point,
        hidden_zero_point=hidden.zero_point,
        cell_power=_cell_power(call, cell),
        cell_multiplier=added[0],
        cell_shift=added[1],
        cell_clip=_clip(call, cell),
        hidden_multiplier=result[0],
        hidden_shift=result[1],
        time_major=bool(call.options.number("TimeMajor")),
    )
    call.keep("hidden", new_hidden)
    call.keep("cell", new_cell)
    return output


def _check_dtypes(call: TfliteCall) -> None:
    """Raises TcmError if hidden values or biases have not the type that the input's asks for, or
    int16 has zero points."""
    dtype = call.tensors["input"].dtype
    biases = dict.fromkeys((f"{gate}_bias" for gate in GATE_NAMES), BIAS_DTYPES[dtype])
    for argument, expected in {"hidden": dtype, **biases}.items():
        found = call.tensors[argument].dtype
        if found != expected:
            raise call.error(
                f"its {argument} is {found}", expected=f"{expected} beside {dtype}", got=found
            )
    for argument in ("input", "hidden"):
        zero_point = call.quantization(argument).zero_point
        if dtype == "int16" and zero_point:
            raise call.error(f"its {argument} has a zero point", expected=0, got=zero_point)


def _constants(call: TfliteCall) -> tuple[str, ...]:
    """The weights and biases of all gates in one each, and the multipliers and shifts that take
    sums to the gates: input scale * weight scale / gate scale, in double precision."""
    kinds = {"input": call.quantization(), "recurrent": call.quantization("hidden")}
    weights = [
        call.add_constant(f"{kind}_weight", _gates(call, f"{kind}_to_", "_weight"))
        for kind in kinds
    ]
    bias = call.add_constant("bias", _bias(call))
    scaling = [
        call.add_constant(f"{kind}_{name}", data)
        for kind, quantization in kinds.items()
        for name, data in zip(
            ("multipliers", "shifts"), _scaling(call, kind, quantization), strict=True
        )
    ]
    return (*weights, bias, *scaling)


def _bias(call: TfliteCall) -> np.ndarray:
    bias = _gates(call, "", "_bias")
    if not ((bias >= -LARGEST_WIDE_BIAS) & (bias <= LARGEST_WIDE_BIAS)).all():
        raise call.error("its bias is too large", expected="at most 2^46 on either side of 0")
    return bias


def _gates(call: TfliteCall, before: str, after: str) -> np.ndarray:
    parts = [call.data(f"{before}{gate}{after}") for gate in GATE_NAMES]
    if len({part.shape for part in parts}) != 1:
        raise call.error(
            f"the {before}gate{after} tensors differ in shape",
            expected=parts[0].shape,
            got=", ".join(str(part.shape) for part in parts[1:]),
            hint=EXPORT_AGAIN,
        )
    return np.concatenate(parts)


def _scaling(
    call: TfliteCall, kind: str, quantization: Quantization
) -> tuple[np.ndarray, np.ndarray]:
    scales = [float(symmetric_scale(call, f"{kind}_to_{gate}_weight")) for gate in GATE_NAMES]
    pairs = [call.multiplier(quantization.scale * scale / GATE_SCALE) for scale in scales]
    multipliers, shifts = np.array(pairs, np.int32).T
    if call.tensors["input"].dtype == "int16" and shifts.max() > LARGEST_WIDE_SHIFT:
        raise call.error(
            f"the scales of {kind} values and weights are too large",
            expected=f"a product below {2.0**LARGEST_WIDE_SHIFT * GATE_SCALE:g}",
            got=f"{quantization.scale * max(scales):g}",
        )
    return np.ascontiguousarray(multipliers), np.ascontiguousarray(shifts)


def _cell_power(call: TfliteCall, cell: Quantization) -> int:
    """log2 of the cell's scale. Raises TcmError if that is not whole, as far as TFLite-Micro
    looks."""
    if cell.zero_point:
        raise call.error("the cell has a zero point", expected=0, got=cell.zero_point)
    exact = math.log2(cell.scale)
    power = round(exact)
    if abs(exact - power) >= 1e-3 or not LEAST_STATE_POWER <= power <= 0:
        raise call.error(
            "the cell has an unexpected scale",
            expected=f"a power of two from 2^{LEAST_STATE_POWER} to 1",
            got=f"{cell.scale:g}",
        )
    return power


def _clip(call: TfliteCall, cell: Quantization) -> int:
    """The cell's largest magnitude; a clip of 0 or less counts as none."""
    clip = float(np.float32(call.options.number("CellClip")))
    return int(min(clip / cell.scale, NO_CLIP - 1)) if clip > 0 else NO_CLIP


def _weights(kind: str) -> tuple[Argument, ...]:
    return tuple(Argument(f"{kind}_to_{gate}_weight", Kind.CONSTANT) for gate in GATE_NAMES)


def _biases() -> tuple[Argument, ...]:
    dtypes = tuple(BIAS_DTYPES.values())
    return tuple(Argument(f"{gate}_bias", Kind.CONSTANT, dtypes) for gate in GATE_NAMES)


BUILTINS = [
    Builtin(
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
        _lower,
        (
            Argument("input", dtypes=tuple(BIAS_DTYPES)),
            *_weights("input"),
            *_weights("recurrent"),
            *(Argument(f"peephole weights ({g})", Kind.ABSENT) for g in GATE_NAMES if g != "cell"),
            *_biases(),
            Argument("projection weights", Kind.ABSENT),
            Argument("a projection bias", Kind.ABSENT),
            Argument("hidden", Kind.STATE, tuple(BIAS_DTYPES)),
            Argument("cell", Kind.STATE, ("int16",)),
            *(Argument(f"layer normalization ({gate})", Kind.ABSENT) for gate in GATE_NAMES),
        ),
        options="UnidirectionalSequenceLSTMOptions",
        outputs=tuple(BIAS_DTYPES),
        activations=("TANH",),
    )
]
