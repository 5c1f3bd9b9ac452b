"""The room of chapter 8, optimizers."""
