"""What the lessons of chapter 10 draw."""
