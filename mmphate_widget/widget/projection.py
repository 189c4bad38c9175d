"""From embedding coordinates to CSS pixels: the one projection of the Python side.

A view is a camera (position, target, up, vertical fov) and a viewport. With the basis
``f = unit(target - position)``, ``r = unit(f × up)``, ``u = r × f`` and
``d = p - position``, a point lands at
``x = width/2 + focal · (d·r)/z``, ``y = height/2 - focal · (d·u)/z``,
``focal = (height/2) / tan(fov/2)``. In "3d" ``z = d·f``, and the point is in front of the camera
where that exceeds the near plane. In "2d" ``z = |target - position|``, the same for all points:
the first two axes, seen from straight above, where nothing is behind the camera. So what is at the
target's height has the same place in both. js/src/geometry holds the same formula in the same
order of operations; tests/golden/geometry.json ties the two.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float64

from mmphate_widget._validation import check_choice, check_real

# The near plane as a share of the distance from camera to target: close enough that no point
# one looks at is cut, far enough that the depth buffer keeps its precision.
NEAR_FRACTION = 0.01
# Room around the bounding sphere, so that points at its rim are drawn whole.
FIT_MARGIN = 1.1
# Where the camera starts: from the right, above and in front.
HOME_DIRECTION = (1.0, 0.8, 1.4)
HOME_UP = (0.0, 1.0, 0.0)
# From above the second axis points up.
FLAT_UP = (0.0, 1.0, 0.0)
MODES = ("3d", "2d")
HOME_FOV = 50.0
# Viewport before any browser has drawn, in CSS pixels.
DEFAULT_WIDTH, DEFAULT_HEIGHT = 800, 600

# Beyond this, products of coordinates leave the range of numbers.
LARGEST_COORDINATE = 1e60

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class View:
    """A camera in embedding coordinates and the viewport it draws into.

    Parameters
    ----------
    position, target, up : sequence of 3 floats
        Where the camera is, the point it looks at, and its upward direction,
        in embedding coordinates. In "2d" the camera is put straight above its target, at the
        same distance, with the second axis upward.
    fov : float, degrees
        Vertical field of view, between 1 and 170. In "2d" what is seen has the height that a
        camera of this angle would see at its target.
    width, height : float, CSS pixels
        Size of the viewport.
    mode : {"3d", "2d"}
        A pinhole camera, or the first two axes from above, without perspective.

    Raises
    ------
    TypeError, ValueError
        If an entry is not of this form; the message names it.
    """

    position: Vector
    target: Vector
    up: Vector
    fov: Any = HOME_FOV
    width: Any = DEFAULT_WIDTH
    height: Any = DEFAULT_HEIGHT
    mode: str = "3d"

    def __post_init__(self) -> None:
        check_choice(self.mode, name="view['mode']", choices=MODES)
        for name, low, high in (("fov", 1, 170), ("width", 1, 1e5), ("height", 1, 1e5)):
            value = check_real(
                getattr(self, name), name=f"view[{name!r}]", minimum=low, maximum=high
            )
            object.__setattr__(self, name, value)
        if self.mode == "2d":
            object.__setattr__(self, "position", _above(self.target, self.position))
            object.__setattr__(self, "up", FLAT_UP)
        forward = np.subtract(self.target, self.position)
        if not np.linalg.norm(forward) > 0:
            raise ValueError(
                f"`view['target']` must differ from `view['position']`; got {self.target} for both."
            )
        if not np.linalg.norm(np.cross(forward, self.up)) > 0:
            raise ValueError(
                f"`view['up']` must not be parallel to the line of sight; got {self.up}."
            )

    @classmethod
    def from_dict(cls, values: Any) -> "View":
        """The view that a dict describes; keys that are missing or unknown raise ValueError."""
        if not isinstance(values, dict):
            raise TypeError(f"`view` must be a dict; got {type(values).__name__}.")
        required = {"position", "target", "up"}
        allowed = required | {"fov", "width", "height", "mode"}
        if not required <= values.keys() <= allowed:
            raise ValueError(
                f"`view` must have the keys {sorted(required)} and may have "
                f"{sorted(allowed - required)}; got {sorted(map(str, values))}."
            )
        vectors = {name: _check_vector(values[name], name=name) for name in required}
        return cls(**{**values, **vectors})

    def to_dict(self) -> dict[str, Any]:
        """The view as JSON-able dict, in the form the browser reads."""
        return {
            "mode": self.mode,
            "position": list(self.position),
            "target": list(self.target),
            "up": list(self.up),
            "fov": self.fov,
            "width": self.width,
            "height": self.height,
        }

    @property
    def near(self) -> float:
        """Distance of the near plane from the camera, in embedding coordinates; -inf in "2d"."""
        return -math.inf if self.mode == "2d" else NEAR_FRACTION * self.distance

    @property
    def distance(self) -> float:
        """Distance from the camera to its target, in embedding coordinates."""
        return _norm(_subtract(self.target, self.position))

    @property
    def focal(self) -> float:
        """CSS pixels of a length that is as long as it is away from the camera."""
        return float((self.height / 2) / math.tan(self.fov * math.pi / 360))

    def basis(self) -> tuple[Vector, Vector, Vector]:
        """Unit vectors forward, right and up, as the camera has them."""
        return _basis(self)


def fit_view(
    center: Iterable[float],
    radius: float,
    *,
    width: float = DEFAULT_WIDTH,
    height: float = DEFAULT_HEIGHT,
) -> View:
    """The view that shows a whole sphere from the home direction."""
    radius = radius if math.isfinite(radius) and radius > 0 else 1.0
    half = HOME_FOV * math.pi / 360
    half_across = math.atan(math.tan(half) * (width / height))
    distance = FIT_MARGIN * radius / math.sin(min(half, half_across))
    direction = _unit(HOME_DIRECTION)
    cx, cy, cz = (float(value) for value in center)
    position = (
        cx + distance * direction[0],
        cy + distance * direction[1],
        cz + distance * direction[2],
    )
    return View(position, (cx, cy, cz), HOME_UP, HOME_FOV, width, height)


def home_view(
    bounds: Mapping[str, Any],
    mode: str,
    *,
    width: float = DEFAULT_WIDTH,
    height: float = DEFAULT_HEIGHT,
) -> View:
    """The view that shows all points; ``bounds`` holds their `center`, `radius` and `extent`."""
    if mode == "2d":
        return fit_flat_view(bounds["center"], bounds["extent"], width=width, height=height)
    return fit_view(bounds["center"], bounds["radius"], width=width, height=height)


def fit_flat_view(
    center: Iterable[float],
    extent: Iterable[float],
    *,
    width: float = DEFAULT_WIDTH,
    height: float = DEFAULT_HEIGHT,
) -> View:
    """The 2-D view that shows a whole box, ``extent`` being the halves of its sides."""
    half_width, half_height, _ = (float(value) for value in extent)
    half = max(half_height, half_width / (width / height))
    half = half if math.isfinite(half) and half > 0 else 1.0
    distance = FIT_MARGIN * half / math.tan(HOME_FOV * math.pi / 360)
    cx, cy, cz = (float(value) for value in center)
    return View((cx, cy, cz + distance), (cx, cy, cz), FLAT_UP, HOME_FOV, width, height, mode="2d")


def project(
    points: Float[np.ndarray, "*shape 3"], view: View
) -> tuple[Float64[np.ndarray, "*shape 2"], Float64[np.ndarray, "*shape"]]:
    """CSS pixels from the canvas's top left, and depth along the line of sight, of each point."""
    forward, right, up = _basis(view)
    # Not as a matrix product: the browser repeats these sums to the bit.
    x, y, z = (points[..., axis].astype(np.float64) - view.position[axis] for axis in range(3))
    across = x * right[0] + y * right[1] + z * right[2]
    upward = x * up[0] + y * up[1] + z * up[2]
    depth = x * forward[0] + y * forward[1] + z * forward[2]
    away = view.distance if view.mode == "2d" else depth
    pixels = np.empty((*depth.shape, 2))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        pixels[..., 0] = view.width / 2 + view.focal * across / away
        pixels[..., 1] = view.height / 2 - view.focal * upward / away
    return pixels, depth


