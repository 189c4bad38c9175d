"""Arrays of the user's: the axes are read from the shape, the values keep their meaning."""

import numpy as np
import pytest

from mmphate_widget.channels import user_channel

SHAPE = (4, 3, 5)
SIZES = {"epoch": 4, "step": 3, "unit": 5}


def make(values, shape=SHAPE, **options):
    return user_channel("mine", values, shape=shape, **options)


@pytest.mark.parametrize(
    "axes",
    [("epoch", "step", "unit"), ("epoch", "unit"), ("epoch", "step"), ("step", "unit"),
     ("unit",), ("epoch",), ("step",)],
)  # fmt: skip
def test_axes_are_read_from_the_shape(axes):
    values = np.random.default_rng(0).normal(size=[SIZES[axis] for axis in axes])
    channel = make(values)
    assert (channel.name, channel.axes, channel.kind) == ("mine", axes, "continuous")
    np.testing.assert_array_equal(channel.values, values.astype(np.float32))
    assert channel.limits == (channel.values.min(), channel.values.max())


def test_values_by_point_id():
    channel = make(np.arange(60))
    assert channel.axes == ("epoch", "step", "unit")
    assert channel.values[3, 2, 1] == (3 * 3 + 2) * 5 + 1


def test_a_shape_that_fits_several_is_read_in_the_documented_order():
    cube = (5, 5, 5)
    assert make(np.zeros(5), cube).axes == ("unit",)
    assert make(np.zeros((5, 5)), cube).axes == ("epoch", "unit")
    assert make(np.zeros(4), (4, 4, 3)).axes == ("epoch",)
    for axes in (("epoch",), ("step",), ("step", "unit"), ("epoch", "step")):
        assert make(np.zeros([5] * len(axes)), cube, axes=axes).axes == axes


def test_strings_are_categories_in_sorted_order():
    channel = make(["b", "a", "c", "a", "b"])
    assert (channel.kind, channel.categories, channel.limits) == (
        "categorical",
        ("a", "b", "c"),
        (0, 2),
    )
    assert channel.values.tolist() == [1, 0, 2, 0, 1]


def test_none_among_strings_and_nan_among_numbers_have_no_category():
    np.testing.assert_array_equal(
        make(["b", None, "a", None, "b"]).values, [1, np.nan, 0, np.nan, 1]
    )
    channel = make([2.5, np.nan, -1, 2.5, 0], kind="categorical")
    assert channel.categories == ("-1", "0", "2.5")
    np.testing.assert_array_equal(channel.values, [2, np.nan, 0, 2, 1])


def test_bool_is_two_categories():
    channel = make(np.array([True, False, True, True, False]))
    assert channel.categories == ("False", "True")
    assert channel.values.tolist() == [1, 0, 1, 1, 0]
    assert make(np.ones(5, bool), kind="continuous").values.tolist() == [1] * 5


def test_limits():
    values = [-1.0, 0, 3, np.nan, 2]
    assert make(values).limits == (-1, 3)
    assert make(values, kind="diverging").limits == (-3, 3)
    assert make(values, kind="cyclic").limits == (-np.pi, np.pi)
    assert make(values, limits=(0, 10)).limits == (0, 10)
    assert make(np.full(5, np.nan)).limits == (0, 1)


def test_limits_by_quantiles():
    values = np.append(np.arange(59.0), np.nan)
    assert make(values, quantiles=(0.25, 0.75)).limits == (14.5, 43.5)
    assert make(values, quantiles=(0, 1)).limits == (0, 58)
    assert make(values - 50, kind="diverging", quantiles=(0, 0.5)).limits == (-50, 50)
    assert make(np.full(60, np.nan), quantiles=(0.1, 0.9)).limits == (0, 1)


def test_a_logarithmic_scale():
    channel = make([1e-3, 10, np.nan, 1, 2], scale="log")
    assert (channel.scale, channel.limits) == ("log", (np.float32(1e-3), 10))
    assert make([1, 2, 3, 4, 5.0], scale="log", limits=(2, 3)).limits == (2, 3)
    assert make(np.full(5, np.nan), scale="log").limits == (1, 10)
    assert make(range(5)).scale == "linear"


