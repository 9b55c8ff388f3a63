"""Kernels and workers start without PyTorch's compiler. Python imports a module of this name by itself.

The first optimizer of a process would import torch._dynamo, which takes about a second, although nothing here is
compiled: each step only tells the compiler to keep out. Who asks for anything else gets the real module. The tests of
lone notebooks and of a fresh Python run without this file.
"""

import importlib
import sys
import types


class NoCompiler(types.ModuleType):
    disable = staticmethod(lambda function, *_, **__: function)
    graph_break = staticmethod(lambda: None)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


sys.modules["torch._dynamo"] = NoCompiler("torch._dynamo")
