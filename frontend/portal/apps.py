from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "frontend.portal"

    def ready(self) -> None:
        from access import doors

        doors.register("portal", "frontend.portal.doors")
