"""Text as dense vectors: all-MiniLM-L6-v2 on this machine, from checked files, without a network.

torch is imported on first use only: a process that never encodes never pays for it.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from inference import weights
from inference.tokenizer import LONGEST, MODEL

DIMENSIONS = 384
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false"}
"""Set whatever the environment says: nothing is fetched at run time."""
TOKENS_AT_ONCE = 2048  # 16 chunks of 128: larger batches fall out of the processor's cache
STEP = 16
"""Tokens: lengths that are padded to the same multiple of it are encoded together."""

_made: list["Embedder"] = []
_making = threading.Lock()


def get_embedder() -> "Embedder":
    """One per process, loaded by the first caller, which takes seconds. Raises WeightsRefused."""
    with _making:
        if not _made:
            _made.append(Embedder(weights.verified_folder(MODEL)))
        return _made[0]


def fingerprint() -> str:
    """Of the model that makes the vectors, without loading it."""
    return weights.locked(MODEL).fingerprint


class Embedder:
    """sentence-transformers' model, fed in batches of our own. May be used by several threads at once."""

    def __init__(self, folder: Path) -> None:
        os.environ.update(OFFLINE)
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin while they wait make a query 50 times as slow on busy cores
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        # A question is too small to share: with two threads it took half as long again. Batches run side by side instead.
        cores = torch.get_num_threads()
        torch.set_num_threads(1)
        disable_progress_bar()  # type: ignore[no-untyped-call]
        dtype = torch.bfloat16 if computes_in_bfloat16() else torch.float32
        options = {"dtype": dtype, "use_safetensors": True}
        self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, model_kwargs=options).eval()
        self._tokenizer = _truncating(folder / "tokenizer.json")
        self._beside = ThreadPoolExecutor(cores, "encode", initializer=torch.set_num_threads, initargs=(1,))
        self.fingerprint = fingerprint()
        self.encode(["warm"])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, 384), each row of length 1, in the order of the texts; what follows the 256th token is not seen."""
        result = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]
        batches = list(_batches(tokens))
        several = self._beside.map if len(batches) > 1 else map
        for batch, vectors in zip(batches, several(self._vectors, [[tokens[index] for index in batch] for batch in batches]), strict=True):
            result[batch] = vectors
        return result

    def _vectors(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Straight through the model: its own `encode` costs a question as much again in preparation."""
        import torch

        padded = np.zeros((len(tokens), _padded(tokens[0])), dtype=np.int64)
        mask = np.zeros_like(padded)
        for row, ids in enumerate(tokens):
            padded[row, : len(ids)] = ids
            mask[row, : len(ids)] = 1
        with torch.inference_mode():
            features = self._model({"input_ids": torch.from_numpy(padded), "attention_mask": torch.from_numpy(mask)})
            vectors = torch.nn.functional.normalize(features["sentence_embedding"].float(), dim=1)
        return np.asarray(vectors.numpy(), dtype=np.float32)


def computes_in_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 itself: three times as quick then, otherwise slower than float32."""
    cpuinfo = Path("/proc/cpuinfo")
    flags = cpuinfo.read_text(encoding="utf-8", errors="replace") if cpuinfo.exists() else ""
    return "avx512_bf16" in flags or "amx_bf16" in flags


def _truncating(file: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.enable_truncation(LONGEST)
    tokenizer.no_padding()
    return tokenizer


def _padded(tokens: Sequence[int]) -> int:
    """Its length in a batch, by its own length alone, and always with some padding: a batch without any goes through the model another
    way. What a text is padded to moves its vector in the third digit, so otherwise texts that a reader may not see would move the
    vectors of those that he may, having been encoded beside them."""
    return (len(tokens) // STEP + 1) * STEP


def _batches(tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Indices, longest texts first; only texts of one padded length meet."""
    batch: list[int] = []
    size = 0
    for index in sorted(range(len(tokens)), key=lambda index: -len(tokens[index])):
        length = _padded(tokens[index])
        if batch and (length != _padded(tokens[batch[0]]) or size + length > TOKENS_AT_ONCE):
            yield batch
            batch, size = [], 0
        batch.append(index)
        size += length
    if batch:
        yield batch
