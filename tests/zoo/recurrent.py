"""Recurrent networks: keywords, sensors, text, speech, forecasts, controllers."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from .record import floats, fractions, tokens, zoo


@zoo(floats(1, 12, 6))
class RecurrentLayer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(6, 8, batch_first=True)
        self.fc = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        out, _ = self.lstm(x)
        return self.fc(F.relu(out))


@zoo(floats(1, 20, 10))
class KeywordLSTM(nn.Module):
    """The last hidden values of two layers, classified."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(10, 16, num_layers=2, batch_first=True, dropout=0.2)
        self.fc = nn.Linear(16, 6)

    def forward(self, features: Tensor) -> Tensor:
        out, _ = self.lstm(features)
        return self.fc(out[:, -1])


@zoo(floats(1, 20, 10))
class KeywordGRU(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(10, 16, batch_first=True)
        self.fc = nn.Linear(16, 6)

    def forward(self, features: Tensor) -> Tensor:
        _, hidden = self.gru(features)
        return self.fc(hidden.squeeze(0))


@zoo(floats(1, 12, 6))
class BidirectionalLSTM(nn.Module):
    """Both directions' last hidden values, as for a sentence's class."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(6, 8, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        _, (hidden, _) = self.lstm(x)
        return self.fc(torch.cat((hidden[-2], hidden[-1]), dim=1))


@zoo(floats(1, 12, 6))
class BidirectionalGRUTagger(nn.Module):
    """A label for each step, over two layers."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(6, 8, num_layers=2, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.gru(x)[0])


@zoo(floats(1, 1, 16, 24))
class CRNN(nn.Module):
    """Convolutions over frequency and time, then a recurrent layer over time."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(1, 6, (5, 3), stride=(2, 2), padding=(2, 1)),
            nn.BatchNorm2d(6),
            nn.ReLU(),
        )
        self.gru = nn.GRU(6 * 8, 12, batch_first=True)
        self.fc = nn.Linear(12, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        x = x.permute(0, 3, 1, 2).flatten(2)
        _, hidden = self.gru(x)
        return self.fc(hidden[-1])


@zoo(floats(1, 24, 6))
class DeepConvLSTM(nn.Module):
    """Activity from inertial sensors (Ordóñez and Roggen): convolutions over time alone."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(c, 8, (5, 1)) for c in (1, 8, 8)])
        self.lstm = nn.LSTM(8 * 6, 12, num_layers=2)
        self.fc = nn.Linear(12, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = x.unsqueeze(1)
        for conv in self.convs:
            x = F.relu(conv(x))
        x = x.permute(2, 0, 3, 1).reshape(x.shape[2], 1, -1)
        x, _ = self.lstm(x)
        return self.fc(x[-1])


@zoo(floats(1, 1, 64), floats(1, 12), floats(1, 12))
class SileroVAD(nn.Module):
    """A block of samples, an encoder of convolutions, one step of a cell whose state the caller
    keeps, and the probability of speech."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv1d(1, 8, 8, stride=4, padding=2),
            nn.ReLU(),
            nn.Conv1d(8, 12, 3, stride=2, padding=1),
            nn.ReLU(),
        )
        self.rnn = nn.LSTMCell(12, 12)
        self.decoder = nn.Conv1d(12, 1, 1)

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = self.encoder(x).mean(-1)
        h, c = self.rnn(x, (h, c))
        speech = torch.sigmoid(self.decoder(F.relu(h).unsqueeze(-1)).squeeze(-1))
        return speech, h, c


@zoo(floats(1, 10, 14))
class RNNoise(nn.Module):
    """Gains of bands, and the activity of voice, from three chained layers (Valin)."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.Linear(14, 12)
        self.vad_gru = nn.GRU(12, 8, batch_first=True)
        self.vad = nn.Linear(8, 1)
        self.noise_gru = nn.GRU(12 + 8 + 14, 12, batch_first=True)
        self.denoise_gru = nn.GRU(8 + 12 + 14, 16, batch_first=True)
        self.gains = nn.Linear(16, 10)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        dense = torch.tanh(self.dense(features))
        vad, _ = self.vad_gru(dense)
        noise, _ = self.noise_gru(torch.cat((dense, vad, features), -1))
        denoised, _ = self.denoise_gru(torch.cat((vad, noise, features), -1))
        return torch.sigmoid(self.gains(denoised)), torch.sigmoid(self.vad(vad))


@zoo(floats(1, 1, 16, 16))
class AttentionRNN(nn.Module):
    """Keywords (de Andrade et al.): the middle of a bidirectional layer asks for all its steps."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, (1, 5), padding=(0, 2))
        self.lstm = nn.LSTM(4 * 16, 8, bidirectional=True, batch_first=True)
        self.query = nn.Linear(16, 16)
        self.fc = nn.Sequential(nn.Linear(16, 12), nn.ReLU(), nn.Linear(12, 5))

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv(x)).permute(0, 3, 1, 2).flatten(2)
        x, _ = self.lstm(x)
        query = self.query(x[:, x.shape[1] // 2]).unsqueeze(1)
        weights = F.softmax(torch.bmm(query, x.transpose(1, 2)) * 0.25, dim=-1)
        return self.fc(torch.bmm(weights, x).squeeze(1))


@zoo(floats(1, 10, 5))
class SequenceEncoder(nn.Module):
    """What a decoder begins with: the final states of both layers."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(5, 10, num_layers=2, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.gru(x)[1]


@zoo(floats(1, 10, 5), floats(1, 4, 3))
class SequenceToSequence(nn.Module):
    """The decoder begins where the encoder ends."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.LSTM(5, 10, num_layers=2, batch_first=True)
        self.decoder = nn.LSTM(3, 10, num_layers=2, batch_first=True)
        self.fc = nn.Linear(10, 2)

    def forward(self, past: Tensor, known: Tensor) -> Tensor:
        _, state = self.encoder(past)
        out, _ = self.decoder(known, state)
        return self.fc(out)


@zoo(tokens(40, 12, 1))
class CharacterLSTM(nn.Module):
    """Scores of the next character at each place; time comes first."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(40, 8)
        self.lstm = nn.LSTM(8, 16)
        self.decoder = nn.Linear(16, 40)

    def forward(self, text: Tensor) -> Tensor:
        out, _ = self.lstm(self.embedding(text))
        return self.decoder(out)


@zoo(floats(1, 24, 3))
class BatteryGRU(nn.Module):
    """The state of charge from voltage, current and temperature."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(3, 12, batch_first=True)
        self.head = nn.Sequential(nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.sigmoid(self.head(self.gru(x)[0][:, -1, :]))


@zoo(floats(1, 3), floats(1, 12))
class BatteryGRUStep(nn.Module):
    """One measurement a call; the state goes in and comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.GRUCell(3, 12)
        self.head = nn.Linear(12, 1)

    def forward(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        h = self.cell(x, h)
        return self.head(h), h


@zoo(floats(1, 8, 4))
class LSTMCellLoop(nn.Module):
    """Written step by step; two cells, one on the other."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.LSTMCell(4, 8)
        self.second = nn.LSTMCell(8, 8)
        self.fc = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        h1 = c1 = h2 = c2 = x.new_zeros(x.size(0), 8)
        outputs = []
        for step in x.split(1, dim=1):
            h1, c1 = self.first(step.squeeze(1), (h1, c1))
            h2, c2 = self.second(h1, (h2, c2))
            outputs.append(self.fc(h2))
        return torch.stack(outputs, 1)


@zoo(floats(1, 8, 4))
class AutoregressiveForecaster(nn.Module):
    """A sequence, then steps that read their own predictions."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.GRUCell(4, 12)
        self.out = nn.Linear(12, 4)

    def forward(self, past: Tensor) -> Tensor:
        h = torch.zeros(1, 12)
        for step in past.unbind(1):
            h = self.cell(step, h)
        forecast = []
        step = self.out(h)
        for _ in range(3):
            forecast.append(step)
            h = self.cell(step, h)
            step = self.out(h)
        return torch.stack(forecast, 1)


@zoo(floats(1, 16, 4))
class ElmanNetwork(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.RNN(4, 12, batch_first=True)
        self.fc = nn.Linear(12, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x)[0][:, -1])


@zoo(floats(10, 4))
class RectifiedRNN(nn.Module):
    """Two layers with relu and without biases, on a sequence without a batch."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.RNN(4, 8, 2, nonlinearity="relu", bias=False)
        self.fc = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x)[0])


@zoo(floats(1, 6), floats(1, 10))
class RNNController(nn.Module):
    """One step of a policy; the state goes in and comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.RNNCell(6, 10)
        self.action = nn.Linear(10, 2)

    def forward(self, observation: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        state = self.cell(observation, state)
        return torch.tanh(self.action(state)), state


@zoo(floats(1, 12, 4))
class LSTMAutoencoder(nn.Module):
    """Anomalies: the last hidden values, repeated, give back the sequence."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.LSTM(4, 6, batch_first=True)
        self.decoder = nn.LSTM(6, 8, batch_first=True)
        self.output = nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        _, (hidden, _) = self.encoder(x)
        repeated = hidden[-1].unsqueeze(1).repeat(1, x.size(1), 1)
        return self.output(self.decoder(repeated)[0])


@zoo(fractions(1, 2, 1, 20, 12))
class SpeechEnhancementMask(nn.Module):
    """A mask of the magnitudes (as in DTLN's first half): two layers, then a product."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(12)
        self.lstm = nn.LSTM(12, 16, num_layers=2, batch_first=True)
        self.mask = nn.Linear(16, 12)

    def forward(self, magnitudes: Tensor) -> Tensor:
        x = magnitudes[:, 0, 0]
        out, _ = self.lstm(self.norm(x))
        return torch.sigmoid(self.mask(out)) * x


@zoo(floats(2, 10, 5))
class BatchedGRU(nn.Module):
    """Two sequences at once, with a learned beginning."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(5, 8, batch_first=True)
        self.h0 = nn.Parameter(torch.linspace(-1, 1, 8).view(1, 1, 8))
        self.fc = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        out, _ = self.gru(x, self.h0.expand(-1, x.size(0), -1).contiguous())
        return self.fc(out)


@zoo(floats(1, 12, 3), floats(1, 4))
class ConditionedLSTM(nn.Module):
    """A machine's constants make the states with which its time series begins."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(4, 10)
        self.cell = nn.Linear(4, 10)
        self.lstm = nn.LSTM(3, 10, batch_first=True)
        self.fc = nn.Linear(10, 1)

    def forward(self, x: Tensor, constants: Tensor) -> Tensor:
        h = torch.tanh(self.hidden(constants)).unsqueeze(0)
        c = self.cell(constants).unsqueeze(0)
        return self.fc(self.lstm(x, (h, c))[0])


@zoo(floats(1, 10, 4))
class CellStateReader(nn.Module):
    """Classifies by the cell."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(4, 10, batch_first=True)
        self.fc = nn.Linear(20, 3)

    def forward(self, x: Tensor) -> Tensor:
        _, (h, c) = self.lstm(x)
        return self.fc(torch.cat([h, c], -1)[0])


@zoo(floats(1, 16, 8))
class ResidualGRU(nn.Module):
    """Each layer adds to its input."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.GRU(8, 8, batch_first=True) for _ in range(3)])
        self.fc = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = x + layer(x)[0]
        return self.fc(x)


@zoo(floats(1, 5, 4), floats(2, 1, 8), floats(2, 1, 8))
class StreamingLSTM(nn.Module):
    """A few frames a call; the states of both layers go in and come out."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(4, 8, num_layers=2, batch_first=True)
        self.fc = nn.Linear(8, 2)

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        out, (h, c) = self.lstm(x, (h, c))
        return self.fc(out), h, c
