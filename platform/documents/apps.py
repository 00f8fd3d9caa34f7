from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"

    def ready(self) -> None:
        from documents.departures import KEEPER
        from identity import departures

        departures.register(KEEPER)
