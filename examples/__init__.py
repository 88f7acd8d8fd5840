"""Programs to start from. The how-to pages show these files, and the tests run them."""
