"""Gates and attention in convolutional networks."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from .record import floats, zoo


class ChannelAttention(nn.Module):
    def __init__(self, channels: int, ratio: int = 4) -> None:
        super().__init__()
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.max_pool = nn.AdaptiveMaxPool2d(1)
        self.fc = nn.Sequential(
            nn.Conv2d(channels, channels // ratio, 1, bias=False),
            nn.ReLU(),
            nn.Conv2d(channels // ratio, channels, 1, bias=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.sigmoid(self.fc(self.avg_pool(x)) + self.fc(self.max_pool(x)))


class SpatialAttention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(2, 1, 7, padding=3, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        avg_out = torch.mean(x, dim=1, keepdim=True)
        max_out, _ = torch.max(x, dim=1, keepdim=True)
        x = torch.cat([avg_out, max_out], dim=1)
        return torch.sigmoid(self.conv1(x))


@zoo(floats(1, 3, 20, 20))
class CBAM(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, 2, 1)
        self.ca = ChannelAttention(16)
        self.sa = SpatialAttention()
        self.fc = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv(x))
        x = self.ca(x) * x
        x = self.sa(x) * x
        return self.fc(x.mean((2, 3)))


@zoo(floats(1, 3, 20, 20))
class ECANet(nn.Module):
    """A 1-d convolution across the channels."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, 2, 1)
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.eca = nn.Conv1d(1, 1, kernel_size=3, padding=1, bias=False)
        self.sigmoid = nn.Sigmoid()
        self.fc = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv(x))
        y = self.avg_pool(x)
        y = self.eca(y.squeeze(-1).transpose(-1, -2)).transpose(-1, -2).unsqueeze(-1)
        x = x * self.sigmoid(y).expand_as(x)
        return self.fc(F.adaptive_max_pool2d(x, 1).flatten(1))


