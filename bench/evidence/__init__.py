"""How long does it take to prove a million entries?"""
