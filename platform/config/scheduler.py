"""The scheduler's Celery application: `celery -A config.scheduler beat`. It only rings, so it needs the settings and nothing of Django."""

from celery import Celery

app = Celery("redoubt", fixups=[])
app.config_from_object("config.settings", namespace="CELERY")
