"""Variants of conversations that are trained on: never of held-out ones, never like them, each with the conversation it is of."""

from pixel_assets.selection.augment.augment import augment
from pixel_assets.selection.augment.inputs import Material, held_out, material, scenario_ids
from pixel_assets.selection.augment.tables import AUGMENTED, KINDS

__all__ = ["AUGMENTED", "KINDS", "Material", "augment", "held_out", "material", "scenario_ids"]
