"""The checks of the exercises, a file a lesson.

A notebook tries an answer in one line, and goes on with what it gets back:

    step = check_step(step)  # the student's answer when it is right, ours when it is not yet

What all checks share, and what they promise, is in checking.py.
"""

from checks.lesson_1 import *
from checks.lesson_2 import *
from checks.lesson_3 import *
from checks.lesson_4 import *
from checks.lesson_5 import *
from checks.lesson_6 import *
from checks.lesson_7 import *
from checks.project import *

__all__ = [name for name in globals() if name.startswith("check_")]  # what a lesson has by `from checks import *`
