"""Training as a movie: checks what is asked for and puts timeline, pictures and file together."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from mmphate_widget._validation import check_bool, check_real
from mmphate_widget.widget.interval import ends
from mmphate_widget.widget.movie import Frames, check_movie, movie_size, save_movie
from mmphate_widget.widget.picture import MAX_SCALE, MIN_SCALE, Drawing, draw_picture
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
    drawing: Drawing,
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
    view = drawing.view
    scale = check_real(scale, name="scale", minimum=MIN_SCALE, maximum=MAX_SCALE)
    dark = check_bool(dark, name="dark")
    seconds, pace = check_pace(
        seconds=seconds, speed=speed, own_speed=own_speed, limits=(MIN_SPEED, MAX_SPEED)
    )
    timeline = make_timeline(
        check_waypoints(epochs, within=ends(drawing.window.epoch_window, size=drawing.shape[0])),
        fps=fps,
        seconds=seconds,
        speed=pace,
        turn=check_turn(turn, mode=view.mode),
    )
    width, height = movie_size(size, own=(view.width, view.height), scale=scale, kind=kind)
    seen = sized(view, width=width / scale, height=height / scale)

    def draw(index: int) -> Image.Image:
        frame = replace(
            drawing,
            window=replace(drawing.window, epoch=float(timeline.epochs[index])),
            view=turned(seen, float(timeline.turns[index])),
        )
        return draw_picture(frame, scale=scale, dark=dark)

    frames = Frames(draw, len(timeline))
    save_movie(path, frames, fps=fps, loop=loop, progress=check_bool(progress, name="progress"))
    return path
