"""Movies are decoded again and compared, frame by frame, with what save_image draws."""

import os
import re
import signal
import subprocess
import sys
import time

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image, ImageSequence

import mmphate_widget as mm
from mmphate_widget.widget import movie
from mmphate_widget.widget.gif import make_palette

SHAPE = (7, 4, 6)


@pytest.fixture
def widget():
    Y = np.random.default_rng(0).normal(size=(*SHAPE, 3)).cumsum(axis=0)
    widget = mm.MMPHATEWidget(Y, color_by="step")
    widget.view = {**widget.view, "width": 320, "height": 240}
    yield widget
    widget.close()


def read_mp4(path):
    """What ffmpeg says of the file, its (width, height), and its frames, height × width × 3."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(path)]
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    read = subprocess.run([*command, *raw], capture_output=True, check=True)
    about = next(line for line in read.stderr.decode().splitlines() if "Video: h264" in line)
    width, height = map(int, re.search(r", (\d+)x(\d+)", about).groups())
    pixels = np.frombuffer(read.stdout, np.uint8)
    return about, (width, height), pixels.reshape(-1, height, width, 3)


def read_gif(path):
    with Image.open(path) as file:
        frames = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(file)]
        durations = [frame.info["duration"] for frame in ImageSequence.Iterator(file)]
        return file.info, durations, frames


def drawn(widget, folder, **options):
    return np.asarray(Image.open(widget.save_image(folder / "still.png", **options)).convert("RGB"))


def off_by(one, other):
    """Root mean square of the difference, of 255."""
    return np.sqrt(np.mean((one.astype(float) - other) ** 2))


@pytest.mark.parametrize("show", ["epoch", "all", "steps", "epochs"])
def test_an_mp4_shows_what_save_image_does(widget, tmp_path, show):
    widget.show = show
    widget.select(units=[1, 4])
    widget.hidden_units = [2]
    path = tmp_path / "run.mp4"
    assert widget.save_animation(path, fps=12, speed=4, progress=False) == path
    about, size, frames = read_mp4(path)
    assert (size, len(frames)) == ((320, 240), 19)
    assert "yuv420p(tv, bt709" in about
    assert " 12 fps" in about
    for index in (0, 3, 10, 18):
        widget.epoch = index / 3
        still = drawn(widget, tmp_path)
        assert off_by(frames[index], still) < 9
        # Another epoch is another picture.
        widget.epoch = (index / 3 + 3) % 6
        assert off_by(frames[index], drawn(widget, tmp_path)) > 12 or show in ("all", "epochs")


def test_an_mp4_keeps_the_colors(widget, tmp_path):
    widget.color_by = np.repeat(list("abcdef"), 28)
    large = {"scale": 3, "dark": True}
    path = tmp_path / "run.mp4"
    widget.save_animation(path, epochs=[0], seconds=0.1, progress=False, **large)
    _, _, frames = read_mp4(path)
    still = drawn(widget, tmp_path, **large).astype(int)
    x, y = np.floor(3 * widget.project(range(24))).astype(int).T
    # Halved and converted there and back: of 255, a few.
    assert np.percentile(np.abs(frames[0][y, x] - still[y, x]), 90) <= 4
    assert (np.abs(frames[0][0, 0] - still[0, 0]) <= 2).all()


def test_a_gif_shows_what_save_image_does(widget, tmp_path):
    widget.save_animation(tmp_path / "run.gif", fps=15, speed=5, progress=False, dark=True)
    info, durations, frames = read_gif(tmp_path / "run.gif")
    assert info["loop"] == 0
    assert len(frames) == 19
    assert set(durations) == {60, 70}
    assert sum(durations) == 1270
    for index in (0, 4, 18):
        widget.epoch = index / 3
        assert off_by(frames[index], drawn(widget, tmp_path, dark=True)) < 3
    assert frames[0][0, 0].tolist() == [24, 24, 27]


def test_a_gif_may_end(widget, tmp_path):
    path = widget.save_animation(tmp_path / "run.GIF", seconds=0.2, loop=False, progress=False)
    info, _, frames = read_gif(path)
    assert "loop" not in info
    assert len(frames) == 6


def test_frames_that_are_alike_stay_frames(tmp_path):
    widget = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(1, 2, 5, 3)))
    path = widget.save_animation(tmp_path / "still.gif", seconds=0.3, fps=10, progress=False)
    _, durations, frames = read_gif(path)
    assert durations == [100] * 3
    assert (frames[0] == frames[2]).all()
    with pytest.raises(ValueError, match="`seconds` must say how long"):
        widget.save_animation(tmp_path / "no.gif")
    widget.close()


def test_the_camera_turns_over_the_whole(widget, tmp_path):
    path = tmp_path / "turn.mp4"
    widget.save_animation(path, epochs=[2], seconds=1, fps=11, turn=90, progress=False)
    _, _, frames = read_mp4(path)
    widget.epoch = 2
    assert off_by(frames[0], drawn(widget, tmp_path)) < 9
    target, position = np.array(widget.view["target"]), np.array(widget.view["position"])
    x, y, z = position - target
    widget.view = {**widget.view, "position": np.add(target, (z, y, -x)).tolist()}
    assert off_by(frames[-1], drawn(widget, tmp_path)) < 9
    assert off_by(frames[0], frames[-1]) > 15


def test_sizes_are_those_asked_for_and_even_in_an_mp4(widget, tmp_path):
    odd = {"size": (151, 99), "seconds": 0.1, "progress": False}
    _, size, _ = read_mp4(widget.save_animation(tmp_path / "a.mp4", **odd))
    assert size == (152, 100)
    _, size, _ = read_mp4(widget.save_animation(tmp_path / "b.mp4", **odd, scale=1.5))
    assert size == (226, 148)
    _, _, frames = read_gif(widget.save_animation(tmp_path / "c.gif", **odd))
    assert frames[0].shape == (99, 151, 3)


def test_playing_pace_is_the_widget_s_own(widget, tmp_path):
    widget.speed = 3
    _, _, frames = read_mp4(widget.save_animation(tmp_path / "a.mp4", fps=10, progress=False))
    assert len(frames) == 21


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("run.avi", {}, "`path` must end in .mp4 or .gif; got"),
        ("run", {}, "`path` must end in .mp4 or .gif; got"),
        ("run.mp4", {"fps": 0}, "`fps` must be a finite number between 1 and 120"),
        ("run.gif", {"fps": 60}, "`fps` must be a finite number between 1 and 50"),
        ("run.gif", {"fps": "fast"}, "`fps` must be a number; got 'fast'"),
        ("run.gif", {"size": 300}, "`size` must be a pair (width, height); got 300"),
        ("run.gif", {"size": (300, 2.5)}, "`size` must be an integer between 16 and 4096"),
        ("run.gif", {"size": (300, 8)}, "`size` must be an integer between 16 and 4096; got 8"),
        ("run.gif", {"size": (4000, 4000), "scale": 2}, "`size` times `scale` must be between"),
        ("run.gif", {"seconds": 0}, "`seconds` must be a finite number"),
        ("run.gif", {"speed": 1000}, "`speed` must be a finite number between 0.1 and 240"),
        ("run.gif", {"seconds": 1, "speed": 1}, "At most one of `seconds` and `speed`"),
        ("run.gif", {"epochs": [7]}, "`epochs` must be positions of epochs"),
        ("run.gif", {"turn": np.inf}, "`turn` must be a finite number"),
        ("run.gif", {"scale": 0}, "`scale` must be a finite number between 0.1 and 8"),
        ("run.gif", {"dark": "yes"}, "`dark` must be True or False"),
        ("run.gif", {"progress": 3}, "`progress` must be True or False"),
        ("run.gif", {"loop": 3}, "`loop` must be True, False or None; got 3"),
        ("run.mp4", {"loop": True}, "`loop` must be None for .mp4: its player decides"),
        ("missing/run.mp4", {}, "`path` must be in a folder that exists"),
    ],
)
def test_bad_arguments_are_named_before_anything_is_drawn(
    widget, tmp_path, monkeypatch, name, options, message
):
    monkeypatch.setattr(movie.Frames, "in_order", lambda self: pytest.fail("frames were drawn"))
    with pytest.raises((TypeError, ValueError, FileNotFoundError), match=re.escape(message)):
        widget.save_animation(tmp_path / name, **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["run.mp4", "run.gif"])
def test_an_error_leaves_the_older_file_alone(widget, tmp_path, monkeypatch, name):
    path = tmp_path / name
    path.write_bytes(b"older")
    in_order = movie.Frames.in_order

    def broken(self):
        for index, frame in enumerate(in_order(self)):
            if index == 5:
                raise RuntimeError("no more")
            yield frame

    monkeypatch.setattr(movie.Frames, "in_order", broken)
    with pytest.raises(RuntimeError, match="no more"):
        widget.save_animation(path, progress=False)
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


INTERRUPTED = """
import signal, sys
# Whoever runs the tests in the background has it ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
import numpy as np
import mmphate_widget as mm
Y = np.random.default_rng(0).normal(size=(40, 8, 30, 3)).cumsum(axis=0)
mm.MMPHATEWidget(Y).save_animation(sys.argv[1], seconds=600, fps=30)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are not sent there")
@pytest.mark.parametrize("name", ["run.mp4", "run.gif"])
def test_an_interrupt_is_heard_and_leaves_nothing(tmp_path, name):
    command = [sys.executable, "-W", "ignore", "-c", INTERRUPTED, str(tmp_path / name)]
    # A group of its own, which a terminal's Ctrl-C reaches as a whole, the encoder with it.
    run = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".*/fresh*")):
        assert run.poll() is None, run.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    # Some frames are written, too.
    time.sleep(0.5)
    os.killpg(run.pid, signal.SIGINT)
    sent = time.monotonic()
    _, said = run.communicate(timeout=30)
    assert time.monotonic() - sent < 5
    assert said.rstrip().endswith("KeyboardInterrupt")
    assert "frames" in said
    assert not list(tmp_path.iterdir())


