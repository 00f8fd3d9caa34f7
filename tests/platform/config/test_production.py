"""The production shape: settings that refuse with a remedy, and a compose file that names the variables that exist."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from config import environment, settings

ROOT = Path(__file__).resolve().parents[3]
COMPLETE = {
    "REDOUBT_ENV": "production",
    "REDOUBT_SECRET_KEY": "k" * 20 + "0123456789abcdefghijklmnopqrstuvwxyz",
    "REDOUBT_ALLOWED_HOSTS": "ask.example.com",
    "DATABASE_URL": "postgresql://redoubt_app:a@db.example.com:5432/redoubt",
    "REDIS_URL": "redis://redis.example.com:6379/0",
    "QDRANT_URL": "https://index.example.com:6333",
}
OF_OTHER_IMAGES = {
    "POSTGRES_PASSWORD",
    "POSTGRES_INITDB_ARGS",
    "QDRANT__TELEMETRY_DISABLED",
    "HF_HUB_OFFLINE",
    "VLLM_NO_USAGE_STATS",
    "VLLM_ARGUMENTS",
    "MODELS",
}


def manage(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    command = [sys.executable, "-W", "error::UserWarning", str(ROOT / "manage.py"), *words]
    return subprocess.run(command, env={**kept, **variables}, capture_output=True, text=True, timeout=120, check=False)


def test_deployment_check_is_clean_with_production_settings(tmp_path: Path) -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **COMPLETE, REDOUBT_DATA=str(tmp_path))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("missing", sorted(set(COMPLETE) - {"REDOUBT_ENV"}))
def test_production_names_the_missing_variable_and_the_remedy(missing: str, tmp_path: Path) -> None:
    done = manage("check", **{name: value for name, value in COMPLETE.items() if name != missing}, REDOUBT_DATA=str(tmp_path))
    assert done.returncode != 0
    assert f"{missing} is not set. Give" in done.stderr
    assert not list(tmp_path.iterdir()), "nothing embedded was prepared"


@pytest.mark.parametrize(("name", "value"), [("QDRANT_URL", "unix:///run/index.sock"), ("REDOUBT_ALLOWED_HOSTS", "*")])
def test_production_refuses_the_embedded_index_and_any_host(name: str, value: str, tmp_path: Path) -> None:
    done = manage("check", **{**COMPLETE, name: value}, REDOUBT_DATA=str(tmp_path))
    assert done.returncode != 0
    assert f"{name} " in done.stderr


@pytest.mark.parametrize("key", ["fifty random characters", "c2hvcnQ=", "-----BEGIN PRIVATE KEY-----\nno\n-----END PRIVATE KEY-----"])
def test_a_key_that_is_none_is_refused_with_the_remedy(key: str, tmp_path: Path) -> None:
    done = manage("check", **COMPLETE, REDOUBT_AUDIT_KEY=key, REDOUBT_DATA=str(tmp_path))
    assert done.returncode != 0
    assert "REDOUBT_AUDIT_KEY is not an Ed25519 key" in done.stderr
    assert "openssl rand -base64 32" in done.stderr


def test_a_worker_without_the_audits_key_does_not_start(tmp_path: Path) -> None:
    path = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}", "REDOUBT_DATA": str(tmp_path)}
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "--pool", "threads"]
    done = subprocess.run(command, env={**COMPLETE, **path}, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode != 0
    assert "REDOUBT_AUDIT_KEY is not set" in done.stderr


def test_demo_is_refused_in_production(tmp_path: Path) -> None:
    done = manage("demo", **COMPLETE, REDOUBT_DATA=str(tmp_path))
    assert done.returncode in (1, 2)
    assert "production" in done.stderr


def test_compose_names_the_variables_that_settings_read_and_all_of_them() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    assert settings.BASE_DIR == ROOT
    read = {name for name in environment.READ if not name.startswith("TEST_")}
    ours = services["web"]["environment"] | services["worker"]["environment"] | services["migrate"]["environment"]
    named = {name.removesuffix("_FILE") for name in ours}
    assert named == read
    text = (ROOT / "compose.yaml").read_text()
    interpolated = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", text))
    assert interpolated - OF_OTHER_IMAGES <= read


def test_compose_publishes_web_alone_and_keeps_data_and_model_inside() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["web"]
    assert all(compose["networks"][name]["internal"] for name in ("data", "model"))
    healthless = [name for name, service in compose["services"].items() if "healthcheck" not in service]
    assert healthless == ["migrate"]


def test_every_secret_of_compose_is_a_file() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    assert all(set(secret) == {"file"} for secret in compose["secrets"].values())
    variables = [name for service in compose["services"].values() for name in service.get("environment", {})]
    assert [name for name in variables if re.search("PASSWORD|SECRET|_KEY", name) and not name.endswith("_FILE")] == []
