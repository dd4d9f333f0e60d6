"""What to write in place of operators that cannot be compiled, where there is something."""

from __future__ import annotations

from difflib import get_close_matches

RANDOM = "a compiled model has no random numbers"
PLACES = "sample at fixed places: a crop, a resize, or constant indices"
FLOAT = "give the float model: recurrent layers are quantized as a whole"
PADDED = "give the layer the padded tensor: the sequence has a fixed length"

INSTEAD = {
    **dict.fromkeys(
        ("bernoulli", "exponential", "rand", "rand_like", "randn", "randn_like"), RANDOM
    ),
    **dict.fromkeys(("affine_grid_generator", "grid_sampler"), PLACES),
    "adaptive_avg_pool3d": "mean((-3, -2, -1)), where it is one to one element",
    "bucketize": "(x.unsqueeze(-1) > boundaries).float().sum(-1)",
    "conv3d": "make the depth channels, or the batch of a conv2d",
    "conv_transpose3d": "make the depth channels, or the batch of a conv_transpose2d",
    "cummax": "amax of growing slices, stacked",
    "cummin": "amin of growing slices, stacked",
    "cumprod": "exp of the cumsum of logarithms, where all numbers are positive",
    "embedding_bag": "embedding, then sum, mean or amax over each bag",
    **dict.fromkeys(("gru", "lstm", "rnn_relu", "rnn_tanh"), FLOAT),
    **dict.fromkeys(("gru_cell", "lstm_cell", "rnn_relu_cell", "rnn_tanh_cell"), FLOAT),
    "logcumsumexp": "log of the cumsum of exp(x - x.amax())",
    "nanquantile": "sort, then one element or a mean of two",
    **dict.fromkeys(("pack_padded_sequence", "pad_packed_sequence"), PADDED),
    "quantile": "one number for q, or sort and then elements or means of two",
    "rrelu": "leaky_relu, which it is in evaluation mode",
    "to_copy": "comparisons, their sums and argmax give integers; a quantized number is none",
    "upsample_bicubic2d": "mode='bilinear'",
    "upsample_trilinear3d": "mode='bilinear' of height and width, then of the depth",
}


def instead_of(name: str, supported: list[str]) -> str | None:
    """What to write for an operator, or supported ones of nearly its name."""
    if name in INSTEAD:
        return INSTEAD[name]
    near = get_close_matches(name, supported, n=3, cutoff=0.75)
    return f"near are {', '.join(near)}" if near else None
