"""The shopper's portal at /r/<shop>: plain pages that work without scripts."""

from . import cases as cases
from . import complaints as complaints
from . import disputes as disputes
from . import evidence as evidence
from . import exchanges as exchanges
from . import login as login
from . import payouts as payouts
from . import policy as policy
from . import repairs as repairs
from . import request as request
from . import slips as slips
from . import surveys as surveys
from . import ways as ways
from . import withdrawal as withdrawal
from .access import blueprint as blueprint
