"""The storefront API: returns for signed-in shoppers, called by the shop's own storefront. OpenAPI 3.1 at /openapi.json."""

from . import cases as cases
from . import complaints as complaints
from . import evidence as evidence
from . import orders as orders
from . import repairs as repairs
from . import threads as threads
from . import ways as ways
from .access import blueprint as blueprint
from .description import describe as describe
from .element import element as element
