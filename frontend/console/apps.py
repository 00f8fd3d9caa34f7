from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "frontend.console"

    def ready(self) -> None:
        from access import doors

        doors.register("console", "frontend.console.doors")
