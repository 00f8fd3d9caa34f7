# The image of web, worker and scheduler. Written from the base image's documentation; it was never built here (README).
FROM python:3.12-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYTHONPATH=/app:/app/platform DJANGO_SETTINGS_MODULE=config.settings
WORKDIR /app

COPY requirements/torch.txt requirements/cpu.txt requirements/
# The CPU build of PyTorch: the web and the worker need no GPU; the model has a machine and an image of its own.
RUN pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu -r requirements/torch.txt \
 && pip install --no-cache-dir --no-deps --require-hashes -r requirements/cpu.txt \
 && pip check

COPY manage.py LICENSE ./
COPY platform platform
COPY ingestion ingestion
COPY retrieval retrieval
COPY frontend frontend
# Collecting static files reads production's settings; these stand-ins connect to nothing and stay out of the image.
RUN REDOUBT_ENV=production REDOUBT_STATIC_ROOT=/app/staticfiles REDOUBT_SECRET_KEY=build REDOUBT_ALLOWED_HOSTS=build \
    DATABASE_URL=postgresql://build REDIS_URL=redis://build QDRANT_URL=http://build python manage.py collectstatic --no-input \
 && useradd --system --uid 10001 redoubt && mkdir /data /checkpoints && chown redoubt /data /checkpoints

USER redoubt
VOLUME /data /checkpoints
EXPOSE 8000
CMD ["uvicorn", "config.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--no-server-header"]
