"""Key words, sounds, enhancement."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.nn.utils import parametrizations

from .record import floats, fractions, positive, zoo


@zoo(floats(1, 1, 49, 10))
class DSCNN(nn.Module):
    """MLPerf Tiny's."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(
            nn.Conv2d(1, 16, (10, 4), (2, 2), (5, 1), bias=False), nn.BatchNorm2d(16), nn.ReLU()
        )
        self.blocks = nn.Sequential(*[self.block(16) for _ in range(3)])
        self.dropout = nn.Dropout(0.4)
        self.pool = nn.AvgPool2d((25, 5))
        self.classifier = nn.Linear(16, 12)

    @staticmethod
    def block(channels: int) -> nn.Module:
        return nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.blocks(self.first(x))
        x = self.pool(self.dropout(x)).squeeze()
        return self.classifier(x)


@zoo(floats(1, 1, 40, 32))
def cnn_trad_fpool3() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 12, (20, 8)),
        nn.ReLU(),
        nn.MaxPool2d((1, 3)),
        nn.Conv2d(12, 12, (10, 4)),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(12 * 12 * 5, 8),
        nn.Linear(8, 12),
    )


@zoo(floats(1, 10, 32))
class TCResNet(nn.Module):
    """Coefficients as channels of a 1-d convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(10, 12, 3, padding=1, bias=False)
        self.conv1 = nn.Conv1d(12, 16, 9, stride=2, padding=4, bias=False)
        self.bn1 = nn.BatchNorm1d(16)
        self.conv2 = nn.Conv1d(16, 16, 9, padding=4, bias=False)
        self.bn2 = nn.BatchNorm1d(16)
        self.shortcut = nn.Sequential(nn.Conv1d(12, 16, 1, stride=2), nn.BatchNorm1d(16), nn.ReLU())
        self.linear = nn.Linear(16, 12)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = F.relu(out + self.shortcut(x))
        out = F.adaptive_avg_pool1d(out, 1).squeeze(-1)
        return self.linear(out)


class SubSpectralNorm(nn.Module):
    """A batch norm of its own for each band of frequencies."""

    def __init__(self, channels: int, bands: int) -> None:
        super().__init__()
        self.bands = bands
        self.bn = nn.BatchNorm2d(channels * bands)

    def forward(self, x: Tensor) -> Tensor:
        n, c, f, t = x.size()
        x = x.view(n, c * self.bands, f // self.bands, t)
        return self.bn(x).view(n, c, f, t)


class BroadcastedBlock(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.freq_dw_conv = nn.Conv2d(channels, channels, (3, 1), padding=(1, 0), groups=channels)
        self.ssn = SubSpectralNorm(channels, 5)
        self.temp_dw_conv = nn.Conv2d(channels, channels, (1, 3), padding=(0, 1), groups=channels)
        self.bn = nn.BatchNorm2d(channels)
        self.conv = nn.Conv2d(channels, channels, 1)
        self.dropout = nn.Dropout2d(0.1)

    def forward(self, x: Tensor) -> Tensor:
        identity = x
        x = self.ssn(self.freq_dw_conv(x))
        auxiliary = x
        x = x.mean(2, keepdim=True)
        x = F.silu(self.bn(self.temp_dw_conv(x)))
        x = self.dropout(self.conv(x))
        return F.relu(auxiliary + x + identity)


@zoo(floats(1, 1, 40, 20))
class BCResNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Conv2d(1, 8, 5, stride=(2, 1), padding=2)
        self.blocks = nn.Sequential(BroadcastedBlock(8), BroadcastedBlock(8))
        self.tail = nn.Conv2d(8, 12, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.blocks(F.relu(self.head(x)))
        x = x.mean((2, 3), keepdim=True)
        return self.tail(x).squeeze(-1).squeeze(-1)


class MatchboxSubBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(inputs, inputs, kernel, padding="same", groups=inputs)
        self.pointwise = nn.Conv1d(inputs, outputs, 1)
        self.bn = nn.BatchNorm1d(outputs)

    def forward(self, x: Tensor, residual: Tensor | None = None) -> Tensor:
        x = self.bn(self.pointwise(self.depthwise(x)))
        if residual is not None:
            x = x + residual
        return F.dropout(F.relu(x), 0.1, training=self.training)


@zoo(floats(1, 16, 32))
class MatchboxNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.prologue = MatchboxSubBlock(16, 12, 11)
        self.sub1 = MatchboxSubBlock(12, 16, 13)
        self.sub2 = MatchboxSubBlock(16, 16, 13)
        self.residual = nn.Sequential(nn.Conv1d(12, 16, 1), nn.BatchNorm1d(16))
        self.epilogue = nn.Conv1d(16, 16, 9, dilation=2, padding=8)
        self.decoder = nn.Conv1d(16, 12, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.prologue(x)
        x = self.sub2(self.sub1(x), self.residual(x))
        x = self.decoder(F.relu(self.epilogue(x)))
        return F.log_softmax(F.adaptive_avg_pool1d(x, 1).squeeze(2), dim=1)


@zoo(floats(1, 1, 1024))
class M5(nn.Module):
    """Raw audio: the network of torchaudio's tutorial."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(1, 8, kernel_size=80, stride=16)
        self.bn1 = nn.BatchNorm1d(8)
        self.pool1 = nn.MaxPool1d(4)
        self.conv2 = nn.Conv1d(8, 12, kernel_size=3)
        self.bn2 = nn.BatchNorm1d(12)
        self.pool2 = nn.MaxPool1d(4)
        self.fc1 = nn.Linear(12, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool1(F.relu(self.bn1(self.conv1(x))))
        x = self.pool2(F.relu(self.bn2(self.conv2(x))))
        x = F.avg_pool1d(x, x.shape[-1])
        x = x.permute(0, 2, 1)
        x = self.fc1(x)
        return F.log_softmax(x, dim=2)


@zoo(fractions(1, 1, 32, 32))
class YamNet(nn.Module):
    """Scores of several sounds at once."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(1, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU())
        self.dw = nn.Sequential(nn.Conv2d(8, 8, 3, 2, 1, groups=8), nn.BatchNorm2d(8), nn.ReLU())
        self.pw = nn.Sequential(nn.Conv2d(8, 24, 1), nn.BatchNorm2d(24), nn.ReLU())
        self.fc = nn.Linear(24, 20)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.pw(self.dw(self.conv(x)))
        embedding = x.mean(dim=(2, 3))
        return torch.sigmoid(self.fc(embedding)), embedding


@zoo(floats(1, 1, 32, 20))
class FSMN(nn.Module):
    """Memory blocks: a depthwise convolution over past and future frames, added to its input."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(20, 16)
        self.memory_left = nn.Conv2d(16, 16, (4, 1), dilation=(2, 1), groups=16, bias=False)
        self.memory_right = nn.Conv2d(16, 16, (2, 1), groups=16, bias=False)
        self.out = nn.Linear(16, 6)

    def forward(self, x: Tensor) -> Tensor:
        x = self.linear(x).permute(0, 3, 2, 1)
        left = self.memory_left(F.pad(x, [0, 0, 6, 0]))
        right = self.memory_right(F.pad(x, [0, 0, 0, 2]))[:, :, 1:, :]
        x = x + left + right
        return self.out(F.relu(x.permute(0, 3, 2, 1))).softmax(-1)


class GatedResidual(nn.Module):
    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.padding = dilation
        self.filter = nn.Conv1d(channels, channels, 2, dilation=dilation)
        self.gate = nn.Conv1d(channels, channels, 2, dilation=dilation)
        self.res = nn.Conv1d(channels, channels, 1)
        self.skip = nn.Conv1d(channels, channels, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        padded = F.pad(x, (self.padding, 0))
        z = torch.tanh(self.filter(padded)) * torch.sigmoid(self.gate(padded))
        return x + self.res(z), self.skip(z)


@zoo(floats(1, 1, 64))
class WaveNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.start = nn.Conv1d(1, 8, 1)
        self.blocks = nn.ModuleList([GatedResidual(8, 2**index) for index in range(4)])
        self.end1 = nn.Conv1d(8, 8, 1)
        self.end2 = nn.Conv1d(8, 16, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.start(x)
        skips: Tensor | int = 0
        for block in self.blocks:
            x, skip = block(x)
            skips = skips + skip
        x = F.relu(self.end1(F.relu(skips)))
        return self.end2(x)


@zoo(floats(1, 1, 64))
class GatesOfOneConvolution(nn.Module):
    """Both halves of a gate from one convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(1, 16, 3, padding=2)
        self.out = nn.Conv1d(8, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        filter, gate = torch.chunk(self.conv(x)[..., :-2], 2, dim=1)
        return self.out(filter.tanh() * gate.sigmoid())


class TasNetBlock(nn.Module):
    def __init__(self, channels: int, hidden: int, dilation: int) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv1d(channels, hidden, 1),
            nn.PReLU(),
            nn.GroupNorm(1, hidden, eps=1e-8),
            nn.Conv1d(hidden, hidden, 3, padding=dilation, dilation=dilation, groups=hidden),
            nn.PReLU(),
            nn.GroupNorm(1, hidden, eps=1e-8),
            nn.Conv1d(hidden, channels, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.net(x)


@zoo(floats(1, 1, 128))
class ConvTasNet(nn.Module):
    """Two speakers: masks on a learned transform, and its inverse."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Conv1d(1, 12, 16, stride=8, bias=False)
        self.norm = nn.GroupNorm(1, 12)
        self.bottleneck = nn.Conv1d(12, 8, 1)
        self.separator = nn.Sequential(TasNetBlock(8, 12, 1), TasNetBlock(8, 12, 2))
        self.mask = nn.Conv1d(8, 24, 1)
        self.decoder = nn.ConvTranspose1d(12, 1, 16, stride=8, bias=False)

    def forward(self, mixture: Tensor) -> Tensor:
        w = F.relu(self.encoder(mixture))
        masks = self.mask(self.separator(self.bottleneck(self.norm(w))))
        masks = torch.sigmoid(masks).view(1, 2, 12, -1)
        sources = w.unsqueeze(1) * masks
        output = self.decoder(sources.view(2, 12, -1))
        return output.view(1, 2, -1)


@zoo(floats(1, 1, 64))
class DenoisingUNet1d(nn.Module):
    """Demucs without its LSTM: GLU, strided and transposed 1-d convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.encode = nn.Sequential(
            nn.Conv1d(1, 8, 8, 4, padding=2), nn.ReLU(), nn.Conv1d(8, 16, 1), nn.GLU(dim=1)
        )
        self.decode = nn.Sequential(
            nn.Conv1d(8, 16, 1), nn.GLU(dim=1), nn.ConvTranspose1d(8, 1, 8, 4, padding=2)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x)) + x


@zoo(positive(1, 1, 24, 33))
class MagnitudeMask(nn.Module):
    """Noise suppression: log magnitudes in, gains between a floor and 1 on the magnitudes."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(33, 24), nn.ReLU(), nn.Linear(24, 33))

    def forward(self, magnitude: Tensor) -> Tensor:
        features = torch.log1p(magnitude)
        gain = torch.sigmoid(self.net(features)).clamp(min=0.1)
        return magnitude * gain


class Chomp1d(nn.Module):
    def __init__(self, chomp_size: int) -> None:
        super().__init__()
        self.chomp_size = chomp_size

    def forward(self, x: Tensor) -> Tensor:
        return x[:, :, : -self.chomp_size].contiguous()


class TemporalBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int, dilation: int) -> None:
        super().__init__()
        padding = (kernel - 1) * dilation
        self.net = nn.Sequential(
            parametrizations.weight_norm(
                nn.Conv1d(inputs, outputs, kernel, padding=padding, dilation=dilation)
            ),
            Chomp1d(padding),
            nn.ReLU(),
            nn.Dropout(0.2),
        )
        self.downsample = nn.Conv1d(inputs, outputs, 1) if inputs != outputs else None
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        res = x if self.downsample is None else self.downsample(x)
        return self.relu(self.net(x) + res)


@zoo(floats(1, 4, 40))
class TCN(nn.Module):
    """Weight norm and chomp, as in the paper's code."""

    def __init__(self) -> None:
        super().__init__()
        self.tcn = nn.Sequential(TemporalBlock(4, 8, 3, 1), TemporalBlock(8, 8, 3, 2))
        self.linear = nn.Linear(8, 5)

    def forward(self, inputs: Tensor) -> Tensor:
        y = self.tcn(inputs)
        return self.linear(y[:, :, -1])


@zoo(floats(1, 4, 40))
class OldWeightNormTCN(nn.Module):
    """torch.nn.utils.weight_norm: hooks before forward."""

    def __init__(self) -> None:
        super().__init__()
        conv = nn.Conv1d(4, 8, 3, padding=4, dilation=2)
        self.conv = nn.utils.weight_norm(conv)
        self.head = nn.Conv1d(8, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)[:, :, :-4]
        return self.head(F.relu(x)).mean(dim=-1)


@zoo(floats(1, 20, 24))
class XVector(nn.Module):
    """Speaker embedding: dilated convolutions, then mean and deviation over time."""

    def __init__(self) -> None:
        super().__init__()
        self.tdnn = nn.Sequential(
            nn.Conv1d(20, 16, 5), nn.ReLU(), nn.Conv1d(16, 16, 3, dilation=2), nn.ReLU()
        )
        self.fc = nn.Linear(32, 12)

    def forward(self, x: Tensor) -> Tensor:
        x = self.tdnn(x)
        stats = torch.cat((x.mean(dim=2), x.std(dim=2)), dim=1)
        return self.fc(stats)


@zoo(floats(1, 16, 24))
class AttentiveStatistics(nn.Module):
    """ECAPA-TDNN's pooling: a softmax over time weighs mean and deviation."""

    def __init__(self) -> None:
        super().__init__()
        self.tdnn = nn.Conv1d(16, 8, 1)
        self.conv = nn.Conv1d(8, 16, 1)

    def forward(self, x: Tensor) -> Tensor:
        alpha = torch.softmax(self.conv(torch.tanh(self.tdnn(x))), dim=2)
        mean = torch.sum(alpha * x, dim=2)
        residuals = torch.sum(alpha * x**2, dim=2) - mean**2
        std = torch.sqrt(residuals.clamp(min=1e-4))
        return torch.cat([mean, std], dim=1)


@zoo(floats(1, 16, 24))
class Res2Block(nn.Module):
    """Chunks of channels that are convolved one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv1d(4, 4, 3, padding=1) for _ in range(3)])

    def forward(self, x: Tensor) -> Tensor:
        y = []
        for index, part in enumerate(torch.chunk(x, 4, dim=1)):
            if index == 0:
                y.append(part)
            elif index == 1:
                y.append(F.relu(self.convs[0](part)))
            else:
                y.append(F.relu(self.convs[index - 1](part + y[-1])))
        return torch.cat(y, dim=1)
