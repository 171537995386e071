"""The independent checker: all pay again, from landed rows and plan rows, without the warehouse's own calculation."""
