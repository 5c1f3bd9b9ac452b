"""The pictures of chapter 9, one module per lesson."""
