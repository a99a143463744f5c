"""The same cases against the stand-in shop and, where one is named, a live Saleor (docs/saleor.md says how)."""
