"""Distances to what is known, choices by computed indices, graphs, and masks of what is missing."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from .record import floats, tokens, zoo


@zoo(floats(1, 1, 12, 12))
class PrototypicalNetwork(nn.Module):
    """The class of the nearest prototype."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 6, 3, stride=2)
        self.fc = nn.Linear(150, 8)
        self.register_buffer("prototypes", torch.randn(4, 8))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        embedded = self.fc(F.relu(self.conv(x)).flatten(1))
        distances = torch.cdist(embedded, self.prototypes)
        return distances, distances.argmin(1)


@zoo(floats(6, 8))
class VectorQuantizer(nn.Module):
    """The nearest code words, as a VQ-VAE looks them up."""

    def __init__(self) -> None:
        super().__init__()
        self.encode = nn.Linear(8, 4)
        self.codes = nn.Embedding(12, 4)
        self.decode = nn.Linear(4, 8)

    def forward(self, x: Tensor) -> Tensor:
        x = self.encode(x)
        nearest = torch.cdist(x, self.codes.weight).argmin(dim=1)
        return self.decode(self.codes(nearest))


@zoo(tokens(20, 1, 10))
class MaskedMean(nn.Module):
    """Text whose padding (token 0) does not count."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(20, 12, padding_idx=0)
        self.fc = nn.Linear(12, 4)

    def forward(self, text: Tensor) -> Tensor:
        mask = text != 0
        words = self.embedding(text) * mask.unsqueeze(-1)
        return self.fc(words.sum(1) / mask.sum(1, keepdim=True).clamp(min=1))


@zoo(floats(6, 5))
class MessagePassing(nn.Module):
    """A graph network whose edges are known: messages are added where they arrive."""

    def __init__(self) -> None:
        super().__init__()
        self.message = nn.Linear(5, 8)
        self.update = nn.Linear(13, 4)
        self.register_buffer("source", torch.tensor([0, 1, 2, 3, 4, 5, 0, 2]))
        self.register_buffer("target", torch.tensor([1, 2, 3, 4, 5, 0, 3, 5]))

    def forward(self, x: Tensor) -> Tensor:
        messages = F.relu(self.message(x))[self.source]
        received = torch.zeros(6, 8).index_add(0, self.target, messages)
        return self.update(torch.cat([x, received], 1)).mean(0)


@zoo(floats(1, 12, 8))
class BestCandidates(nn.Module):
    """Scores of anchors, and the boxes of the best ones."""

    def __init__(self) -> None:
        super().__init__()
        self.score = nn.Linear(8, 1)
        self.box = nn.Linear(8, 4)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        scores, boxes = self.score(x).squeeze(-1), self.box(x)
        best, index = scores.topk(3, dim=1)
        chosen = boxes.gather(1, index.unsqueeze(-1).expand(-1, -1, 4))
        return {"scores": best, "boxes": chosen}


@zoo(floats(1, 2, 12, 12))
class OverlappingPatches(nn.Module):
    """Patches that overlap are denoised one by one and averaged where they meet."""

    def __init__(self) -> None:
        super().__init__()
        self.denoise = nn.Sequential(nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 32))
        ones = F.unfold(torch.ones(1, 2, 12, 12), 4, stride=2)
        self.register_buffer("counts", F.fold(ones, (12, 12), 4, stride=2))

    def forward(self, x: Tensor) -> Tensor:
        patches = F.unfold(x, 4, stride=2).transpose(1, 2)
        folded = F.fold(self.denoise(patches).transpose(1, 2), (12, 12), 4, stride=2)
        return folded / self.counts


@zoo(floats(1, 16), floats(1, 16))
class SiameseDistances(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(16, 12), nn.ReLU(), nn.Linear(12, 8))

    def forward(self, left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
        left, right = self.embed(left), self.embed(right)
        return F.cosine_similarity(left, right), F.pairwise_distance(left, right, p=1)


@zoo(floats(1, 3, 16, 16))
class SameMaxPool(nn.Module):
    """Stem and pool with the border that TensorFlow's "same" has, as timm writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, stride=2, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.fc = nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.norm(self.conv(F.pad(x, (0, 1, 0, 1)))))
        x = F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=float("-inf")), 3, 2)
        return self.fc(x.mean((2, 3)))
