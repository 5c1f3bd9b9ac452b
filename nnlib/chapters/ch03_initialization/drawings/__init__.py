"""The pictures of chapter 3, lesson by lesson."""
