"""Images in, images out: segmentation, super-resolution, style, generation."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from .record import floats, fractions, zoo


class DoubleConv(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.double_conv = nn.Sequential(
            nn.Conv2d(inputs, outputs, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.double_conv(x)


class Up(nn.Module):
    def __init__(self, upsample: nn.Module, inputs: int, outputs: int) -> None:
        super().__init__()
        self.up = upsample
        self.conv = DoubleConv(inputs, outputs)

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        x1 = self.up(x1)
        dy, dx = x2.size()[2] - x1.size()[2], x2.size()[3] - x1.size()[3]
        x1 = F.pad(x1, [dx // 2, dx - dx // 2, dy // 2, dy - dy // 2])
        return self.conv(torch.cat([x2, x1], dim=1))


class UNet(nn.Module):
    def __init__(self, upsamples: tuple[nn.Module, nn.Module], widths: tuple[int, int]) -> None:
        super().__init__()
        self.inc = DoubleConv(1, 4)
        self.down1 = nn.Sequential(nn.MaxPool2d(2), DoubleConv(4, 8))
        self.down2 = nn.Sequential(nn.MaxPool2d(2), DoubleConv(8, 8))
        self.up1 = Up(upsamples[0], 8 + widths[0], 6)
        self.up2 = Up(upsamples[1], 4 + widths[1], 4)
        self.outc = nn.Conv2d(4, 2, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        x1 = self.inc(x)
        x2 = self.down1(x1)
        x3 = self.down2(x2)
        x = self.up1(x3, x2)
        x = self.up2(x, x1)
        return self.outc(x)


@zoo(fractions(1, 1, 22, 20))
def unet_transposed() -> nn.Module:
    first = nn.ConvTranspose2d(8, 4, kernel_size=2, stride=2)
    return UNet((first, nn.ConvTranspose2d(6, 4, kernel_size=2, stride=2)), (4, 4))


@zoo(fractions(1, 1, 16, 16))
def unet_nearest() -> nn.Module:
    return UNet((nn.Upsample(scale_factor=2), nn.Upsample(scale_factor=2)), (8, 6))


@zoo(fractions(1, 1, 16, 16))
def unet_bilinear() -> nn.Module:
    def up() -> nn.Module:
        return nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)

    return UNet((up(), up()), (8, 6))


@zoo(floats(1, 3, 16, 16))
class FCN(nn.Module):
    """Scores of two depths, resized to the input's size and added."""

    def __init__(self) -> None:
        super().__init__()
        self.stage1 = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU())
        self.stage2 = nn.Sequential(nn.Conv2d(8, 12, 3, 2, 1), nn.ReLU())
        self.score1 = nn.Conv2d(8, 4, 1)
        self.score2 = nn.Conv2d(12, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        size = x.shape[-2:]
        shallow = self.stage1(x)
        deep = self.score2(self.stage2(shallow))
        deep = F.interpolate(deep, size=shallow.shape[-2:], mode="bilinear", align_corners=False)
        result = deep + self.score1(shallow)
        return F.interpolate(result, size=size, mode="bilinear", align_corners=False)


class ASPP(nn.Module):
    def __init__(self, inputs: int, outputs: int, rates: tuple[int, ...]) -> None:
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(inputs, outputs, 1, bias=False)])
        for rate in rates:
            self.convs.append(
                nn.Conv2d(inputs, outputs, 3, padding=rate, dilation=rate, bias=False)
            )
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(inputs, outputs, 1))
        self.project = nn.Conv2d(outputs * (len(rates) + 2), outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        results = [F.relu(conv(x)) for conv in self.convs]
        pooled = F.interpolate(F.relu(self.pool(x)), size=x.shape[-2:], mode="bilinear")
        return self.project(torch.cat([*results, pooled], dim=1))


@zoo(floats(1, 3, 24, 24))
class DeepLabV3(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(inplace=True))
        self.classifier = nn.Sequential(ASPP(8, 6, (2, 4)), nn.ReLU(), nn.Conv2d(6, 3, 1))

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        size = x.shape[-2:]
        x = self.classifier(self.backbone(x))
        return {"out": F.interpolate(x, size=size, mode="bilinear", align_corners=False)}


@zoo(floats(1, 3, 24, 24))
class LiteRASPP(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.low = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.Hardswish())
        self.high = nn.Sequential(nn.Conv2d(8, 12, 3, 2, 1), nn.Hardswish())
        self.cbr = nn.Sequential(nn.Conv2d(12, 8, 1), nn.BatchNorm2d(8), nn.ReLU(inplace=True))
        self.scale = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(12, 8, 1, bias=False), nn.Sigmoid()
        )
        self.low_classifier = nn.Conv2d(8, 3, 1)
        self.high_classifier = nn.Conv2d(8, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        low = self.low(x)
        high = self.high(low)
        x = self.cbr(high) * self.scale(high)
        x = F.interpolate(x, size=low.shape[-2:], mode="bilinear", align_corners=False)
        return self.low_classifier(low) + self.high_classifier(x)


@zoo(floats(1, 8, 12, 12))
class PSPNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.ModuleList(
            [
                nn.Sequential(nn.AdaptiveAvgPool2d(size), nn.Conv2d(8, 4, 1, bias=False))
                for size in (1, 2, 3, 6)
            ]
        )
        self.bottleneck = nn.Conv2d(24, 8, 1)

    def forward(self, feats: Tensor) -> Tensor:
        h, w = feats.size(2), feats.size(3)
        priors = [F.interpolate(stage(feats), (h, w), mode="bilinear") for stage in self.stages]
        return F.relu(self.bottleneck(torch.cat([*priors, feats], 1)))


@zoo(floats(1, 3, 24, 24))
class ENet(nn.Module):
    """Its first block joins a convolution and a pool; a mask of classes comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.main = nn.Conv2d(3, 5, 3, stride=2, padding=1)
        self.pool = nn.MaxPool2d(2, stride=2)
        self.norm = nn.BatchNorm2d(8)
        self.act = nn.PReLU()
        self.asymmetric = nn.Sequential(
            nn.Conv2d(8, 8, (5, 1), padding=(2, 0), bias=False),
            nn.Conv2d(8, 8, (1, 5), padding=(0, 2), bias=False),
        )
        self.full = nn.ConvTranspose2d(8, 3, 3, stride=2, padding=1, output_padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.cat((self.main(x), self.pool(x)), 1)
        x = self.act(self.norm(x))
        x = x + self.asymmetric(x)
        return torch.argmax(self.full(x), dim=1)


@zoo(fractions(1, 3, 16, 16))
class SegNet(nn.Module):
    """Unpools by the indices of the pool."""

    def __init__(self) -> None:
        super().__init__()
        self.encode = nn.Conv2d(3, 6, 3, padding=1)
        self.pool = nn.MaxPool2d(2, 2, return_indices=True)
        self.middle = nn.Conv2d(6, 6, 3, padding=1)
        self.unpool = nn.MaxUnpool2d(2, 2)
        self.decode = nn.Conv2d(6, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x, indices = self.pool(F.relu(self.encode(x)))
        x = F.relu(self.middle(x))
        return self.decode(self.unpool(x, indices))


@zoo(fractions(1, 1, 16, 16))
class ESPCN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 12, 5, 1, 2)
        self.conv2 = nn.Conv2d(12, 8, 3, 1, 1)
        self.conv3 = nn.Conv2d(8, 4, 3, 1, 1)
        self.pixel_shuffle = nn.PixelShuffle(2)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.tanh(self.conv1(x))
        x = torch.tanh(self.conv2(x))
        x = self.pixel_shuffle(self.conv3(x))
        return torch.clamp(x, 0.0, 1.0)


@zoo(fractions(1, 1, 12, 12))
class FSRCNN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first_part = nn.Sequential(nn.Conv2d(1, 8, 5, padding=2), nn.PReLU(8))
        self.mid_part = nn.Sequential(
            nn.Conv2d(8, 4, 1), nn.PReLU(4), nn.Conv2d(4, 4, 3, padding=1), nn.PReLU(4)
        )
        self.last_part = nn.ConvTranspose2d(
            4, 1, kernel_size=9, stride=2, padding=4, output_padding=1
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.last_part(self.mid_part(self.first_part(x)))


@zoo(fractions(1, 3, 12, 12))
class AnchorSuperResolution(nn.Module):
    """ABPN: the input, repeated for each of the new pixels, is added before the shuffle."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 12, 3, padding=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        anchor = torch.repeat_interleave(x, 4, dim=1)
        return F.pixel_shuffle(self.body(x) + anchor, 2)


@zoo(fractions(1, 1, 20, 20))
class DnCNN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.dncnn = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1, bias=False),
            nn.ReLU(inplace=True),
            nn.Conv2d(8, 8, 3, padding=1, bias=False),
            nn.BatchNorm2d(8, eps=0.0001, momentum=0.95),
            nn.ReLU(inplace=True),
            nn.Conv2d(8, 1, 3, padding=1, bias=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x - self.dncnn(x)


class ConvLayer(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.reflection_pad = nn.ReflectionPad2d(kernel // 2)
        self.conv2d = nn.Conv2d(inputs, outputs, kernel, stride)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv2d(self.reflection_pad(x))


@zoo(fractions(1, 3, 16, 16))
class StyleTransfer(nn.Module):
    """pytorch/examples' fast neural style, small."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = ConvLayer(3, 6, 5, 1)
        self.in1 = nn.InstanceNorm2d(6, affine=True)
        self.conv2 = ConvLayer(6, 8, 3, 2)
        self.in2 = nn.InstanceNorm2d(8, affine=True)
        self.deconv = ConvLayer(8, 3, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.in1(self.conv1(x)))
        y = F.relu(self.in2(self.conv2(y)))
        y = F.interpolate(y, mode="nearest", scale_factor=2)
        return self.deconv(y)


@zoo(floats(1, 8, 10, 10), floats(1, 8, 10, 10))
class AdaIN(nn.Module):
    """The content with the style's mean and deviation."""

    @staticmethod
    def statistics(x: Tensor) -> tuple[Tensor, Tensor]:
        flat = x.view(1, 8, -1)
        std = (flat.var(dim=2) + 1e-5).sqrt().view(1, 8, 1, 1)
        return flat.mean(dim=2).view(1, 8, 1, 1), std

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        style_mean, style_std = self.statistics(style)
        mean, std = self.statistics(content)
        normalized = (content - mean.expand(content.size())) / std.expand(content.size())
        return normalized * style_std + style_mean


@zoo(floats(1, 16, 1, 1))
class DCGANGenerator(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.main = nn.Sequential(
            nn.ConvTranspose2d(16, 12, 4, 1, 0, bias=False),
            nn.BatchNorm2d(12),
            nn.ReLU(True),
            nn.ConvTranspose2d(12, 8, 4, 2, 1, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(True),
            nn.ConvTranspose2d(8, 1, 4, 2, 1, bias=False),
            nn.Tanh(),
        )

    def forward(self, input: Tensor) -> Tensor:
        return self.main(input)


@zoo(floats(1, 1, 16, 16))
def dcgan_discriminator() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 8, 4, 2, 1, bias=False),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(8, 12, 4, 2, 1, bias=False),
        nn.BatchNorm2d(12),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(12, 1, 4, 1, 0, bias=False),
        nn.Sigmoid(),
    )


@zoo(fractions(1, 1, 16, 16))
class VAE(nn.Module):
    """In evaluation the sample is the mean."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(256, 24)
        self.fc21 = nn.Linear(24, 6)
        self.fc22 = nn.Linear(24, 6)
        self.fc3 = nn.Linear(6, 24)
        self.fc4 = nn.Linear(24, 256)

    def reparameterize(self, mu: Tensor, logvar: Tensor) -> Tensor:
        if not self.training:
            return mu
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        h1 = F.relu(self.fc1(x.view(-1, 256)))
        mu, logvar = self.fc21(h1), self.fc22(h1)
        h3 = F.relu(self.fc3(self.reparameterize(mu, logvar)))
        return torch.sigmoid(self.fc4(h3)).view_as(x), mu, logvar


@zoo(fractions(1, 1, 16, 16))
class ConvolutionalAutoencoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 6, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(6, 8, 3, 2, 1), nn.ReLU()
        )
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(8, 6, 3, stride=2, padding=1, output_padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(6, 1, 3, stride=2, padding=1, output_padding=1),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.decoder(self.encoder(x))


@zoo(floats(1, 3, 16, 16))
class DepthEstimator(nn.Module):
    """FastDepth: nearest upsampling and additive skips; inverse depth comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.enc1 = nn.Conv2d(3, 8, 3, 2, 1)
        self.enc2 = nn.Conv2d(8, 8, 3, 2, 1)
        self.dec1 = nn.Conv2d(8, 8, 5, padding=2, groups=8)
        self.dec2 = nn.Conv2d(8, 1, 5, padding=2)

    def forward(self, x: Tensor) -> Tensor:
        x1 = F.relu(self.enc1(x))
        x2 = F.relu(self.enc2(x1))
        x = F.interpolate(self.dec1(x2), scale_factor=2, mode="nearest") + x1
        x = F.interpolate(self.dec2(F.relu(x)), scale_factor=2, mode="nearest")
        return 1.0 / (0.5 + F.softplus(x))


@zoo(fractions(1, 3, 16, 16))
class ZeroDCE(nn.Module):
    """Light enhancement: a curve applied again and again."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, 1, 1)
        self.conv2 = nn.Conv2d(8, 6, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        curves = torch.tanh(self.conv2(F.relu(self.conv1(x))))
        for r in torch.split(curves, 3, dim=1):
            x = x + r * (torch.pow(x, 2) - x)
        return x


@zoo(fractions(1, 3, 16, 16))
class SobelEdges(nn.Module):
    """Fixed filters, a magnitude and a threshold."""

    def __init__(self) -> None:
        super().__init__()
        kernel = torch.tensor([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])
        self.register_buffer("kernels", torch.stack([kernel, kernel.t()]).unsqueeze(1))

    def forward(self, x: Tensor) -> Tensor:
        gray = 0.299 * x[:, 0:1] + 0.587 * x[:, 1:2] + 0.114 * x[:, 2:3]
        gray = F.pad(gray, (1, 1, 1, 1), mode="replicate")
        edges = F.conv2d(gray, self.kernels)
        return torch.sqrt(edges.pow(2).sum(1, keepdim=True) + 1e-6)


@zoo(fractions(1, 3, 16, 16))
class BlurPool(nn.Module):
    """Anti-aliased downsampling: reflected border, one fixed filter for each channel."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        row = torch.tensor([1.0, 2.0, 1.0])
        filt = row[:, None] * row[None, :]
        self.register_buffer("filt", (filt / filt.sum())[None, None].repeat(8, 1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv(x))
        return F.conv2d(F.pad(x, (1, 1, 1, 1), "reflect"), self.filt, stride=2, groups=8)
