"""What a picture shows, in a line of words: written below the points of the picture that stays.

The page names its canvas in the same words (js/src/scene/describe.ts).
"""

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from mmphate_widget._words import count
from mmphate_widget.widget.interval import Interval
from mmphate_widget.widget.lasso import Window

# Grey that can be read on white and on black; size and distance from the corner in pixels.
CAPTION_COLOR, CAPTION_SIZE, CAPTION_MARGIN = (128, 128, 128), 13, 8


def describe_picture(
    window: Window,
    *,
    epochs: Sequence[float],
    steps: Sequence[float],
    n_units: int,
    color_by: str,
    is_flat: bool = False,
    filtered_by: Sequence[str] = (),
    n_selected_units: int = 0,
    n_selected_points: int = 0,
) -> str:
    """The window in words; ``epochs`` and ``steps`` are their labels in the trace.

    ``is_flat`` says that it is seen from above, ``filtered_by`` names the channels by which the
    legend hides points.
    """
    epoch, units = f"epoch {epochs[window.whole_epoch]:g}", count(n_units, "unit")
    one_step = window.one_step(len(steps))
    step = None if one_step is None else f"step {steps[one_step]:g}"
    some_epochs = _describe_interval("epoch", epochs, window.epoch_window)
    some_steps = _describe_interval("step", steps, window.step_window)
    at_steps = step or (some_steps if window.step_window else "")
    shown = {
        "epoch": f"{epoch}, {units} at {step or some_steps}",
        "all": f"{'' if window.epoch_window else 'all '}{some_epochs} of {units}"
        + (f" at {at_steps}" if at_steps else ""),
        "steps": f"paths of {units} through {some_steps} of {epoch}",
        "epochs": f"paths of {units} through {some_epochs} at {step}",
    }[window.show]
    above = ", from above" if is_flat else ""
    words = f"{shown[0].upper()}{shown[1:]}{above}, colored by {color_by}"
    if filtered_by:
        words += f", filtered by {' and '.join(filtered_by)}"
    if n_selected_points == 0:
        return words
    selected = f"{count(n_selected_units, 'unit')}, {count(n_selected_points, 'point')} selected"
    return f"{words}; {selected}"


def _describe_interval(axis: str, labels: Sequence[float], interval: Interval | None) -> str:
    """How many there are on the axis, or where there is a window from which label to which."""
    if interval is None:
        return count(len(labels), axis)
    first, last = (f"{labels[position]:g}" for position in interval)
    return f"{axis} {first}" if first == last else f"{axis}s {first} to {last}"


def write_caption(picture: Image.Image, text: str) -> Image.Image:
    """The picture with a line of text in its lower left corner."""
    layer = Image.new("RGBA", picture.size, (*CAPTION_COLOR, 0))
    place = (CAPTION_MARGIN, picture.height - CAPTION_MARGIN)
    font = ImageFont.load_default(CAPTION_SIZE)
    ImageDraw.Draw(layer).text(place, text, fill=(*CAPTION_COLOR, 255), font=font, anchor="ls")
    return Image.alpha_composite(picture, layer)
