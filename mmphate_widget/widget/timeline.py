"""What each frame of an animation shows: its epoch, and how far the camera has turned.

The epoch runs along waypoints at an even pace, as it does on the page while playing, and the camera
turns evenly about the upward direction through the point it looks at.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float64

from mmphate_widget._validation import as_array, check_real
from mmphate_widget.widget.interval import Interval
from mmphate_widget.widget.projection import View

# Longer ones are a mistake: at 30 frames a second this is half an hour.
MOST_FRAMES = 54_000
MIN_SECONDS, MAX_SECONDS = 0.04, 3600.0
MAX_TURN = 36_000.0
# Field of view that a view may have at most, in degrees.
WIDEST = 170.0


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Epoch (0-based, fractions between recorded ones) and turn in degrees of each frame."""

    epochs: Float64[np.ndarray, " frame"]
    turns: Float64[np.ndarray, " frame"]

    def __len__(self) -> int:
        return len(self.epochs)


def make_timeline(
    waypoints: Float64[np.ndarray, " n"],
    *,
    fps: float,
    seconds: float | None,
    speed: float,
    turn: float,
) -> Timeline:
    """Frames that lead through the waypoints in ``seconds``, or by ``speed`` epochs a second.

    The first and the last frame show the ends exactly, and a whole turn of one that ends where it
    began leaves its last frame, the same as the first, out, so that it can be shown in a circle.

    Raises
    ------
    ValueError
        If only ``seconds`` could say how long it is and they are None, or there would be more
        than ``MOST_FRAMES``.
    """
    run = np.concatenate([[0.0], np.abs(np.diff(waypoints)).cumsum()])
    if seconds is None and run[-1] == 0:
        raise ValueError(
            "`seconds` must say how long the animation is where it shows a single epoch; got None."
        )
    # By speed the last epoch has a frame of its own, for as long as the others.
    count = run[-1] / speed * fps + 1 if seconds is None else seconds * fps
    if count > MOST_FRAMES:
        raise ValueError(
            f"The animation must have at most {MOST_FRAMES:,} frames; it would have {count:,.0f}: "
            "lower `fps` or `seconds`, or raise `speed`."
        )
    n_frames = max(2, math.floor(count + 0.5))
    is_round = waypoints[0] == waypoints[-1] and turn % 360 == 0
    part = np.linspace(0, 1, n_frames, endpoint=not is_round)
    return Timeline(np.interp(part * run[-1], run, waypoints), part * turn)


def check_waypoints(epochs: Any, *, within: Interval) -> Float64[np.ndarray, " n"]:
    """``epochs`` as array, all inside the window; None stands for its first and its last."""
    first, last = within
    if epochs is None:
        return np.array([first, last], dtype=np.float64)
    array = np.atleast_1d(as_array(epochs, name="epochs"))
    expected = f"positions of epochs, numbers between {first} and {last}, in order"
    if array.dtype.kind not in "fiu" or array.ndim != 1 or array.size == 0:
        raise TypeError(f"`epochs` must be a flat sequence of {expected}; got {epochs!r}.")
    if not (np.isfinite(array).all() and array.min() >= first and array.max() <= last):
        raise ValueError(f"`epochs` must be {expected}; got {array.min()} … {array.max()}.")
    return array.astype(np.float64)


def check_pace(
    *, seconds: Any, speed: Any, own_speed: float, limits: tuple[float, float]
) -> tuple[float | None, float]:
    """Seconds, where they are given, and epochs a second; ``own_speed`` where neither is."""
    if seconds is not None and speed is not None:
        raise ValueError(
            f"At most one of `seconds` and `speed` may be given; got {seconds!r} and {speed!r}."
        )
    if seconds is not None:
        seconds = check_real(seconds, name="seconds", minimum=MIN_SECONDS, maximum=MAX_SECONDS)
    low, high = limits
    pace = (
        own_speed if speed is None else check_real(speed, name="speed", minimum=low, maximum=high)
    )
    return seconds, pace


def check_turn(turn: Any, *, mode: str) -> float:
    """``turn`` as float, or TypeError / ValueError; in 2-D the camera stays above."""
    degrees: float = check_real(turn, name="turn", minimum=-MAX_TURN, maximum=MAX_TURN)
    if degrees and mode == "2d":
        raise ValueError(f"`turn` must be 0 where the view is 2-D; got {degrees:g}.")
    return degrees


def turned(view: View, degrees: float) -> View:
    """The camera moved around what it looks at: counterclockwise seen from above."""
    if degrees == 0:
        return view
    angle = math.radians(degrees)
    axis = np.array(view.up) / np.linalg.norm(view.up)
    arm = np.subtract(view.position, view.target)
    # Rodrigues' formula.
    along = axis * (axis @ arm)
    moved = along + (arm - along) * math.cos(angle) + np.cross(axis, arm) * math.sin(angle)
    x, y, z = (np.array(view.target) + moved).tolist()
    return replace(view, position=(x, y, z))


def sized(view: View, *, width: float, height: float) -> View:
    """The view in a viewport of another size, so that all that it shows stays in the picture."""
    narrower = (view.width / view.height) / (width / height)
    if narrower <= 1:
        return replace(view, width=width, height=height)
    half = math.atan(math.tan(math.radians(view.fov) / 2) * narrower)
    fov = min(WIDEST, math.degrees(2 * half))
    return replace(view, width=width, height=height, fov=fov)
