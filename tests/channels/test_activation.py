"""The activation of one sample, against the definition point by point."""

import numpy as np
import pytest

from mmphate_widget.channels import activation_channel
from mmphate_widget.trace import Trace

SHAPE = (3, 4, 5)


def make(lengths=None):
    values = np.random.default_rng(0).normal(size=(*SHAPE, 7))
    values[1, 2, 3] = 0.1
    return Trace.from_array(values, lengths=lengths)


@pytest.mark.parametrize("lengths", [None, [4, 1, 2, 4, 3, 4, 2]])
@pytest.mark.parametrize("sample", [0, 2])
def test_it_equals_its_definition(lengths, sample):
    trace = make(lengths)
    channel = activation_channel("it", trace, sample=sample)
    assert (channel.kind, channel.axes) == ("diverging", ("epoch", "step", "unit"))
    assert channel.limits[0] == -channel.limits[1]
    ends = [SHAPE[1]] * 7 if lengths is None else lengths
    for e, t, i in np.ndindex(SHAPE):
        there = [k for k in range(7) if t < ends[k]]
        x = trace.values[e, t, i, there]
        if sample not in there or np.ptp(x) == 0:
            assert np.isnan(channel.values[e, t, i])
            continue
        z = (x - x.mean()) / x.std()
        assert channel.values[e, t, i] == pytest.approx(z[there.index(sample)], rel=1e-5)


def test_limits():
    trace = make()
    assert activation_channel("it", trace, sample=1, limits=(-1, 2)).limits == (-1, 2)
    channel = activation_channel("it", trace, sample=1, quantiles=(0.1, 0.9))
    reach = np.abs(np.nanquantile(channel.values, [0.1, 0.9])).max()
    assert channel.limits == (pytest.approx(-reach), pytest.approx(reach))


@pytest.mark.parametrize(
    ("sample", "error", "match"),
    [
        (7, ValueError, "`sample` must be an integer between 0 and 6; got 7"),
        (-1, ValueError, "`sample` must be an integer between 0 and 6; got -1"),
        ("a", TypeError, "`sample` must be an integer between 0 and 6; got 'a'"),
    ],
)
def test_bad_sample(sample, error, match):
    with pytest.raises(error, match=match):
        activation_channel("it", make(), sample=sample)
