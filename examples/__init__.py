"""Programs to begin from. The how-to pages show these very files, and the tests run them."""
