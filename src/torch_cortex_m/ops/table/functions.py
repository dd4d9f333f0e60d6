"""The functions of PyTorch that become tables: a new one is one more name.

Each entry is what PyTorch's own operator gives in float64 for one input, so that nothing but the
name is to be said.
"""

from __future__ import annotations

from ...ir import INT8, Quantization

FUNCTIONS = (
    *("abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "celu", "cos", "cosh"),
    *("deg2rad", "elu", "erf", "erfc", "erfinv", "exp", "exp2", "expm1", "floor", "frac"),
    *("gelu", "hardshrink", "hardsigmoid", "hardswish", "isfinite", "isinf", "isnan"),
    *("leaky_relu", "log", "log10", "log1p", "log2", "log_sigmoid", "logit", "mish"),
    *("nan_to_num", "neg", "rad2deg", "reciprocal", "round", "rsqrt", "selu", "sgn", "sigmoid"),
    *("sign", "signbit", "silu", "sin", "sinc", "sinh", "softplus", "softshrink"),
    *("special_expit", "sqrt", "square", "tan", "tanh", "threshold", "trunc"),
)
"""Of one tensor, as aten names them."""

COMBINATIONS = (
    *("addcdiv", "addcmul", "atan2", "bitwise_and", "bitwise_not", "bitwise_or", "bitwise_xor"),
    *("__and__", "__or__", "__xor__", "_to_copy", "clamp", "clamp_max", "clamp_min", "copysign"),
    *("div.Scalar_mode", "div.Tensor_mode", "floor_divide", "fmax", "fmin", "fmod", "heaviside"),
    *("hypot", "lerp", "logaddexp", "logaddexp2", "logical_and", "logical_not", "logical_or"),
    *("logical_xor", "pow", "remainder", "xlogy"),
)
"""Of several tensors and numbers, of which one tensor is computed from the model's inputs."""

SIGMOID = Quantization(1.0 / 256.0, INT8.low)
TANH = Quantization(1.0 / 128.0, 0)
RESULTS = {"sigmoid": SIGMOID, "special_expit": SIGMOID, "tanh": TANH}
"""Of functions whose range is known, fixed by the TensorFlow Lite 8-bit quantization
specification; that of others, calibration finds."""
