"""The only code that talks to foreign databases; ``base`` holds what each must promise."""
