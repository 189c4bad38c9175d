"""How good an embedding is, in numbers with their chance levels."""

from mmphate_widget.metrics.neighborhood import (
    NeighborhoodPreservation,
    neighborhood_preservation,
)

__all__ = ["NeighborhoodPreservation", "neighborhood_preservation"]
