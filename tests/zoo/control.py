"""Policies, value functions and state estimators."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from .record import flags, floats, zoo


@zoo(floats(1, 4))
class DQN(nn.Module):
    """PyTorch's cart pole."""

    def __init__(self) -> None:
        super().__init__()
        self.layer1 = nn.Linear(4, 24)
        self.layer2 = nn.Linear(24, 24)
        self.layer3 = nn.Linear(24, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.layer1(x))
        x = F.relu(self.layer2(x))
        return self.layer3(x)


@zoo(floats(1, 8))
class DuelingDQN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.feature = nn.Sequential(nn.Linear(8, 24), nn.ReLU())
        self.value = nn.Linear(24, 1)
        self.advantage = nn.Linear(24, 4)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        x = self.feature(x)
        value, advantage = self.value(x), self.advantage(x)
        q = value + (advantage - advantage.mean(dim=1, keepdim=True))
        return {"q": q, "value": value, "action": q.argmax(dim=-1)}


@zoo(floats(1, 6))
class ActorCritic(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.affine1 = nn.Linear(6, 24)
        self.action_head = nn.Linear(24, 3)
        self.value_head = nn.Linear(24, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = F.relu(self.affine1(x))
        return F.softmax(self.action_head(x), dim=-1), self.value_head(x)


@zoo(floats(1, 8))
class GaussianPolicy(nn.Module):
    """SAC's: a mean in the range of actions, a deviation from a clamped logarithm."""

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(8, 16)
        self.mean_linear = nn.Linear(16, 2)
        self.log_std_linear = nn.Linear(16, 2)
        self.register_buffer("action_scale", torch.tensor([2.0, 0.5]))
        self.register_buffer("action_bias", torch.tensor([0.0, 0.25]))

    def forward(self, state: Tensor) -> tuple[Tensor, Tensor]:
        x = F.relu(self.linear1(state))
        mean, log_std = self.mean_linear(x), self.log_std_linear(x)
        log_std = torch.clamp(log_std, min=-2, max=1)
        return torch.tanh(mean) * self.action_scale + self.action_bias, log_std.exp()


@zoo(floats(1, 8), floats(1, 2))
class TwinCritic(nn.Module):
    """TD3's: the smaller of two estimates of state and action."""

    def __init__(self) -> None:
        super().__init__()
        self.q1 = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1))
        self.q2 = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1))

    def forward(self, state: Tensor, action: Tensor) -> Tensor:
        sa = torch.cat([state, action], 1)
        return torch.min(self.q1(sa), self.q2(sa))


@zoo(floats(1, 4, 36, 36))
def atari_policy() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(4, 8, kernel_size=8, stride=4),
        nn.ReLU(),
        nn.Conv2d(8, 12, kernel_size=4, stride=2),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(108, 24),
        nn.ReLU(),
        nn.Linear(24, 6),
    )


@zoo(floats(1, 6), flags(1, 4))
class MaskedPolicy(nn.Module):
    """Forbidden actions, which the caller names, get no probability."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 4))

    def forward(self, x: Tensor, allowed: Tensor) -> Tensor:
        logits = self.net(x)
        logits = logits - (1.0 - allowed) * 20.0
        return torch.softmax(logits, dim=-1)


@zoo(floats(1, 8))
class DistributionalDQN(nn.Module):
    """C51: the expectation over fixed atoms."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(8, 24)
        self.head = nn.Linear(24, 2 * 11)
        self.register_buffer("atoms", torch.linspace(-5, 5, 11))

    def forward(self, x: Tensor) -> Tensor:
        logits = self.head(F.relu(self.fc(x))).view(-1, 2, 11)
        pmfs = torch.softmax(logits, dim=2)
        return (pmfs * self.atoms).sum(2)


@zoo(floats(1, 6), floats(1, 6), floats(1, 1, 12, 12))
class SensorFusionPolicy(nn.Module):
    """Two sensors and a small image, joined by cat."""

    def __init__(self) -> None:
        super().__init__()
        self.imu = nn.Linear(6, 8)
        self.wheels = nn.Linear(6, 8)
        self.camera = nn.Conv2d(1, 4, 3, 2)
        self.head = nn.Linear(16 + 100, 2)

    def forward(self, imu: Tensor, wheels: Tensor, camera: Tensor) -> Tensor:
        parts = [self.imu(imu), self.wheels(wheels), self.camera(camera).flatten(1)]
        return torch.tanh(self.head(F.relu(torch.cat(parts, dim=-1))))


@zoo(floats(1, 9))
class QuaternionEstimator(nn.Module):
    """Four numbers of length 1."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(9, 16), nn.ELU(), nn.Linear(16, 4))

    def forward(self, x: Tensor) -> Tensor:
        q = self.net(x)
        return q / torch.sqrt((q * q).sum(dim=1, keepdim=True) + 1e-6)


@zoo(floats(1, 4))
class HardTanhController(nn.Module):
    """Limits, a dead zone and a sign, as controllers have them."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 12), nn.Hardtanh(-2, 2), nn.Linear(12, 3))

    def forward(self, x: Tensor) -> Tensor:
        u = self.net(x)
        u = F.softshrink(u, 0.1)
        return torch.where(u.abs() > 1.0, torch.sign(u), u)


@zoo(floats(1, 6))
class NeuralOde(nn.Module):
    """Three Euler steps."""

    def __init__(self) -> None:
        super().__init__()
        self.f = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 6))

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(3):
            x = x + 0.25 * self.f(x)
        return x
