"""A small Saleor-shaped shop, mailbox and payment provider, for trying, developing and testing without Saleor."""
