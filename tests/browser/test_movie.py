"""A written movie plays in a browser: with its size, to its end."""

import base64

import numpy as np
import pytest

import mmphate_widget as mm

PLAY = """async (address) => {
  const video = document.createElement("video");
  video.muted = true;
  video.src = address;
  await new Promise((resolve, reject) => {
    video.onloadeddata = resolve;
    video.onerror = () => reject(new Error(video.error.message));
  });
  await video.play();
  await new Promise((resolve) => { video.onended = resolve; });
  return { size: [video.videoWidth, video.videoHeight], seconds: video.duration };
}"""


def test_an_mp4_plays_to_its_end(browser, tmp_path):
    Y = np.random.default_rng(0).normal(size=(7, 4, 6, 3)).cumsum(axis=0)
    widget = mm.MMPHATEWidget(Y)
    widget.view = {**widget.view, "width": 160, "height": 120}
    movie = widget.save_animation(tmp_path / "run.mp4", seconds=1, fps=20, progress=False)
    page = browser.new_page()
    try:
        if not page.evaluate("() => document.createElement('video').canPlayType('video/mp4')"):
            pytest.skip("this browser was built without H.264")
        address = "data:video/mp4;base64," + base64.b64encode(movie.read_bytes()).decode()
        seen = page.evaluate(PLAY, address)
    finally:
        page.close()
    assert seen["size"] == [160, 120]
    assert seen["seconds"] == pytest.approx(1, abs=0.01)
    widget.close()
