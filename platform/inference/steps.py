"""Steps before an answer, in LangChain: a prompt, the chat model, its words. The answer itself streams through chat.py.

LangChain takes seconds and 57 MB to import: that happens at the first step, in a thread, and without a model never.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
from django.conf import settings

from inference import server
from inference.errors import ModelUnavailable

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

LONGEST = 1_024
"""Tokens of a step's result, with the reasoning before it."""
_TRACING = ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2")


async def run(messages: Sequence[tuple[str, str]], values: Mapping[str, str], *, tenant: UUID) -> str:
    """The model's words to the messages, each a role and a text with {names} that stand for the values; never its reasoning.

    Raises ModelUnavailable where there are none in time, ModelRefused where there will not be any.
    """
    await asyncio.to_thread(_imported)
    async with server.translated(), asyncio.timeout(server.deadlines().step), server.connection() as client:
        name = await server.model_name(client)
        with httpx.Client(trust_env=False, verify=server.tls()) as unused:
            text = await _spoken(_model(name, tenant, client, unused), messages, values)
    return _without_reasoning(text)


async def _spoken(model: "BaseChatModel", messages: Sequence[tuple[str, str]], values: Mapping[str, str]) -> str:
    from langchain_core.exceptions import LangChainException
    from langchain_core.output_parsers import StrOutputParser
    from langchain_core.prompts import ChatPromptTemplate
    from langsmith import tracing_context
    from openai import OpenAIError

    step = ChatPromptTemplate.from_messages(list(messages)) | model | StrOutputParser()
    try:
        with tracing_context(enabled=False):
            return await step.ainvoke(dict(values))
    except (OpenAIError, LangChainException) as error:
        raise ModelUnavailable("The model did not carry out a step before the answer.") from error


def _model(name: str, tenant: UUID, client: httpx.AsyncClient, unused: httpx.Client) -> "BaseChatModel":
    """Everything that it would else read from the environment is said here. `max_tokens` goes by the name that every server knows."""
    from langchain.chat_models import init_chat_model

    limits = server.deadlines()
    return init_chat_model(
        name,
        model_provider="openai",
        base_url=server.address(),
        api_key=settings.CHAT_API_KEY or "none",
        openai_proxy="",
        http_async_client=client,
        http_client=unused,
        timeout=httpx.Timeout(limits.step, connect=limits.connect),
        max_retries=0,
        temperature=0,
        use_responses_api=False,
        stream_usage=False,
        http_socket_options=(),
        extra_body={"max_tokens": LONGEST, "cache_salt": server.cache_salt(tenant)},
    )


@cache
def _imported() -> None:
    """With tracing off, which would send prompts to another company; it is off again around each step."""
    os.environ.update(dict.fromkeys(_TRACING, "false"))
    os.environ.pop("LANGCHAIN_HANDLER", None)
    for module in ("langchain.chat_models", "langchain_openai"):
        import_module(module)


def _without_reasoning(text: str) -> str:
    """Some servers leave the reasoning in the text, and some of them without its opening tag."""
    return text.rpartition("</think>")[2].partition("<think>")[0].strip()
