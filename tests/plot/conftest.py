import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

import mmphate_widget as mm

SHAPE = (8, 3, 6)


@pytest.fixture
def embedding():
    return np.random.default_rng(1).normal(size=(*SHAPE, 3)) * (3, 2, 1)


@pytest.fixture
def trace():
    values = np.random.default_rng(0).normal(size=(*SHAPE, 8)).astype(np.float32)
    return mm.Trace.from_array(
        values,
        epochs=[0, 1, 2, 3, 4, 10, 20, 40],
        steps=[5, 6, 7],
        layers={"lower": 2, "upper": 4},
        sample_labels=[0, 0, 1, 1, 2, 2, 3, 3],
        metrics={
            "loss": [3.0, 2.0, np.nan, 1.0, 0.9, 0.8, 0.7, 0.6],
            "accuracy": np.linspace(0, 1, 8),
            "test_loss": np.linspace(4, 2, 8),
        },
    )


@pytest.fixture
def drawn_pixels():
    """The pixels of a figure, as Agg draws them."""

    def draw(figure):
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[..., :3].copy()

    return draw
