"""What a role may do, asked in two ways, and what an audience may do together."""

import pytest

from access import permissions, resolve
from access.permissions import NotAllowed
from access.resolve import NoAccess
from access.roles import GRANTED, Permission, Role
from identity.actions import ensure_person, suspend
from tests.factories.cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_the_two_ways_of_asking_agree_with_the_role(cast: Cast, role: Role, permission: Permission) -> None:
    ensure_person(email=cast.teammate.email, tenant=cast.tenant, role=role)
    viewer = cast.viewer(cast.teammate)
    assert permissions.allows(viewer, permission) is (permission in GRANTED[role])
    if permission in GRANTED[role]:
        permissions.require(viewer, permission)
    else:
        with pytest.raises(NotAllowed, match="An administrator can change it"):
            permissions.require(viewer, permission)


def test_a_role_holds_in_its_own_tenant_only(cast: Cast) -> None:
    ensure_person(email=cast.outsider.email, tenant=cast.tenant)
    assert permissions.allows(cast.viewer(cast.outsider), Permission.MANAGE_PEOPLE)
    here = resolve.viewer_for(user=cast.outsider, tenant=cast.tenant)
    assert not permissions.allows(here, Permission.MANAGE_PEOPLE)


def test_an_audience_is_each_of_its_people_and_may_what_all_of_them_may(cast: Cast) -> None:
    owner, teammate = cast.viewer(cast.owner), cast.viewer(cast.teammate)
    together = resolve.audience([owner, teammate])
    assert together.readers == (*owner.readers, *teammate.readers)
    assert together.user_id is None
    assert together.permissions == owner.permissions & teammate.permissions
    assert together.epoch == min(owner.epoch, teammate.epoch)
    assert resolve.audience([owner]) == owner
    assert resolve.renewed(together) == together


def test_an_audience_is_of_one_tenant_and_of_somebody(cast: Cast) -> None:
    for people in ([], [cast.viewer(cast.owner), cast.viewer(cast.outsider)]):
        with pytest.raises(NoAccess):
            resolve.audience(people)


def test_an_audience_that_lost_one_of_its_people_is_none(cast: Cast) -> None:
    together = resolve.audience([cast.viewer(cast.owner), cast.viewer(cast.teammate)])
    suspend(user=cast.teammate, tenant=cast.tenant)
    with pytest.raises(NoAccess):
        resolve.renewed(together)
