"""The network of all-MiniLM-L6-v2 in plain torch: six layers of BERT, mean of the token vectors, length 1.

sentence-transformers computes the same, and a test holds the two together; but it pads every text of a batch to the longest and
brings some 3,000 modules into each process. Here a batch is one row of tokens without padding, so a token costs the same wherever it
stands, and a text's vector does not depend on the texts beside it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F

HEADS = 12
WIDTH = 384
LAYERS = 6
EPSILON = 1e-12


@dataclass(frozen=True)
class Affine:
    weight: Tensor
    bias: Tensor

    def linear(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight, self.bias)

    def norm(self, x: Tensor) -> Tensor:
        return F.layer_norm(x, (WIDTH,), self.weight, self.bias, EPSILON)


@dataclass(frozen=True)
class Layer:
    query_key_value: Affine
    attended: Affine
    attended_norm: Affine
    wide: Affine
    narrow: Affine
    norm: Affine

    def __call__(self, x: Tensor, runs: Sequence["Run"]) -> Tensor:
        x = self.attended_norm.norm(x + self.attended.linear(_attention(self.query_key_value.linear(x), runs)))
        return self.norm.norm(x + self.narrow.linear(F.gelu(self.wide.linear(x))))


@dataclass(frozen=True)
class Run:
    """Neighbours of equal length in the row of tokens: `texts` of them, `length` tokens each."""

    start: int
    texts: int
    length: int

    @property
    def rows(self) -> slice:
        return slice(self.start, self.start + self.texts * self.length)


class MiniLM:
    def __init__(self, weights: Path, dtype: torch.dtype) -> None:
        tensors = {name: tensor.to(dtype) for name, tensor in load_file(weights).items() if tensor.is_floating_point()}
        self._words = tensors["embeddings.word_embeddings.weight"]
        # Every text is of the first kind, so that its vector can be added to the positions once and for all.
        self._places = tensors["embeddings.position_embeddings.weight"] + tensors["embeddings.token_type_embeddings.weight"][0]
        self._norm = _affine(tensors, "embeddings.LayerNorm")
        self._layers = [_layer(tensors, f"encoder.layer.{number}") for number in range(LAYERS)]

    @torch.inference_mode()
    def vectors(self, texts: Sequence[Sequence[int]]) -> Tensor:
        """(n, 384) float32 of length 1. `texts` holds token ids, at least one each; texts of equal length should be neighbours."""
        runs = list(_runs(len(text) for text in texts))
        tokens = torch.tensor([token for text in texts for token in text])
        places = torch.cat([torch.arange(run.length).repeat(run.texts) for run in runs])
        x = self._norm.norm(F.embedding(tokens, self._words) + F.embedding(places, self._places))
        for layer in self._layers:
            x = layer(x, runs)
        means = [x[run.rows].float().view(run.texts, run.length, WIDTH).mean(1) for run in runs]
        return F.normalize(torch.cat(means), dim=1)


def _attention(query_key_value: Tensor, runs: Sequence[Run]) -> Tensor:
    """Each text attends to itself alone."""
    return torch.cat([_attention_within(query_key_value[run.rows], run) for run in runs])


def _attention_within(rows: Tensor, run: Run) -> Tensor:
    query, key, value = rows.view(run.texts, run.length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
    attended = F.scaled_dot_product_attention(query, key, value)
    return attended.transpose(1, 2).reshape(-1, WIDTH)


def _runs(lengths: Iterable[int]) -> Iterator[Run]:
    start = 0
    for length, same in groupby(lengths):
        run = Run(start, len(list(same)), length)
        start = run.rows.stop
        yield run


def _layer(tensors: dict[str, Tensor], name: str) -> Layer:
    parts = [_affine(tensors, f"{name}.attention.self.{part}") for part in ("query", "key", "value")]
    return Layer(
        query_key_value=Affine(torch.cat([part.weight for part in parts]), torch.cat([part.bias for part in parts])),
        attended=_affine(tensors, f"{name}.attention.output.dense"),
        attended_norm=_affine(tensors, f"{name}.attention.output.LayerNorm"),
        wide=_affine(tensors, f"{name}.intermediate.dense"),
        narrow=_affine(tensors, f"{name}.output.dense"),
        norm=_affine(tensors, f"{name}.output.LayerNorm"),
    )


def _affine(tensors: dict[str, Tensor], name: str) -> Affine:
    return Affine(tensors[f"{name}.weight"], tensors[f"{name}.bias"])
