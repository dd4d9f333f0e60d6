"""Boxes, key points and maps of where things are."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from .record import floats, fractions, zoo


def block(inputs: int, outputs: int, stride: int = 1) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.LeakyReLU(0.1, inplace=True),
    )


@zoo(fractions(1, 3, 32, 32))
class YoloV3Tiny(nn.Module):
    """Two scales; boxes are decoded in the model."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(block(3, 8, 2), block(8, 12, 2))
        self.deep = block(12, 16, 2)
        self.reduce = nn.Conv2d(16, 8, 1)
        self.head1 = nn.Conv2d(16, 3 * 7, 1)
        self.head2 = nn.Conv2d(20, 3 * 7, 1)

    @staticmethod
    def decode(raw: Tensor) -> Tensor:
        batch, _, height, width = raw.shape
        raw = raw.view(batch, 3, 7, height, width).permute(0, 1, 3, 4, 2).contiguous()
        rows, columns = torch.arange(height), torch.arange(width)
        grid = torch.stack(torch.meshgrid(columns, rows, indexing="xy"), 2).float()
        xy = (raw[..., :2].sigmoid() + grid) / width
        wh = torch.exp(raw[..., 2:4].clamp(max=2.0)) * 0.1
        return torch.cat((xy, wh, raw[..., 4:].sigmoid()), -1).view(batch, -1, 7)

    def forward(self, x: Tensor) -> Tensor:
        shallow = self.backbone(x)
        deep = self.deep(shallow)
        up = F.interpolate(self.reduce(deep), scale_factor=2)
        heads = [self.head1(deep), self.head2(torch.cat([up, shallow], 1))]
        return torch.cat([self.decode(head) for head in heads], 1)


