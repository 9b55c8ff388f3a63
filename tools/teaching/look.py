"""What a person should look at in a submission, and its answers in a form that can be compared.

Nothing is run here. Honest code may well use one of these names, and code that hides may use none of them. But most
attempts to deceive the checks show here at once, and a look at three lines of code settles the rest.
"""

import ast
import re

# What an answer to an exercise does without: files, processes, the interpreter's own insides.
SUSPECT = re.compile(
    "os|sys|subprocess|shutil|socket|pathlib|Path|glob|tempfile|pickle|io|linecache|builtins|importlib|inspect|gc|"
    "ctypes|threading|multiprocessing|signal|atexit|IPython|read_text|read_bytes|from_file|fromfile|loadtxt|genfromtxt|"
    "memmap|read_csv|load|_getframe|f_back|f_locals|f_globals|tb_frame|__globals__|__code__|__subclasses__|"
    "__builtins__|__import__|__dict__|__class__|get_ipython|ast_transformers|events|.*hook.*"
)
FUNCTIONS = re.compile("open|exec|eval|compile|getattr|setattr|delattr|globals|locals|vars")
HARMLESS_MAGICS = re.compile("matplotlib|time|timeit|capture|config|precision")
HARMLESS_MODULES = re.compile(
    "collections|copy|dataclasses|functools|heapq|itertools|math|matplotlib|numpy|operator|random|re|statistics|"
    "string|time|torch|torchnlp|typing"
)
LIBRARIES = re.compile("torch|nn|F|functional|torchnlp|math|random|np|numpy|Tensor|plt|itertools")
# What exercises ask for by hand.
LAYERS = re.compile(
    "RNN|LSTM|GRU|RNNCell|LSTMCell|GRUCell|rnn_tanh|rnn_relu|lstm|gru|_VF|rnn_tanh_cell|lstm_cell|gru_cell|"
    "MultiheadAttention|multi_head_attention_forward|scaled_dot_product_attention|pack_padded_sequence|"
    "pad_packed_sequence|pack_sequence|run_rnn|LengthBatchSampler|train_epoch|fit"
)


def root_of(node: ast.AST) -> str:
    """The name that an expression such as a.b[0].c begins with, or ""."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def is_harmless_magic(node: ast.AST) -> bool:
    """Is it %matplotlib inline or the like, as IPython writes it in Python?"""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    name = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
    return node.func.attr.endswith("_magic") and bool(HARMLESS_MAGICS.fullmatch(str(name)))


def names_of(node: ast.AST) -> list[str]:
    """The names that this node alone brings: of a variable, an attribute, a module and what is imported from it."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [node.attr]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [part for name in [*modules_of(node), *(a.name for a in node.names)] for part in name.split(".")]
    return []


def modules_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def suspicious(tree: ast.AST, ours: set[str]) -> list[str]:
    """What the code of a student uses or changes that no answer needs. ours: the names that belong to our checks."""
    passed = {id(node.func.value.func) for node in ast.walk(tree) if is_harmless_magic(node)}
    found = []
    for node in ast.walk(tree):
        if id(node) in passed:  # get_ipython in a harmless magic
            continue
        found += [name for name in names_of(node) if SUSPECT.fullmatch(name)]
        found += [name for name in modules_of(node) if not HARMLESS_MODULES.fullmatch(name.split(".")[0])]
        if isinstance(node, ast.Name) and FUNCTIONS.fullmatch(node.id):
            found.append(node.id)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "/proc" in node.value:
            found.append("/proc")
        changed = isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
        if changed and LIBRARIES.fullmatch(root_of(node)):
            found.append(f"changes {ast.unparse(node)}")
        stored = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        defined = node.id if stored else getattr(node, "name", "")  # of a function or a class
        if defined in ours:
            found.append(f"defines {defined}")
    return list(dict.fromkeys(found))


def layers_in(code: str) -> set[str]:
    names = {name for node in ast.walk(ast.parse(code)) for name in names_of(node)}
    return {name for name in names if LAYERS.fullmatch(name)}


def plain(code: str) -> str:
    """The code without comments, docstrings and annotations, its local names numbered: to find copies."""
    tree = ast.parse(code)
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    for function in [node for body in bodies for node in body if isinstance(node, ast.FunctionDef)]:
        inside = list(ast.walk(function))
        bound = [node.arg for node in inside if isinstance(node, ast.arg)]
        bound += [node.id for node in inside if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        numbered = {name: f"v{number}" for number, name in enumerate(dict.fromkeys(bound))}
        for node in inside:
            if isinstance(node, ast.arg):
                node.arg, node.annotation = numbered[node.arg], None
            elif isinstance(node, ast.Name):
                node.id = numbered.get(node.id, node.id)
            elif isinstance(node, ast.FunctionDef):
                node.returns = None
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)
