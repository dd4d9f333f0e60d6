"""Models that take a frame a call and remember the frames before: by buffers that they change, and
by states that go in and come out."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from .record import State, floats, positive, zoo

CALLS = 10


class CausalConv1d(nn.Module):
    """A convolution that keeps the frames that its kernel still needs: cat and drop."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, dilation: int = 1, **options: int
    ) -> None:
        super().__init__()
        self.conv = nn.Conv1d(inputs, outputs, kernel, dilation=dilation, **options)
        self.kept = (kernel - 1) * dilation
        self.register_buffer("frames", torch.zeros(1, inputs, self.kept))

    def forward(self, x: Tensor) -> Tensor:
        x = torch.cat([self.frames, x], dim=2)
        self.frames = x[:, :, -self.kept :]
        return self.conv(x)


@zoo(floats(1, 10, 2), calls=CALLS)
class StreamingKeywords(nn.Module):
    """Two new frames a call; the result is of the last few."""

    def __init__(self) -> None:
        super().__init__()
        self.first = CausalConv1d(10, 16, 3)
        self.second = CausalConv1d(16, 16, 5)
        self.classifier = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.first(x))
        x = F.relu(self.second(x))
        return self.classifier(x.mean(dim=2))


class TcnBlock(nn.Module):
    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.conv1 = CausalConv1d(channels, channels, 3, dilation)
        self.conv2 = CausalConv1d(channels, channels, 3, dilation)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.conv2(F.relu(self.conv1(x))))


