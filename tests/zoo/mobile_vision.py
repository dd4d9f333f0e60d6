"""Image classifiers that were made for small devices."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from .record import floats, pixels, zoo


def conv_bn(inputs: int, outputs: int, kernel: int = 3, stride: int = 1, groups: int = 1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    )


def conv_bn_relu(inputs: int, outputs: int, kernel: int = 3, stride: int = 1, groups: int = 1):
    return nn.Sequential(conv_bn(inputs, outputs, kernel, stride, groups), nn.ReLU(inplace=True))


@zoo(floats(1, 3, 32, 32))
def mobilenet_v1() -> nn.Module:
    def separable(inputs: int, outputs: int, stride: int) -> nn.Module:
        return nn.Sequential(
            conv_bn_relu(inputs, inputs, 3, stride, groups=inputs),
            conv_bn_relu(inputs, outputs, 1),
        )

    return nn.Sequential(
        conv_bn_relu(3, 8, 3, 2),
        separable(8, 16, 1),
        separable(16, 32, 2),
        separable(32, 32, 1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(32, 10),
    )


class InvertedResidual(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int, expand: int) -> None:
        super().__init__()
        hidden = inputs * expand
        self.use_res_connect = stride == 1 and inputs == outputs
        self.conv = nn.Sequential(
            conv_bn(inputs, hidden, 1),
            nn.ReLU6(inplace=True),
            conv_bn(hidden, hidden, 3, stride, groups=hidden),
            nn.ReLU6(inplace=True),
            conv_bn(hidden, outputs, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        if self.use_res_connect:
            return x + self.conv(x)
        return self.conv(x)


@zoo(floats(1, 3, 32, 32))
class MobileNetV2(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            conv_bn(3, 8, 3, 2),
            nn.ReLU6(inplace=True),
            InvertedResidual(8, 8, 1, 2),
            InvertedResidual(8, 12, 2, 4),
            InvertedResidual(12, 12, 1, 4),
        )
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(12, 10))

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        x = nn.functional.adaptive_avg_pool2d(x, (1, 1))
        x = torch.flatten(x, 1)
        return self.classifier(x)


class SqueezeExcite(nn.Module):
    """As in torchvision's MobileNetV3: gates by hardsigmoid."""

    def __init__(self, channels: int, squeeze: int) -> None:
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(channels, squeeze, 1)
        self.fc2 = nn.Conv2d(squeeze, channels, 1)
        self.activation = nn.ReLU()
        self.scale_activation = nn.Hardsigmoid()

    def forward(self, x: Tensor) -> Tensor:
        scale = self.avgpool(x)
        scale = self.activation(self.fc1(scale))
        scale = self.scale_activation(self.fc2(scale))
        return scale * x


