import numpy as np
from scipy import sparse

from mmphate_widget.diffusion import count_components


def blocks(*sizes):
    return sparse.csr_array(sparse.block_diag([np.ones((size, size)) for size in sizes]))


def test_number_and_sizes_largest_first():
    found = count_components(blocks(2, 5, 1))
    assert found.count == 3
    assert found.sizes.tolist() == [5, 2, 1]


def test_nodes_may_stand_for_several_points():
    found = count_components(blocks(2, 1), np.array([10, 20, 40]))
    assert found.sizes.tolist() == [40, 30]


def test_one_direction_is_enough():
    graph = sparse.csr_array(np.array([[0, 1, 0], [0, 0, 0], [0, 1, 0]]))
    assert count_components(graph).count == 1
