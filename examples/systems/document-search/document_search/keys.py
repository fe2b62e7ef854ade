"""Keys of tenants: drawn at random, shown once, kept as a hash."""

import hashlib
import hmac
import re
import secrets

from .database import Database

_FORM = re.compile(r"cgds_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")


def make(database: Database, tenant: str) -> str:
    """A new key of a tenant, which nobody can show again."""
    id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    database.add_key(tenant, id, _hash(secret))
    return f"cgds_{id}_{secret}"


def tenant_of(database: Database, key: str) -> str | None:
    """The tenant whose key this is, while it is in force."""
    found = _FORM.fullmatch(key)
    known = database.key(found[1]) if found else None
    if found is None or known is None:
        return None
    tenant, expected = known
    return tenant if hmac.compare_digest(_hash(found[2]), expected) else None


def _hash(secret: str) -> str:
    # Of 32 random bytes, which nobody can guess: a slow hash would add nothing.
    return hashlib.sha256(secret.encode()).hexdigest()
