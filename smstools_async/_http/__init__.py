"""How one request travels to the API and back."""
