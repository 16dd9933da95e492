"""Programs that make files of the repository; none of them is in the installed package."""
