"""Explain to an operator why a stack is in its current state.

facts.py    reads the stack, its nodes and rows, and the engines     one look; nothing is changed
words.py    builds the sentences, only from those values             pure
"""

from heatlite.engine.observability.explaining.facts import EngineFacts, Facts, facts_of, find
from heatlite.engine.observability.explaining.words import explained

__all__ = ["EngineFacts", "Facts", "explained", "facts_of", "find"]
