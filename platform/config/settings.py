"""Settings, read once from the environment. Absent means embedded; production refuses to start without what it needs."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from audit import keys
from config import environment
from config.embedded.home import Home

BASE_DIR = Path(__file__).resolve().parents[2]

ENVIRONMENT = environment.text("REDOUBT_ENV", "development")
if ENVIRONMENT not in ("development", "production"):
    raise ImproperlyConfigured(f"REDOUBT_ENV is {ENVIRONMENT!r}. Set it to development or production.")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = False

DATA = Path(environment.text("REDOUBT_DATA") or BASE_DIR / "var").resolve()
EMBEDDED_HOME = Home(DATA)


def _or_embedded(name: str, embedded: str, remedy: str) -> str:
    """The variable; in development the embedded service's address stands in for it."""
    return environment.required(name, remedy) if PRODUCTION else environment.text(name) or getattr(EMBEDDED_HOME, embedded)


DATABASE_URL = _or_embedded(
    "DATABASE_URL",
    "database_url",
    "Give the application's role: postgresql://redoubt_app:…@host:5432/redoubt. Production never embeds a database.",
)
# Migrations alone use the owner: in production the web, the worker and the scheduler need not know it.
DATABASE_OWNER_URL = environment.text("DATABASE_OWNER_URL") or ("" if PRODUCTION else EMBEDDED_HOME.database_owner_url)
REDIS_URL = _or_embedded("REDIS_URL", "redis_url", "Give the broker: redis://host:6379/0. Production never embeds Redis.")
QDRANT_URL = _or_embedded("QDRANT_URL", "qdrant_url", "Give the index: https://host:6333. Production never embeds Qdrant.")
if PRODUCTION and QDRANT_URL.startswith("unix://"):
    raise ImproperlyConfigured(
        "QDRANT_URL names a Unix socket, which only the embedded index has. Give a Qdrant server: https://host:6333."
    )
QDRANT_API_KEY = environment.text("QDRANT_API_KEY")
QDRANT_COLLECTION = environment.text("QDRANT_COLLECTION", "redoubt")

SECRET_KEY = _or_embedded("REDOUBT_SECRET_KEY", "secret_key", "Give 50 random characters: it signs sessions.")

# In production the worker alone signs: the web and the scheduler need no key, and could forge nothing.
AUDIT_KEY = environment.text("REDOUBT_AUDIT_KEY")
if AUDIT_KEY:
    keys.private(AUDIT_KEY)
elif not PRODUCTION:
    AUDIT_KEY = EMBEDDED_HOME.audit_key
AUDIT_CHECKPOINTS = Path(environment.text("REDOUBT_AUDIT_CHECKPOINTS") or DATA / "audit")


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ImproperlyConfigured(
            f"A database URL starts with postgresql://, not {parts.scheme}://. Redoubt keeps its state in PostgreSQL only."
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(options.pop("host", "") or parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,  # under ASGI each request has a thread of its own: a connection kept for the next one would only leak
    }


DATABASES = {"default": _database(DATABASE_URL)}
if DATABASE_OWNER_URL:
    DATABASES["owner"] = {**_database(DATABASE_OWNER_URL), "CONN_MAX_AGE": 0, "TEST": {"MIRROR": "default"}}
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "tenants",
    "identity",
    "access",
    "audit",
    "sources",
    "documents",
    "index",
    "conversations",
    "ingestion",
    "retrieval",
    "frontend.ui",
    "frontend.portal",
    "frontend.console",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "frontend.ui.security.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]

AUTH_USER_MODEL = "identity.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "portal:sign-in"
LOGIN_REDIRECT_URL = "portal:ask"

ALLOWED_HOSTS = environment.words("REDOUBT_ALLOWED_HOSTS") or ([] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]", "testserver"])
if PRODUCTION and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
    raise ImproperlyConfigured("REDOUBT_ALLOWED_HOSTS is not set. Give the host names that people type, separated by commas.")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if PRODUCTION else []
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
STATIC_URL = "/static/"
STATIC_ROOT = Path(environment.text("REDOUBT_STATIC_ROOT") or BASE_DIR / "staticfiles")
if PRODUCTION:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }

BLOB_ROOT = DATA / "blobs"
UPLOAD_LIMIT_BYTES = environment.number("REDOUBT_UPLOAD_LIMIT_MB", 50) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None
QUESTION_LIMIT_CHARACTERS = 4_000
DEMO_FILE = DATA / "demo.json"
CSRF_FAILURE_VIEW = "frontend.portal.views.problem.csrf"

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "ingestion.tasks.sweep", "schedule": 20.0},
    # Rings that a busy worker did not hear are forgotten: the next one does all that is there.
    "seal": {"task": "audit.tasks.seal", "schedule": 10.0, "options": {"expires": 60}},
    "end_expired": {"task": "access.tasks.end_expired", "schedule": 60.0},
}

CHAT_BASE_URL = environment.text("CHAT_BASE_URL")
if CHAT_BASE_URL and not CHAT_BASE_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured(f"CHAT_BASE_URL must be an address such as http://127.0.0.1:8001/v1, not {CHAT_BASE_URL!r}.")
CHAT_MODEL = environment.text("CHAT_MODEL")
CHAT_API_KEY = environment.text("CHAT_API_KEY")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"redoubt": {"level": "INFO"}},
}
