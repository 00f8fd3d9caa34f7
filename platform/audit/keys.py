"""The Ed25519 pair behind the checkpoints: who seals has the private half, and the public half proves without being able to sign."""

import base64
import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key, load_pem_public_key
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PUBLIC = "checkpoints.pub"
REMEDY = "Make one with: openssl rand -base64 32"


class NoKey(ImproperlyConfigured):
    """The key that is needed is absent, or is no Ed25519 key."""


def own() -> Ed25519PrivateKey:
    """The installation's. Raises NoKey, in production also where this process was given none."""
    if not settings.AUDIT_KEY:
        raise NoKey(f"REDOUBT_AUDIT_KEY is not set: the worker needs it to sign, and `audit verify` without it a --public-key. {REMEDY}")
    return private(settings.AUDIT_KEY)


def private(text: str) -> Ed25519PrivateKey:
    """From PEM, or from its 32 bytes in base64. Raises NoKey."""
    text = text.strip()
    try:
        if not text.startswith("-----"):
            return Ed25519PrivateKey.from_private_bytes(base64.b64decode(text, validate=True))
        found = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _not_a_key() from error
    if not isinstance(found, Ed25519PrivateKey):
        raise _not_a_key()
    return found


def public(path: Path) -> Ed25519PublicKey:
    """From a PEM file. Raises NoKey."""
    try:
        found = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise NoKey(f"The public key {path} cannot be read: {error.strerror}.") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise NoKey(f"{path} holds no public key in PEM. Give the {PUBLIC} that lies beside the checkpoints.") from error
    if not isinstance(found, Ed25519PublicKey):
        raise NoKey(f"{path} holds a public key of another kind than Ed25519.")
    return found


def publish(folder: Path) -> None:
    """Writes the public key beside the checkpoints, once. One that lies there is never replaced: the older lines need it."""
    path = folder / PUBLIC
    if path.exists() and path.stat().st_size:
        return
    with path.open("wb") as file:
        file.write(own().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        file.flush()
        os.fsync(file.fileno())


def _not_a_key() -> NoKey:
    return NoKey(f"REDOUBT_AUDIT_KEY is not an Ed25519 key: 32 bytes in base64, or PEM without a passphrase. {REMEDY}")
