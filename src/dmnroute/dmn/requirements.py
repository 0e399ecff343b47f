"""Resolve what elements require, and refuse what can't be evaluated: unknown elements, cycles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dmnroute.dmn import model
from dmnroute.dmn.places import Where
from dmnroute.dmn.scope import Origin
from dmnroute.errors import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dmnroute.dmn.library import Key, Library
    from dmnroute.dmn.problems import Problems


@dataclass(frozen=True, slots=True)
class Requirement:
    """A required element, and the names under which its value or function is visible."""

    origin: Origin
    key: Key
    names: tuple[str, ...]
    prefix: str = ""
    """The import's name when the element is of another model: its names are keys of that context."""

    @property
    def visible(self) -> tuple[str, ...]:
        """The names that it brings into scope."""
        return (self.prefix,) if self.prefix else self.names


def requirements(
    element: model.DRGElement, namespace: str, library: Library, problems: Problems
) -> tuple[Requirement, ...]:
    """What an element requires; a reference to nothing is a problem of the file."""
    found = []
    for origin, reference in _references(element):
        key = library.find(reference, namespace)
        if key is None:
            _unknown(element, origin, reference, library, namespace, problems)
            continue
        required = library.elements[key]
        if not isinstance(required, _KINDS[origin]):
            _wrong(element, origin, required, library, namespace, problems)
            continue
        names = visible_names(required, camunda=library.main.dialect == "camunda")
        found.append(Requirement(origin, key, names, library.prefix(namespace, key[0])))
    return tuple(found)


def visible_names(element: model.DRGElement, *, camunda: bool = False) -> tuple[str, ...]:
    """Variable name, name, and for decisions the id; Camunda knows a decision by the first of variable name and id."""
    if camunda and isinstance(element, model.Decision):
        return (element.variable.name or element.id,)
    names = [element.variable.name, element.name]
    if isinstance(element, model.Decision):
        names.append(element.id)
    return tuple(dict.fromkeys(name for name in names if name))


def _references(element: model.DRGElement) -> Iterable[tuple[Origin, model.Reference]]:
    if isinstance(element, model.Decision):
        for requirement in element.information_requirements:
            if requirement.required_input is not None:
                yield Origin.INPUT, requirement.required_input
            if requirement.required_decision is not None:
                yield Origin.DECISION, requirement.required_decision
    if isinstance(element, model.Decision | model.BusinessKnowledgeModel):
        for knowledge in element.knowledge_requirements:
            yield Origin.KNOWLEDGE, knowledge.required_knowledge
    if isinstance(element, model.DecisionService):
        for decision in (*element.output_decisions, *element.encapsulated_decisions, *element.input_decisions):
            yield Origin.DECISION, decision
        for data in element.input_data:
            yield Origin.INPUT, data


_WORDS = {
    Origin.INPUT: "input data",
    Origin.DECISION: "decision",
    Origin.KNOWLEDGE: "business knowledge model",
}


_KINDS: Mapping[Origin, tuple[type, ...]] = {
    Origin.INPUT: (model.InputData,),
    Origin.DECISION: (model.Decision,),
    Origin.KNOWLEDGE: (model.BusinessKnowledgeModel, model.DecisionService),
}


def _wrong(
    element: model.DRGElement,
    origin: Origin,
    required: model.DRGElement,
    library: Library,
    namespace: str,
    problems: Problems,
) -> None:
    place = Where(library.models[namespace].file, element.name or element.id).place()
    name = required.name or required.id
    message = f"`{name}` is required as {_WORDS[origin]}, which it isn't"
    problems.add("wrong_requirement", message, place=place, hint="draw the requirement anew, or remove it")


def _unknown(
    element: model.DRGElement,
    origin: Origin,
    reference: model.Reference,
    library: Library,
    namespace: str,
    problems: Problems,
) -> None:
    place = Where(library.models[namespace].file, element.name or element.id).place()
    line = f" (line {reference.line})" if reference.line else ""
    problems.add(
        "unknown_requirement",
        f"the required {_WORDS[origin]} `{reference.id}` isn't in the file{line}",
        place=place,
        hint="draw the requirement anew, or remove it",
    )


def check_cycles(required: Mapping[Key, tuple[Requirement, ...]], library: Library, problems: Problems) -> None:
    """Find decisions that require themselves, by way of others or not. Functions may call themselves."""
    done: set[Key] = set()
    for start in required:
        cycle = _cycle_from(start, required, done)
        if cycle:
            names = [library.elements[key].name or key[1] for key in cycle]
            place = Place(library.models[cycle[0][0]].file, names[0])
            path = " → ".join(f"`{name}`" for name in [*names, names[0]])
            hint = "one of these requirements has to go"
            problems.add(
                "requirement_cycle", f"decisions require each other in a circle: {path}", place=place, hint=hint
            )


def _cycle_from(start: Key, required: Mapping[Key, tuple[Requirement, ...]], done: set[Key]) -> list[Key]:
    """The cycle that is met first on the way down from a decision; a loop, so that long chains are no matter."""
    path: list[Key] = []
    on_path: set[Key] = set()
    stack: list[tuple[Key, bool]] = [(start, False)]
    while stack:
        key, leaving = stack.pop()
        if leaving:
            done.add(key)
            on_path.discard(path.pop())
        elif key in on_path:
            done.update(path)
            return path[path.index(key) :]
        elif key not in done:
            path.append(key)
            on_path.add(key)
            stack.append((key, True))
            stack.extend((need.key, False) for need in required.get(key, ()) if need.origin is Origin.DECISION)
    return []
