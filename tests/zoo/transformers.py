"""Attention over tokens, patches and frames, and mixers in its place."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from .record import floats, tokens, truths, zoo


class MlpBlock(nn.Module):
    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(hidden, dim)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Tensor) -> Tensor:
        return self.drop(self.fc2(self.drop(self.act(self.fc1(x)))))


class MixerBlock(nn.Module):
    def __init__(self, patches: int, dim: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.token_mix = MlpBlock(patches, 16)
        self.norm2 = nn.LayerNorm(dim)
        self.channel_mix = MlpBlock(dim, 24)

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm1(x).transpose(1, 2)
        x = x + self.token_mix(y).transpose(1, 2)
        return x + self.channel_mix(self.norm2(x))


@zoo(floats(1, 3, 16, 16))
class MlpMixer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.patch_embed = nn.Conv2d(3, 12, kernel_size=4, stride=4)
        self.blocks = nn.Sequential(MixerBlock(16, 12), MixerBlock(16, 12))
        self.norm = nn.LayerNorm(12)
        self.head = nn.Linear(12, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch_embed(x).flatten(2).transpose(1, 2)
        x = self.norm(self.blocks(x))
        return self.head(x.mean(dim=1))


class Affine(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.linspace(0.5, 1.5, dim))
        self.beta = nn.Parameter(torch.linspace(-0.2, 0.2, dim))

    def forward(self, x: Tensor) -> Tensor:
        return self.alpha * x + self.beta


@zoo(floats(1, 16, 12))
class ResMLP(nn.Module):
    """Affine maps where others normalize."""

    def __init__(self) -> None:
        super().__init__()
        self.pre = Affine(12)
        self.tokens = nn.Linear(16, 16)
        self.post = Affine(12)
        self.channels = nn.Sequential(nn.Linear(12, 24), nn.ReLU(), nn.Linear(24, 12))
        self.head = nn.Linear(12, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.tokens(self.pre(x).transpose(1, 2)).transpose(1, 2)
        x = x + self.channels(self.post(x))
        return self.head(x.mean(1))


@zoo(floats(1, 16, 12))
class GatedMLP(nn.Module):
    """gMLP: a spatial gating unit."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(12)
        self.proj_in = nn.Linear(12, 32)
        self.sgu_norm = nn.LayerNorm(16)
        self.spatial = nn.Conv1d(16, 16, 1)
        self.proj_out = nn.Linear(16, 12)

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x
        u, v = F.gelu(self.proj_in(self.norm(x)), approximate="tanh").chunk(2, dim=-1)
        v = self.spatial(self.sgu_norm(v))
        return self.proj_out(u * v) + shortcut


class Attention(nn.Module):
    """As timm writes it."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.num_heads = heads
        self.scale = (dim // heads) ** -0.5
        self.qkv = nn.Linear(dim, dim * 3)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        b, n, c = x.shape
        qkv = self.qkv(x).reshape(b, n, 3, self.num_heads, c // self.num_heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        attn = (q @ k.transpose(-2, -1)) * self.scale
        attn = attn.softmax(dim=-1)
        x = (attn @ v).transpose(1, 2).reshape(b, n, c)
        return self.proj(x)


class Encoder(nn.Module):
    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attn = Attention(dim, heads)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = MlpBlock(dim, 2 * dim)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


@zoo(floats(1, 3, 16, 16))
class ViT(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.patch_embed = nn.Conv2d(3, 16, 4, 4)
        self.cls_token = nn.Parameter(torch.randn(1, 1, 16))
        self.pos_embed = nn.Parameter(0.2 * torch.randn(1, 17, 16))
        self.blocks = nn.Sequential(Encoder(16, 2), Encoder(16, 2))
        self.norm = nn.LayerNorm(16)
        self.head = nn.Linear(16, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch_embed(x).flatten(2).transpose(1, 2)
        x = torch.cat((self.cls_token.expand(x.shape[0], -1, -1), x), dim=1)
        x = self.blocks(x + self.pos_embed)
        return self.head(self.norm(x)[:, 0])


@zoo(floats(1, 24, 20))
class KeywordTransformer(nn.Module):
    """Frames as tokens, post-norm, through torch.nn's encoder layer."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(20, 16)
        self.positions = nn.Parameter(0.3 * torch.randn(1, 24, 16))
        self.layer = nn.TransformerEncoderLayer(
            16, nhead=2, dim_feedforward=24, dropout=0.1, batch_first=True
        )
        self.fc = nn.Linear(16, 12)

    def forward(self, x: Tensor) -> Tensor:
        x = self.project(x) + self.positions
        return self.fc(self.layer(x).mean(dim=1))


