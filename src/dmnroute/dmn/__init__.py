"""A DMN engine: load decision models, evaluate them, say why they decided as they did.

from dmnroute.dmn import load
load("claims.dmn").evaluate("Route", {"amount": 1200}).value
"""

from __future__ import annotations

from dmnroute.dmn.engine import Decision, Model
from dmnroute.dmn.explain import Explanation
from dmnroute.dmn.loading import load
from dmnroute.dmn.result import InputValue, MatchedRule, Notice, Result

__all__ = ["Decision", "Explanation", "InputValue", "MatchedRule", "Model", "Notice", "Result", "load"]
