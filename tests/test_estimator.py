"""scikit-learn takes MMPHATE for one of its own, though it is imported without it."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

import mmphate_widget as mm

VALUES = np.random.default_rng(0).normal(size=(6, 5, 4, 6)).cumsum(axis=0)


def test_it_is_a_step_of_a_pipeline():
    pipeline = make_pipeline(FunctionTransformer(np.abs), mm.MMPHATE(random_state=0))
    pipeline.set_params(mmphate__n_components=2)
    found = clone(pipeline).fit_transform(VALUES)
    expected = mm.MMPHATE(random_state=0, n_components=2).fit_transform(np.abs(VALUES))
    assert np.array_equal(found, expected)
    assert pipeline.get_params()["mmphate__n_components"] == 2


def test_scikit_learn_tells_whether_it_is_fitted():
    estimator = mm.MMPHATE(random_state=0)
    with pytest.raises(NotFittedError):
        check_is_fitted(estimator)
    check_is_fitted(estimator.fit(VALUES))
    assert get_tags(estimator).transformer_tags is not None
    assert not is_classifier(estimator)


def test_an_unknown_parameter_is_named_and_changes_nothing():
    estimator = mm.MMPHATE(t=4)
    with pytest.raises(ValueError, match="`n_landmarks` must be a parameter of MMPHATE, one of"):
        estimator.set_params(t=9, n_landmarks=100)
    assert estimator.t == 4
    assert estimator.set_params(t=9) is estimator
    assert estimator.t == 9


def test_its_repr_says_what_was_chosen():
    assert repr(mm.MMPHATE()) == "MMPHATE()"
    assert repr(mm.MMPHATE(2, gamma=0, t=3)) == "MMPHATE(n_components=2, t=3)"
    assert eval(repr(mm.MMPHATE(mds_solver="sgd")), {"MMPHATE": mm.MMPHATE}).mds_solver == "sgd"


def test_a_copy_is_fitted_to_what_it_was_fitted_to():
    estimator = mm.MMPHATE(random_state=np.random.RandomState(0)).fit(VALUES)
    assert pickle.loads(pickle.dumps(estimator)).is_fitted_to(VALUES)


def test_a_subclass_has_the_parameters_that_it_names():
    class Own(mm.MMPHATE):
        def __init__(self, extra=1, **options):
            super().__init__(**options)
            self.extra = extra

    class Nameless(mm.MMPHATE):
        def __init__(self, *given):
            super().__init__(*given)

    assert repr(Own(extra=2, t=4)) == "Own(extra=2)"
    with pytest.raises(RuntimeError, match=r"must have names; got \*given"):
        Nameless().get_params()