@zoo(floats(1, 6, 1), calls=CALLS)
class StatefulTcn(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv1d(6, 12, 1)
        self.blocks = nn.ModuleList([TcnBlock(12, 2**level) for level in range(3)])
        self.head = nn.Conv1d(12, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)


@zoo(floats(1, 1, 1, 20), calls=CALLS)
class StreamingDsCnn(nn.Module):
    """Time goes down the rows; padding is in frequency only."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("first", torch.zeros(1, 1, 3, 20))
        self.register_buffer("second", torch.zeros(1, 8, 2, 10))
        self.conv = nn.Conv2d(1, 8, (4, 4), stride=(1, 2), padding=(0, 1))
        self.depthwise = nn.Conv2d(8, 8, 3, padding=(0, 1), groups=8)
        self.pointwise = nn.Conv2d(8, 12, 1)
        self.classifier = nn.Linear(12, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.cat([self.first, x], dim=2)
        self.first = x[:, :, 1:]
        x = F.relu(self.conv(x))
        x = torch.cat([self.second, x], dim=2)
        self.second = x[:, :, 1:]
        x = F.relu(self.pointwise(F.relu(self.depthwise(x))))
        return self.classifier(x.mean(dim=(2, 3)))


@zoo(floats(1, 2), calls=CALLS)
class AutoregressiveForecaster(nn.Module):
    """Its own forecasts are the history of the next one."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("history", torch.zeros(1, 8))
        self.hidden = nn.Linear(10, 16)
        self.out = nn.Linear(16, 1)

    def forward(self, weather: Tensor) -> Tensor:
        x = torch.cat([self.history, weather], dim=1)
        y = torch.tanh(self.out(F.relu(self.hidden(x))))
        self.history = torch.cat([self.history[:, 1:], y], dim=1)
        return y


@zoo(floats(1, 6), calls=CALLS)
class ExponentialAverage(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("average", torch.zeros(1, 6))

    def forward(self, x: Tensor) -> Tensor:
        self.average.mul_(0.75).add_(0.25 * x)
        return self.average.clone()


@zoo(floats(1, 6), calls=CALLS)
class RunningNormalization(nn.Module):
    """Mean and mean of squares, both forgetting."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("running_mean", torch.zeros(1, 6))
        self.register_buffer("running_square", torch.ones(1, 6))

    def forward(self, x: Tensor) -> Tensor:
        self.running_mean.copy_(0.8 * self.running_mean + 0.2 * x)
        centered = x - self.running_mean
        self.running_square.copy_(0.8 * self.running_square + 0.2 * centered * centered)
        return centered / torch.sqrt(self.running_square + 0.1)


@zoo(floats(1, 3), states={"h": State(1, (1, 10))}, calls=CALLS)
class GruBatteryModel(nn.Module):
    """Voltage, current and temperature to the state of charge; a GRU written with linear layers."""

    def __init__(self) -> None:
        super().__init__()
        self.reset = nn.Linear(13, 10)
        self.update = nn.Linear(13, 10)
        self.candidate = nn.Linear(13, 10)
        self.charge = nn.Linear(10, 1)

    def forward(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        both = torch.cat([x, h], dim=1)
        r, z = torch.sigmoid(self.reset(both)), torch.sigmoid(self.update(both))
        n = torch.tanh(self.candidate(torch.cat([x, r * h], dim=1)))
        h = (1 - z) * n + z * h
        return torch.sigmoid(self.charge(h)), h


class LstmCell(nn.Module):
    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.gates = nn.Linear(inputs + hidden, 4 * hidden)

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        i, f, g, o = self.gates(torch.cat([x, h], dim=1)).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


@zoo(
    floats(1, 8),
    states={"h": State("h_out", (1, 12)), "c": State("c_out", (1, 12))},
    calls=CALLS,
)
class LstmStateInOut(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell = LstmCell(8, 12)
        self.out = nn.Linear(12, 4)

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> dict[str, Tensor]:
        h, c = self.cell(x, h, c)
        return {"scores": self.out(h), "h_out": h, "c_out": c}


@zoo(floats(1, 16), calls=CALLS)
class LstmStateInBuffers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("h", torch.zeros(1, 8))
        self.register_buffer("c", torch.zeros(1, 8))
        self.cell = LstmCell(16, 8)
        self.out = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        h, c = self.cell(x, self.h, self.c)
        self.h.copy_(h)
        self.c.copy_(c)
        return self.out(h)


@zoo(floats(1, 1, 16), calls=CALLS)
class PreEmphasis(nn.Module):
    """Audio in blocks of samples: each less most of the one before."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("last", torch.zeros(1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        before = torch.cat([self.last, x[:, :, :-1]], dim=2)
        self.last = x[:, :, -1:]
        return x - 0.9 * before


@zoo(floats(1, 4), calls=CALLS)
class DelayLine(nn.Module):
    """A comb filter: what came five frames ago is heard once more."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("line", torch.zeros(5, 4))

    def forward(self, x: Tensor) -> Tensor:
        y = x + 0.5 * self.line[:1]
        self.line = torch.roll(self.line, -1, 0)
        self.line[-1:] = x
        return y


@zoo(floats(1, 4), calls=CALLS)
class RecursiveFilter(nn.Module):
    """A biquad for each channel, in direct form."""

    def __init__(self) -> None:
        super().__init__()
        for name in ("x1", "x2", "y1", "y2"):
            self.register_buffer(name, torch.zeros(1, 4))

    def forward(self, x: Tensor) -> Tensor:
        forward = 0.3 * x + 0.4 * self.x1 + 0.3 * self.x2
        y = forward + 0.5 * self.y1 - 0.3 * self.y2
        self.x2, self.y2 = self.x1.clone(), self.y1.clone()
        self.x1, self.y1 = x.clone(), y
        return y


@zoo(floats(1, 8), calls=CALLS)
class EnvelopeFollower(nn.Module):
    """Rises at once, falls slowly."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("peak", torch.zeros(1, 8))

    def forward(self, x: Tensor) -> Tensor:
        self.peak = torch.maximum(x.abs(), 0.9 * self.peak)
        return x / (self.peak + 0.5)


@zoo(floats(1, 12, 1), calls=CALLS)
class MixedKernelsWakeWord(nn.Module):
    """Two depthwise kernels of different length over one buffer, which is shifted in place."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("frames", torch.zeros(1, 12, 7))
        self.short = nn.Conv1d(6, 6, 3, groups=6)
        self.long = nn.Conv1d(6, 6, 7, groups=6)
        self.pointwise = nn.Conv1d(12, 16, 1)
        self.out = nn.Linear(16, 1)

    def forward(self, x: Tensor) -> Tensor:
        self.frames[:, :, :-1] = self.frames[:, :, 1:].clone()
        self.frames[:, :, -1:] = x
        first, second = self.frames[:, :6, -3:], self.frames[:, 6:]
        x = torch.cat([self.short(first), self.long(second)], dim=1)
        x = F.relu(self.pointwise(x))
        return torch.sigmoid(self.out(x.flatten(1)))


@zoo(floats(1, 1, 8), calls=CALLS)
class AttentionOverTheLastFrames(nn.Module):
    """Keys and values of the frames before are kept, not computed again."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("keys", torch.zeros(1, 6, 8))
        self.register_buffer("values", torch.zeros(1, 6, 8))
        self.project = nn.Linear(8, 24)
        self.out = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = self.project(x).chunk(3, dim=2)
        keys = torch.cat([self.keys[:, 1:], key], dim=1)
        values = torch.cat([self.values[:, 1:], value], dim=1)
        self.keys.copy_(keys)
        self.values.copy_(values)
        return x + self.out(F.scaled_dot_product_attention(query, keys, values))


@zoo(
    floats(1, 14),
    states={"vad": State(1, (1, 6)), "noise": State(2, (1, 10))},
    calls=CALLS,
)
class NoiseSuppression(nn.Module):
    """Gains for bands, from two recurrent layers of which the second hears the first."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.Linear(14, 8)
        self.vad_in, self.vad_back = nn.Linear(8, 6), nn.Linear(6, 6)
        self.noise_in, self.noise_back = nn.Linear(8 + 6, 10), nn.Linear(10, 10)
        self.gains = nn.Linear(10, 14)

    def forward(self, x: Tensor, vad: Tensor, noise: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        features = torch.tanh(self.dense(x))
        vad = torch.tanh(self.vad_in(features) + self.vad_back(vad))
        both = torch.cat([features, vad], dim=1)
        noise = F.relu(self.noise_in(both) + 0.5 * torch.tanh(self.noise_back(noise)))
        return torch.sigmoid(self.gains(noise)), vad, noise


@zoo(
    floats(1, 1, 32),
    states={"h": State(1, (1, 8)), "c": State(2, (1, 8))},
    calls=CALLS,
)
class VoiceActivity(nn.Module):
    """The last samples of the block before are a buffer, the cell's states go in and out."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("context", torch.zeros(1, 1, 8))
        self.encoder = nn.Sequential(
            nn.Conv1d(1, 8, 8, stride=4), nn.ReLU(), nn.Conv1d(8, 8, 3, stride=2), nn.ReLU()
        )
        self.cell = LstmCell(8, 8)
        self.out = nn.Linear(8, 1)

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        block = torch.cat([self.context, x], dim=2)
        self.context = x[:, :, -8:]
        h, c = self.cell(self.encoder(block).mean(dim=2), h, c)
        return torch.sigmoid(8 * self.out(h)), h, c


class SeanetBlock(nn.Module):
    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.squeeze = CausalConv1d(channels, channels // 2, 3)
        self.widen = nn.Conv1d(channels // 2, channels, 1)
        self.down = CausalConv1d(channels, 2 * channels, 2 * stride, stride=stride)
        self.down.kept = stride
        self.down.frames = torch.zeros(1, channels, stride)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.widen(F.elu(self.squeeze(F.elu(x))))
        return self.down(F.elu(x))


@zoo(floats(1, 1, 16), calls=CALLS)
class SeanetEncoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = CausalConv1d(1, 4, 7)
        self.blocks = nn.Sequential(SeanetBlock(4, 2), SeanetBlock(8, 4))
        self.last = CausalConv1d(16, 8, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(F.elu(self.blocks(self.first(x))))


@zoo(floats(1, 8, 2), calls=CALLS)
class SeanetDecoder(nn.Module):
    """The end of what a transposed convolution gives is added to the beginning of the next."""

    def __init__(self) -> None:
        super().__init__()
        self.up = nn.ConvTranspose1d(8, 4, 4, stride=2)
        self.register_buffer("tail", torch.zeros(1, 4, 2))
        self.last = CausalConv1d(4, 1, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.up(x)
        beginning = x[:, :, :2] + self.tail
        self.tail = x[:, :, 4:]
        x = torch.cat([beginning, x[:, :, 2:4]], dim=2)
        return self.last(F.elu(x))


@zoo(floats(1, 13), calls=CALLS)
class StackedFrames(nn.Module):
    """A dense network over the last frames, as speech recognizers began."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("frames", torch.zeros(4, 13))
        self.layers = nn.Sequential(nn.Linear(65, 24), nn.ReLU(), nn.Linear(24, 6))

    def forward(self, x: Tensor) -> Tensor:
        frames = torch.cat([self.frames, x])
        self.frames.copy_(frames[1:])
        return self.layers(frames.reshape(1, -1))


@zoo(floats(1, 6), calls=CALLS)
class Hysteresis(nn.Module):
    """On above one threshold, off below another: the state is a truth value."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("on", torch.zeros(1, 6, dtype=torch.bool))

    def forward(self, x: Tensor) -> Tensor:
        on = (x > 0.5) | (self.on & (x > -0.5))
        self.on = on
        return torch.where(on, x, 0.1 * x)


@zoo(floats(1, 2), calls=CALLS)
class Controller(nn.Module):
    """Proportional, integral and derivative parts of two errors."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("integral", torch.zeros(1, 2))
        self.register_buffer("before", torch.zeros(1, 2))

    def forward(self, error: Tensor) -> Tensor:
        self.integral = torch.clamp(self.integral + 0.2 * error, -1.0, 1.0)
        change = error - self.before
        self.before = error.clone()
        return 1.5 * error + self.integral + 0.3 * change


@zoo(positive(1, 10), calls=CALLS)
class PerChannelEnergyNormalization(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("smooth", torch.ones(1, 10))

    def forward(self, energy: Tensor) -> Tensor:
        self.smooth.lerp_(energy, 0.3)
        return torch.sqrt(energy / (self.smooth + 0.2) + 2.0) - 2.0**0.5


@zoo(floats(1, 5), calls=CALLS)
class MemoryOfProjections(nn.Module):
    """A rank-1 SVDF layer: each unit weighs its projections of the last frames, newest first."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("memory", torch.zeros(6, 8))
        self.features = nn.Linear(5, 8)
        self.register_buffer("weights", torch.linspace(1.0, 0.1, 7)[:, None] * torch.ones(7, 8))
        self.out = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        memory = torch.cat([self.features(x), self.memory])
        self.memory = memory[:-1]
        return self.out(F.relu((memory * self.weights).sum(dim=0, keepdim=True)))
