"""The chat model's server, which speaks OpenAI's protocol as vLLM does: where it is, how long it is waited for, what its refusals mean."""

import hashlib
import hmac
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from django.conf import settings

from inference.errors import ModelRefused, ModelUnavailable


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds to the connection, to an answer's first piece, between two pieces, and for a whole step before the answer."""

    connect: float = 2.0
    first: float = 60.0
    gap: float = 30.0
    step: float = 8.0


def configured() -> bool:
    return bool(settings.CHAT_BASE_URL)


def deadlines() -> Deadlines:
    return getattr(settings, "CHAT_DEADLINES", None) or Deadlines()


def address() -> str:
    """With or without the /v1 that people leave out."""
    url = settings.CHAT_BASE_URL.rstrip("/")
    return url if urlsplit(url).path else f"{url}/v1"


@asynccontextmanager
async def connection() -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {settings.CHAT_API_KEY}"} if settings.CHAT_API_KEY else {}
    timeout = httpx.Timeout(None, connect=deadlines().connect)
    async with httpx.AsyncClient(base_url=address(), headers=headers, timeout=timeout, trust_env=False, verify=tls()) as client:
        yield client


@cache
def tls() -> ssl.SSLContext:
    return ssl.create_default_context()


async def model_name(client: httpx.AsyncClient) -> str:
    """The one that is named in the settings, else the first one that the server offers."""
    if settings.CHAT_MODEL:
        return str(settings.CHAT_MODEL)
    response = await client.send(client.build_request("GET", "models"), stream=True)
    try:
        accept(response)
        offered = json.loads(await response.aread()).get("data") or []
    finally:
        await response.aclose()
    if not offered:
        raise ModelRefused("The model server offers no model. Set CHAT_MODEL to the one to use.")
    return str(offered[0]["id"])


def cache_salt(tenant: UUID) -> str:
    """Separates tenants in the model server's prefix cache: how fast an answer comes tells nobody what others asked."""
    return hmac.new(settings.SECRET_KEY.encode(), b"prefix-cache:" + tenant.bytes, hashlib.sha256).hexdigest()


def accept(response: httpx.Response) -> None:
    if response.status_code < 400:
        return
    if response.status_code in (408, 409, 425, 429) or response.status_code >= 500:
        raise ModelUnavailable(f"The model server answered {response.status_code}. Try again later.")
    raise ModelRefused(f"The model server refused the request with {response.status_code}. See its log, CHAT_MODEL and CHAT_API_KEY.")


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Whatever the network does becomes one of our errors."""
    try:
        yield
    except TimeoutError as error:
        raise ModelUnavailable("The model did not answer in time.") from error
    except httpx.HTTPError as error:
        raise ModelUnavailable("The model server cannot be reached.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnavailable("The model server's answer cannot be understood.") from error
