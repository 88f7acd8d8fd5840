"""The lists of an account, one noun a module."""
