"""What the lessons of chapter 9 draw."""