def test_the_users_array_stays_writable_and_apart():
    values = np.zeros(5, np.float32)
    channel = make(values)
    values[:] = 1
    assert channel.values.tolist() == [0] * 5
    with pytest.raises(ValueError, match="read-only"):
        channel.values[0] = 1


@pytest.mark.parametrize(
    ("values", "options", "error", "match"),
    [
        (
            np.zeros(7),
            {},
            ValueError,
            r"`values` must fit .* E = 4, T = 3, H = 5; got shape \(7,\)",
        ),
        (np.zeros((5, 4)), {}, ValueError, r"got shape \(5, 4\)"),
        (np.zeros(5), {"axes": ["step"]}, ValueError, r"must fit `axes` \('step',\).*shape \(5,\)"),
        (np.zeros(5), {"axes": ["sample"]}, ValueError, r"`axes` \('sample',\), some of"),
        (np.zeros(5), {"kind": "rainbow"}, ValueError, r"`kind` must be one of .*got 'rainbow'"),
        ([0, 1, np.inf, 2, 3], {}, ValueError, r"`values` must be finite .*got inf at \(2,\)"),
        ([0, 1, 1e300, 2, 3], {}, ValueError, r"finite in float32, .*got 1e\+300 at \(2,\)"),
        (np.zeros(5, complex), {}, TypeError, r"`values` must hold real numbers"),
        (np.zeros(5, complex), {"kind": "categorical"}, TypeError, r"got dtype complex128"),
        ([object()] * 5, {}, TypeError, r"`values` must hold numbers or strings; got other"),
        ([None] * 5, {}, ValueError, r"between 1 and 512 categories; got 0"),
        (["a"] * 5, {"kind": "continuous"}, TypeError, r"`values` must hold real numbers"),
        (["a"] * 5, {"limits": (0, 1)}, ValueError, r"`limits` must be None for categorical"),
        (["a"] * 5, {"quantiles": (0, 1)}, ValueError, r"`quantiles` must be None for categor"),
        (["a"] * 5, {"scale": "log"}, ValueError, r"`scale` must be 'linear' for categorical"),
        (np.ones(5), {"scale": "ln"}, ValueError, r"`scale` must be one of 'linear', 'log'"),
        ([1, 2, 0, 3, 4], {"scale": "log"}, ValueError, r"positive for scale='log'.*0.0 at \(2,\)"),
        (np.ones(5), {"scale": "log", "limits": (0, 1)}, ValueError, r"`limits` must be positive"),
        (np.ones(5), {"scale": "log", "kind": "cyclic"}, ValueError, r"'linear' for cyclic"),
        (np.ones(5), {"quantiles": (0.5, 2)}, ValueError, r"`quantiles` must be .* 0 and 1; got 2"),
        (np.ones(5), {"quantiles": 0.5}, TypeError, r"`quantiles` must be a pair of numbers"),
        (np.ones(5), {"quantiles": (0, 1), "kind": "cyclic"}, ValueError, r"None for cyclic"),
        (np.ones(5), {"quantiles": (0, 1), "limits": (0, 1)}, ValueError, r"one of `limits` and"),
        (np.ones(5), {"limits": 3}, TypeError, r"`limits` must be a pair of numbers; got 3"),
        ([[1], [1, 2]], {}, ValueError, "`values` must be an array or nested lists of equal le"),
        (np.zeros(5), {"limits": (1, 0)}, ValueError, r"`limits` must be finite and in order"),
    ],
)
def test_bad_input(values, options, error, match):
    with pytest.raises(error, match=match):
        make(values, **options)


def test_too_many_categories():
    with pytest.raises(ValueError, match=r"512 categories; got 600. Numbers can be shown with"):
        make(np.arange(600), shape=(600, 2, 2), kind="categorical")
