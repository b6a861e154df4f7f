"""The mix: so many conversations of each category that the ratios hold, and which ones, by one of five strategies.

Kept conversations go in with what is known of them, the chosen ones come out, with an account of every category and every bound.
A strategy (``orders``) puts the conversations of a category in an order; ``filling`` takes from the orders what quotas and bounds
let in. ``rules`` says what is asked for, ``traits`` what may be bounded.
"""

from pixel_assets.selection.mix.account import CategoryShare, Holding, MixResult, holdings
from pixel_assets.selection.mix.compose import compose
from pixel_assets.selection.mix.rules import Bound, MixRules
from pixel_assets.selection.mix.tables import MIX

__all__ = ["MIX", "Bound", "CategoryShare", "Holding", "MixResult", "MixRules", "compose", "holdings"]
