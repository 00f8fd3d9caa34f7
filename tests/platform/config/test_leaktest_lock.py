"""Two leak tests never run at once: the one would ask for what the other has removed."""

import pytest
from django.db import connection

from access.doors import is_knocked
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
