"""New passwords and their hashes, as the panel checks them."""

from __future__ import annotations

from werkzeug.security import check_password_hash

from firmware_app.passwords import ALPHABET, new_password, password_hash


def test_the_hash_is_what_the_panel_checks() -> None:
    stored = password_hash("k7mf-3xqa-9trw")
    assert check_password_hash(stored, "k7mf-3xqa-9trw")
    assert not check_password_hash(stored, "k7mf-3xqa-9trx")


def test_two_hashes_of_one_password_differ() -> None:
    assert password_hash("the same words") != password_hash("the same words")


def test_a_new_password_is_readable_and_never_the_same() -> None:
    made = {new_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        groups = password.split("-")
        assert [len(group) for group in groups] == [4, 4, 4]
        assert set("".join(groups)) <= set(ALPHABET)
