"""heatlite: the convergence engine of OpenStack Heat, rebuilt small, fast and crash-proof."""

__version__ = "0.1.0"
