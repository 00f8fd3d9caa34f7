"""A request as qdrant-client's own models; what they do not know is refused by name."""

from collections import Counter
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from index.embedded.errors import Malformed, Refusal, Unknown

Asked = TypeVar("Asked", bound=BaseModel)


def only_parameters(request: Request, *known: str) -> None:
    for name in request.query_params:
        if name not in known:
            raise Unknown(f"The parameter `{name}`")


def json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The body is not JSON: {error}.") from error


def parsed(kind: type[Asked], body: bytes) -> Asked:
    try:
        return kind.model_validate(json(body))
    except ValidationError as error:
        raise _refusal_of(error) from error


def _refusal_of(error: ValidationError) -> Refusal:
    """pydantic complains once for each kind of condition that it tried; what nobody knew is what most of them name."""
    unknown = Counter(str(one["loc"][-1]) for one in error.errors() if one["type"] == "extra_forbidden")
    if unknown:
        return Unknown(f"`{unknown.most_common(1)[0][0]}` in {error.title}")
    first = error.errors()[0]
    return Malformed(f"{error.title}: {'.'.join(map(str, first['loc']))}: {first['msg']}")
