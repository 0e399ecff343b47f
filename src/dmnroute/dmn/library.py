"""A model together with the models that it imports, and the elements of all by id."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from dmnroute.dmn import model
from dmnroute.feel.evaluation import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from dmnroute.dmn.problems import Problems

Key: TypeAlias = tuple[str, str]
"""A model's namespace, and an element's id (its name when it has none)."""

Resolver: TypeAlias = Callable[[model.Import], "bytes | None"]
"""Finds the file of an import; None when there is none."""

Reader: TypeAlias = Callable[[bytes, str], model.Definitions]

MAX_MODELS = 100
"""How many models may be imported, all in all."""


@dataclass(frozen=True, slots=True)
class Library:
    """All models that take part, by namespace; the main one is the file that was loaded."""

    main: model.Definitions
    models: Mapping[str, model.Definitions]
    elements: Mapping[Key, model.DRGElement]
    limits: Limits = DEFAULT_LIMITS
    """What one evaluation may use up."""

    def find(self, reference: model.Reference, namespace: str) -> Key | None:
        """The key of what a reference in the model with this namespace means; None when it isn't there."""
        key = (reference.namespace or namespace, reference.id)
        return key if key in self.elements else None

    def prefix(self, namespace: str, of: str) -> str:
        """The name under which a model (its namespace) has imported another; empty within one model."""
        if namespace == of:
            return ""
        imports = self.models[namespace].imports
        return next((item.name for item in imports if item.namespace == of), "")

    def item_definitions(self, namespace: str) -> Iterator[tuple[str, model.ItemDefinition]]:
        """The types that a model may name: its own, and those of its imports as ``import.type``."""
        definitions = self.models[namespace]
        for item in definitions.item_definitions:
            yield item.name, item
        for imported in definitions.imports:
            other = self.models.get(imported.namespace)
            for item in other.item_definitions if other is not None else ():
                yield f"{imported.name}.{item.name}" if imported.name else item.name, item


def key_of(element: model.DRGElement, namespace: str) -> Key:
    """The key of an element of the model with this namespace."""
    return namespace, element.id or element.name


def collect(main: model.Definitions, *, read: Reader, resolver: Resolver | None, problems: Problems) -> Library:
    """Read the imports, and theirs; one that can't be found is a problem of the file."""
    models = {main.namespace: main}
    waiting = list(main.imports)
    while waiting:
        wanted = waiting.pop()
        if wanted.namespace in models or not _is_dmn(wanted):
            continue
        if len(models) > MAX_MODELS:
            problems.add("import", f"more than {MAX_MODELS} models are imported")
            break
        source = resolver(wanted) if resolver is not None else None
        if source is None:
            problems.add("import", f"the imported model `{wanted.name or wanted.namespace}` can't be found")
            continue
        definitions = read(source, wanted.location_uri or wanted.name or wanted.namespace)
        if definitions.namespace != wanted.namespace:
            message = f"the imported model `{wanted.name or wanted.namespace}` has the namespace "
            problems.add("import", f"{message}`{definitions.namespace}`, not `{wanted.namespace}`")
            continue
        models[wanted.namespace] = definitions
        waiting.extend(definitions.imports)
    return Library(main, models, dict(_elements(models)))


def _is_dmn(wanted: model.Import) -> bool:
    return "DMN" in wanted.import_type.upper() or not wanted.import_type


def _elements(models: Mapping[str, model.Definitions]) -> Iterator[tuple[Key, model.DRGElement]]:
    for namespace, definitions in models.items():
        for element in definitions.elements:
            yield key_of(element, namespace), element
