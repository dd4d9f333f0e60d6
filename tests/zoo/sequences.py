"""Time series, text and other sequences without attention."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from .record import floats, tokens, zoo


class NBeatsBlock(nn.Module):
    def __init__(self, units: int, backcast: int, forecast: int) -> None:
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(backcast, units), nn.ReLU(), nn.Linear(units, units))
        self.theta_b = nn.Linear(units, 4, bias=False)
        self.theta_f = nn.Linear(units, 4, bias=False)
        powers = torch.arange(4, dtype=torch.float32)[:, None]
        self.register_buffer("back_basis", (torch.arange(backcast) / backcast)[None] ** powers)
        self.register_buffer("fore_basis", (torch.arange(forecast) / forecast)[None] ** powers)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = F.relu(self.fc(x))
        backcast = self.theta_b(x).mm(self.back_basis)
        forecast = self.theta_f(x).mm(self.fore_basis)
        return backcast, forecast


@zoo(floats(1, 32))
class NBeats(nn.Module):
    """Trend blocks: a polynomial of time each; residuals go on, forecasts add up."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([NBeatsBlock(24, 32, 8) for _ in range(2)])

    def forward(self, backcast: Tensor) -> Tensor:
        forecast = torch.zeros(backcast.shape[0], 8)
        for block in self.blocks:
            b, f = block(backcast)
            backcast = backcast - b
            forecast = forecast + f
        return forecast


