"""Which tests look at which room: fast ones, and broader ones for what these let live."""

_WALK = (
    (
        "tests/walk/test_transitions.py",
        "tests/walk/test_small_scope.py",
        "tests/walk/test_surprises.py",
        "tests/walk/test_large_scope.py",
        "tests/walk/test_pages.py",
        "tests/walk/test_requests.py",
    ),
    (
        "tests/walk/test_resuming.py",
        "tests/walk/test_lies.py",
        "tests/walk/test_traps.py",
        "tests/walk/test_progress.py",
        "tests/walk/test_watching.py",
        "tests/walk/test_schedules.py",
    ),
)
_WALK_MODULES = (
    *("comparing", "ending", "goal", "layout", "locating", "memory", "noticing", "opening"),
    *("phases", "plan", "proofs", "reading", "seeking", "starting", "state", "step"),
    *("transition", "trends", "view", "windows"),
)
SELECTIONS = {
    **{f"_walk.{module}": _WALK for module in _WALK_MODULES},
    "_walk": (
        (
            "tests/walk/test_proofs.py",
            "tests/walk/test_windows.py",
            "tests/walk/test_plans.py",
            "tests/walk/test_lists.py",
            "tests/walk/test_surprises.py",
            "tests/walk/test_traps.py",
            "tests/walk/test_pages.py",
            "tests/walk/test_progress.py",
        ),
        (
            "tests/walk/test_resuming.py",
            "tests/walk/test_lies.py",
            "tests/walk/test_machine.py",
            "tests/walk/test_watching.py",
            "tests/walk/test_schedules.py",
        ),
    ),
    "_http.session": (
        (
            "tests/wire/test_sending.py",
            "tests/wire/test_retry.py",
            "tests/wire/test_lockout.py",
            "tests/wire/test_hooks.py",
            "tests/wire/test_deadline.py",
            "tests/wire/test_bad_connections.py",
            "tests/wire/test_closing.py",
            "tests/wire/test_pace.py",
            "tests/wire/test_pools.py",
            "tests/wire/test_secrets.py",
            "tests/wire/test_strangers.py",
            "tests/wire/test_quoting.py",
            "tests/wire/test_bodies.py",
            "tests/wire/test_wire_faults.py",
            "tests/client/test_requests.py",
            "tests/guards/test_foreign_errors.py",
        ),
        ("tests/wire", "tests/client", "tests/guards"),
    ),
    "_http.responses": (
        ("tests/wire/test_answers.py",),
        ("tests/wire", "tests/faults", "tests/guards"),
    ),
    **dict.fromkeys(
        (
            *("_wire.bounds", "_wire.documents", "_wire.envelope", "_wire.fields"),
            *(
                "_wire.messages",
                "_wire.message_fields",
                "_wire.message_models",
                "_wire.pages",
                "_wire.converter",
                "_identity",
            ),
        ),
        (
            (
                "tests/wire/test_decoding.py",
                "tests/wire/test_bad_rows.py",
                "tests/wire/test_identity.py",
                "tests/wire/test_bounds.py",
                "tests/wire/test_strangers.py",
                "tests/wire/test_documents.py",
            ),
            ("tests/wire", "tests/faults", "tests/client"),
        ),
    ),
    "_phone": (("tests/wire/test_phone.py",), ("tests/wire", "tests/client", "tests/cli")),
    "_arguments": (("tests/wire/test_arguments.py",), ("tests/wire", "tests/client")),
    "_models": (("tests/wire/test_models.py", "tests/wire/test_decoding.py"), ("tests/wire",)),
    "_settings": (("tests/wire/test_settings.py", "tests/wire/test_hooks.py"), ("tests/wire",)),
    "_http.retry": (
        (
            "tests/wire/test_budget.py",
            "tests/wire/test_pace.py",
            "tests/wire/test_retry.py",
            "tests/wire/test_strangers.py",
            "tests/wire/test_errors.py",
            "tests/download/test_wire.py",
        ),
        ("tests/wire", "tests/client", "tests/download"),
    ),
    "_http.body": (("tests/wire/test_bodies.py",), ("tests/wire", "tests/faults")),
    "_redact": (("tests/wire/test_redaction.py",), ("tests/wire",)),
    "_reading.cursor": (
        ("tests/walk/test_resuming.py",),
        ("tests/walk/test_machine.py", "tests/walk/test_watching.py", "tests/walk"),
    ),
}
