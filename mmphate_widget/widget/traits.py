"""The small state that Python and the page share: one trait each, checked on assignment.

A trait refuses what does not exist in the data with an error that says what it must be. Traits
that the page writes often are not echoed back to it.
"""

from typing import Any

import anywidget
import numpy as np
import traitlets

from mmphate_widget._validation import check_choice, check_int, check_real
from mmphate_widget.selection import UNIT_RULES
from mmphate_widget.widget.lasso import DEPTHS, SHOWS, Window
from mmphate_widget.widget.projection import View

# Playback speeds in epochs a second that make sense to an eye.
MIN_SPEED, MAX_SPEED = 0.1, 240.0
# Heights of the canvas in CSS pixels.
MIN_HEIGHT, MAX_HEIGHT = 120, 4000


class InstrumentTraits(anywidget.AnyWidget):
    """Traits of the instrument and their checks; knows the shape (E, T, H) and nothing else."""

    _meta = traitlets.Dict().tag(sync=True)
    epoch = traitlets.Any(0.0).tag(sync=True, echo_update=False)
    step = traitlets.Any(None).tag(sync=True, echo_update=False)
    show = traitlets.Any("epoch").tag(sync=True)
    color_by = traitlets.Any("").tag(sync=True)
    playing = traitlets.Bool(False).tag(sync=True)
    speed = traitlets.Any(8.0).tag(sync=True)
    view = traitlets.Any().tag(sync=True, echo_update=False)
    depth = traitlets.Any("through").tag(sync=True)
    unit_rule = traitlets.Any("majority").tag(sync=True)
    hidden_units = traitlets.Any(()).tag(sync=True)
    height = traitlets.Any(480).tag(sync=True)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Epochs, steps and units (E, T, H) of the picture."""
        n_epochs, n_steps, n_units = self._meta["shape"]
        return n_epochs, n_steps, n_units

    @property
    def window(self) -> Window:
        """What the picture shows now, frozen."""
        return Window(self.show, self.epoch, self.step, tuple(self.hidden_units))

    @traitlets.validate("epoch")
    def _check_epoch(self, proposal: Any) -> float:
        return check_real(proposal["value"], name="epoch", minimum=0, maximum=self.shape[0] - 1)

    @traitlets.validate("step")
    def _check_step(self, proposal: Any) -> int | None:
        if proposal["value"] is None:
            return None
        return check_int(proposal["value"], name="step", minimum=0, maximum=self.shape[1] - 1)

    @traitlets.validate("show")
    def _check_show(self, proposal: Any) -> str:
        check_choice(proposal["value"], name="show", choices=SHOWS)
        return str(proposal["value"])

    @traitlets.validate("speed")
    def _check_speed(self, proposal: Any) -> float:
        return check_real(proposal["value"], name="speed", minimum=MIN_SPEED, maximum=MAX_SPEED)

    @traitlets.validate("view")
    def _check_view(self, proposal: Any) -> dict[str, Any]:
        return View.from_dict(proposal["value"]).to_dict()

    @traitlets.validate("depth")
    def _check_depth(self, proposal: Any) -> str:
        check_choice(proposal["value"], name="depth", choices=DEPTHS)
        return str(proposal["value"])

    @traitlets.validate("unit_rule")
    def _check_unit_rule(self, proposal: Any) -> str:
        check_choice(proposal["value"], name="unit_rule", choices=UNIT_RULES)
        return str(proposal["value"])

    @traitlets.validate("hidden_units")
    def _check_hidden_units(self, proposal: Any) -> list[int]:
        last = self.shape[2] - 1
        units = [
            check_int(unit, name="hidden_units", minimum=0, maximum=last)
            for unit in np.atleast_1d(np.asarray(proposal["value"], dtype=object))
        ]
        return sorted(set(units))

    @traitlets.validate("height")
    def _check_height(self, proposal: Any) -> int:
        value = proposal["value"]
        return check_int(value, name="height", minimum=MIN_HEIGHT, maximum=MAX_HEIGHT)
