"""What the stages of the last fit found, for the next fit to begin where its parameters differ.

    data, parameters up to the spectrum ─► diffused ─► t, gamma ─► distances ─► (MDS, not kept)

A result is taken again only where all that it was made from is equal: the values by their hash,
parameters and seeds by their value. A parameter that is not named here counts for every stage.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from mmphate_widget._settings import Settings
from mmphate_widget._types import AnyArray

Result = TypeVar("Result")
Array = TypeVar("Array", bound=AnyArray)

# In the order of the pipeline: a stage that is made anew makes those after it stale.
STAGES = ("diffused", "distances")


def spectrum_key(settings: Settings, data: Hashable) -> Hashable:
    """All that the spectrum of diffusion depends on: data and settings without the later ones."""
    # Threads change no bit of a result.
    early = replace(
        settings,
        t=None,
        gamma=0.0,
        n_components=0,
        mds_solver="",
        refine=False,
        n_jobs=0,
        seeds=replace(settings.seeds, mds=0),
    )
    return data, early


def frozen(array: Array) -> Array:
    """``array``, read-only from now on: a later fit may begin with it."""
    array.flags.writeable = False
    return array


@dataclass(slots=True)
class StageCache:
    """The last result of each stage, beside what it was made from.

    Before a stage is made anew its old result and the later ones are let go, so that old and new
    never stand in memory together.
    """

    kept: dict[str, tuple[Hashable, Any]] = field(default_factory=dict)

    def keep_only(self, key: Hashable) -> None:
        """Let go of what was not made for the spectrum of this key."""
        held = self.kept.get("diffused")
        if held is not None and held[0] != key:
            self.kept.clear()

    def reuse(self, stage: str, key: Hashable, make: Callable[[], Result]) -> Result:
        """The result kept for ``key``, else that of ``make()``, which is kept from now on."""
        held = self.kept.get(stage)
        if held is not None and held[0] == key:
            result: Result = held[1]
            return result
        for stale in STAGES[STAGES.index(stage) :]:
            self.kept.pop(stale, None)
        # ``held`` would keep the old result alive while the new one is made.
        held = None
        made = make()
        self.kept[stage] = (key, made)
        return made
