"""Page that describes the API, made of its OpenAPI document; it needs no script and no network."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, Template

_TEMPLATE: Final = Path(__file__).with_name("docs.html")

_PROBLEMS: Final = (
    ("400", "Bad Request", "a token stands in the address, or the host name is not allowed"),
    ("401", "Unauthorized", "no token, or one that expired or was revoked"),
    ("403", "Forbidden", "the role is not enough: the detail names the one that is"),
    ("404", "Not Found", "nothing has this name"),
    ("405", "Method Not Allowed", "the address does not take this method"),
    ("409", "Conflict", "not possible now, or a request with this key is running"),
    ("413", "Request Entity Too Large", "the body is larger than 64 kB, or 10 MB for texts"),
    ("422", "Unprocessable Entity", "a field is missing or not valid: `errors` names it"),
    ("429", "Too Many Requests", "come again after the seconds in `Retry-After`"),
    ("503", "Service Unavailable", "the database is busy: try again"),
)


@dataclass(frozen=True, slots=True)
class DescribedField:
    """A parameter or a field of a shape, as the page shows it."""

    name: str
    kind: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class DescribedRoute:
    """A route as the page shows it; `role` is the least role that may use it."""

    method: str
    path: str
    summary: str
    description: str
    role: str
    fields: tuple[DescribedField, ...]
    answer: str


def render_docs(document: Mapping[str, Any]) -> str:
    """Render the page of an OpenAPI document."""
    schemas = document["components"]["schemas"]
    groups: dict[str, list[DescribedRoute]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            route = _describe_route(method, path, operation, schemas)
            groups.setdefault(operation["tags"][0], []).append(route)
    return _read_template().render(
        title=document["info"]["title"],
        about=document["info"]["description"],
        groups=groups,
        shapes={name: _list_fields(schema) for name, schema in sorted(schemas.items())},
        problems=_PROBLEMS,
    )


def _describe_route(
    method: str, path: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]
) -> DescribedRoute:
    rows = [
        DescribedField(row["name"], _name_kind(row["schema"]), row.get("required", False))
        for row in operation.get("parameters", ())
        if row["in"] != "header"
    ]
    body = _name_kind(_read_schema(operation.get("requestBody", {})))
    rows += _list_fields(schemas.get(body.removesuffix(" or null"), {}))
    summary, description = operation["summary"], operation["description"]
    return DescribedRoute(
        method.upper(),
        path,
        summary,
        "" if description == summary else description,
        operation["x-role"],
        tuple(rows),
        _name_kind(_read_schema(operation["responses"].get("200", {}))),
    )


def _list_fields(shape: Mapping[str, Any]) -> list[DescribedField]:
    return [
        DescribedField(name, _name_kind(schema), name in shape.get("required", ()))
        for name, schema in shape.get("properties", {}).items()
    ]


def _read_schema(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = (
        answer.get("content", {}).get("application/json", {}).get("schema", {})
    )
    return schema


def _name_kind(schema: Mapping[str, Any]) -> str:
    """Name a schema in words.

    >>> _name_kind({"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}]})
    'list of string or null'
    """
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(map(_name_kind, schema[key]))
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_name_kind(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("const") or schema.get("type") or "")


@cache
def _read_template() -> Template:
    folder = FileSystemLoader(_TEMPLATE.parent)
    return Environment(loader=folder, autoescape=True).get_template(_TEMPLATE.name)