@zoo(fractions(1, 3, 32, 32))
class YoloV2Head(nn.Module):
    """The passthrough layer: space to depth by views."""

    def __init__(self) -> None:
        super().__init__()
        self.early = block(3, 4, 2)
        self.late = block(4, 8, 2)
        self.head = nn.Conv2d(24, 14, 1)

    @staticmethod
    def reorg(x: Tensor, stride: int = 2) -> Tensor:
        b, c, h, w = x.size()
        x = x.view(b, c, h // stride, stride, w // stride, stride)
        x = x.permute(0, 3, 5, 1, 2, 4).contiguous()
        return x.view(b, c * stride * stride, h // stride, w // stride)

    def forward(self, x: Tensor) -> Tensor:
        early = self.early(x)
        return self.head(torch.cat([self.reorg(early), self.late(early)], 1))


class C2f(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.cv1 = nn.Conv2d(channels, channels, 1)
        self.cv2 = nn.Conv2d(channels * 2, channels, 1)
        self.m = nn.ModuleList(
            [nn.Conv2d(channels // 2, channels // 2, 3, padding=1) for _ in range(2)]
        )

    def forward(self, x: Tensor) -> Tensor:
        y = list(F.silu(self.cv1(x)).chunk(2, 1))
        y.extend(F.silu(m(y[-1])) for m in self.m)
        return F.silu(self.cv2(torch.cat(y, 1)))


@zoo(fractions(1, 3, 32, 32))
class YoloV8Nano(nn.Module):
    """C2f, SPPF, and the head that takes box distances from a distribution."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.SiLU(), nn.Conv2d(8, 8, 3, 2, 1))
        self.c2f = C2f(8)
        self.pool = nn.MaxPool2d(5, 1, 2)
        self.sppf = nn.Conv2d(32, 8, 1)
        self.box = nn.Conv2d(8, 4 * 8, 1)
        self.classes = nn.Conv2d(8, 3, 1)
        self.dfl = nn.Conv2d(8, 1, 1, bias=False)
        self.dfl.weight.data[:] = torch.arange(8.0).view(1, 8, 1, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.c2f(F.silu(self.stem(x)))
        y1 = self.pool(x)
        y2 = self.pool(y1)
        x = F.silu(self.sppf(torch.cat((x, y1, y2, self.pool(y2)), 1)))
        box = self.box(x).flatten(2)
        box = self.dfl(box.view(1, 4, 8, -1).transpose(2, 1).softmax(1)).view(1, 4, -1)
        return box, self.classes(x).flatten(2).sigmoid()


@zoo(fractions(1, 3, 32, 32))
class YoloFocus(nn.Module):
    """YOLOv5's slices with steps."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(12, 8, 3, padding=1)
        self.head = nn.Conv2d(8, 6, 1)

    def forward(self, x: Tensor) -> Tensor:
        patches = (
            x[..., ::2, ::2],
            x[..., 1::2, ::2],
            x[..., ::2, 1::2],
            x[..., 1::2, 1::2],
        )
        return self.head(F.hardswish(self.conv(torch.cat(patches, dim=1))))


@zoo(fractions(1, 3, 32, 32))
class SSD(nn.Module):
    """Heads of two feature maps, permuted, flattened and joined."""

    def __init__(self) -> None:
        super().__init__()
        self.base = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, 12, 3, 2, 1))
        self.extra = nn.Sequential(nn.ReLU(), nn.Conv2d(12, 16, 3, 2, 1))
        self.loc = nn.ModuleList([nn.Conv2d(12, 8, 3, padding=1), nn.Conv2d(16, 8, 3, padding=1)])
        self.conf = nn.ModuleList([nn.Conv2d(12, 6, 3, padding=1), nn.Conv2d(16, 6, 3, padding=1)])

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        first = self.base(x)
        sources = [F.relu(first), F.relu(self.extra(first))]
        loc, conf = [], []
        for source, box, classes in zip(sources, self.loc, self.conf, strict=True):
            loc.append(box(source).permute(0, 2, 3, 1).contiguous())
            conf.append(classes(source).permute(0, 2, 3, 1).contiguous())
        locations = torch.cat([o.view(o.size(0), -1) for o in loc], 1)
        confidences = torch.cat([o.view(o.size(0), -1) for o in conf], 1)
        return locations.view(1, -1, 4), F.softmax(confidences.view(1, -1, 3), dim=-1)


class BlazeBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.stride, self.channel_pad = stride, outputs - inputs
        self.max_pool = nn.MaxPool2d(kernel_size=stride, stride=stride)
        padding = 0 if stride == 2 else 2
        self.convs = nn.Sequential(
            nn.Conv2d(inputs, inputs, 5, stride, padding, groups=inputs),
            nn.Conv2d(inputs, outputs, 1),
        )
        self.act = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        h = x
        if self.stride == 2:
            h = F.pad(x, (1, 2, 1, 2), "constant", 0)
            x = self.max_pool(x)
        if self.channel_pad > 0:
            x = F.pad(x, (0, 0, 0, 0, 0, self.channel_pad), "constant", 0)
        return self.act(self.convs(h) + x)


@zoo(floats(1, 3, 32, 32))
class BlazeFace(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(3, 8, 5, 2, 0), nn.ReLU(), BlazeBlock(8, 8), BlazeBlock(8, 12, 2)
        )
        self.classifier = nn.Conv2d(12, 2, 1)
        self.regressor = nn.Conv2d(12, 16, 1)

    def forward(self, x: Tensor) -> list[Tensor]:
        x = F.pad(x, (1, 2, 1, 2), "constant", 0)
        x = self.backbone(x)
        c = self.classifier(x).permute(0, 2, 3, 1).reshape(x.shape[0], -1, 1)
        r = self.regressor(x).permute(0, 2, 3, 1).reshape(x.shape[0], -1, 8)
        return [r, c]


@zoo(floats(1, 3, 32, 32))
class CenterNet(nn.Module):
    """A heat map of which only peaks stay, by comparison with its max pool; sizes; offsets."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(block(3, 8, 2), block(8, 8, 2))
        self.up = nn.ConvTranspose2d(8, 8, 4, stride=2, padding=1, groups=8, bias=False)
        self.hm = nn.Conv2d(8, 2, 1)
        self.wh = nn.Conv2d(8, 2, 1)
        self.reg = nn.Conv2d(8, 2, 1)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        x = F.relu(self.up(self.backbone(x)))
        heat = torch.sigmoid(self.hm(x))
        hmax = F.max_pool2d(heat, (3, 3), stride=1, padding=1)
        keep = (hmax == heat).float()
        return {"hm": heat * keep, "wh": self.wh(x), "reg": self.reg(x)}


@zoo(floats(1, 3, 24, 24))
class FOMO(nn.Module):
    """Edge Impulse's centroids: a classifier of every cell."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU6(), nn.Conv2d(8, 8, 3, 2, 1), nn.ReLU6()
        )
        self.head = nn.Conv2d(8, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        return F.softmax(self.head(self.features(x)), dim=1).permute(0, 2, 3, 1)


@zoo(floats(1, 3, 24, 24))
class SoftArgmaxKeyPoints(nn.Module):
    """Expected coordinates under a softmax of each heat map."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, 2, 1)
        self.heatmaps = nn.Conv2d(8, 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        maps = self.heatmaps(F.relu(self.conv(x)))
        n, c, h, w = maps.shape
        probabilities = F.softmax(maps.view(n, c, -1), dim=-1).view(n, c, h, w)
        xs = torch.linspace(0, 1, w)
        ys = torch.linspace(0, 1, h)
        x_mean = (probabilities.sum(dim=2) * xs).sum(dim=-1)
        y_mean = (probabilities.sum(dim=3) * ys).sum(dim=-1)
        return torch.stack([x_mean, y_mean], dim=-1)


@zoo(floats(1, 3, 24, 24))
class SimCC(nn.Module):
    """Key points as classes of rows and columns: the index of the largest."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, 4, 3, 2, 1))
        self.cls_x = nn.Linear(36, 24)
        self.cls_y = nn.Linear(36, 24)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.conv(x).flatten(2)
        return self.cls_x(x).argmax(dim=-1), self.cls_y(x).argmax(dim=-1)


@zoo(floats(1, 3, 24, 24))
class HourglassPose(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 2, 1)
        self.down = nn.Conv2d(8, 8, 3, padding=1)
        self.skip = nn.Conv2d(8, 8, 1)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.out = nn.Conv2d(8, 5, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.stem(x))
        low = F.relu(self.down(F.max_pool2d(x, 2, stride=2)))
        return self.out(self.skip(x) + self.up(low))


@zoo(floats(1, 3, 32, 32))
class FeaturePyramid(nn.Module):
    """Lateral convolutions and top-down sums; a dict of maps comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.c3 = nn.Conv2d(3, 8, 3, 2, 1)
        self.c4 = nn.Conv2d(8, 12, 3, 2, 1)
        self.c5 = nn.Conv2d(12, 16, 3, 2, 1)
        self.lateral = nn.ModuleList([nn.Conv2d(channels, 8, 1) for channels in (8, 12, 16)])
        self.output = nn.ModuleList([nn.Conv2d(8, 8, 3, padding=1) for _ in range(3)])

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        c3 = F.relu(self.c3(x))
        c4 = F.relu(self.c4(c3))
        c5 = F.relu(self.c5(c4))
        p5 = self.lateral[2](c5)
        p4 = self.lateral[1](c4) + F.interpolate(p5, size=c4.shape[-2:], mode="nearest")
        p3 = self.lateral[0](c3) + F.interpolate(p4, size=c3.shape[-2:], mode="nearest")
        maps = [output(p) for output, p in zip(self.output, (p3, p4, p5), strict=True)]
        return {f"p{index}": value for index, value in enumerate(maps, start=3)}


@zoo(floats(1, 8, 16, 16), floats(1, 8, 8, 8))
class BiFPNFusion(nn.Module):
    """EfficientDet's fast normalized fusion: learned weights, divided by their sum."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.tensor([0.8, 1.3]))
        self.conv = nn.Conv2d(8, 8, 3, padding=1, groups=8)

    def forward(self, high: Tensor, low: Tensor) -> Tensor:
        weight = F.relu(self.w)
        weight = weight / (torch.sum(weight, dim=0) + 1e-4)
        up = F.interpolate(low, scale_factor=2, mode="nearest")
        return self.conv(F.silu(weight[0] * high + weight[1] * up))


@zoo(floats(1, 4, 16, 16))
class RegionAverages(nn.Module):
    """Fixed windows of a map are cut out, pooled and classified together."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 8, 3, padding=1)
        self.fc = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv(x))
        rois = [x[:, :, top : top + 8, left : left + 8] for top, left in ((0, 0), (4, 4), (8, 8))]
        rois = torch.cat(rois, dim=0)
        return self.fc(rois.mean(dim=(2, 3)))


@zoo(floats(1, 1, 32, 96))
class LicensePlate(nn.Module):
    """LPRNet: classes along the width, averaged over the height."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=(2, 2), padding=1),
            nn.ReLU(),
            nn.MaxPool2d((3, 3), stride=(2, 1), padding=(1, 1)),
            nn.Conv2d(8, 12, (3, 5), stride=(2, 3), padding=(1, 2)),
            nn.ReLU(),
        )
        self.container = nn.Conv2d(12, 11, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.container(self.backbone(x))
        logits = torch.mean(x, dim=2)
        return logits.permute(2, 0, 1)


@zoo(fractions(1, 3, 24, 24))
class HeatmapPeaks(nn.Module):
    """Row and column of each key point's peak, and how many cells are beyond half."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(8, 4, 3, padding=1)
        )

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        heat = self.body(image)
        place = heat.flatten(2).argmax(-1)
        width = heat.shape[-1]
        peaks = torch.stack([place // width, place % width], dim=-1)
        half = heat.amax((2, 3), keepdim=True) * 0.5
        return {"heat": heat, "peaks": peaks, "cells": (heat > half).sum((2, 3))}
