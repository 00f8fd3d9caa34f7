from typing import Any

from django.apps import AppConfig
from django.db import connections, transaction
from django.db.models.signals import post_migrate


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        import config.celery  # noqa: F401  (the application that every task's door belongs to)

        post_migrate.connect(grant_to_application, dispatch_uid="config.grant_to_application")


def grant_to_application(using: str, **_: Any) -> None:
    """The owner migrates; the application's role reads and writes rows, and can change no table."""
    role = connections["default"].settings_dict["USER"]
    owner = connections[using].settings_dict["USER"]
    if using != "owner" or role == owner:
        return
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        quoted = connections[using].ops.quote_name(role)
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
        cursor.execute(f"REVOKE UPDATE, DELETE ON audit_auditevent, audit_auditbatch FROM {quoted}")
        cursor.execute(f"REVOKE INSERT, UPDATE ON audit_unsealed FROM {quoted}")
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON documents_work FROM {quoted}")
        cursor.execute(f"GRANT UPDATE (state, attempt, fence, lease_until) ON documents_work TO {quoted}")
