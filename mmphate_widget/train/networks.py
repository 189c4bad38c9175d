"""The networks: one recurrent layer, dropout, and a linear read-out. Needs torch."""

from collections.abc import Callable

from mmphate_widget.recording._torch import torch

nn = torch.nn

# NAME -> recurrent layer of torch; takes (channels, units, batch_first=True), gives (states, last).
CELLS: dict[str, Callable[..., torch.nn.RNNBase]] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


class RecurrentReader(nn.Module):
    """One recurrent layer whose states, after dropout, are read by one linear layer.

    ``read`` says which: the state of the "last" step, those of "all" steps side by side, or of
    "each" step by itself.
    """

    def __init__(
        self,
        cell: str,
        *,
        n_channels: int,
        n_units: int,
        n_outputs: int,
        n_steps: int,
        read: str,
        dropout: float,
    ) -> None:
        super().__init__()
        self.read = read
        self.rnn = CELLS[cell](n_channels, n_units, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        n_read = n_units * n_steps if read == "all" else n_units
        self.read_out = nn.Linear(n_read, n_outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Outputs (sample, output), or (sample, step, output) where each step is read."""
        states, _ = self.rnn(x)
        if self.read == "last":
            states = states[:, -1]
        elif self.read == "all":
            states = states.flatten(start_dim=1)
        outputs: torch.Tensor = self.read_out(self.dropout(states))
        return outputs
