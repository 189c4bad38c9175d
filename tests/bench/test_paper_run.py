"""The paper's synthetic run stays within its bounds of time, memory and quality."""

from paper_run import PAPER, measure_in_fresh_process


def test_time_memory_and_quality():
    run = measure_in_fresh_process()
    assert run["seconds"] < 20
    assert run["peak_bytes"] < 1.5e9
    for k, published in PAPER.items():
        assert run[f"inter_{k}"] >= published
        assert run[f"inter_{k}"] > 10 * run[f"chance_{k}"]