class MobileV3Block(nn.Module):
    def __init__(self, inputs: int, hidden: int, outputs: int, kernel: int, se: bool, act) -> None:
        super().__init__()
        layers = [conv_bn(inputs, hidden, 1), act(), conv_bn(hidden, hidden, kernel, 1, hidden)]
        layers += [act(), SqueezeExcite(hidden, hidden // 4)] if se else [act()]
        self.block = nn.Sequential(*layers, conv_bn(hidden, outputs, 1))
        self.residual = inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        result = self.block(x)
        if self.residual:
            result += x
        return result


@zoo(floats(1, 3, 32, 32))
class MobileNetV3(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            conv_bn(3, 8, 3, 2),
            nn.Hardswish(inplace=True),
            MobileV3Block(8, 16, 8, 3, True, nn.ReLU),
            MobileV3Block(8, 16, 12, 5, False, nn.Hardswish),
            MobileV3Block(12, 24, 12, 5, True, nn.Hardswish),
        )
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Linear(12, 16), nn.Hardswish(inplace=True), nn.Dropout(0.2), nn.Linear(16, 10)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.avgpool(self.features(x)).flatten(1)
        return self.classifier(x)


class HSwish(nn.Module):
    """As people wrote it before PyTorch had it."""

    def forward(self, x: Tensor) -> Tensor:
        return x * F.relu6(x + 3.0, inplace=True) / 6.0


class SEByHand(nn.Module):
    def __init__(self, channels: int, reduction: int = 4) -> None:
        super().__init__()
        self.fc = nn.Sequential(
            nn.Linear(channels, channels // reduction),
            nn.ReLU(inplace=True),
            nn.Linear(channels // reduction, channels),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        b, c, _, _ = x.size()
        y = F.adaptive_avg_pool2d(x, 1).view(b, c)
        y = self.fc(y).view(b, c, 1, 1)
        return x * y.expand_as(x)


@zoo(floats(1, 3, 24, 24))
def mobilenet_v3_by_hand() -> nn.Module:
    return nn.Sequential(
        conv_bn(3, 8, 3, 2),
        HSwish(),
        conv_bn(8, 8, 3, 1, 8),
        SEByHand(8),
        HSwish(),
        conv_bn(8, 16, 1),
        nn.AdaptiveAvgPool2d(1),
        nn.Conv2d(16, 10, 1),
        nn.Flatten(),
    )


def channel_shuffle(x: Tensor, groups: int) -> Tensor:
    batch, channels, height, width = x.size()
    x = x.view(batch, groups, channels // groups, height, width)
    x = torch.transpose(x, 1, 2).contiguous()
    return x.view(batch, channels, height, width)


class ShuffleUnit(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        half = outputs // 2
        self.branch1 = (
            nn.Sequential(conv_bn(inputs, inputs, 3, 2, inputs), conv_bn_relu(inputs, half, 1))
            if stride == 2
            else nn.Sequential()
        )
        self.branch2 = nn.Sequential(
            conv_bn_relu(inputs if stride == 2 else half, half, 1),
            conv_bn(half, half, 3, stride, half),
            conv_bn_relu(half, half, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        if self.stride == 1:
            x1, x2 = x.chunk(2, dim=1)
            out = torch.cat((x1, self.branch2(x2)), dim=1)
        else:
            out = torch.cat((self.branch1(x), self.branch2(x)), dim=1)
        return channel_shuffle(out, 2)


@zoo(floats(1, 3, 32, 32))
class ShuffleNetV2(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = conv_bn_relu(3, 8, 3, 2)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.stage2 = nn.Sequential(ShuffleUnit(8, 16, 2), ShuffleUnit(16, 16, 1))
        self.conv5 = conv_bn_relu(16, 24, 1)
        self.fc = nn.Linear(24, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.conv1(x))
        x = self.stage2(x)
        x = self.conv5(x)
        x = x.mean([2, 3])
        return self.fc(x)


@zoo(floats(1, 3, 24, 24))
class ShuffleNetV1(nn.Module):
    """Grouped 1x1 convolutions around nn.ChannelShuffle, and a pooled shortcut."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = conv_bn_relu(3, 12, 3, 2)
        self.reduce = nn.Sequential(
            nn.Conv2d(12, 12, 1, groups=3, bias=False), nn.BatchNorm2d(12), nn.ReLU()
        )
        self.shuffle = nn.ChannelShuffle(3)
        self.depthwise = conv_bn(12, 12, 3, 2, 12)
        self.expand = nn.Conv2d(12, 12, 1, groups=3)
        self.fc = nn.Linear(24, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        residual = F.avg_pool2d(x, 3, stride=2, padding=1)
        x = self.expand(self.depthwise(self.shuffle(self.reduce(x))))
        x = F.relu(torch.cat([residual, x], dim=1))
        return self.fc(x.mean(dim=(2, 3)))


class Fire(nn.Module):
    def __init__(self, inputs: int, squeeze: int, expand: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeeze, kernel_size=1)
        self.squeeze_activation = nn.ReLU(inplace=True)
        self.expand1x1 = nn.Conv2d(squeeze, expand, kernel_size=1)
        self.expand1x1_activation = nn.ReLU(inplace=True)
        self.expand3x3 = nn.Conv2d(squeeze, expand, kernel_size=3, padding=1)
        self.expand3x3_activation = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.squeeze_activation(self.squeeze(x))
        return torch.cat(
            [
                self.expand1x1_activation(self.expand1x1(x)),
                self.expand3x3_activation(self.expand3x3(x)),
            ],
            1,
        )


@zoo(floats(1, 3, 32, 32))
class SqueezeNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, kernel_size=3, stride=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True),
            Fire(8, 4, 8),
            Fire(16, 4, 8),
            nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True),
            Fire(16, 6, 12),
        )
        self.classifier = nn.Sequential(
            nn.Dropout(p=0.5),
            nn.Conv2d(24, 10, kernel_size=1),
            nn.ReLU(inplace=True),
            nn.AdaptiveAvgPool2d((1, 1)),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.classifier(self.features(x))
        return torch.flatten(x, 1)


class GhostModule(nn.Module):
    def __init__(self, inputs: int, outputs: int, relu: bool = True) -> None:
        super().__init__()
        self.outputs = outputs
        primary = (outputs + 1) // 2
        self.primary_conv = nn.Sequential(
            nn.Conv2d(inputs, primary, 1, bias=False),
            nn.BatchNorm2d(primary),
            nn.ReLU(inplace=True) if relu else nn.Sequential(),
        )
        self.cheap_operation = nn.Sequential(
            nn.Conv2d(primary, primary, 3, 1, 1, groups=primary, bias=False),
            nn.BatchNorm2d(primary),
            nn.ReLU(inplace=True) if relu else nn.Sequential(),
        )

    def forward(self, x: Tensor) -> Tensor:
        x1 = self.primary_conv(x)
        x2 = self.cheap_operation(x1)
        out = torch.cat([x1, x2], dim=1)
        return out[:, : self.outputs, :, :]


@zoo(floats(1, 3, 32, 32))
class GhostNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = conv_bn_relu(3, 8, 3, 2)
        self.ghost1 = GhostModule(8, 15)
        self.squeeze = SEByHand(15, 3)
        self.ghost2 = GhostModule(15, 8, relu=False)
        self.head = nn.Conv2d(8, 16, 1)
        self.classifier = nn.Linear(16, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = x + self.ghost2(self.squeeze(self.ghost1(x)))
        x = F.adaptive_avg_pool2d(x, 1)
        x = F.relu(self.head(x))
        return self.classifier(x.view(x.size(0), -1))


class MBConv(nn.Module):
    def __init__(self, inputs: int, outputs: int, expand: int) -> None:
        super().__init__()
        hidden = inputs * expand
        self.expand_conv = nn.Conv2d(inputs, hidden, 1, bias=False)
        self.bn0 = nn.BatchNorm2d(hidden, eps=1e-3)
        self.depthwise_conv = nn.Conv2d(hidden, hidden, 3, padding="same", groups=hidden)
        self.bn1 = nn.BatchNorm2d(hidden, eps=1e-3)
        self.se_reduce = nn.Conv2d(hidden, max(1, inputs // 4), 1)
        self.se_expand = nn.Conv2d(max(1, inputs // 4), hidden, 1)
        self.project_conv = nn.Conv2d(hidden, outputs, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs, eps=1e-3)
        self.swish = nn.SiLU()

    def forward(self, inputs: Tensor) -> Tensor:
        x = self.swish(self.bn0(self.expand_conv(inputs)))
        x = self.swish(self.bn1(self.depthwise_conv(x)))
        squeezed = F.adaptive_avg_pool2d(x, 1)
        squeezed = self.se_expand(self.swish(self.se_reduce(squeezed)))
        x = torch.sigmoid(squeezed) * x
        x = self.bn2(self.project_conv(x))
        return x + inputs if x.shape == inputs.shape else x


@zoo(floats(1, 3, 32, 32))
class EfficientNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(conv_bn(3, 8, 3, 2), nn.SiLU())
        self.blocks = nn.Sequential(MBConv(8, 8, 1), MBConv(8, 12, 4), MBConv(12, 12, 2))
        self.head = nn.Sequential(nn.Conv2d(12, 24, 1), nn.SiLU(), nn.AdaptiveAvgPool2d(1))
        self.fc = nn.Linear(24, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.head(self.blocks(self.stem(x)))
        return self.fc(torch.flatten(x, start_dim=1))


@zoo(floats(1, 3, 24, 24))
class SwishByHand(nn.Module):
    """x * sigmoid(x), as EfficientNets of 2019 have it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = conv_bn(3, 8, 3, 2)
        self.depthwise = conv_bn(8, 8, 5, 1, 8)
        self.fc = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        x = x * torch.sigmoid(x)
        x = self.depthwise(x)
        x = x.mul(x.sigmoid())
        return self.fc(x.mean(-1).mean(-1))


@zoo(floats(1, 3, 32, 32))
class MnasNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            conv_bn_relu(3, 8, 3, 2),
            conv_bn_relu(8, 8, 3, 1, 8),
            conv_bn(8, 6, 1),
            InvertedResidual(6, 10, 2, 3),
            InvertedResidual(10, 10, 1, 3),
            conv_bn_relu(10, 24, 1),
        )
        self.classifier = nn.Sequential(nn.Dropout(p=0.2, inplace=True), nn.Linear(24, 10))

    def forward(self, x: Tensor) -> Tensor:
        x = self.layers(x)
        x = x.mean([2, 3])
        return self.classifier(x)


class UniversalBottleneck(nn.Module):
    """MobileNetV4's: an optional depthwise convolution on either side of the expansion."""

    def __init__(self, channels: int, start: int, middle: int, expand: int) -> None:
        super().__init__()
        hidden = channels * expand
        self.start = conv_bn(channels, channels, start, 1, channels) if start else nn.Identity()
        self.expand = conv_bn_relu(channels, hidden, 1)
        self.middle = conv_bn_relu(hidden, hidden, middle, 1, hidden) if middle else nn.Identity()
        self.project = conv_bn(hidden, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.project(self.middle(self.expand(self.start(x))))


@zoo(floats(1, 3, 32, 32))
def mobilenet_v4() -> nn.Module:
    return nn.Sequential(
        conv_bn_relu(3, 8, 3, 2),
        conv_bn_relu(8, 12, 3, 2),
        UniversalBottleneck(12, 5, 3, 2),
        UniversalBottleneck(12, 3, 0, 2),
        UniversalBottleneck(12, 0, 3, 2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(1),
        nn.Linear(12, 10),
    )


@zoo(pixels(1, 1, 32, 32))
class PersonDetector(nn.Module):
    """Visual wake words on camera bytes: the scaling is the model's."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = conv_bn_relu(1, 8, 3, 2)
        self.block = nn.Sequential(conv_bn_relu(8, 8, 3, 2, 8), conv_bn_relu(8, 16, 1))
        self.fc = nn.Linear(16, 2)

    def forward(self, image: Tensor) -> Tensor:
        x = image / 127.5 - 1.0
        x = self.block(self.stem(x))
        x = F.avg_pool2d(x, x.shape[2:]).squeeze(-1).squeeze(-1)
        return F.softmax(self.fc(x), dim=-1)


@zoo(floats(1, 3, 32, 32))
class MCUNet(nn.Module):
    """Kernels of 3, 5 and 7 and expansions as a search finds them."""

    def __init__(self) -> None:
        super().__init__()
        self.first_conv = nn.Sequential(conv_bn(3, 8, 3, 2), nn.ReLU6())
        self.blocks = nn.ModuleList([self.block(8, 3, 7), self.block(8, 5, 5), self.block(8, 4, 3)])
        self.classifier = nn.Linear(8, 10)

    @staticmethod
    def block(channels: int, expand: int, kernel: int) -> nn.Module:
        hidden = channels * expand
        return nn.Sequential(
            conv_bn(channels, hidden, 1),
            nn.ReLU6(),
            conv_bn(hidden, hidden, kernel, 1, hidden),
            nn.ReLU6(),
            conv_bn(hidden, channels, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.first_conv(x)
        for block in self.blocks:
            x = block(x) + x
        return self.classifier(x.mean(3).mean(2))
