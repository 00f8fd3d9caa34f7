from django.apps import AppConfig


class RetrievalConfig(AppConfig):
    name = "retrieval"

    def ready(self) -> None:
        from access import doors

        doors.register("retrieval", "retrieval.doors")
