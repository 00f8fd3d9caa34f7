"""vLLM's own server on loopback, on the CPU, from the virtual environment whose Python is named by VLLM_PYTHON."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from tokenizers import Tokenizer

from tests.verification import tiny_model

PATIENCE = 420
"""Seconds: importing vLLM alone takes a minute on a busy machine."""
QUIET = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1"}
SMALL = {"VLLM_CPU_KVCACHE_SPACE": "1", "OMP_NUM_THREADS": "1", "VLLM_HOST_IP": "127.0.0.1"}


@dataclass(frozen=True)
class Vllm:
    url: str
    tokenizer: Tokenizer
    process: "subprocess.Popen[bytes]"

    def kill(self) -> None:
        _kill(self.process)

    def measured(self, name: str) -> float:
        """A figure that the server counts, such as `num_requests_running`."""
        text = httpx.get(f"{self.url}/metrics", trust_env=False).text
        return sum(float(value) for value in re.findall(rf"^vllm:{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE))

    def forced(self, thought: str, answer: str) -> dict[str, object]:
        """What a request carries so that the model says this and nothing else."""
        end_of_thought = tiny_model.THOUGHT[1]
        return {
            "structured_outputs": {"regex": re.escape(thought) + end_of_thought + re.escape(answer)},
            "logit_bias": {str(self.tokenizer.token_to_id(end_of_thought)): 100},
        }


@contextmanager
def serving(python: str, folder: Path) -> Iterator[Vllm]:
    model, home, log = folder / "model", folder / "home", folder / "vllm.log"
    model.mkdir()
    home.mkdir()
    tokenizer = tiny_model.make(model, trained_on=[path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.py")])
    port = _free_port()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), **QUIET, **SMALL}
    with log.open("w") as written:
        process = subprocess.Popen(
            _command(python, model, port), cwd=folder, env=environment, stdout=written, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        vllm = Vllm(f"http://127.0.0.1:{port}", tokenizer, process)
        _wait_until_ready(vllm.url, process, log)
        yield vllm
    finally:
        _end(process)


def _command(python: str, model: Path, port: int) -> list[str]:
    options = {
        "model": str(model),
        "served-model-name": tiny_model.NAME,
        "load-format": "dummy",
        "host": "127.0.0.1",
        "port": str(port),
        "max-model-len": str(tiny_model.LENGTH),
        "max-num-seqs": "8",
        "reasoning-parser": "qwen3",
        "structured-outputs-config": json.dumps({"enable_in_reasoning": True}),
    }
    pairs = [word for name, value in options.items() for word in (f"--{name}", value)]
    return [python, "-m", "vllm.entrypoints.openai.api_server", "--enforce-eager", *pairs]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        if _is_healthy(url):
            return
        time.sleep(0.5)
    raise AssertionError(f"vLLM did not come up:\n{log.read_text(errors='replace')[-4_000:]}")


def _is_healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(30)
    _kill(process)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """The engine too, which is a child in the same session."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
