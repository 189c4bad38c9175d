"""Values to color points by: from a Trace by name, or from an array of the user's; and curves.

A `Channel` keeps its natural, small shape (one value an epoch, a unit, a point …); whoever
shows it spreads it over the points (epoch, step, unit), and finds its colors in ``palette.py``.
"""

from mmphate_widget.channels.activation import activation_channel
from mmphate_widget.channels.bands import Bands, check_bands
from mmphate_widget.channels.builtin import OF_COORDINATES, available_channels, build_channel
from mmphate_widget.channels.channel import Channel, Kind, channel_values
from mmphate_widget.channels.curve import Curve
from mmphate_widget.channels.limits import check_pair, choose_limits
from mmphate_widget.channels.of_result import of_result
from mmphate_widget.channels.palette import color_rows, color_table
from mmphate_widget.channels.user import user_channel

__all__ = [
    "OF_COORDINATES",
    "Bands",
    "Channel",
    "Curve",
    "Kind",
    "activation_channel",
    "available_channels",
    "build_channel",
    "channel_values",
    "check_bands",
    "check_pair",
    "choose_limits",
    "color_rows",
    "color_table",
    "of_result",
    "user_channel",
]