@zoo(floats(1, 8, 16, 12))
class CoordinateAttention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.pool_h = nn.AdaptiveAvgPool2d((None, 1))
        self.pool_w = nn.AdaptiveAvgPool2d((1, None))
        self.conv1 = nn.Conv2d(8, 8, 1)
        self.bn1 = nn.BatchNorm2d(8)
        self.act = nn.Hardswish()
        self.conv_h = nn.Conv2d(8, 8, 1)
        self.conv_w = nn.Conv2d(8, 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        _, _, h, w = x.size()
        x_h = self.pool_h(x)
        x_w = self.pool_w(x).permute(0, 1, 3, 2)
        y = torch.cat([x_h, x_w], dim=2)
        y = self.act(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        x_w = x_w.permute(0, 1, 3, 2)
        return x * self.conv_w(x_w).sigmoid() * self.conv_h(x_h).sigmoid()


@zoo(floats(1, 8, 12, 12))
class SimAM(nn.Module):
    """Attention without parameters: squared distances to the mean."""

    def __init__(self, e_lambda: float = 1e-2) -> None:
        super().__init__()
        self.activaton = nn.Sigmoid()
        self.e_lambda = e_lambda

    def forward(self, x: Tensor) -> Tensor:
        _, _, h, w = x.size()
        n = w * h - 1
        x_minus_mu_square = (x - x.mean(dim=[2, 3], keepdim=True)).pow(2)
        total = x_minus_mu_square.sum(dim=[2, 3], keepdim=True)
        y = x_minus_mu_square / (4 * (total / n + self.e_lambda)) + 0.5
        return x * self.activaton(y)


@zoo(floats(1, 4, 16, 16))
class SKNet(nn.Module):
    """Selective kernels: a softmax over the branches."""

    def __init__(self) -> None:
        super().__init__()
        self.conv3 = nn.Conv2d(4, 8, 3, padding=1)
        self.conv5 = nn.Conv2d(4, 8, 3, padding=2, dilation=2)
        self.fc = nn.Linear(8, 4)
        self.fcs = nn.ModuleList([nn.Linear(4, 8) for _ in range(2)])

    def forward(self, x: Tensor) -> Tensor:
        feats = torch.stack([F.relu(self.conv3(x)), F.relu(self.conv5(x))], dim=1)
        fea_z = self.fc(feats.sum(dim=1).mean(-1).mean(-1))
        vectors = torch.stack([fc(fea_z) for fc in self.fcs], dim=1)
        weights = vectors.softmax(dim=1).unsqueeze(-1).unsqueeze(-1)
        return (feats * weights).sum(dim=1)


@zoo(floats(1, 8, 8, 8))
class NonLocalBlock(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.g = nn.Conv2d(8, 4, 1)
        self.theta = nn.Conv2d(8, 4, 1)
        self.phi = nn.Conv2d(8, 4, 1)
        self.w = nn.Conv2d(4, 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        batch = x.size(0)
        g = self.g(x).view(batch, 4, -1).permute(0, 2, 1)
        theta = self.theta(x).view(batch, 4, -1).permute(0, 2, 1)
        phi = self.phi(x).view(batch, 4, -1)
        attention = F.softmax(torch.matmul(theta, phi), dim=-1)
        y = torch.matmul(attention, g).permute(0, 2, 1).contiguous()
        return self.w(y.view(batch, 4, *x.size()[2:])) + x


@zoo(floats(1, 8, 16, 16), floats(1, 12, 8, 8))
class AttentionGate(nn.Module):
    """Attention U-Net's: a coarse signal gates a skip connection."""

    def __init__(self) -> None:
        super().__init__()
        self.w_x = nn.Conv2d(8, 8, 2, stride=2, bias=False)
        self.w_g = nn.Conv2d(12, 8, 1)
        self.psi = nn.Conv2d(8, 1, 1)

    def forward(self, x: Tensor, g: Tensor) -> Tensor:
        q = torch.relu(self.w_x(x) + self.w_g(g))
        alpha = torch.sigmoid(self.psi(q))
        alpha = F.interpolate(alpha, scale_factor=2, mode="nearest")
        return x * alpha


@zoo(floats(1, 8, 12, 12))
class GlobalContextBlock(nn.Module):
    """GCNet: softmax over all positions, a matmul, layer norm in the bottleneck."""

    def __init__(self) -> None:
        super().__init__()
        self.conv_mask = nn.Conv2d(8, 1, kernel_size=1)
        self.channel_add_conv = nn.Sequential(
            nn.Conv2d(8, 4, kernel_size=1),
            nn.LayerNorm([4, 1, 1]),
            nn.ReLU(inplace=True),
            nn.Conv2d(4, 8, kernel_size=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        batch, channel, height, width = x.size()
        input_x = x.view(batch, channel, height * width).unsqueeze(1)
        mask = self.conv_mask(x).view(batch, 1, height * width)
        mask = F.softmax(mask, dim=2).unsqueeze(-1)
        context = torch.matmul(input_x, mask).view(batch, channel, 1, 1)
        return x + self.channel_add_conv(context)


@zoo(floats(1, 12, 16, 16))
class SplitAttention(nn.Module):
    """ResNeSt's radix softmax."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(12, 16, 3, padding=1, groups=2)
        self.fc1 = nn.Conv2d(8, 8, 1)
        self.fc2 = nn.Conv2d(8, 16, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv(x))
        splits = torch.split(x, 8, dim=1)
        gap = F.adaptive_avg_pool2d(sum(splits), 1)
        atten = self.fc2(F.relu(self.fc1(gap)))
        atten = atten.view(atten.size(0), 2, 8).softmax(dim=1).reshape(atten.size(0), -1, 1, 1)
        attens = torch.split(atten, 8, dim=1)
        return attens[0] * splits[0] + attens[1] * splits[1]


@zoo(floats(1, 8, 12, 12))
class TripletAttention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 1, 3, padding=1)

    def gate(self, x: Tensor) -> Tensor:
        pooled = torch.cat((x.max(1, keepdim=True)[0], x.mean(1, keepdim=True)), dim=1)
        return x * torch.sigmoid_(self.conv(pooled))

    def forward(self, x: Tensor) -> Tensor:
        first = self.gate(x.permute(0, 2, 1, 3)).permute(0, 2, 1, 3)
        second = self.gate(x.permute(0, 3, 2, 1)).permute(0, 3, 2, 1)
        return 1 / 3 * (self.gate(x) + first + second)


@zoo(floats(1, 8, 16, 16))
class LargeKernelAttention(nn.Module):
    """VAN's: depthwise, dilated depthwise and pointwise."""

    def __init__(self) -> None:
        super().__init__()
        self.conv0 = nn.Conv2d(8, 8, 5, padding=2, groups=8)
        self.conv_spatial = nn.Conv2d(8, 8, 7, stride=1, padding=9, groups=8, dilation=3)
        self.conv1 = nn.Conv2d(8, 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        u = x.clone()
        return u * self.conv1(self.conv_spatial(self.conv0(x)))


@zoo(floats(1, 6, 16, 16))
class GatedConvolution(nn.Module):
    """Inpainting's gates, and GLU over channels."""

    def __init__(self) -> None:
        super().__init__()
        self.feature = nn.Conv2d(6, 8, 3, padding=1)
        self.gate = nn.Conv2d(6, 8, 3, padding=1)
        self.out = nn.Conv2d(8, 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.elu(self.feature(x)) * torch.sigmoid(self.gate(x))
        return F.glu(self.out(x), dim=1)


@zoo(floats(1, 8, 10, 10))
class FiLM(nn.Module):
    """Scales and shifts that a small network makes of the pooled input."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3, padding=1)
        self.film = nn.Linear(8, 16)

    def forward(self, x: Tensor) -> Tensor:
        gamma, beta = self.film(x.mean((2, 3))).chunk(2, dim=-1)
        x = self.conv(x)
        return (1 + gamma[..., None, None]) * x + beta[..., None, None]


@zoo(floats(1, 8, 8, 8))
class LambdaScale(nn.Module):
    """ReZero and LayerScale: learned scalars and vectors on the branch."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(8, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 8, 3, padding=1)
        self.alpha = nn.Parameter(torch.tensor(0.7))
        self.gamma = nn.Parameter(torch.linspace(0.2, 1.0, 8).view(8, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.alpha * F.relu(self.conv1(x))
        return x + self.conv2(x).mul(self.gamma)
