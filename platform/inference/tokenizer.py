"""The encoder's tokenizer, without the encoder: it counts tokens in a process that never loads torch."""

from functools import cache

from tokenizers import Tokenizer

from inference import weights

MODEL = "all-MiniLM-L6-v2"
LONGEST = 256  # tokens that the encoder reads, its two own included; what follows is not seen


@cache
def get_tokenizer() -> Tokenizer:
    """Neither truncates nor pads. Offsets are characters into the text."""
    tokenizer = Tokenizer.from_file(str(weights.verified_file(MODEL, "tokenizer.json")))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
