"""Passwords, and the secrets of sessions and tokens."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

# Hashing takes 64 MiB (RFC 9106, section 4), so only one at a time.
_one_at_a_time = Lock()


def hash_of_password(password: str) -> str:
    """Return the argon2id hash of a password, for `[web] password`."""
    return PasswordHasher().hash(password)


def is_password(hashed: str, password: str) -> bool:
    """Return whether a hash is that of the password."""
    with _one_at_a_time:
        try:
            return PasswordHasher().verify(hashed, password)
        except VerificationError:
            return False


def new_secret() -> str:
    """Return a random text of 256 bits, for a cookie or a token."""
    return secrets.token_urlsafe(32)


def secret_of_reader(name: str, password: str, hashed: str) -> str:
    """Return the secret of a user's feed reader: the same whenever it logs in.

    Nobody can guess it from the hash or from the password alone.
    """
    key = password.encode("utf-8", "surrogateescape")
    return hmac.digest(key, f"{hashed}\n{name}".encode("utf-8", "surrogateescape"), "sha256").hex()


def digest_of(secret: str) -> bytes:
    """Return the digest by which a secret is stored. It needs no salt, because it is random."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
