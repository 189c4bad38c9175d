"""Tiny networks: threads that wait for each other cost more here than they compute."""

import pytest
import torch

torch.set_num_threads(1)


@pytest.fixture
def x():
    """A probe of 5 samples, 7 steps and 3 features."""
    return torch.randn(5, 7, 3, generator=torch.Generator().manual_seed(1))


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)
