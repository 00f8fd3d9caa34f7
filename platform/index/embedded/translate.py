"""Requests in qdrant-client's own models -> requests of the engine. What is not named here is refused by name, never ignored."""

import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

import qdrant_edge as edge
from pydantic import BaseModel
from qdrant_client import models

from index.embedded.errors import Malformed, Unknown
from index.embedded.vectors import Shape

SPELLED = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # a UUID as the engine spells it itself: nothing to convert
BOUNDS = ("gte", "gt", "lte", "lt")


def only(request: BaseModel, *known: str) -> None:
    """Every field that is set must be one that the caller goes on to use."""
    for name in request.model_fields_set:
        if name not in known and getattr(request, name) is not None:
            raise Unknown(f"{type(request).__name__}.{name}")


def query(request: models.QueryRequest, shape: Shape) -> edge.QueryRequest:
    only(request, "query", "using", "filter", "params", "limit", "with_payload", "with_vector")
    if request.query is None or request.limit is None:
        raise Malformed("A query needs `query` and `limit`.")
    return edge.QueryRequest(
        limit=request.limit,
        query=_nearest(request.query, request.using, shape),
        filter=optional_filter(request.filter),
        params=_params(request.params),
        with_payload=_payload_selection(request.with_payload),
        with_vector=_vector_selection(request.with_vector),
    )


def optional_filter(request: models.Filter | None) -> edge.Filter | None:
    return None if request is None else filter_of(request)


def filter_of(request: models.Filter) -> edge.Filter:
    only(request, "must", "should", "must_not")
    return edge.Filter(must=_conditions(request.must), should=_conditions(request.should), must_not=_conditions(request.must_not))


def _conditions(asked: Any) -> list[Any] | None:
    if asked is None:
        return None
    return [_condition(one) for one in (asked if isinstance(asked, list) else [asked])]


def _condition(asked: BaseModel) -> Any:
    match asked:
        case models.Filter():
            return filter_of(asked)
        case models.HasIdCondition():
            return edge.HasIdCondition({point_id(one) for one in asked.has_id})
        case models.FieldCondition():
            return _field(asked)
    raise Unknown(type(asked).__name__)


def _field(asked: models.FieldCondition) -> edge.FieldCondition:
    only(asked, "key", "match", "range")
    if (asked.match is None) == (asked.range is None):
        raise Malformed(f"The condition on {asked.key} needs either `match` or `range`.")
    return edge.FieldCondition(asked.key, match=_match(asked.match), range=_range(asked.range))


def _match(asked: BaseModel | None) -> Any:
    match asked:
        case None:
            return None
        case models.MatchValue():
            return edge.MatchValue(asked.value)
        case models.MatchAny():
            return edge.MatchAny(asked.any)
    raise Unknown(type(asked).__name__)


def _range(asked: BaseModel | None) -> Any:
    match asked:
        case None:
            return None
        case models.DatetimeRange():
            bounds = {name: _moment(getattr(asked, name)) for name in BOUNDS}
            return edge.RangeDateTime(**bounds)
        case models.Range():
            numbers = {name: getattr(asked, name) for name in BOUNDS}
            if all(number is None for number in numbers.values()):
                raise Malformed("A range needs a bound.")
            return edge.RangeFloat(**numbers)
    raise Unknown(type(asked).__name__)


def _moment(value: datetime | date | None) -> str | None:
    return None if value is None else value.isoformat()


def _nearest(asked: Any, using: str | None, shape: Shape) -> Any:
    if isinstance(asked, models.NearestQuery):
        only(asked, "nearest")
        asked = asked.nearest
    match asked:
        case models.SparseVector():
            return edge.Query.Nearest(shape.sparse(using, asked.indices, asked.values), using=using)
        case [float(), *_]:
            return edge.Query.Nearest(shape.dense(using, asked), using=using)
    raise Unknown(f"A query by {type(asked).__name__}")


def _params(asked: models.SearchParams | None) -> edge.SearchParams | None:
    if asked is None:
        return None
    only(asked, "exact", "idf")
    return edge.SearchParams(exact=bool(asked.exact), idf=_idf(asked.idf))


def _idf(asked: Any) -> edge.IdfParams | None:
    match asked:
        case None | models.IdfScope.GLOBAL:
            return None
        case models.IdfCorpusParams():
            return edge.IdfParams(corpus=filter_of(asked.corpus))
    raise Unknown(f"SearchParams.idf {asked!r}")


def _payload_selection(asked: Any) -> bool | list[str]:
    match asked:
        case None:
            return False
        case bool():
            return asked
        case list():
            return asked
    raise Unknown(f"with_payload {type(asked).__name__}")


def _vector_selection(asked: Any) -> bool | list[str]:
    match asked:
        case None | False:
            return False
        case [str(), *_]:
            return list(asked)
    raise Unknown(f"with_vector {asked!r}")


def point_id(value: Any) -> Any:
    """The engine takes UUID objects and numbers; a string that is no UUID would be refused deep inside it."""
    if isinstance(value, str) and SPELLED.fullmatch(value):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    try:
        return str(UUID(value))
    except (TypeError, ValueError, AttributeError):
        raise Malformed(f"A point's id is a UUID or a number, not {value!r}.") from None


def payload_index(asked: models.CreateFieldIndex) -> edge.KeywordIndexParams | edge.DatetimeIndexParams:
    only(asked, "field_name", "field_schema")
    match asked.field_schema:
        case models.KeywordIndexParams() as keyword:
            only(keyword, "type", "is_tenant")
            return edge.KeywordIndexParams(is_tenant=keyword.is_tenant)
        case models.DatetimeIndexParams() as moment:
            only(moment, "type")
            return edge.DatetimeIndexParams()
    raise Unknown(f"A payload index of {asked.field_schema!r}")
