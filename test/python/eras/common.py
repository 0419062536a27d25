"""What the adapters share."""

from types import SimpleNamespace

import torch


def numbers(release):
    return tuple(int(part) for part in release.split("."))


def at_least(release, other):
    return numbers(release) >= numbers(other)


class Config(SimpleNamespace):
    """A namespace that can be asked with `in`, as an argparse.Namespace can."""

    def __contains__(self, key):
        return key in self.__dict__


def bare(cls, **attributes):
    """An object of a model's class without its encoder: none of the code that is tried here needs one."""
    model = cls.__new__(cls) if cls.__new__ is object.__new__ else object.__new__(cls)
    torch.nn.Module.__init__(model)
    for name, value in attributes.items():
        setattr(model, name, value)
    return model


class Played:
    """Gives a module's `random` the script for the time of a call."""

    def __init__(self, module, script):
        self.module, self.script = module, script

    def __enter__(self):
        self.before, self.module.random = self.module.random, self.script

    def __exit__(self, *_):
        self.module.random = self.before


NAMES = "person city song date product team award river law film".split()