class MovingAverage(nn.Module):
    def __init__(self, kernel_size: int) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.avg = nn.AvgPool1d(kernel_size=kernel_size, stride=1, padding=0)

    def forward(self, x: Tensor) -> Tensor:
        front = x[:, 0:1, :].repeat(1, (self.kernel_size - 1) // 2, 1)
        end = x[:, -1:, :].repeat(1, (self.kernel_size - 1) // 2, 1)
        x = torch.cat([front, x, end], dim=1)
        x = self.avg(x.permute(0, 2, 1))
        return x.permute(0, 2, 1)


@zoo(floats(1, 32, 3))
class DLinear(nn.Module):
    """The paper's decomposition into trend and season."""

    def __init__(self) -> None:
        super().__init__()
        self.moving_avg = MovingAverage(5)
        self.linear_seasonal = nn.Linear(32, 8)
        self.linear_trend = nn.Linear(32, 8)

    def forward(self, x: Tensor) -> Tensor:
        trend_init = self.moving_avg(x)
        seasonal_init = x - trend_init
        seasonal_init, trend_init = seasonal_init.permute(0, 2, 1), trend_init.permute(0, 2, 1)
        x = self.linear_seasonal(seasonal_init) + self.linear_trend(trend_init)
        return x.permute(0, 2, 1)


@zoo(floats(1, 32, 3))
class NLinear(nn.Module):
    """The last value is taken away, and added again."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(32, 8)

    def forward(self, x: Tensor) -> Tensor:
        seq_last = x[:, -1:, :].detach()
        x = x - seq_last
        x = self.linear(x.permute(0, 2, 1)).permute(0, 2, 1)
        return x + seq_last


@zoo(floats(1, 24, 4))
class TSMixer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.time = nn.Linear(24, 24)
        self.norm = nn.BatchNorm1d(24)
        self.features = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 4))
        self.head = nn.Linear(24, 6)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.time(self.norm(x).transpose(1, 2))).transpose(1, 2)
        x = x + y
        x = x + self.features(x)
        return self.head(x.transpose(1, 2)).transpose(1, 2)


@zoo(floats(1, 1, 48))
class RevIN(nn.Module):
    """Reversible instance normalization around a forecast."""

    def __init__(self) -> None:
        super().__init__()
        self.affine_weight = nn.Parameter(torch.tensor([1.2]))
        self.affine_bias = nn.Parameter(torch.tensor([0.1]))
        self.linear = nn.Linear(48, 8)

    def forward(self, x: Tensor) -> Tensor:
        mean = torch.mean(x, dim=-1, keepdim=True)
        stdev = torch.sqrt(torch.var(x, dim=-1, keepdim=True, unbiased=False) + 1e-5)
        x = (x - mean) / stdev
        x = x * self.affine_weight + self.affine_bias
        y = self.linear(x)
        y = (y - self.affine_bias) / self.affine_weight
        return y * stdev + mean


@zoo(tokens(50, 1, 12))
class TextCNN(nn.Module):
    """Kim's: an embedding, three widths, the largest over time."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(50, 8)
        self.convs = nn.ModuleList([nn.Conv1d(8, 6, width) for width in (2, 3, 4)])
        self.fc = nn.Linear(18, 4)
        self.dropout = nn.Dropout(0.5)

    def forward(self, text: Tensor) -> Tensor:
        embedded = self.embedding(text).permute(0, 2, 1)
        conved = [F.relu(conv(embedded)) for conv in self.convs]
        pooled = [F.max_pool1d(conv, conv.shape[2]).squeeze(2) for conv in conved]
        return self.fc(self.dropout(torch.cat(pooled, dim=1)))


@zoo(tokens(40, 1, 16))
class FastText(nn.Module):
    """The mean of embeddings, classified."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(40, 12, padding_idx=0)
        self.fc = nn.Linear(12, 5)

    def forward(self, text: Tensor) -> Tensor:
        return self.fc(self.embedding(text).mean(dim=1))


@zoo(tokens(30, 1, 10))
class CharacterCNN(nn.Module):
    """One-hot characters by comparison with their indices."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(30, 12, 3, padding=1)
        self.fc = nn.Linear(12, 4)

    def forward(self, text: Tensor) -> Tensor:
        onehot = (text.unsqueeze(1) == torch.arange(30).view(1, -1, 1)).float()
        x = F.relu(self.conv(onehot))
        return self.fc(x.max(dim=2).values)


@zoo(floats(1, 6, 32))
class InceptionTime(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.bottleneck = nn.Conv1d(6, 4, 1, bias=False)
        self.convs = nn.ModuleList(
            [nn.Conv1d(4, 4, k, padding=k // 2, bias=False) for k in (9, 5, 3)]
        )
        self.maxpool = nn.MaxPool1d(3, stride=1, padding=1)
        self.conv_pool = nn.Conv1d(6, 4, 1, bias=False)
        self.bn = nn.BatchNorm1d(16)
        self.fc = nn.Linear(16, 3)

    def forward(self, x: Tensor) -> Tensor:
        bottleneck = self.bottleneck(x)
        parts = [conv(bottleneck) for conv in self.convs] + [self.conv_pool(self.maxpool(x))]
        x = F.relu(self.bn(torch.cat(parts, dim=1)))
        return self.fc(x.mean(dim=-1))


@zoo(floats(1, 3, 64))
class FullyConvolutionalTimeSeries(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(3, 12, 8, padding="same"),
            nn.BatchNorm1d(12),
            nn.ReLU(),
            nn.Conv1d(12, 12, 5, padding="same"),
            nn.BatchNorm1d(12),
            nn.ReLU(),
        )
        self.fc = nn.Linear(12, 4)

    def forward(self, x: Tensor) -> Tensor:
        return F.softmax(self.fc(self.layers(x).mean(-1)), dim=-1)


@zoo(floats(1, 4), floats(1, 8))
class GRUCellByHand(nn.Module):
    """One step; the state goes in and comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.input = nn.Linear(4, 24)
        self.hidden = nn.Linear(8, 24)

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        i_r, i_z, i_n = self.input(x).chunk(3, 1)
        h_r, h_z, h_n = self.hidden(h).chunk(3, 1)
        r = torch.sigmoid(i_r + h_r)
        z = torch.sigmoid(i_z + h_z)
        n = torch.tanh(i_n + r * h_n)
        return (1 - z) * n + z * h


@zoo(floats(1, 4), floats(1, 8), floats(1, 8))
class LSTMCellByHand(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.gates = nn.Linear(12, 32)

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        i, f, g, o = self.gates(torch.cat((x, h), dim=-1)).split(8, dim=-1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        return h, c


@zoo(floats(1, 8, 12), floats(1, 12))
class MinimalGatedMemory(nn.Module):
    """A short loop over time, unrolled by the capture; the last state comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = nn.Linear(24, 12)
        self.candidate = nn.Linear(24, 12)

    def forward(self, frames: Tensor, state: Tensor) -> Tensor:
        for frame in frames.unbind(1):
            both = torch.cat([frame, state], 1)
            gate = self.gate(both).sigmoid()
            state = torch.lerp(state, self.candidate(both).tanh(), gate)
        return state


@zoo(floats(1, 12, 6))
class CausalPooling(nn.Module):
    """Running sums over time, divided by how many there are."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(6, 4)

    def forward(self, x: Tensor) -> Tensor:
        counts = torch.arange(1, x.size(1) + 1, dtype=torch.float32).view(1, -1, 1)
        return self.linear(torch.cumsum(x, dim=1) / counts)


@zoo(floats(1, 3, 40))
class ROCKET(nn.Module):
    """Random kernels; the largest value and the share of positive ones are the features."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(3, 12, 9, dilation=2)
        self.ridge = nn.Linear(24, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        share = (x > 0).float().mean(dim=2)
        return self.ridge(torch.cat([x.amax(dim=2), share], dim=1))


@zoo(floats(1, 6), floats(1, 8))
class GRUStep(nn.Module):
    """torch.nn's cell; the firmware keeps the state."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.GRUCell(6, 8)
        self.fc = nn.Linear(8, 3)

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        state = self.cell(x, state)
        return self.fc(state).sigmoid(), state


@zoo(floats(1, 6), floats(1, 8), floats(1, 8))
class LSTMStep(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(6, 8)

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        return self.cell(x, (h, c))


@zoo(floats(1, 8, 6))
class UnrolledRNN(nn.Module):
    """A cell called for each frame; the outputs are stacked."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.RNNCell(6, 8)

    def forward(self, x: Tensor) -> Tensor:
        h = torch.zeros(x.size(0), 8)
        outputs = []
        for t in range(x.size(1)):
            h = self.cell(x[:, t], h)
            outputs.append(h)
        return torch.stack(outputs, dim=1)


@zoo(floats(1, 12, 4))
class FilledByFrame(nn.Module):
    """A result that is written frame by frame, with a border of zeros."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        result = torch.zeros_like(x)
        for t in range(1, 4):
            result[:, t] = self.fc(torch.cat((x[:, t - 1], x[:, t]), dim=1))
        return result


@zoo(floats(1, 16, 4))
class ClippedSpikes(nn.Module):
    """Assignments where a mask says so."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(4, 6, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = x.transpose(1, 2).clone()
        x[x > 1.5] = 1.5
        x[x < -1.5] = 0
        return self.conv(x)


@zoo(tokens(40, 2, 6))
class BagOfWords(nn.Module):
    """torchtext's first classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.EmbeddingBag(40, 12, mode="mean")
        self.fc = nn.Linear(12, 4)

    def forward(self, text: Tensor) -> Tensor:
        return self.fc(self.embedding(text))
