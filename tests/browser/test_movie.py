"""A written movie plays in a browser: its size, its length, its last picture."""

import base64

import numpy as np
import pytest
from PIL import Image

import mmphate_widget as mm

PLAY = """async (address) => {
  const video = document.createElement("video");
  video.muted = true;
  document.body.append(video);
  video.src = address;
  await new Promise((resolve, reject) => {
    video.onloadeddata = resolve;
    video.onerror = () => reject(new Error(video.error.message));
  });
  await video.play();
  await new Promise((resolve) => { video.onended = resolve; });
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0);
  const last = Array.from(context.getImageData(0, 0, canvas.width, canvas.height).data);
  return { size: [video.videoWidth, video.videoHeight], seconds: video.duration, last };
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
    widget.epoch = 6
    last = np.array(seen["last"], dtype=float).reshape(120, 160, 4)[..., :3]
    still = np.asarray(Image.open(widget.save_image(tmp_path / "still.png")).convert("RGB"))
    assert np.sqrt(np.mean((last - still) ** 2)) < 9
    widget.close()
