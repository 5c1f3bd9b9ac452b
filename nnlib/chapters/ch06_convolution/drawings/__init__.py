"""What the lessons of chapter 6 draw, lesson by lesson."""
