"""The pages people see: the shop, the provider, and the host of apps that plays the Dashboard."""
