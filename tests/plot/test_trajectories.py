"""Trajectories: which points a line runs through, how age shows, which colors the pieces have."""

import re

import numpy as np
import pytest
from matplotlib.figure import Figure

import mmphate_widget as mm

# That of the coordinates in conftest.py.
SHAPE = (8, 3, 6)


def pieces_of(axis):
    """The pieces of all lines, and the dots at their ends."""
    lines, heads = axis.collections
    segments = lines._segments3d if axis.name == "3d" else lines.get_segments()
    return np.asarray(segments), lines, heads


def test_a_line_a_unit_through_the_steps_of_an_epoch(embedding):
    figure = mm.plot.trajectories(embedding[..., :2], units=[4, 1], at=5)
    pieces, _, heads = pieces_of(figure.axes[0])
    expected = [
        [embedding[5, t, unit, :2], embedding[5, t + 1, unit, :2]]
        for t in (0, 1)
        for unit in (4, 1)
    ]
    np.testing.assert_allclose(pieces, expected, atol=1e-6)
    np.testing.assert_allclose(heads.get_offsets(), embedding[5, -1, [4, 1], :2], atol=1e-6)
    assert figure.axes[0].get_title() == "epoch 5"


def test_a_line_a_unit_through_the_epochs_at_a_step(embedding, trace):
    figure = mm.plot.trajectories(embedding, trace=trace, units=["upper[1]"], along="epoch", at=0)
    pieces, _, _ = pieces_of(figure.axes[0])
    path = embedding[:, 0, 3]
    np.testing.assert_allclose(pieces, np.stack([path[:-1], path[1:]], axis=1), atol=1e-6)
    assert figure.axes[0].get_title() == "step 5"


def test_all_units_and_the_last_position_by_default(embedding, trace):
    for along, title in (("step", "epoch 40"), ("epoch", "step 7")):
        axis = mm.plot.trajectories(embedding, trace=trace, along=along).axes[0]
        assert axis.get_title() == title
        assert len(pieces_of(axis)[0]) == 6 * (SHAPE[along == "step"] - 1)


def test_older_pieces_are_fainter_and_thinner(embedding):
    axis = mm.plot.trajectories(embedding[..., :2], units=[2], along="epoch", width=2).axes[0]
    _, lines, heads = pieces_of(axis)
    opacity, widths = lines.get_colors()[:, 3], lines.get_linewidths()
    assert (np.diff(opacity) > 0).all()
    assert (np.diff(widths) > 0).all()
    assert (opacity[-1], widths[-1]) == (1, 2)
    assert heads.get_facecolors()[:, 3].tolist() == [1]


def test_a_piece_has_the_color_of_the_point_it_leads_to(embedding):
    values = np.array(["a", "b", "c"])
    axis = mm.plot.trajectories(embedding[..., :2], units=[0], color_by=values, at=0).axes[0]
    _, lines, heads = pieces_of(axis)
    okabe_ito = np.array([[0x56, 0xB4, 0xE9], [0x00, 0x9E, 0x73]])
    np.testing.assert_array_equal(np.round(lines.get_colors()[:, :3] * 255), okabe_ito)
    np.testing.assert_array_equal(np.round(heads.get_facecolors()[:, :3] * 255), okabe_ito[1:])


def test_colored_along_the_line_where_nothing_tells_units_apart(embedding):
    for along in ("step", "epoch"):
        assert mm.plot.trajectories(embedding, along=along).axes[-1].get_ylabel() == along


def test_one_step_is_a_dot(embedding):
    axis = mm.plot.trajectories(embedding[:, :1, :, :2]).axes[0]
    (heads,) = axis.collections
    np.testing.assert_allclose(heads.get_offsets(), embedding[-1, 0, :, :2], atol=1e-6)


def test_the_selection_of_a_widget(embedding, trace):
    w = mm.MMPHATEWidget(embedding, trace=trace, color_by="unit")
    w.select(units=[1, 5])
    figure = mm.plot.trajectories(w, units=w.selected_units)
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["lower[1]", "upper[3]"]
    w.close()


def test_axes_of_the_user_are_drawn_into(embedding):
    figure = Figure()
    axis = figure.subplots()
    assert mm.plot.trajectories(embedding, ax=axis, legend=False) is figure
    assert len(pieces_of(axis)[0]) == 12


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"along": "unit"}, "`along` must be one of 'step', 'epoch'; got 'unit'"),
        ({"at": 8}, "`at` must be between 0 and 7; got 8"),
        ({"at": 3, "along": "epoch"}, "`at` must be between 0 and 2; got 3"),
        ({"at": [1]}, "`at` must be one position between 0 and 7; got [1]"),
        ({"at": 1.5}, "`at` must be a flat sequence of integers"),
        ({"units": [6]}, "`units` must be between 0 and 5; got 6"),
        ({"units": ["gru[0]"]}, "`units` must be positions or names of units"),
        ({"units": []}, "`units` must name at least one unit; got none"),
        ({"width": -1}, "`width` must be a finite number between 0 and inf; got -1"),
        ({"ax": Figure().subplots(1, 2)}, "`ax` must hold 1 Axes, one a panel; got 2"),
    ],
)
def test_what_does_not_fit_is_named(embedding, given, message):
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        mm.plot.trajectories(embedding, **given)
