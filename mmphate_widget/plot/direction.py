"""Where a widget's camera looks from, as the three angles that matplotlib's 3-D axes take.

With ``w`` the unit vector from the target to the camera, elevation and azimuth are those of
``w``. They leave the axes with the right-hand vector ``r = unit(z × w)`` and the upward vector
``w × r``; the roll turns these until the camera's upward direction is that of the page.
"""

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

# Elevation, azimuth and roll in degrees.
Angles: TypeAlias = tuple[float, float, float]


def angles_of(view: Mapping[str, Any]) -> Angles:
    """Elevation, azimuth and roll that show an embedding as the view does, from afar."""
    toward = np.subtract(view["position"], view["target"])
    toward = toward / np.linalg.norm(toward)
    elevation = math.asin(float(np.clip(toward[2], -1, 1)))
    azimuth = math.atan2(toward[1], toward[0])
    right = np.array([-math.sin(azimuth), math.cos(azimuth), 0.0])
    upward = np.cross(toward, right)
    roll = math.atan2(float(np.dot(view["up"], right)), float(np.dot(view["up"], upward)))
    return math.degrees(elevation), math.degrees(azimuth), math.degrees(roll)
