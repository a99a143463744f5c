"""Documents over HTTP: credit notes as PDF, in the shopper's language."""

from .credit_notes import as_pdf as as_pdf
from .serving import blueprint as blueprint
