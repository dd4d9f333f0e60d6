"""Accelerometers, hearts, radars and other sensors; and what stands before networks."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from .record import floats, fractions, pixels, positive, raw_bytes, zoo


@zoo(floats(1, 3, 64))
class ActivityCNN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(3, 12, 5, stride=2)
        self.conv2 = nn.Conv1d(12, 16, 5, stride=2)
        self.dropout = nn.Dropout(0.5)
        self.fc1 = nn.Linear(16 * 13, 16)
        self.fc2 = nn.Linear(16, 6)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = self.dropout(x.view(x.size(0), -1))
        return self.fc2(F.relu(self.fc1(x)))


@zoo(floats(1, 64, 6))
class TimeMajorActivity(nn.Module):
    """Time first, as sensors give it."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv1d(6, 12, 7, padding=3), nn.BatchNorm1d(12), nn.ReLU(), nn.MaxPool1d(4)
        )
        self.fc = nn.Linear(12, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.net(x.transpose(1, 2))
        return self.fc(torch.amax(x, dim=2))


@zoo(floats(1, 1, 24, 6))
class DeepConvActivity(nn.Module):
    """2-d convolutions along time only."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, (5, 1))
        self.conv2 = nn.Conv2d(8, 8, (5, 1))
        self.fc = nn.Linear(8 * 6, 6)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv2(F.relu(self.conv1(x))))
        x = x.mean(dim=2)
        return F.softmax(self.fc(x.reshape(1, -1)), dim=1)


@zoo(floats(1, 1, 96))
class HeartBeatNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(1, 12, 5)
        self.block1 = nn.Conv1d(12, 12, 5, padding=2)
        self.block2 = nn.Conv1d(12, 12, 5, padding=2)
        self.pool = nn.MaxPool1d(5, stride=2)
        self.fc = nn.Linear(12 * 44, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        s = self.block2(F.relu(self.block1(x)))
        x = self.pool(F.relu(s + x))
        return F.softmax(self.fc(torch.flatten(x, 1)), dim=1)


@zoo(floats(1, 12, 64))
class TwelveLeadResNet(nn.Module):
    """Many labels at once; the leads' squeeze-and-excite in 1-d."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv1d(12, 16, 15, stride=2, padding=7, bias=False), nn.BatchNorm1d(16), nn.ReLU()
        )
        self.se = nn.Sequential(nn.Linear(16, 4), nn.ReLU(), nn.Linear(4, 16), nn.Sigmoid())
        self.conv = nn.Conv1d(16, 16, 7, padding=3)
        self.fc = nn.Linear(32, 6)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        y = self.conv(x)
        y = y * self.se(y.mean(-1)).unsqueeze(-1)
        x = F.relu(x + y)
        pooled = torch.cat([F.adaptive_max_pool1d(x, 1), F.adaptive_avg_pool1d(x, 1)], dim=1)
        return torch.sigmoid(self.fc(pooled.flatten(1)))


@zoo(floats(1, 1, 8, 64))
class EEGNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.temporal = nn.Sequential(
            nn.Conv2d(1, 4, (1, 16), padding="same", bias=False), nn.BatchNorm2d(4)
        )
        self.spatial = nn.Sequential(
            nn.Conv2d(4, 8, (8, 1), groups=4, bias=False), nn.BatchNorm2d(8), nn.ELU()
        )
        self.separable = nn.Sequential(
            nn.AvgPool2d((1, 4)),
            nn.Conv2d(8, 8, (1, 8), padding="same", groups=8, bias=False),
            nn.Conv2d(8, 8, 1, bias=False),
            nn.BatchNorm2d(8),
            nn.ELU(),
            nn.AvgPool2d((1, 8)),
        )
        self.classify = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.separable(self.spatial(self.temporal(x)))
        return self.classify(x.flatten(start_dim=1))


@zoo(floats(1, 20, 3))
class MagicWand(nn.Module):
    """Gestures as an image of time and axis."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, (4, 3), padding="same")
        self.conv2 = nn.Conv2d(8, 12, (4, 1), padding="same")
        self.fc = nn.Linear(12 * 2, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = x.unsqueeze(1)
        x = F.max_pool2d(F.relu(self.conv1(x)), (3, 3))
        x = F.max_pool2d(F.relu(self.conv2(x)), (3, 1))
        return F.softmax(self.fc(x.view(-1, 24)), dim=1)


@zoo(positive(1, 2, 16, 16))
class RadarGesture(nn.Module):
    """Range-Doppler maps in decibels, with each map's own maximum as reference."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(2, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, 8, 3, 2, 1))
        self.fc = nn.Linear(128, 5)

    def forward(self, x: Tensor) -> Tensor:
        decibels = 10.0 * torch.log10(x + 1e-2)
        decibels = decibels - torch.amax(decibels, dim=(2, 3), keepdim=True)
        x = torch.clamp(decibels, min=-30.0) / 30.0
        return self.fc(self.conv(x).flatten(1))


@zoo(floats(1, 3, 32))
class StandardizedWindow(nn.Module):
    """Each window is standardized by its own mean and deviation."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(3, 8, 5)
        self.fc = nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = (x - x.mean(dim=-1, keepdim=True)) / (x.std(dim=-1, keepdim=True) + 1e-3)
        return self.fc(F.relu(self.conv(x)).mean(-1))


@zoo(floats(1, 3, 32))
class MotionFeatures(nn.Module):
    """Magnitude, differences, energy: features by hand before a small network."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(7, 12), nn.ReLU(), nn.Linear(12, 3))

    def forward(self, x: Tensor) -> Tensor:
        magnitude = torch.sqrt(x.square().sum(dim=1))
        jerk = (x[:, :, 1:] - x[:, :, :-1]).abs().mean(dim=2)
        energy = x.pow(2).mean(dim=2)
        return self.net(torch.cat([magnitude.mean(1, keepdim=True), jerk, energy], dim=1))


