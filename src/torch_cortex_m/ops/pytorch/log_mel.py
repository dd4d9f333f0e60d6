"""LogMel: log-mel features of samples as a layer of a PyTorch model, and the operator it calls."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ...errors import TcmError

NAMESPACE = "tcm_audio"
LIBRARY = torch.library.Library(NAMESPACE, "DEF")
LIBRARY.define(
    "log_mel(Tensor input, Tensor window, Tensor filters, int hop, float floor) -> Tensor"
)

LOG_MEL = torch.ops.tcm_audio.log_mel.default

SIZES = tuple(1 << bits for bits in range(4, 11))
"""Of the Fourier transforms that the compiled operator has."""


class LogMel(nn.Module):
    """Samples [N, samples] in [-1, 1) -> natural logarithms of the energies in mel bands,
    [N, bands, frames], with frames = (samples - window) / hop + 1.

    Args:
        sample_rate: samples a second.
        window: samples of a frame, which a periodic Hann window weighs; 1024 at most. The Fourier
            transform has the next power of two.
        hop: samples from one frame to the next.
        bands: triangles of height 1, equally wide and far apart on the mel scale.
        low, high: where the first one begins and the last one ends, in Hz; high is half of the
            sample rate if it is not given.
        floor: is added to energies before the logarithm: with full-scale samples and a window of
            512 energies are up to about 10^4.

    The compiled model takes int16 samples, in its ``--stream`` form only new ones, and computes the
    same in integers (docs/audio.md).

    Raises TcmError for sizes that cannot be.
    """

    window: Tensor
    filters: Tensor

    def __init__(
        self,
        sample_rate: int = 16000,
        *,
        window: int = 480,
        hop: int = 320,
        bands: int = 40,
        low: float = 20.0,
        high: float | None = None,
        floor: float = 1e-6,
    ) -> None:
        super().__init__()
        high = sample_rate / 2 if high is None else high
        _check(1 <= window <= SIZES[-1], "window", f"1 to {SIZES[-1]} samples", window)
        _check(hop >= 1, "hop", "at least 1 sample", hop)
        _check(bands >= 1, "bands", "at least 1", bands)
        _check(0 <= low < high <= sample_rate / 2, "low, high", "within half the rate", (low, high))
        _check(floor > 0, "floor", "more than 0", floor)
        self.hop, self.floor = hop, floor
        size = next(size for size in SIZES if size >= window)
        self.register_buffer("window", torch.hann_window(window))
        self.register_buffer("filters", mel_filters(sample_rate, size, bands, low, high))

    def forward(self, samples: Tensor) -> Tensor:
        return LOG_MEL(samples, self.window, self.filters, self.hop, self.floor)


def mel_filters(sample_rate: int, size: int, bands: int, low: float, high: float) -> Tensor:
    """[bands, size / 2 + 1]: shares of the frequencies of a transform of ``size`` samples.

    Source: mel = 1127 ln(1 + f / 700), as in HTK.
    """
    first, last = (1127 * math.log1p(end / 700) for end in (low, high))
    mels = torch.linspace(first, last, bands + 2, dtype=torch.float64)
    edges = 700 * torch.expm1(mels / 1127)
    frequencies = torch.arange(size // 2 + 1) * (sample_rate / size)
    begin, middle, end = (edges[i : i + bands, None] for i in range(3))
    rising, falling = (frequencies - begin) / (middle - begin), (end - frequencies) / (end - middle)
    return torch.minimum(rising, falling).clamp(min=0.0).float()


def _check(holds: bool, argument: str, expected: str, got: object) -> None:
    if not holds:
        raise TcmError(
            f"LogMel: '{argument}' does not fit",
            expected=expected,
            got=got,
            hint="docs/audio.md says what LogMel takes",
        )


def _log_mel(input: Tensor, window: Tensor, filters: Tensor, hop: int, floor: float) -> Tensor:
    size = 2 * (filters.shape[1] - 1)
    frames = input.unfold(1, len(window), hop) * window
    power = torch.fft.rfft(frames, size).abs().square()
    return (power @ filters.T + floor).log().transpose(1, 2).contiguous()


def _shape(input: Tensor, window: Tensor, filters: Tensor, hop: int, floor: float) -> Tensor:
    frames = (input.shape[1] - len(window)) // hop + 1
    return input.new_empty((input.shape[0], len(filters), frames))


LIBRARY.impl("log_mel", _log_mel, "CompositeExplicitAutograd")
torch.library.register_fake(f"{NAMESPACE}::log_mel", _shape, lib=LIBRARY)