def test_the_bar_shows_how_far_it_is(widget, tmp_path, capsys):
    widget.save_animation(tmp_path / "run.gif", seconds=0.3)
    said = capsys.readouterr().err
    assert "frames 100%" in said
    assert said.rstrip().endswith("done")
    widget.save_animation(tmp_path / "run.gif", seconds=0.3, progress=False)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["imageio_ffmpeg"])
def test_without_the_extra_a_gif_works_and_an_mp4_says_what_to_install(
    widget, tmp_path, monkeypatch, name
):
    monkeypatch.delitem(sys.modules, "mmphate_widget.widget._ffmpeg", raising=False)
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(
        ModuleNotFoundError, match=r'pip install "mmphate-widget\[video\]"'
    ) as caught:
        widget.save_animation(tmp_path / "run.mp4", progress=False)
    assert caught.value.name == name
    assert not list(tmp_path.iterdir())
    widget.save_animation(tmp_path / "run.gif", seconds=0.1, progress=False)


def test_a_palette_gives_the_ground_one_entry_and_the_points_the_rest():
    generator = np.random.default_rng(0)
    pixels = np.full((200, 200, 3), 255, dtype=np.uint8)
    pixels[:10, :60] = generator.integers(0, 200, size=(10, 60, 3))
    palette = np.array(make_palette([Image.fromarray(pixels)]).getpalette()).reshape(-1, 3)
    assert palette.shape == (256, 3)
    assert palette[0].tolist() == [255, 255, 255]
    assert len(np.unique(palette, axis=0)) > 200
