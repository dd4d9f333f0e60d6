"""Networks of few numbers: regressors, classifiers, anomaly detectors, embeddings."""

from __future__ import annotations

import itertools

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from .record import floats, fractions, positive, tokens, zoo


@zoo(fractions(1, 1))
def sine_regressor() -> nn.Module:
    """TFLite-Micro's hello world."""
    return nn.Sequential(
        nn.Linear(1, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 1)
    )


@zoo(floats(1, 12))
class ResidualMLP(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.input = nn.Linear(12, 16)
        self.blocks = nn.ModuleList(
            [nn.Sequential(nn.Linear(16, 24), nn.ReLU(), nn.Linear(24, 16)) for _ in range(2)]
        )
        self.norms = nn.ModuleList([nn.BatchNorm1d(16) for _ in range(2)])
        self.output = nn.Linear(16, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.input(x)
        for block, norm in zip(self.blocks, self.norms, strict=True):
            x = x + block(norm(x))
        return self.output(F.relu(x))


@zoo(floats(1, 64))
class MLPerfAutoencoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        widths = (64, 24, 24, 8, 24, 24)
        layers: list[nn.Module] = []
        for first, second in itertools.pairwise(widths):
            layers += [nn.Linear(first, second), nn.BatchNorm1d(second), nn.ReLU()]
        self.net = nn.Sequential(*layers, nn.Linear(24, 64))

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


@zoo(floats(1, 24))
class ReconstructionError(nn.Module):
    """The score comes out, not the reconstruction."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(24, 12), nn.ReLU(), nn.Linear(12, 4))
        self.decoder = nn.Sequential(nn.Linear(4, 12), nn.ReLU(), nn.Linear(12, 24))

    def forward(self, x: Tensor) -> Tensor:
        reconstruction = self.decoder(self.encoder(x))
        return torch.mean((x - reconstruction) ** 2, dim=1)


@zoo(floats(1, 24))
class AbsoluteErrorAlarm(nn.Module):
    """A score and whether it is above the threshold."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(24, 6), nn.Tanh(), nn.Linear(6, 24))
        self.register_buffer("threshold", torch.tensor(0.9))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        score = F.l1_loss(self.net(x), x, reduction="none").mean(dim=-1)
        return score, score > self.threshold


@zoo(floats(1, 16))
class DeepSVDD(nn.Module):
    """The squared distance to a center."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(16, 12, bias=False), nn.LeakyReLU(), nn.Linear(12, 6))
        self.register_buffer("center", torch.linspace(-1, 1, 6))

    def forward(self, x: Tensor) -> Tensor:
        return torch.sum((self.net(x) - self.center).square(), dim=1)


@zoo(floats(1, 8))
class Prototypes(nn.Module):
    """Negative distances to one prototype a class."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(8, 6)
        self.prototypes = nn.Parameter(torch.randn(4, 6))

    def forward(self, x: Tensor) -> Tensor:
        difference = self.embed(x).unsqueeze(1) - self.prototypes.unsqueeze(0)
        return -difference.pow(2).sum(-1)


@zoo(floats(1, 8))
class RadialBasis(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.centers = nn.Parameter(torch.randn(10, 8))
        self.log_sigmas = nn.Parameter(torch.full((10,), 1.0))
        self.linear = nn.Linear(10, 3)

    def forward(self, x: Tensor) -> Tensor:
        distances = (x[:, None, :] - self.centers[None]).pow(2).sum(-1)
        return self.linear(torch.exp(-distances / torch.exp(self.log_sigmas).pow(2)))


class KANLayer(nn.Module):
    """Radial functions on a grid, as in FastKAN, and a base branch."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.register_buffer("grid", torch.linspace(-2, 2, 5))
        self.spline = nn.Linear(inputs * 5, outputs, bias=False)
        self.base = nn.Linear(inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        basis = torch.exp(-((x[..., None] - self.grid) ** 2))
        return self.spline(basis.view(*x.shape[:-1], -1)) + self.base(F.silu(x))


@zoo(floats(1, 4))
def kan() -> nn.Module:
    return nn.Sequential(KANLayer(4, 6), KANLayer(6, 2))


@zoo(floats(1, 6))
class Siren(nn.Module):
    """Sines between the layers."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(6, 16)
        self.fc2 = nn.Linear(16, 16)
        self.fc3 = nn.Linear(16, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc3(torch.sin(self.fc2(torch.sin(2.0 * self.fc1(x)))))


@zoo(fractions(1, 3))
class FourierFeatures(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("b", torch.randn(3, 8))
        self.net = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 2))

    def forward(self, x: Tensor) -> Tensor:
        projected = 2 * torch.pi * x @ self.b
        return self.net(torch.cat([torch.sin(projected), torch.cos(projected)], dim=-1))


@zoo(floats(1, 10))
class MixtureOfExperts(nn.Module):
    """Softmax weights over stacked experts."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = nn.Linear(10, 3)
        self.experts = nn.ModuleList([nn.Linear(10, 4) for _ in range(3)])

    def forward(self, x: Tensor) -> Tensor:
        weights = F.softmax(self.gate(x), dim=1).unsqueeze(2)
        outputs = torch.stack([expert(x) for expert in self.experts], dim=1)
        return (weights * outputs).sum(1)


@zoo(floats(1, 10))
class HighwayNetwork(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.plain = nn.Linear(10, 10)
        self.gate = nn.Linear(10, 10)

    def forward(self, x: Tensor) -> Tensor:
        t = torch.sigmoid(self.gate(x))
        return t * F.relu(self.plain(x)) + (1.0 - t) * x


@zoo(floats(1, 8))
class DeepAndCross(nn.Module):
    """DCN: x0 * (x w) + b + x."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Linear(8, 8)
        self.deep = nn.Sequential(nn.Linear(8, 12), nn.ReLU(), nn.Linear(12, 8))
        self.head = nn.Linear(16, 1)

    def forward(self, x0: Tensor) -> Tensor:
        x = x0 * self.w(x0) + x0
        return torch.sigmoid(self.head(torch.cat([x, self.deep(x0)], dim=1)))


@zoo(floats(1, 6, 4))
class FactorizationMachine(nn.Module):
    """Half of the square of the sum less the sum of the squares."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(24, 1)

    def forward(self, fields: Tensor) -> Tensor:
        square_of_sum = fields.sum(dim=1) ** 2
        sum_of_square = (fields**2).sum(dim=1)
        pairs = 0.5 * (square_of_sum - sum_of_square).sum(dim=1, keepdim=True)
        return self.linear(fields.flatten(1)) + pairs


@zoo(floats(1, 6), tokens(5, 1), tokens(7, 1))
class CategoricalEmbeddings(nn.Module):
    """Numbers beside embedded categories."""

    def __init__(self) -> None:
        super().__init__()
        self.machine = nn.Embedding(5, 3)
        self.shift = nn.Embedding(7, 4)
        self.net = nn.Sequential(nn.Linear(13, 12), nn.ReLU(), nn.Linear(12, 2))

    def forward(self, numbers: Tensor, machine: Tensor, shift: Tensor) -> Tensor:
        return self.net(torch.cat([numbers, self.machine(machine), self.shift(shift)], dim=1))


@zoo(floats(1, 12), floats(1, 12))
class SiameseCosine(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 8))

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        return F.cosine_similarity(self.embed(first), self.embed(second), dim=1)


@zoo(floats(1, 12), floats(1, 12))
class SiameseDistance(nn.Module):
    """The absolute difference, classified."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(12, 16), nn.ReLU(inplace=True), nn.Linear(16, 8))
        self.out = nn.Linear(8, 1)

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        distance = torch.abs(self.embed(first) - self.embed(second))
        return torch.sigmoid(self.out(distance))


@zoo(floats(1, 3, 16, 16))
class FaceEmbedding(nn.Module):
    """A vector of length 1 comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.PReLU(8), nn.Conv2d(8, 12, 3, 2, 1))
        self.gdconv = nn.Conv2d(12, 12, 4, groups=12)
        self.embedding = nn.Linear(12, 8)

    def forward(self, x: Tensor) -> Tensor:
        x = self.gdconv(self.conv(x)).flatten(1)
        return F.normalize(self.embedding(x), p=2, dim=1)


@zoo(floats(1, 12))
class ArcFaceScores(nn.Module):
    """Cosines to the classes' normalized weights, scaled."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(12, 8)
        self.weight = nn.Parameter(torch.randn(5, 8))

    def forward(self, x: Tensor) -> Tensor:
        embedding = self.embed(x)
        embedding = embedding / embedding.norm(p=2, dim=1, keepdim=True).clamp_min(1e-6)
        return 8.0 * F.linear(embedding, F.normalize(self.weight))


@zoo(positive(1, 16))
class CountRegressor(nn.Module):
    """Square root in, an exponential mean out."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(16, 12), nn.Softsign(), nn.Linear(12, 2))

    def forward(self, x: Tensor) -> Tensor:
        return torch.exp(0.3 * self.net(torch.sqrt(x)))


@zoo(floats(1, 10))
class MixtureDensity(nn.Module):
    """Weights, means and deviations of Gaussians, as a tuple."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(10, 16)
        self.heads = nn.Linear(16, 9)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        pi, mu, sigma = torch.split(self.heads(torch.tanh(self.hidden(x))), 3, dim=-1)
        return pi.softmax(-1), mu, F.elu(sigma) + 1.1


@zoo(floats(1, 8))
class QuantileRegressor(nn.Module):
    """Quantiles that cannot cross: cumulative sums of positive steps."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(8, 12), nn.ReLU(), nn.Linear(12, 5))

    def forward(self, x: Tensor) -> Tensor:
        raw = self.net(x)
        steps = F.softplus(raw[:, 1:])
        return torch.cumsum(torch.cat([raw[:, :1], steps], dim=1), dim=1)


@zoo(floats(1, 12))
class HierarchicalClassifier(nn.Module):
    """The joint probability of a group and its classes; the best index, too."""

    def __init__(self) -> None:
        super().__init__()
        self.coarse = nn.Linear(12, 3)
        self.fine = nn.Linear(12, 12)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        coarse = self.coarse(x).softmax(dim=1)
        fine = self.fine(x).reshape(-1, 3, 4).softmax(dim=2)
        joint = (coarse.unsqueeze(2) * fine).flatten(1)
        return {"probabilities": joint, "best": joint.argmax(dim=1)}


@zoo(floats(1, 16))
class TopFeatures(nn.Module):
    """The largest four and where they were."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(16, 24)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        values, indices = torch.topk(self.fc(x), 4, dim=1)
        return values, indices
