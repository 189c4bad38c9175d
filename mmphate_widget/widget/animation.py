"""Training as a movie: checks what is asked for and puts timeline, pictures and file together."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32
from PIL import Image

from mmphate_widget._validation import check_bool, check_real
from mmphate_widget.channels import Channel
from mmphate_widget.widget.lasso import Window
from mmphate_widget.widget.movie import Frames, check_movie, movie_size, save_movie
from mmphate_widget.widget.picture import MAX_SCALE, MIN_SCALE, draw_picture
from mmphate_widget.widget.projection import View
from mmphate_widget.widget.timeline import (
    check_pace,
    check_turn,
    check_waypoints,
    make_timeline,
    sized,
    turned,
)
from mmphate_widget.widget.traits import MAX_SPEED, MIN_SPEED


def save_animation(
    path: Path,
    *,
    positions: Float32[np.ndarray, "epoch step unit 3"],
    window: Window,
    view: View,
    channel: Channel,
    selected: Bool[np.ndarray, "epoch step unit"],
    own_speed: float,
    fps: Any,
    size: Any,
    seconds: Any,
    speed: Any,
    epochs: Any,
    turn: Any,
    scale: Any,
    dark: Any,
    loop: Any,
    progress: Any,
) -> Path:
    """Write the movie that ``MMPHATEWidget.save_animation`` describes; returns its path."""
    kind, fps = check_movie(path, fps=fps, loop=loop)
    scale = check_real(scale, name="scale", minimum=MIN_SCALE, maximum=MAX_SCALE)
    dark = check_bool(dark, name="dark")
    seconds, pace = check_pace(
        seconds=seconds, speed=speed, own_speed=own_speed, limits=(MIN_SPEED, MAX_SPEED)
    )
    timeline = make_timeline(
        check_waypoints(epochs, n_epochs=len(positions)),
        fps=fps,
        seconds=seconds,
        speed=pace,
        turn=check_turn(turn),
    )
    width, height = movie_size(size, own=(view.width, view.height), scale=scale, kind=kind)
    seen = sized(view, width=width / scale, height=height / scale)

    def draw(index: int) -> Image.Image:
        return draw_picture(
            positions,
            window=replace(window, epoch=float(timeline.epochs[index])),
            view=turned(seen, float(timeline.turns[index])),
            channel=channel,
            selected=selected,
            scale=scale,
            dark=dark,
        )

    frames = Frames(draw, len(timeline))
    save_movie(path, frames, fps=fps, loop=loop, progress=check_bool(progress, name="progress"))
    return path
