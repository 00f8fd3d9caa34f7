"""Text as dense vectors: all-MiniLM-L6-v2 on this machine, from checked files, without a network.

torch is imported on first use only: a process that never encodes never pays for it.
"""

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inference import weights
from inference.tokenizer import LONGEST, MODEL

if TYPE_CHECKING:
    import torch

DIMENSIONS = 384
BATCH = 16
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
}

_made: list["Embedder"] = []
_making = threading.Lock()


def get_embedder() -> "Embedder":
    """One per process, loaded by the first caller: seconds and some 400 MB. Raises WeightsRefused."""
    with _making:
        if not _made:
            _made.append(Embedder(weights.verified_folder(MODEL)))
        return _made[0]


def fingerprint() -> str:
    """Of the model that makes the vectors, without loading it."""
    return weights.locked(MODEL).fingerprint


class Embedder:
    def __init__(self, folder: Path) -> None:
        os.environ.update(OFFLINE)
        import torch
        from sentence_transformers import SentenceTransformer

        self._torch = torch
        dtype = torch.bfloat16 if _has_bfloat16(torch) else torch.float32
        options = {"dtype": dtype, "local_files_only": True, "use_safetensors": True}
        self._model = SentenceTransformer(str(folder), device="cpu", model_kwargs=options, trust_remote_code=False)
        self._model.max_seq_length = LONGEST
        self._one_at_a_time = threading.Lock()
        self.fingerprint = fingerprint()
        self.encode(["warm"])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, 384), each row of length 1, in the order of the texts."""
        if not texts:
            return np.empty((0, DIMENSIONS), dtype=np.float32)
        with self._one_at_a_time:
            vectors = self._model.encode(
                list(texts), batch_size=BATCH, normalize_embeddings=True, convert_to_tensor=True, show_progress_bar=False
            )
        result: NDArray[np.float32] = vectors.float().numpy()
        return result


def _has_bfloat16(torch: object) -> bool:
    flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore") if Path("/proc/cpuinfo").exists() else ""
    return "avx512_bf16" in flags or "amx_bf16" in flags
