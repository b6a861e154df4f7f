"""Conversations made from knowledge: how fast, how different from each other, how well they cover the field, what is rejected.

    python benchmarks/generate.py
    python benchmarks/generate.py --rows 30000 --json
    python benchmarks/generate.py --rows 3000 --data ../shared/data

The composer writes as a build lets it, in one process, and every conversation goes through the clinical rules. How
different texts are falls with their number, so the peers are as many words of real dialogues: counselling and peer support
from the open data sets, where they are here. Then one entry of the knowledge base is changed in a copy of the
package, and a build says how many rows it computed anew: those of which the entry is a part, and no others.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

os.environ.setdefault("OMP_NUM_THREADS", "1")

import pyarrow as pa
import pyarrow.compute as pc
from figures import Figure, Peer, figure, show
from processes import PIXEL, environment, run

from pixel_assets.conversation.hints import SourceHints
from pixel_assets.conversation.standardize import standardize_file
from pixel_assets.generation.composed import Composed
from pixel_assets.generation.composer import Composer
from pixel_assets.generation.coverage import coverage, empty_cells
from pixel_assets.generation.diversity import Diversity, measure
from pixel_assets.generation.produce import ComposeBatch, Judging
from pixel_assets.generation.scenarios import make_scenarios, scenario_table, scenarios_of
from pixel_assets.generation.validate.judge import judge
from pixel_assets.knowledge.load import load_knowledge
from pixel_assets.knowledge.model import Knowledge
from pixel_assets.settings import Settings
from pixel_assets.sources.readers import read_file

ROOT: Final = Path(__file__).parents[1]
SHARED: Final = ROOT.parent / "shared" / "data"
BATCH: Final = 500
REAL: Final = ("esconv/*", "annomi/AnnoMI-full.csv")
CHANGED: Final = ("disorders_anxiety.yaml", "panic_disorder")  # file and entry that one word is added to


def generated(knowledge: Knowledge, rows: int, seed: int) -> tuple[list[Figure], pa.Table]:
    """Figures of speed, rejections and coverage, and the conversations."""
    began = time.perf_counter()
    shares = Settings(_env_file=None).scenarios.forms
    scenarios = scenario_table(make_scenarios(knowledge, rows, shares, seed))
    planned = time.perf_counter()
    compose = ComposeBatch(Judging(knowledge))
    made = [compose(scenarios.slice(start, BATCH)) for start in range(0, rows, BATCH)]
    spoken = time.perf_counter()
    table = pa.concat_tables([found.conversations for found in made])
    rejected = pa.concat_tables([found.rejected for found in made])
    rules = dict(Counter(rejected["rule"].to_pylist()).most_common())
    cells = coverage(knowledge, scenarios, table.select(["scenario_id"]))
    turns = pc.mean(pc.list_value_length(table["turns"])).as_py()
    figures = [
        figure("scenarios, rate", rows / (planned - began), "/s", rows),
        figure("conversations written and judged, rate", rows / (spoken - planned), "/s", rows, turns=round(turns, 1)),
        figure("clinical rules, rate", _judged(scenarios.slice(0, 2_000), knowledge), "/s", min(rows, 2_000)),
        figure("rejected by clinical rules", len(set(rejected["scenario_id"].to_pylist())) / rows, "share", rows, by_rule=rules),
        figure(
            "required cells without a conversation",
            empty_cells(cells).num_rows,
            "cells",
            pc.sum(cells["required"]).as_py(),
            goal=0,
        ),
    ]
    return figures, table


def _judged(scenarios: pa.Table, knowledge: Knowledge) -> float:
    """Conversations a second that the rules alone judge."""
    judging, composer = Judging(knowledge), Composer()
    spoken = ((scenario, composer.compose(scenario, judging.known(scenario))) for scenario in scenarios_of(scenarios))
    pairs = [(scenario, composed) for scenario, composed in spoken if isinstance(composed, Composed)]
    began = time.perf_counter()
    for scenario, composed in pairs:
        judge(scenario, judging.known(scenario), composed, judging.contraindications)
    return len(pairs) / (time.perf_counter() - began)


def texts_of(table: pa.Table) -> pa.Array:
    """What the speakers of each conversation say, as one text."""
    return pa.array(["\n".join(turn["content"] for turn in turns) for turns in table["turns"].to_pylist()], pa.string())


def real_dialogues(data: Path) -> pa.Array:
    """Conversations of the open data sets, as one text each."""
    tables = []
    for pattern in REAL:
        for path in sorted(data.glob(pattern)):
            hints = SourceHints(path.parent.name, "mental_health", None)
            batches = standardize_file(read_file(path, path.name, path.parent.name), hints)
            tables += [found.conversations.select(["turns"]) for found in batches]
    return texts_of(pa.concat_tables(tables)) if tables else pa.array([], pa.string())


def diversity(texts: pa.Array, data: Path) -> list[Figure]:
    """Figures of how different the conversations are, beside real ones."""
    began = time.perf_counter()
    found = measure(texts)
    took = time.perf_counter() - began
    real = real_dialogues(data) if data.is_dir() else pa.array([], pa.string())
    peers: dict[str, Peer | None] = dict.fromkeys(("distinct", "nearest"))
    if len(real):
        other: Diversity = measure(real)
        peers = {
            "distinct": Peer("real dialogues", other.distinct_4_sampled or 1.0),
            "nearest": Peer("real dialogues", other.nearest_mean),
        }
    sampled = found.distinct_4_sampled
    return [
        figure("distinct 4-grams, all", found.distinct_4, "share", found.words),
        *([figure("distinct 4-grams of 100,000", sampled, "share", 100_000, peers["distinct"])] if sampled else []),
        figure(
            "nearest neighbour, Jaccard",
            found.nearest_mean,
            "mean",
            min(found.texts, 2_000),
            peers["nearest"],
            p95=found.nearest_p95,
        ),
        figure("any two, Jaccard", found.pairwise_mean, "mean", min(found.texts, 2_000)),
        figure("near-duplicates (Jaccard >= 0.8)", found.near_duplicate_share, "share", found.texts, goal=0.01),
        figure("diversity measured in", took, "s", found.texts),
    ]


def one_entry_changed(rows: int, scratch: Path) -> list[Figure]:
    """Build, change one entry of the knowledge base, plan and build again."""
    code = scratch / "code"
    shutil.copytree(ROOT / "pixel_assets", code / "pixel_assets", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "workspace.yaml", code)
    sources = scratch / "sources"
    sources.mkdir()
    (sources / "talk.jsonl").write_text('{"question": "Why do I worry at night?", "answer": "What comes to mind then?"}\n')
    (sources / "sources.yaml").write_text(
        "talk: {path: talk.jsonl, category: psychology, title: One question, licence: CC0-1.0}\n"
    )
    variables = environment(code, sources, scratch) | {"PIXEL_SCENARIOS_CONVERSATIONS": str(rows)}

    def pixel(*words: str) -> Any:
        return json.loads(run([sys.executable, "-c", PIXEL, *words, "--json"], variables, code).output)

    pixel("build", "knowledge_conversations")
    file, entry = CHANGED
    (using,) = pixel("sql", f"SELECT count(*) AS n FROM knowledge_conversations WHERE list_contains(entries, '{entry}')")
    path = code / "pixel_assets" / "knowledge" / "data" / file
    text = path.read_text()
    path.write_text(re.sub(rf"(?m)(^{entry}:\n(?:  .*\n)*?  summary: )", r"\1Put in other words, ", text, count=1))
    assert path.read_text() != text, f"{entry} was not found in {file}"
    foretold = [reason["detail"] for item in pixel("plan")["stale"] for reason in item["reasons"] if entry in reason["detail"]]
    built = {item["asset"]: item for item in pixel("build", "knowledge_conversations")["built"]}
    computed = built["knowledge_conversations"]["rows_computed"]
    return [
        figure(
            "one entry changed: rows computed", computed, "rows", rows, Peer("rows that use it", using["n"]), goal=1.0,
            scenarios_computed=built["client_scenarios"]["rows_computed"], plan=sorted(set(foretold)),
        )
    ]  # fmt: skip


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=30_000, help="conversations")
    parser.add_argument(
        "--changed-rows", type=int, help="conversations of the build in which an entry is changed; 0 leaves it out"
    )
    parser.add_argument("--seed", type=int, default=20_261_122)
    parser.add_argument("--data", type=Path, default=SHARED, help="folder of the open data sets")
    parser.add_argument("--json", action="store_true", help="print a list of figures instead of text")
    options = parser.parse_args()
    figures, table = generated(load_knowledge(), options.rows, options.seed)
    figures += diversity(texts_of(table), options.data)
    changed = options.rows if options.changed_rows is None else options.changed_rows
    if changed:
        with tempfile.TemporaryDirectory(prefix="pixel-generate-") as scratch:
            figures += one_entry_changed(changed, Path(scratch))
    show(figures, as_json=options.json)


if __name__ == "__main__":
    main()