def in_front(depth: Float64[np.ndarray, "*shape"], view: View) -> Bool[np.ndarray, "*shape"]:
    """Whether each depth lies beyond the near plane (NaN does not)."""
    return np.asarray(depth > view.near)


def _above(target: Vector, position: Vector) -> Vector:
    """A camera that far from its target, straight above it; one that is there stays to the bit."""
    if position[:2] == target[:2] and position[2] > target[2]:
        return position
    return target[0], target[1], target[2] + _norm(_subtract(target, position))


def _basis(view: View) -> tuple[Vector, Vector, Vector]:
    forward = _unit(_subtract(view.target, view.position))
    right = _unit(_cross(forward, view.up))
    return forward, right, _cross(right, forward)


def _subtract(a: Vector, b: Vector) -> Vector:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def _cross(a: Vector, b: Vector) -> Vector:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _norm(a: Vector) -> float:
    return math.sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])


def _unit(a: Vector) -> Vector:
    norm = _norm(a)
    return a[0] / norm, a[1] / norm, a[2] / norm


def _check_vector(value: Any, *, name: str) -> Vector:
    try:
        x, y, z = (float(entry) for entry in value)
    except (TypeError, ValueError):
        raise ValueError(f"`view[{name!r}]` must be three finite numbers; got {value!r}.") from None
    if not all(abs(entry) <= LARGEST_COORDINATE for entry in (x, y, z)):
        raise ValueError(
            f"`view[{name!r}]` must be three finite numbers up to {LARGEST_COORDINATE:g}; "
            f"got {value!r}."
        )
    return x, y, z
