"""Passwords: a new random one, and its salted hash in the form that werkzeug's check_password_hash reads.

The monitor makes the first password; hashing here by hashlib keeps werkzeug out of its memory.
"""

from __future__ import annotations

import hashlib
import secrets

ALPHABET = (
    "abcdefghjkmnpqrstuvwxyz23456789"  # without l, i, o, 0, 1: read aloud over the phone and typed once
)
COST, BLOCK, PARALLEL = 16384, 8, 5  # scrypt: 16 MiB, the low-memory row of OWASP's list


def new_password() -> str:
    """Twelve random signs in three groups (59 bits), e.g. `k7mf-3xqa-9trw`."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))


def password_hash(password: str) -> str:
    """`scrypt:N:r:p$salt$hash`, as werkzeug.security.generate_password_hash writes it."""
    salt = secrets.token_urlsafe(16)
    digest = hashlib.scrypt(
        password.encode(),
        salt=salt.encode(),
        n=COST,
        r=BLOCK,
        p=PARALLEL,
        maxmem=132 * COST * BLOCK * PARALLEL,
    )
    return f"scrypt:{COST}:{BLOCK}:{PARALLEL}${salt}${digest.hex()}"
