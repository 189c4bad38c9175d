"""The parts of a recorded module and their names.

A stacked `nn.LSTM` called "rnn" has a part for each layer, direction and kind of state:

    layer name            units                     state
    rnn.l0                rnn.l0[3]                 h of the first layer
    rnn.l0_reverse        rnn.l0[3, reverse]        its reverse direction
    rnn.l0.c              rnn.l0.c[3]               its cell state

The suffixes are those of torch's parameters: "rnn.l0_reverse" has ``weight_hh_l0_reverse``.
A module with one layer has no ".l0".
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One layer, direction and kind of state of a module."""

    module: str
    index: int | None = None
    is_reverse: bool = False
    is_cell: bool = False

    @property
    def stacked(self) -> str:
        """Name of the layer with both directions, "rnn.l0"."""
        return self.module if self.index is None else f"{self.module}.l{self.index}"

    @property
    def direction(self) -> str:
        """Name of the layer in one direction, "rnn.l0_reverse"."""
        return self.stacked + "_reverse" * self.is_reverse

    @property
    def layer(self) -> str:
        """Name of the part, which a Trace keeps as the layer of its units."""
        return self.direction + ".c" * self.is_cell

    def unit(self, position: int) -> str:
        """Name of a unit by its position inside the part."""
        where = f"{position}, reverse" if self.is_reverse else f"{position}"
        return f"{self.stacked}{'.c' * self.is_cell}[{where}]"

    def is_called(self, name: str) -> bool:
        """Whether ``name`` takes this part: a name takes everything under it."""
        return name in (self.module, self.stacked, self.direction, self.layer)


def parts_of(
    module: str, *, n_layers: int = 1, is_bidirectional: bool = False, has_cell: bool = False
) -> tuple[Part, ...]:
    """All parts of a module, layer by layer, h before c, forward before reverse."""
    return tuple(
        Part(module, index if n_layers > 1 else None, is_reverse, is_cell)
        for index in range(n_layers)
        for is_cell in ((False, True) if has_cell else (False,))
        for is_reverse in ((False, True) if is_bidirectional else (False,))
    )
