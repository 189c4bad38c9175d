"""Frames into a file: an MP4 (H.264) or a GIF, by the suffix of its path.

Frames are drawn on a few threads and written in their order as they come, so that memory holds only
a handful of them. The file grows in a folder beside its place and is moved there when complete: an
error or Ctrl-C leaves nothing, and a movie that was there stays.
"""

import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from mmphate_widget._parallel import stream_items
from mmphate_widget._progress import progress_bar
from mmphate_widget._settings import count_threads
from mmphate_widget._validation import check_int, check_real
from mmphate_widget.widget.gif import write_gif
from mmphate_widget.widget.mp4 import write_mp4

# Widths and heights that encoders and players take, in pixels of the file.
MIN_SIDE, MAX_SIDE = 16, 4096
MIN_FPS = 1
# Seconds that a frame is expected to take, until the first ones have been measured.
FRAME_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Frames:
    """``count`` pictures without opacity, all of one size; ``draw(index)`` makes one."""

    draw: Callable[[int], Image.Image]
    count: int

    def in_order(self) -> Generator[Image.Image, None, None]:
        """All of them, some drawn ahead on other threads."""
        yield from stream_items(self.draw, range(self.count), n_jobs=count_threads(None))

    def sample(self, count: int) -> list[Image.Image]:
        """A few that are evenly spread."""
        last = self.count - 1
        places = {round(last * index / max(1, count - 1)) for index in range(count)}
        return [self.draw(place) for place in sorted(places)]


@dataclass(frozen=True, slots=True)
class Format:
    """How frames are written, and what the format allows.

    ``write(path, frames, sample, fps, loop)`` takes frames in order and must read all of them;
    ``sample(n)`` draws n that are evenly spread. Sides are multiples of ``side_step`` pixels.
    """

    write: Callable[[Path, Iterator[Image.Image], Callable[[int], Any], float, bool], None]
    max_fps: float
    side_step: int
    can_loop: bool


def save_movie(
    path: Path, frames: Frames, *, fps: float, loop: bool | None, progress: bool
) -> None:
    """Write all frames to ``path``, in place of a file there, once they are complete."""
    kind = FORMATS[path.suffix.lower()]
    # A link stays one: what it points to is replaced.
    target = path.resolve()
    with (
        progress_bar(progress, {"frames": frames.count * FRAME_SECONDS}) as show,
        tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as scratch,
    ):

        def counted() -> Iterator[Image.Image]:
            show("frames", 0.0)
            for index, frame in enumerate(ordered, start=1):
                yield frame
                show("frames", index / frames.count)

        fresh = Path(scratch) / f"fresh{path.suffix.lower()}"
        # Closed, so that an error of the writer ends the threads, too.
        with closing(frames.in_order()) as ordered:
            kind.write(fresh, counted(), frames.sample, fps, loop is not False)
        fresh.replace(target)


def check_movie(path: Path, *, fps: Any, loop: Any) -> tuple[Format, float]:
    """The format that the suffix means and ``fps``; raises where they or ``loop`` do not fit it."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise ValueError(f"`path` must end in {' or '.join(FORMATS)}; got {str(path)!r}.")
    if not path.resolve().parent.is_dir():
        raise FileNotFoundError(f"`path` must be in a folder that exists; got {str(path)!r}.")
    if path.is_dir():
        raise IsADirectoryError(f"`path` must be a file; got the folder {str(path)!r}.")
    kind = FORMATS[suffix]
    if loop is not None:
        if not isinstance(loop, bool):
            raise TypeError(f"`loop` must be True, False or None; got {loop!r}.")
        if not kind.can_loop:
            raise ValueError(f"`loop` must be None for {suffix}: its player decides; got {loop}.")
    return kind, check_real(fps, name="fps", minimum=MIN_FPS, maximum=kind.max_fps)


def movie_size(
    size: Any, *, own: tuple[float, float], scale: float, kind: Format
) -> tuple[int, int]:
    """Width and height in pixels of the file: ``size``, by default ``own``, in CSS pixels, scaled.

    Rounded up to what the format takes.
    """
    sides: Any = own
    if size is not None:
        if not isinstance(size, tuple | list) or len(size) != 2:
            raise TypeError(f"`size` must be a pair (width, height); got {size!r}.")
        sides = [check_int(side, name="size", minimum=MIN_SIDE, maximum=MAX_SIDE) for side in size]
    step = kind.side_step
    width, height = (-(-round(side * scale) // step) * step for side in sides)
    if not all(MIN_SIDE <= side <= MAX_SIDE for side in (width, height)):
        raise ValueError(
            f"`size` times `scale` must be between {MIN_SIDE} and {MAX_SIDE} pixels a side; "
            f"got {width} × {height}."
        )
    return width, height


# An entry writes whole files by that suffix.
FORMATS = {
    ".mp4": Format(write_mp4, max_fps=120, side_step=2, can_loop=False),
    # Times are in hundredths of a second, and browsers slow down what is shorter than two.
    ".gif": Format(write_gif, max_fps=50, side_step=1, can_loop=True),
}
