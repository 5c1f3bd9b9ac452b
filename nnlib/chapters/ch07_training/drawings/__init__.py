"""What the lessons of chapter 7 draw."""
