"""What a picture shows, in a line of words: written below the points of the picture that stays.

The page names its canvas in the same words (js/src/scene/describe.ts).
"""

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from mmphate_widget.selection import count
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
    step = None if window.step is None else f"step {steps[window.step]:g}"
    last_step = f"step {steps[-1]:g}"
    shown = {
        "epoch": f"{epoch}, {units} at {step or count(len(steps), 'step')}",
        "all": f"all {len(epochs)} epochs of {units}" + (f" at {step}" if step else ""),
        "steps": f"paths of {units} through {len(steps)} steps of {epoch}",
        "epochs": f"paths of {units} through {len(epochs)} epochs at {step or last_step}",
    }[window.show]
    above = ", from above" if is_flat else ""
    words = f"{shown[0].upper()}{shown[1:]}{above}, colored by {color_by}"
    if filtered_by:
        words += f", filtered by {' and '.join(filtered_by)}"
    if n_selected_points == 0:
        return words
    selected = f"{count(n_selected_units, 'unit')}, {count(n_selected_points, 'point')} selected"
    return f"{words}; {selected}"


def write_caption(picture: Image.Image, text: str) -> Image.Image:
    """The picture with a line of text in its lower left corner."""
    layer = Image.new("RGBA", picture.size, (*CAPTION_COLOR, 0))
    place = (CAPTION_MARGIN, picture.height - CAPTION_MARGIN)
    font = ImageFont.load_default(CAPTION_SIZE)
    ImageDraw.Draw(layer).text(place, text, fill=(*CAPTION_COLOR, 255), font=font, anchor="ls")
    return Image.alpha_composite(picture, layer)
