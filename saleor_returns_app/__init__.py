"""Returns, refunds and after-sales for Saleor."""

__version__ = "0.1.0"
