"""The shop over HTTP: the API, the pages, and the levers for people and tests."""
