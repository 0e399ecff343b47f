"""What calls of models cost, by the price list of `genai-prices` (extra `prices`)."""

from __future__ import annotations

import logging
from decimal import Decimal
from functools import cache

log = logging.getLogger(__name__)


def price(model: str, *, input_tokens: int, output_tokens: int) -> Decimal | None:
    """USD; null when the price of the model isn't known, or the extra isn't installed. Unknown isn't zero."""
    if not _is_installed():
        return None
    from genai_prices import Usage, calc_price  # takes long to load, and few agents need it

    try:
        return calc_price(Usage(input_tokens=input_tokens, output_tokens=output_tokens), model).total_price
    except LookupError:
        _say_unknown(model)
        return None


@cache
def _is_installed() -> bool:
    try:
        import genai_prices  # noqa: F401 - only looked for
    except ImportError:
        log.warning("prices of models are unknown: pip install 'dmnroute[prices]'")
        return False
    return True


@cache
def _say_unknown(model: str) -> None:
    """Once for each model."""
    log.warning("the price of model `%s` is unknown", model)
