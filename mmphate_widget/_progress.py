"""The progress bar of a fit, on stderr: stage, part of the whole, seconds gone and to go."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mmphate_widget._forecast import Forecast

Progress = Callable[[str, float], None]

LAYOUT = "{desc:<18} {percentage:3.0f}%|{bar}| {elapsed}{postfix}"
# Seconds between two pictures; what is reported in between is not drawn.
REDRAW = 0.1


@contextmanager
def progress_bar(visible: bool, predicted: dict[str, float]) -> Iterator[Progress]:
    """A callback(stage, fraction) that draws a bar while ``visible``.

    ``predicted`` are the seconds of each stage, in order (see ``stage_seconds``).
    """
    if not visible:
        yield lambda stage, fraction: None
        return
    from tqdm import tqdm

    forecast, begun, drawn = Forecast(predicted), time.monotonic(), -REDRAW
    with tqdm(total=1.0, file=sys.stderr, bar_format=LAYOUT) as bar:

        def show(stage: str, fraction: float) -> None:
            nonlocal drawn
            forecast.report(stage, fraction)
            now = time.monotonic()
            if now - drawn < REDRAW and 0 < fraction < 1:
                return
            drawn, remaining = now, forecast.remaining()
            gone = now - begun
            # Never back, though the estimate may rise.
            bar.n = max(bar.n, gone / max(gone + remaining, sys.float_info.min))
            bar.set_description_str(f"{stage} {fraction:.0%}", refresh=False)
            bar.set_postfix_str(f"about {remaining:.0f} s left", refresh=False)
            bar.refresh()

        yield show
        bar.set_postfix_str("done", refresh=False)
        bar.n = 1.0
        bar.refresh()
