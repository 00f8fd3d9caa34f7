"""Two leak tests never run at once: the one would ask for what the other has removed."""

import pytest
from django.db import connection, transaction

from access.doors import is_knocked
from audit import sealing
from audit.locks import Lock
from config.leaktest.run import UnderWay, _alone


def test_a_second_one_is_refused_also_after_a_door_has_closed_the_connection(committed: None) -> None:
    assert not is_knocked()
    with _alone():
        connection.close()
        assert is_knocked()
        with pytest.raises(UnderWay), _alone():
            pass
        assert is_knocked()
    assert not is_knocked()


def test_the_audit_is_sealed_while_a_leak_test_runs(committed: None) -> None:
    """A worker whose threads all wait for a seal reads no documents, and the leak test waits for what it planted to be read."""
    with _alone(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        sealing.seal()


def test_a_leak_test_begins_while_the_audit_is_sealed(committed: None) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [Lock.SEALER])
        assert not is_knocked()
        with _alone():
            assert is_knocked()
