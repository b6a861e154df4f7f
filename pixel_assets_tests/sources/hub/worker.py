"""A process whose hub is the one of HF_ENDPOINT: acquires what it is told on standard input, one JSON line a task."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pixel_assets.errors import PixelError
from pixel_assets.settings import HubSettings
from pixel_assets.sources.hub.acquire import resolve_revision
from pixel_assets.sources.hub.parts import folder_of, look_up, read_parts
from pixel_assets.sources.hub.together import acquire_all
from pixel_assets.sources.source import HubDataset


def main() -> None:
    for line in sys.stdin:
        task = json.loads(line)
        answer: dict[str, object] = {}
        settings = HubSettings(**task["settings"])
        if "resolve" in task:
            try:
                answer["sha"] = resolve_revision(*task["resolve"], settings)
            except PixelError as error:
                answer["error"] = str(error)
        else:
            hubs = {name: HubDataset(**fields) for name, fields in task["datasets"].items()}
            cache = Path(task["cache"])
            said: list[list[str]] = []
            failed = acquire_all(
                hubs, settings, cache, lambda source, text, said=said: said.append([source, text]), part_rows=task["part_rows"]
            )
            answer["said"] = said
            answer["failed"] = {name: f"{type(error).__name__}: {error}" for name, error in failed.items()}
            answer["rows"] = {}
            for name, hub in hubs.items():
                acquired = look_up(folder_of(name, hub, cache)) if hub.revision else None
                if acquired:
                    answer["rows"][name] = [r for chunk in read_parts(acquired) for r in chunk.to_pylist()]  # type: ignore[index]
        print(json.dumps(answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
