"""What chapter 5 draws, lesson by lesson."""
