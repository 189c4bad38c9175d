import numpy as np
import pytest
from PIL import Image

from mmphate_widget.widget.caption import describe_picture, write_caption
from mmphate_widget.widget.lasso import Window


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (Window("epoch", 1.6, None), "Epoch 9, 6 units at 2 steps, colored by step"),
        (Window("epoch", 0, 1), "Epoch 0, 6 units at step 4, colored by step"),
        (Window("all", 1, None), "All 3 epochs of 6 units, colored by step"),
        (Window("all", 1, 0), "All 3 epochs of 6 units at step 2, colored by step"),
        (
            Window("steps", 1, None),
            "Paths of 6 units through 2 steps of epoch 1.5, colored by step",
        ),
        (Window("epochs", 1, None), "Paths of 6 units through 3 epochs at step 4, colored by step"),
        (Window("epochs", 1, 0), "Paths of 6 units through 3 epochs at step 2, colored by step"),
        (
            Window("epoch", 1, None, step_window=(0, 1)),
            "Epoch 1.5, 6 units at steps 2 to 4, colored by step",
        ),
        (
            Window("all", 1, None, epoch_window=(1, 2), step_window=(1, 1)),
            "Epochs 1.5 to 9 of 6 units at step 4, colored by step",
        ),
        (
            Window("steps", 1, None, step_window=(0, 1)),
            "Paths of 6 units through steps 2 to 4 of epoch 1.5, colored by step",
        ),
        (
            Window("epochs", 1, None, epoch_window=(0, 1), step_window=(0, 0)),
            "Paths of 6 units through epochs 0 to 1.5 at step 2, colored by step",
        ),
    ],
)
def test_it_says_what_the_window_shows(window, words):
    about = {"epochs": [0, 1.5, 9], "steps": [2, 4], "n_units": 6, "color_by": "step"}
    assert describe_picture(window, **about) == words
    filtered = describe_picture(window, **about, filtered_by=("label", "step"))
    assert filtered == f"{words}, filtered by label and step"
    above = describe_picture(window, **about, is_flat=True)
    assert above == words.replace(", colored", ", from above, colored")
    selected = describe_picture(window, **about, n_selected_units=1, n_selected_points=20)
    assert selected == f"{words}; 1 unit, 20 points selected"


def test_it_is_written_in_the_corner_and_leaves_the_rest():
    generator = np.random.default_rng(0)
    before = Image.fromarray(generator.integers(0, 256, (60, 300, 4), dtype=np.uint8))
    after = np.asarray(write_caption(before, "Epoch 9: Größe <b>")).astype(int)
    changed = (after != np.asarray(before)).any(axis=2)
    assert changed.sum() > 200
    assert not changed[:38].any()
    assert not changed[:, :7].any()
    assert not changed[:, 150:].any()
