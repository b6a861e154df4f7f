"""The front door of Dagster: everything that its UI, daemon and command line load."""

from __future__ import annotations

import dagster as dg

from pixel_assets.assets import GRAPH
from pixel_assets.build.project import open_project
from pixel_assets.orchestration.definitions import make_definitions

defs: dg.Definitions = make_definitions(open_project(GRAPH))
