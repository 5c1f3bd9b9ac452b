"""What the lessons of chapter 8 draw."""