@zoo(floats(12, 1, 8))
class SensorTransformer(nn.Module):
    """Sequence first, pre-norm, sinusoidal positions from a buffer, two layers."""

    def __init__(self) -> None:
        super().__init__()
        position = torch.arange(12).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, 16, 2) * (-math.log(10000.0) / 16))
        pe = torch.zeros(12, 1, 16)
        pe[:, 0, 0::2] = torch.sin(position * div_term)
        pe[:, 0, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe)
        self.embed = nn.Linear(8, 16)
        layer = nn.TransformerEncoderLayer(16, 4, 24, activation="gelu", norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.decode = nn.Linear(16, 3)

    def forward(self, src: Tensor) -> Tensor:
        x = self.embed(src) * math.sqrt(16) + self.pe[: src.size(0)]
        return self.decode(self.encoder(x))


@zoo(floats(1, 10, 16), floats(1, 6, 16))
class CrossAttention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(16, 2, batch_first=True)
        self.norm = nn.LayerNorm(16)

    def forward(self, queries: Tensor, memory: Tensor) -> Tensor:
        attended, _ = self.attention(queries, memory, memory, need_weights=False)
        return self.norm(queries + attended)


@zoo(floats(1, 10, 16))
class AttentionWithWeights(nn.Module):
    """The averaged weights come out, too."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(16, 2, batch_first=True)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.attention(x, x, x)


@zoo(tokens(32, 1, 12))
class TinyGPT(nn.Module):
    """A causal decoder: token and position embeddings, scaled_dot_product_attention."""

    def __init__(self) -> None:
        super().__init__()
        self.wte = nn.Embedding(32, 16)
        self.wpe = nn.Embedding(12, 16)
        self.ln_1 = nn.LayerNorm(16)
        self.c_attn = nn.Linear(16, 48)
        self.c_proj = nn.Linear(16, 16)
        self.ln_f = nn.LayerNorm(16)
        self.lm_head = nn.Linear(16, 32, bias=False)

    def forward(self, idx: Tensor) -> Tensor:
        b, t = idx.size()
        x = self.wte(idx) + self.wpe(torch.arange(t, device=idx.device))
        q, k, v = self.c_attn(self.ln_1(x)).split(16, dim=2)
        q, k, v = (y.view(b, t, 2, 8).transpose(1, 2) for y in (q, k, v))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.c_proj(y.transpose(1, 2).contiguous().view(b, t, 16))
        return self.lm_head(self.ln_f(x)[:, [-1], :])


class RMSNorm(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.linspace(0.5, 1.5, dim))

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.weight


@zoo(floats(1, 8, 16))
class LlamaBlock(nn.Module):
    """Rotary positions, a mask that is filled in by hand, SwiGLU."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = RMSNorm(16), nn.RMSNorm(16)
        self.wq, self.wk, self.wv, self.wo = (nn.Linear(16, 16, bias=False) for _ in range(4))
        self.w1, self.w3 = nn.Linear(16, 24, bias=False), nn.Linear(16, 24, bias=False)
        self.w2 = nn.Linear(24, 16, bias=False)
        angles = torch.outer(torch.arange(8.0), 1.0 / 100.0 ** (torch.arange(0, 8, 2) / 8))
        self.register_buffer("cos", torch.cat((angles, angles), -1).cos())
        self.register_buffer("sin", torch.cat((angles, angles), -1).sin())
        self.register_buffer("mask", torch.tril(torch.ones(8, 8)) == 0)

    @staticmethod
    def rotate_half(x: Tensor) -> Tensor:
        x1, x2 = x[..., : x.shape[-1] // 2], x[..., x.shape[-1] // 2 :]
        return torch.cat((-x2, x1), dim=-1)

    def forward(self, x: Tensor) -> Tensor:
        b, t, c = x.shape
        h = self.norm1(x)
        q, k, v = (w(h).view(b, t, 2, 8).transpose(1, 2) for w in (self.wq, self.wk, self.wv))
        q = q * self.cos + self.rotate_half(q) * self.sin
        k = k * self.cos + self.rotate_half(k) * self.sin
        scores = (q @ k.transpose(2, 3)) / math.sqrt(8)
        scores = scores.masked_fill(self.mask, float("-1e4"))
        x = x + self.wo((F.softmax(scores, dim=-1) @ v).transpose(1, 2).reshape(b, t, c))
        h = self.norm2(x)
        return x + self.w2(F.silu(self.w1(h)) * self.w3(h))


@zoo(floats(1, 8, 16, 16))
class MobileViT(nn.Module):
    """Unfolds patches by reshapes, attends, folds back, joins with its input."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(8, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 12, 1)
        self.transformer = Encoder(12, 2)
        self.conv3 = nn.Conv2d(12, 8, 1)
        self.conv4 = nn.Conv2d(16, 8, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y = x.clone()
        x = self.conv2(F.silu(self.conv1(x)))
        b, c, h, w = x.shape
        x = x.reshape(b * c * h // 4, 4, w // 4, 4).transpose(1, 2)
        x = x.reshape(b, c, h * w // 16, 16).permute(0, 3, 2, 1).reshape(b * 16, -1, c)
        x = self.transformer(x)
        x = x.reshape(b, 16, -1, c).permute(0, 3, 2, 1)
        x = x.reshape(b * c * h // 4, w // 4, 4, 4).transpose(1, 2).reshape(b, c, h, w)
        x = self.conv3(x)
        return self.conv4(torch.cat((x, y), 1))


@zoo(floats(1, 8, 8, 8))
class PoolFormer(nn.Module):
    """The token mixer is an average pool less its input."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(1, 8)
        self.pool = nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
        self.norm2 = nn.GroupNorm(1, 8)
        self.mlp = nn.Sequential(nn.Conv2d(8, 16, 1), nn.GELU(), nn.Conv2d(16, 8, 1))
        self.layer_scale = nn.Parameter(0.8 * torch.ones(8))

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm1(x)
        x = x + self.layer_scale.unsqueeze(-1).unsqueeze(-1) * (self.pool(y) - y)
        return x + self.layer_scale.unsqueeze(-1).unsqueeze(-1) * self.mlp(self.norm2(x))


@zoo(floats(1, 16, 12))
class LinearAttention(nn.Module):
    """elu(x) + 1 as feature map; einsum; no softmax."""

    def __init__(self) -> None:
        super().__init__()
        self.q, self.k, self.v = nn.Linear(12, 8), nn.Linear(12, 8), nn.Linear(12, 8)

    def forward(self, x: Tensor) -> Tensor:
        q = F.elu(self.q(x)) + 1
        k = F.elu(self.k(x)) + 1
        kv = torch.einsum("bnd,bne->bde", k, self.v(x))
        z = 1 / (torch.einsum("bnd,bd->bn", q, k.sum(dim=1)) + 1e-6)
        return torch.einsum("bnd,bde,bn->bne", q, kv, z)


@zoo(floats(1, 1, 32))
class PatchTST(nn.Module):
    """Windows of a series as tokens: unfold with a stride."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(8, 12)
        self.encoder = Encoder(12, 2)
        self.head = nn.Linear(12 * 7, 6)

    def forward(self, x: Tensor) -> Tensor:
        x = x.unfold(dimension=-1, size=8, step=4)
        x = self.encoder(self.embed(x).squeeze(1))
        return self.head(x.flatten(start_dim=1))


@zoo(floats(1, 20, 8))
class AttentionPooling(nn.Module):
    """A learned query; bmm and baddbmm."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(1, 1, 8))
        self.key = nn.Linear(8, 8)
        self.bias = nn.Parameter(0.3 * torch.randn(1, 1, 20))

    def forward(self, x: Tensor) -> Tensor:
        scores = torch.baddbmm(self.bias, self.query, self.key(x).transpose(1, 2), alpha=0.35)
        return torch.bmm(scores.softmax(-1), x).squeeze(1)


@zoo(floats(1, 16, 8))
class Conformer(nn.Module):
    """Its convolution module: GLU, depthwise, batch norm, swish."""

    def __init__(self) -> None:
        super().__init__()
        self.layer_norm = nn.LayerNorm(8)
        self.conv1 = nn.Conv1d(8, 16, 1)
        self.depthwise = nn.Conv1d(8, 8, 7, padding=3, groups=8)
        self.batch_norm = nn.BatchNorm1d(8)
        self.conv2 = nn.Conv1d(8, 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.layer_norm(x).transpose(1, 2)
        y = F.glu(self.conv1(y), dim=1)
        y = F.silu(self.batch_norm(self.depthwise(y)))
        return x + self.conv2(y).transpose(1, 2)


@zoo(tokens(24, 1, 10), truths(1, 10))
class PaddedTextTransformer(nn.Module):
    """Words of a sentence that may be shorter; its mask is an input."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(24, 16)
        self.positions = nn.Parameter(0.3 * torch.randn(1, 10, 16))
        self.layer = nn.TransformerEncoderLayer(16, 2, 24, batch_first=True)
        self.head = nn.Linear(16, 4)

    def forward(self, words: Tensor, kept: Tensor) -> Tensor:
        x = self.layer(self.words(words) + self.positions, src_key_padding_mask=~kept)
        weights = kept.float().unsqueeze(-1)
        return self.head((x * weights).sum(1) / weights.sum(1))


@zoo(floats(1, 8, 12), truths(1, 8))
class BertSelfAttention(nn.Module):
    """The mask of a tokenizer, 0 and 1, as large negative numbers that are added."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(12, 12)
        self.key = nn.Linear(12, 12)
        self.value = nn.Linear(12, 12)

    def split(self, x: Tensor) -> Tensor:
        return x.view(1, 8, 2, 6).permute(0, 2, 1, 3)

    def forward(self, x: Tensor, attention_mask: Tensor) -> Tensor:
        extended = (1.0 - attention_mask[:, None, None, :].float()) * -10000.0
        query, key, value = self.split(self.query(x)), self.split(self.key(x)), self.value(x)
        scores = query @ key.transpose(-1, -2) / math.sqrt(6) + extended
        context = scores.softmax(-1) @ self.split(value)
        return context.permute(0, 2, 1, 3).reshape(1, 8, 12)
