"""Explaining: why a stack is where it is, in words for an operator.

facts.py    read: the stack, its nodes and rows, the engines     one look, nothing is changed
words.py    the sentences, from those values alone               pure
"""

from heatlite.engine.observability.explaining.facts import EngineFacts, Facts, facts_of, find
from heatlite.engine.observability.explaining.words import explained

__all__ = ["EngineFacts", "Facts", "explained", "facts_of", "find"]
