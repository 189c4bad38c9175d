"""The thinned scenarios: what is embedded, and that a method is measured without the others."""

import json

import inputs
import numpy as np
import scenarios


def test_thinned_scenarios_are_parts_of_the_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(inputs, "FOLDER", tmp_path)
    name = "hopf, clean and warped"
    thinned = np.load(inputs.keep(scenarios.thinned_name(name)))
    assert thinned.shape == (34, 10, 6, 10)
    assert np.array_equal(thinned, inputs.scenario(name)[::3, ::8])


def test_what_was_measured_before_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(inputs, "FOLDER", tmp_path)
    monkeypatch.setattr(scenarios, "SCENARIOS", {"pitchfork": scenarios.SCENARIOS["pitchfork"]})

    def embed(method, name, *, repeats, coordinates):
        values = np.load(inputs.keep(name))
        return {"seconds": 1.0}, [values[..., :3]] * repeats

    monkeypatch.setattr(scenarios, "embed", embed)
    results = tmp_path / "found.json"
    scenarios.main(["pca"], results)
    scenarios.main(["umap"], results)
    found = json.loads(results.read_text())
    assert set(found) == {"pca", "umap"}
    (row,) = found["umap"]["rows"]
    assert row["scenario"] == "pitchfork"
    assert 0 < row["scores"]["inter 10"] < 1
    assert row["scores"]["ARI whole"] <= 1
