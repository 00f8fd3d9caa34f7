"""What a leak test shares an installation with: another one, the sealer, and groups that somebody else has made."""

import pytest
from django.db import connection, transaction

from access.doors import is_knocked
from audit import sealing
from audit.locks import Lock
from config.leaktest.plant import uproot
from config.leaktest.policies import groups_of
from config.leaktest.run import UnderWay, _alone
from identity.groups import ensure_group
from tests.factories.cast import make_cast


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


def test_a_group_that_merely_has_such_a_name_is_tried_and_stays(db: None) -> None:
    tenant = make_cast().tenant
    for slug in ("leaktest-team", "leaktest-0123456789ab"):
        ensure_group(tenant=tenant, slug=slug)
    uproot()
    assert set(tenant.groups.values_list("slug", flat=True)) == {"staff", "leaktest-team"}
    assert "leaktest-team" in groups_of(tenant)
