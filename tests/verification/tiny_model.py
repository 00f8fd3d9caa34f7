"""A model for vLLM that is made in a second and says nothing of sense: Qwen3's shape, two layers, random weights, its own tokenizer.

vLLM makes the weights itself (`--load-format dummy`), so a configuration and a tokenizer are all that it is given.
"""

import json
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

NAME = "tiny-qwen3"
LENGTH = 16_384
"""Tokens of a prompt and its answer."""
END, START_OF_TURN, END_OF_TURN = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
THOUGHT = ("<think>", "</think>")
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}"
)


def make(folder: Path, *, trained_on: list[str]) -> Tokenizer:
    """Writes the model's folder."""
    tokenizer = _tokenizer(trained_on)
    tokenizer.save(str(folder / "tokenizer.json"))
    _write(folder / "tokenizer_config.json", _tokenizer_settings())
    _write(folder / "config.json", _shape(tokenizer))
    return tokenizer


def _tokenizer(trained_on: list[str]) -> Tokenizer:
    """Any text can be written in it, byte by byte where nothing longer is known."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=1_000, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(trained_on, trainer)
    tokenizer.add_special_tokens([END, START_OF_TURN, END_OF_TURN])
    tokenizer.add_tokens([AddedToken(token, normalized=False, special=False) for token in THOUGHT])
    return tokenizer


def _tokenizer_settings() -> dict[str, object]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": END_OF_TURN,
        "pad_token": END,
        "model_max_length": LENGTH,
        "chat_template": TEMPLATE,
    }


def _shape(tokenizer: Tokenizer) -> dict[str, object]:
    return {
        "architectures": ["Qwen3ForCausalLM"],
        "model_type": "qwen3",
        "vocab_size": tokenizer.get_vocab_size(),
        "hidden_size": 128,
        "intermediate_size": 256,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "head_dim": 64,
        "hidden_act": "silu",
        "max_position_embeddings": LENGTH,
        "rms_norm_eps": 1e-6,
        "rope_theta": 1_000_000,
        "tie_word_embeddings": True,
        "torch_dtype": "bfloat16",
        "eos_token_id": tokenizer.token_to_id(END_OF_TURN),
        "pad_token_id": tokenizer.token_to_id(END),
    }


def _write(path: Path, content: dict[str, object]) -> None:
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
