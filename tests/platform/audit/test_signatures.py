"""Who has the public key can prove the checkpoints, and cannot make one."""

import base64
import json
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import settings
from django.core.management import call_command

from audit import keys
from audit.chain import canonical
from audit.findings import Verdict
from audit.models import AuditEvent
from audit.verification import verify
from config.embedded.home import Home
from terminal.command import AskedWrongly, Failed

STRANGER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)


@pytest.fixture
def public_key(history: list[AuditEvent], checkpoints: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that an auditor has of the keys."""
    monkeypatch.setattr(settings, "AUDIT_KEY", "")
    return checkpoints.with_name("checkpoints.pub")


def sentences(verdict: Verdict) -> list[str]:
    return [broken.sentence for broken in verdict.broken]


def edit(checkpoints: Path, **changed: object) -> dict[str, object]:
    line: dict[str, object] = json.loads(checkpoints.read_text()) | changed
    checkpoints.write_text(json.dumps(line) + "\n")
    return line


def test_the_public_key_alone_proves(public_key: Path, history: list[AuditEvent]) -> None:
    verdict = verify(key=keys.public(public_key))
    assert (verdict.whole, verdict.checkpointed) == (True, history[-1].number)
    call_command("audit", "verify", "--public-key", str(public_key))


def test_without_either_key_the_remedy_is_said(public_key: Path) -> None:
    with pytest.raises(AskedWrongly, match=r"REDOUBT_AUDIT_KEY is not set.*--public-key"):
        call_command("audit", "verify")


def test_the_public_key_cannot_sign(public_key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "AUDIT_KEY", public_key.read_text())
    with pytest.raises(keys.NoKey, match="not an Ed25519 key"):
        keys.own()


@pytest.mark.parametrize("forged", ["00" * 64, "", "no hexadecimal", None, 7, "f" * 128])
def test_a_changed_signature_is_named(history: list[AuditEvent], checkpoints: Path, forged: object) -> None:
    edit(checkpoints, signature=forged)
    assert sentences(verify()) == ["A line after checkpoint 0 is not signed with this key."]


def test_the_same_signature_written_otherwise_is_none(history: list[AuditEvent], checkpoints: Path) -> None:
    edit(checkpoints, signature=json.loads(checkpoints.read_text())["signature"].upper())
    assert not verify().whole


@pytest.mark.parametrize(("field", "value"), [("last", 7), ("at", "2020-01-01"), ("batches", ["0" * 64]), ("algorithm", "none")])
def test_a_changed_line_is_named(history: list[AuditEvent], checkpoints: Path, field: str, value: object) -> None:
    edit(checkpoints, **{field: value})
    assert sentences(verify()) == ["A line after checkpoint 0 is not signed with this key."]


def test_a_true_checkpoint_signed_by_a_strangers_key_is_named_and_his_public_key_proves_nothing_of_ours(
    history: list[AuditEvent], checkpoints: Path
) -> None:
    ours = checkpoints.read_text()
    body = canonical({"redoubt-audit": "checkpoint", "body": json.loads(ours) | {"signature": ""}})
    edit(checkpoints, signature=STRANGER.sign(body).hex())
    assert sentences(verify()) == ["A line after checkpoint 0 is not signed with this key."]
    assert verify(key=STRANGER.public_key()).whole, "the line is right but for who signed it"
    checkpoints.write_text(ours)
    assert not verify(key=STRANGER.public_key()).whole


def test_a_public_key_that_lies_there_is_not_replaced(history: list[AuditEvent], checkpoints: Path) -> None:
    published = checkpoints.with_name("checkpoints.pub")
    theirs = STRANGER.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    published.write_bytes(theirs)
    keys.publish(published.parent)
    assert published.read_bytes() == theirs


def test_a_wrong_public_key_is_one_sentence(history: list[AuditEvent], tmp_path: Path) -> None:
    broken = tmp_path / "broken.pub"
    with pytest.raises(AskedWrongly, match="cannot be read"):
        call_command("audit", "verify", "--public-key", str(broken))
    broken.write_text("no key")
    with pytest.raises(AskedWrongly, match="holds no public key"):
        call_command("audit", "verify", "--public-key", str(broken))
    broken.write_bytes(X25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(AskedWrongly, match="another kind"):
        call_command("audit", "verify", "--public-key", str(broken))
    broken.write_bytes(STRANGER.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(Failed, match="not signed with this key"):
        call_command("audit", "verify", "--public-key", str(broken))


def test_pem_and_base64_are_the_same_key() -> None:
    seed = base64.b64encode(b"s" * 32).decode()
    pem = STRANGER.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    assert keys.private(seed + "\n").public_key() == keys.private(pem).public_key() == STRANGER.public_key()


def test_the_embedded_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    made = Home(tmp_path / "data").audit_key
    assert keys.private(made)
    assert Home(tmp_path / "data").audit_key == made
    (file,) = (found for found in (tmp_path / "data").iterdir() if found.is_file() and found.read_text() == made)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
