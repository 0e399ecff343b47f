"""The words of policies: texts that stand in their tables anyway, and the names of what they speak of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from dmnroute.dmn import Model
from dmnroute.dmn.walk import texts
from dmnroute.feel.lexer import LexicalError, TokenKind, string_value, tokens_of
from dmnroute.routing.catalogue import Catalogue
from dmnroute.routing.columns import WORDS
from dmnroute.routing.policy import PolicyVersion


def words_of(policies: Iterable[PolicyVersion], catalogue: Catalogue) -> frozenset[str]:
    """Every text in quotes of the tables, with the names of policies and agents, and the words that columns know.

    Those tell of nobody, and an input or an agent may say one that a table passes on: `on_input` of `run.input.then`.
    """
    policies = tuple(policies)
    literals = (literal for policy in policies for literal in _literals(policy.model))
    names = (*(policy.name for policy in policies), *catalogue.agents, *(catalogue.forms or {}))
    return frozenset((*literals, *names, *chain.from_iterable(WORDS.values())))


def _literals(model: Model) -> Iterator[str]:
    for text in texts(model.definitions):
        try:
            tokens = tokens_of(text.text)
        except LexicalError:  # a comment, where the expression language is another one
            continue
        yield from (string_value(token.text) for token in tokens if token.kind is TokenKind.STRING)
