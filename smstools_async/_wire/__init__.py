"""How the API writes things down, and how that becomes models. Pure."""
