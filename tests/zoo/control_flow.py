"""What stays refused: control flow and shapes that depend on data, and large special operators."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch._higher_order_ops.while_loop import while_loop

from .record import floats, zoo

DEPENDS_ON_VALUES = "the model's shapes or branches depend on the values of its inputs"


@zoo(floats(1, 8), refused=("cond",))
class EarlyExit(nn.Module):
    """The second half runs only for what the first is not sure of."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(8, 4)
        self.second = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        sure = x.softmax(-1).max() > 0.9
        return torch.cond(sure, lambda y: y + 0.0, lambda y: self.second(y), (x,))


@zoo(floats(1, 8), refused=("while_loop",))
class IteratesToRest(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.step = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        def moving(count: Tensor, y: Tensor) -> Tensor:
            return count < 5

        def once(count: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
            return count + 1, torch.tanh(self.step(y))

        return while_loop(moving, once, (torch.zeros((), dtype=torch.int64), x))[1]


@zoo(floats(1, 8), refused=(DEPENDS_ON_VALUES,))
class PythonBranch(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        if x.abs().max() > 3:
            x = x / x.abs().max()
        return self.linear(x)


@zoo(floats(16, 4), refused=(DEPENDS_ON_VALUES,))
class DropsSilence(nn.Module):
    """Frames that are quiet are taken out."""

    def forward(self, frames: Tensor) -> Tensor:
        return frames[frames.square().mean(dim=1) > 0.5].mean(dim=0)


@zoo(floats(1, 16), refused=(DEPENDS_ON_VALUES,))
class DetectionsAboveThreshold(nn.Module):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        scores = torch.sigmoid(x)
        keep = torch.nonzero(scores > 0.5)
        return keep, scores[keep[:, 0], keep[:, 1]]


@zoo(floats(1, 8), refused=(DEPENDS_ON_VALUES,))
class TakesTheNumberOfSteps(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        for _ in range(int(x.abs().sum().item())):
            x = torch.tanh(x)
        return x


@zoo(floats(1, 8), calls=10)
class KeepsARunningMean(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(8))

    def forward(self, x: Tensor) -> Tensor:
        self.mean.mul_(0.9).add_(0.1 * x[0])
        return x - self.mean


@zoo(floats(1, 1, 12, 12), refused=("affine_grid_generator", "grid_sampler"))
class SpatialTransformer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.theta = nn.Linear(144, 6)

    def forward(self, x: Tensor) -> Tensor:
        theta = self.theta(x.flatten(1)).view(-1, 2, 3)
        grid = F.affine_grid(theta, [1, 1, 12, 12], align_corners=False)
        return F.grid_sample(x, grid, align_corners=False)


@zoo(floats(1, 1, 6, 8, 8), refused=("conv3d",))
def video_convolution() -> nn.Module:
    return nn.Sequential(nn.Conv3d(1, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(1536, 3))


@zoo(floats(1, 16), refused=("fft_rfft", "view_as_real"))
class Spectrum(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.view_as_real(torch.fft.rfft(x))
