"""heatlite against Heat's own library: the same snippets, evaluated by both, compared."""
