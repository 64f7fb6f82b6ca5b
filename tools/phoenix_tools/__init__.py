"""What `tools/phx` and the build run: audits, symbol table, budgets, QEMU, measurements."""