@zoo(floats(1, 4, 24))
class LagFeatures(nn.Module):
    """roll, flip and stacked lags."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(16, 8, 3)

    def forward(self, x: Tensor) -> Tensor:
        lags = [torch.roll(x, shift, dims=2) for shift in (1, 2)]
        return torch.tanh(self.conv(torch.cat([x, *lags, x.flip(2)], dim=1)))


@zoo(raw_bytes(1, 3, 16, 16))
class NormalizedBytes(nn.Module):
    """uint8 images: the model converts and normalizes."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))
        self.conv = nn.Conv2d(3, 8, 3, 2)
        self.fc = nn.Linear(8, 4)

    def forward(self, image: Tensor) -> Tensor:
        x = (image.float() / 255.0 - self.mean) / self.std
        return self.fc(F.relu(self.conv(x)).mean((2, 3)))


@zoo(pixels(1, 3, 16, 16))
class NormalizedPixels(nn.Module):
    """The same of float32 pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))
        self.conv = nn.Conv2d(3, 8, 3, 2)
        self.fc = nn.Linear(8, 4)

    def forward(self, image: Tensor) -> Tensor:
        x = (image / 255 - self.mean) / self.std
        return self.fc(F.relu(self.conv(x)).mean((2, 3)))


@zoo(pixels(1, 16, 16, 3))
class ChannelsLastCamera(nn.Module):
    """A frame as the camera stores it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, 2)
        self.head = nn.Conv2d(8, 4, 1)

    def forward(self, frame: Tensor) -> Tensor:
        x = frame.permute(0, 3, 1, 2).div(255.0).sub(0.5).mul(2.0)
        return self.head(F.relu(self.conv(x))).permute(0, 2, 3, 1)


@zoo(floats(1, 128))
class LogMelFrontEnd(nn.Module):
    """Frames, a window, a DFT by matrices, power, a filter bank, a logarithm."""

    def __init__(self) -> None:
        super().__init__()
        n, bins = 32, 17
        angles = 2 * math.pi * torch.outer(torch.arange(n), torch.arange(bins)) / n
        window = torch.hann_window(n).unsqueeze(1)
        self.register_buffer("real", window * torch.cos(angles) / 8)
        self.register_buffer("imaginary", window * torch.sin(angles) / 8)
        self.register_buffer("mel", torch.rand(bins, 8) / 4)
        self.fc = nn.Linear(8, 4)

    def forward(self, audio: Tensor) -> Tensor:
        frames = audio.unfold(1, 32, 16)
        power = (frames @ self.real).pow(2) + (frames @ self.imaginary).pow(2)
        mel = torch.log(power @ self.mel + 1e-2)
        return self.fc(mel.mean(dim=1))


@zoo(positive(1, 1, 20, 24))
class PCEN(nn.Module):
    """Per-channel energy normalization with a fixed smoother (a convolution in time)."""

    def __init__(self) -> None:
        super().__init__()
        taps = 0.7 ** torch.arange(6, 0, -1.0)
        self.register_buffer("smoother", (taps / taps.sum()).view(1, 1, 1, 6))
        self.conv = nn.Conv2d(1, 6, 3, 2)

    def forward(self, energy: Tensor) -> Tensor:
        smooth = F.conv2d(F.pad(energy, (5, 0, 0, 0), mode="replicate"), self.smoother)
        x = (energy / (smooth + 0.1) ** 0.8 + 2.0) ** 0.5 - 2.0**0.5
        return F.relu(self.conv(x))


@zoo(fractions(1, 1, 24, 24))
class DigitalPreprocessing(nn.Module):
    """Gamma, a crop of the center, a resize, then the network."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3)
        self.fc = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = x.clamp(min=0.05) ** 0.45
        x = x[:, :, 4:20, 4:20]
        x = F.interpolate(x, size=(12, 12), mode="bilinear", align_corners=False)
        return self.fc(F.relu(self.conv(x)).amax((2, 3)))


@zoo(floats(1, 4, 16))
class MultiRate(nn.Module):
    """Every second sample, and pairs averaged, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(8, 6, 3)

    def forward(self, x: Tensor) -> Tensor:
        pairs = F.lp_pool1d(x.abs() + 0.1, norm_type=2, kernel_size=2)
        return self.conv(torch.cat([x[:, :, ::2], pairs], dim=1))


@zoo(floats(1, 8, 8))
class BatteryEstimator(nn.Module):
    """A state of charge between 0 and 1, by a clamp."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.CELU(), nn.Linear(16, 1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.clip(0.5 + 0.4 * self.net(x), 0.0, 1.0)


@zoo(floats(1, 2, 24), floats(1, 3, 12))
class TwoRates(nn.Module):
    """Two sensors of different rates; the slow one is repeated."""

    def __init__(self) -> None:
        super().__init__()
        self.fast = nn.Conv1d(2, 6, 3, padding=1)
        self.slow = nn.Conv1d(3, 6, 3, padding=1)
        self.head = nn.Conv1d(12, 4, 1)

    def forward(self, fast: Tensor, slow: Tensor) -> Tensor:
        slow = F.interpolate(self.slow(slow), scale_factor=2)
        return self.head(torch.cat([F.relu(self.fast(fast)), F.relu(slow)], dim=1)).mean(-1)
